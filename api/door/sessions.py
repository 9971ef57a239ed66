"""People at the door: where a session's token is found, and whose session it is."""

from collections.abc import Callable
from typing import Final, TypeVar

from api.http.threads import Pool
from api.http.wire import Call
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


def bearer(call: Call) -> str | None:
    """Give what ``Authorization: Bearer`` holds, a key or a token; None when it is not there."""
    authorization = call.headers.get(b"authorization")
    if authorization is not None:
        scheme, _, credential = authorization.decode("latin-1").strip().partition(" ")
        if scheme.lower() == "bearer" and credential.strip():
            return credential.strip()
    return None


def session_token(call: Call) -> str | None:
    """Give the session's token of a request: the one place that knows where tokens are."""
    found = bearer(call)
    return found if found is not None and found.startswith(TOKEN_PREFIX) else None


class Sessions:
    """Finds sessions, strongly read each time, in a few threads of their own."""

    def __init__(self, system: System) -> None:
        self._keys = system.keys
        self._logins = system.logins
        self._committer = system.committer
        self._pool = Pool("ngoma-sessions", threads=THREADS, waiting_max=WAITING_MAX)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.close()

    async def admit(self, call: Call) -> Session:
        """Give the session of a request.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self.run(call, lambda session: session)

    async def admit_account(self, call: Call) -> Principal:
        """Give the account of a request's session: it may look and manage, and not send.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self.run(call, lambda found: self._keys.principal_of(found.account))

    async def admit_staff(self, call: Call) -> tuple[Session, Actor]:
        """Give the session of a member of staff, and the actor for commands.

        Raises:
            InvalidKey: there is no token, or its session is over.
            NotPermitted: no role, or no second factor in this session.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        return await self.run(call, lambda session: (session, self._logins.staff(session)))

    async def run(self, call: Call, then: Callable[[Session], R]) -> R:
        """Give what a blocking question of a request's session answers.

        Raises:
            InvalidKey: there is no token, or its session is over.
            Overloaded: too many are being looked for.
            StoreDown: it cannot be looked up.
        """
        token = session_token(call)
        if token is None:
            raise InvalidKey(NO_SESSION)
        return await self._pool.run(
            lambda: then(self._logins.find(token, execute=self._committer.execute))
        )
