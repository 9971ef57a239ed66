"""Sessions of people: opened by a login, kept beside the log, ended by time or by a change."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID

import orjson

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
from domain.errors import InvalidKey
from domain.values import SECOND, Instant

IDLE_S: Final = 30 * 60
"""A session that nobody uses for so long is over."""
ABSOLUTE_S: Final = 12 * 3600
SEEN_EVERY_S: Final = 60
"""How often the use of a session is written down, at most."""


@dataclass(frozen=True, slots=True)
class Session:
    """One login. ``digest`` stands for its token, which is stored nowhere."""

    digest: str
    account: int
    opened_at: Instant
    seen_at: Instant
    ends_at: Instant
    has_second_factor: bool

    @classmethod
    def read(cls, row: SecretRow) -> "Session":
        """Read a row."""
        return cls(**{**orjson.loads(row.value), "digest": row.key, "account": row.account})

    def row(self) -> SecretRow:
        """Give the row in which it is kept."""
        values = asdict(self)
        del values["digest"], values["account"]
        value = orjson.dumps(values).decode()
        return SecretRow(
            SecretKind.SESSION, self.digest, self.account, value, self.opened_at, self.ends_at
        )

    def is_live(self, now: Instant) -> bool:
        """Whether it may still be used."""
        return now < min(self.ends_at, self.seen_at + IDLE_S * SECOND)


class OpenSession(Command[Session]):
    """Open a session after a login; the one that the client had before ends (rotation)."""

    def __init__(
        self,
        account: int,
        digest: str,
        *,
        has_second_factor: bool,
        verified: str,
        instead_of: Session | None = None,
        at: Instant,
    ) -> None:
        """``verified`` is the password's hash that the login was checked against."""
        self.at = at
        self._account = account
        self._digest = digest
        self._has_second_factor = has_second_factor
        self._verified = verified
        self._instead_of = instead_of

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> Session:
        """Open it.

        Raises:
            InvalidKey: the password was changed meanwhile.
            NotFound: no such account.
        """
        books.get(Account, account_id(self._account))
        password = books.secret(SecretKind.PASSWORD, str(self._account))
        if password is None or password.value != self._verified:
            msg = "The password was changed meanwhile."
            raise InvalidKey(msg)
        if self._instead_of is not None:
            books.forget_secrets(
                SecretKind.SESSION, self._instead_of.account, self._instead_of.digest
            )
        session = Session(
            digest=self._digest,
            account=self._account,
            opened_at=self.at,
            seen_at=self.at,
            ends_at=Instant(self.at + ABSOLUTE_S * SECOND),
            has_second_factor=self._has_second_factor,
        )
        books.keep_secret(session.row())
        return session


class NoteSeen(Command[None]):
    """Write down that a session was used."""

    def __init__(self, session: Session, *, at: Instant) -> None:
        self.at = at
        self._session = session

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Note it, unless the session has ended meanwhile."""
        row = books.secret(SecretKind.SESSION, self._session.digest)
        if row is not None:
            books.keep_secret(replace(Session.read(row), seen_at=self.at).row())


class EndSession(Command[None]):
    """Log out; again changes nothing."""

    def __init__(self, session: Session, *, at: Instant) -> None:
        self.at = at
        self._session = session

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Forget it."""
        books.forget_secrets(SecretKind.SESSION, self._session.account, self._session.digest)
