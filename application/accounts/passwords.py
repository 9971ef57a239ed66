"""Passwords and second factors: what is kept of them beside the log, and what changes it."""

import hmac
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
from domain.errors import AlreadyExists, InvalidRequest, NotFound
from domain.published import RESET_S
from domain.values import SECOND, Instant


def password_row(account: int, password_hash: str, *, at: Instant) -> SecretRow:
    """Give the row in which a password's slow hash is stored."""
    return SecretRow(SecretKind.PASSWORD, str(account), account, password_hash, at)


class SetPassword(Command[None]):
    """Set an account's password; all its sessions end, and no reset that was asked for works."""

    def __init__(
        self,
        account: int,
        password_hash: str,
        *,
        replaces: str | None = None,
        reset: str | None = None,
        at: Instant,
    ) -> None:
        """``replaces`` is the hash that was verified, ``reset`` the digest of a reset's token."""
        self.at = at
        self._account = account
        self._hash = password_hash
        self._replaces = replaces
        self._reset = reset

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Set it.

        Raises:
            NotFound: no such account, or the reset was used, or its time is over.
            InvalidRequest: another change of the password came first.
        """
        account = books.get(Account, account_id(self._account))
        if self._reset is not None:
            row = books.secret(SecretKind.RESET, self._reset)
            is_good = row is not None and row.account == self._account
            if row is None or not is_good or (row.ends_at or 0) <= self.at:
                msg = "This reset was used already, or its time is over."
                raise NotFound(msg)
        if self._replaces is not None:
            row = books.secret(SecretKind.PASSWORD, str(self._account))
            if row is None or not hmac.compare_digest(row.value, self._replaces):
                msg = "The password was changed meanwhile."
                raise InvalidRequest(msg, field="current_password")
        account.change_credential("password", at=self.at)
        books.record(account)
        books.keep_secret(password_row(self._account, self._hash, at=self.at))
        books.forget_secrets(SecretKind.RESET, self._account)
        books.forget_secrets(SecretKind.SESSION, self._account)


class StartReset(Command[None]):
    """Let an account's password be reset once, with a token that only its mail has."""

    def __init__(self, account: int, digest: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._digest = digest

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Keep the token's digest; earlier ones go on working, whoever asked for this one."""
        ends_at = Instant(self.at + RESET_S * SECOND)
        books.keep_secret(
            SecretRow(SecretKind.RESET, self._digest, self._account, "", self.at, ends_at)
        )


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
