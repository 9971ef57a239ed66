"""What the web needs for people: a pool for slow hashes, slowed logins, mail after the answer."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from api.door.caller import Caller
from api.door.slowing import (
    FREE_ADDRESS_FAILURES,
    FREE_FAILURES,
    FREE_SITE_FAILURES,
    Slowing,
    Subject,
)
from api.http.threads import Pool
from application.accounts.password_reset import RESET_MAILS_PER_MINUTE, RESET_SUBJECT, reset_text
from application.accounts.signup import Registrations
from application.ports import MailNotSent
from application.system import System
from domain.errors import NgomaError, Overloaded

RESETS_MAX: Final = 64
"""Resets that may be under way after their answers were given."""
CLOSE_S: Final = 5.0
HASHING_NICENESS: Final = 10
"""A flood of logins gets a tenth of the processor where sends want it."""

R = TypeVar("R")

_log = logging.getLogger("ngoma.people")


class People:
    """One web process's side of passwords; belongs to one event loop."""

    def __init__(self, system: System) -> None:
        self.registrations = Registrations(
            logins=system.logins,
            keys=system.keys,
            is_open=system.terms.registration_open,
            daily_credits=system.terms.registration_daily_credits,
        )
        self._system = system
        self._attempts = Slowing(system.limiter)
        self._hashing = Pool(
            "ngoma-passwords",
            threads=system.password_threads,
            waiting_max=system.password_waiting_max,
            niceness=HASHING_NICENESS,
        )
        self._resetting = Pool("ngoma-resets", threads=1, waiting_max=RESETS_MAX)
        self._resets: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let mails under way go out, for a moment, and threads end."""
        if self._resets:
            await asyncio.wait(self._resets, timeout=CLOSE_S)
        self._hashing.close()
        self._resetting.close()

    async def hash(self, call: Callable[[], R]) -> R:
        """Run a call that hashes slowly, apart from the keys of sends.

        Raises:
            Overloaded: too many wait already.
        """
        return await self._hashing.run(call)

    async def attempt(self, caller: Caller, email: str, login: Callable[[], R]) -> R:
        """Run a login, slowed by the failures of its account and of its address.

        Raises:
            InvalidKey: it failed.
            Overloaded: too many wait already.
        """
        subjects = [
            Subject("login", self._system.digests.email(email), FREE_FAILURES),
            Subject("login_ip", caller.client, FREE_ADDRESS_FAILURES),
        ]
        site = caller.site
        if site is not None:
            subjects.append(Subject("login_ip_wide", site, FREE_SITE_FAILURES))
        return await self._attempts.run(subjects, partial(self.hash, login))

    def reset_later(self, email: str) -> None:
        """Mail a reset's token once the answer is out, if the address has an account.

        Raises:
            Overloaded: too many are under way, whoever they are for.
        """
        if len(self._resets) >= RESETS_MAX:
            raise Overloaded
        task = asyncio.create_task(self._reset(email))
        self._resets.add(task)
        task.add_done_callback(self._resets.discard)

    async def _reset(self, email: str) -> None:
        system = self._system
        try:
            digest = system.digests.email(email)
            quota = await system.limiter.hit("reset_mail", digest, RESET_MAILS_PER_MINUTE)
            if not quota.is_allowed:
                return
            execute = system.committer.execute
            started = await self._resetting.run(
                lambda: system.logins.start_reset(email, execute=execute)
            )
            if started is not None:
                address, token = started
                text = reset_text(token, url=system.terms.public_url)
                await system.mailer.send(to=address, subject=RESET_SUBJECT, text=text)
        except (NgomaError, MailNotSent) as error:
            _log.warning("A password reset was not mailed: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; it may hold an address
            _log.error("A password reset failed: %s", type(error).__name__)
