"""Second factors: what is kept of them beside the log, and what changes it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
from domain.errors import AlreadyExists
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A time-based one-time password (RFC 6238) of an account."""

    sealed_seed: str
    is_confirmed: bool = False
    last_counter: int = -1
    """The newest time step whose code was used: each code works once."""

    @classmethod
    def read(cls, row: SecretRow) -> "SecondFactor":
        """Read a row."""
        return cls(**orjson.loads(row.value))

    def row(self, account: int, at: Instant) -> SecretRow:
        """Give the row in which it is kept."""
        value = orjson.dumps(asdict(self)).decode()
        return SecretRow(SecretKind.SECOND_FACTOR, str(account), account, value, at)


class EnrolSecondFactor(Command[None]):
    """Begin with a second factor; it counts once a code of it was given."""

    def __init__(self, account: int, sealed_seed: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._sealed_seed = sealed_seed

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Keep the seed.

        Raises:
            AlreadyExists: the account has a confirmed second factor.
        """
        row = books.secret(SecretKind.SECOND_FACTOR, str(self._account))
        if row is not None and SecondFactor.read(row).is_confirmed:
            msg = "This account has a second factor already."
            raise AlreadyExists(msg)
        books.keep_secret(SecondFactor(self._sealed_seed).row(self._account, self.at))


class UseCode(Command[bool]):
    """Use up a code of a second factor; the first one confirms it."""

    def __init__(self, account: int, counter: int, *, at: Instant) -> None:
        """``counter`` is the time step of the code, which was verified."""
        self.at = at
        self._account = account
        self._counter = counter

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> bool:
        """Use it; False when this code, or a later one, was used before."""
        row = books.secret(SecretKind.SECOND_FACTOR, str(self._account))
        if row is None:
            return False
        factor = SecondFactor.read(row)
        if self._counter <= factor.last_counter:
            return False
        used = SecondFactor(factor.sealed_seed, is_confirmed=True, last_counter=self._counter)
        books.keep_secret(used.row(self._account, self.at))
        if not factor.is_confirmed:
            account = books.get(Account, account_id(self._account))
            account.change_credential("second factor", at=self.at)
            books.record(account)
        return True
