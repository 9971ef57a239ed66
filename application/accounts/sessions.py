"""Sessions of people: opened by a login, kept beside the log, ended by time or by a change."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID

import orjson

from application.accounts.second_factor import Proof
from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
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
        proof: Proof,
        digest: str,
        *,
        instead_of: Session | None = None,
        at: Instant,
    ) -> None:
        """``digest`` stands for the token, ``proof`` for the login."""
        self.at = at
        self._proof = proof
        self._digest = digest
        self._instead_of = instead_of

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._proof.account)

    def decide(self, books: Books) -> Session:
        """Open it.

        Raises:
            InvalidKey: the password or the second factor was changed meanwhile.
            NotFound: no such account.
        """
        books.get(Account, account_id(self._proof.account))
        self._proof.require(books)
        if self._instead_of is not None:
            books.forget_secrets(
                SecretKind.SESSION, self._instead_of.account, self._instead_of.digest
            )
        session = Session(
            digest=self._digest,
            account=self._proof.account,
            opened_at=self.at,
            seen_at=self.at,
            ends_at=Instant(self.at + ABSOLUTE_S * SECOND),
            has_second_factor=self._proof.seed is not None,
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
