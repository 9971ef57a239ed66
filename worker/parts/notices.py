"""Mails to the holders of accounts about their credentials, from the log."""

from typing import Final

from application.accounts.notices import NAME, Notices
from worker.parts.effects import effect_part
from worker.parts.part import Part, Process


def _make(process: Process) -> Notices:
    system = process.system
    return Notices(
        system.mailer,
        reader=system.reader,
        address_of=system.logins.email_of,
        url=system.terms.public_url,
    )


NOTICES: Final[Part] = effect_part(NAME, _make)
