"""What the web needs for people: a pool for slow hashes, slowed logins, mail after the answer."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from api.door.caller import Caller
from api.door.hashing import Hashing
from api.door.slowing import (
    FREE_ADDRESS_FAILURES,
    FREE_FAILURES,
    FREE_SITE_FAILURES,
    WAITING_ACCOUNT_MAX,
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

R = TypeVar("R")

_log = logging.getLogger("ngoma.people")


class People:
    """One web process's side of passwords; belongs to one event loop."""

    def __init__(self, system: System) -> None:
        self.registrations = Registrations(
            logins=system.logins,
            keyring=system.keyring,
            is_open=system.terms.registration_open,
            daily_credits=system.terms.registration_daily_credits,
        )
        self._system = system
        self._attempts = Slowing(system.limiter)
        self._hashing = Hashing(
            threads=system.password_threads, waiting_max=system.password_waiting_max
        )
        self._resetting = Pool("ngoma-resets", threads=1, waiting_max=RESETS_MAX)
        self._resets: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let mails under way go out, for a moment, and threads end."""
        if self._resets:
            await asyncio.wait(self._resets, timeout=CLOSE_S)
        self._hashing.close()
        self._resetting.close()

    async def hash(self, caller: Caller, call: Callable[[], R]) -> R:
        """Run a call that hashes slowly, apart from the keys of sends.

        Raises:
            Overloaded: too many wait, and the others have had less.
        """
        return await self._hashing.run(caller, call)

    async def attempt(self, caller: Caller, email: str, login: Callable[[], R]) -> R:
        """Run a login, slowed by the failures of its account and of its address.

        Who was right before from this network is slowed by the failures from it alone.

        Raises:
            InvalidKey: it failed.
            Overloaded: too many wait, and the others have had less.
        """
        account = self._system.digests.email(email)
        subjects = self._counted(caller, account)
        return await self._attempts.run(
            subjects, partial(self._hashing.log_in, caller, account, login)
        )

    def _counted(self, caller: Caller, account: str) -> Sequence[Subject]:
        """Say whose failures slow a login: where it was right before, only those from there."""
        here = self._hashing.right_before(caller, account)
        if here is not None:
            return [Subject("login_here", here, FREE_FAILURES)]
        subjects = [
            Subject("login", account, FREE_FAILURES, WAITING_ACCOUNT_MAX),
            Subject("login_ip", caller.client, FREE_ADDRESS_FAILURES),
        ]
        if caller.site is not None:
            subjects.append(Subject("login_ip_wide", caller.site, FREE_SITE_FAILURES))
        return subjects

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
