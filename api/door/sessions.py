"""People at the door: whose session a token is of."""

from collections.abc import Callable
from typing import Final, TypeVar

from api.door.caller import Caller
from api.http.threads import Pool
from application.accounts.logins import TOKEN_PREFIX
from application.accounts.principal import Principal
from application.accounts.sessions import Session
from application.books.actors import Actor
from application.system import System
from domain.errors import InvalidKey

THREADS: Final = 4
WAITING_MAX: Final = 256
NO_SESSION: Final = "Log in first: send the session's token as Authorization: Bearer."

R = TypeVar("R")


class Sessions:
    """Finds sessions, strongly read each time, in a few threads of their own."""

    def __init__(self, system: System) -> None:
        self._keyring = system.keyring
        self._logins = system.logins
        self._committer = system.committer
        self._pool = Pool("ngoma-sessions", threads=THREADS, waiting_max=WAITING_MAX)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.close()

    async def admit(self, caller: Caller) -> Session:
        """Give the session of a caller.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self.run(caller, lambda session: session)

    async def admit_account(self, caller: Caller) -> Principal:
        """Give the account of a caller's session: it may look and manage, and not send.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        if caller.principal is not None:
            return caller.principal
        return await self.run(caller, lambda found: self._keyring.principal_of(found.account))

    async def admit_staff(self, caller: Caller) -> tuple[Session, Actor]:
        """Give the session of a member of staff, and the actor for commands.

        Raises:
            InvalidKey: there is no token, or its session is over.
            NotPermitted: no role, or no second factor in this session.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self.run(caller, lambda session: (session, self._logins.staff(session)))

    async def run(self, caller: Caller, then: Callable[[Session], R]) -> R:
        """Give what a blocking question of a caller's session answers.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        token = caller.credential
        if not token.startswith(TOKEN_PREFIX):
            raise InvalidKey(NO_SESSION)

        def ask() -> R:
            session = self._logins.find(token, execute=self._committer.execute)
            caller.asker.account = session.account
            return then(session)

        return await self._pool.run(ask)
