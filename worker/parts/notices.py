"""Mails to the holders of accounts about their credentials, from the log."""

import asyncio
from typing import Final

from application.accounts.credential_notices import NAME, Notices
from worker.parts.effects import effect_part
from worker.parts.part import Part, Process


def _make(process: Process) -> Notices:
    system = process.system

    def send(*, to: str, subject: str, text: str) -> None:
        asyncio.run(system.mailer.send(to=to, subject=subject, text=text))

    return Notices(
        send,
        reader=system.reader,
        address_of=system.logins.email_of,
        url=system.terms.public_url,
    )


NOTICES: Final[Part] = effect_part(NAME, _make)
