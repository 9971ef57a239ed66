"""A second factor: what is kept of it beside the log, and what its account changes of it.

Each change carries a proof: who has only a session can neither enrol a factor nor take one off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

import orjson

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
from domain.errors import InvalidKey, NotFound
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A time-based one-time password (RFC 6238) of an account, and its recovery codes."""

    sealed_seed: str
    is_confirmed: bool = False
    last_counter: int = -1
    """The newest time step whose code was used: each code works once."""
    recovery: Sequence[str] = ()
    """Keyed digests of the recovery codes that are good still."""
    next_seed: str | None = None
    """What takes the place of ``sealed_seed`` once a code of it was given."""

    @classmethod
    def read(cls, row: SecretRow) -> "SecondFactor":
        """Read a row."""
        return cls(**orjson.loads(row.value))

    def row(self, account: int, at: Instant) -> SecretRow:
        """Give the row in which it is kept."""
        value = orjson.dumps(asdict(self)).decode()
        return SecretRow(SecretKind.SECOND_FACTOR, str(account), account, value, at)

    @property
    def unconfirmed(self) -> str | None:
        """The sealed seed that waits for its first code."""
        return self.next_seed if self.is_confirmed else self.sealed_seed


def factor_in(books: Books, account: int) -> SecondFactor | None:
    """Give an account's second factor as of this point of the batch, confirmed or not."""
    row = books.secret(SecretKind.SECOND_FACTOR, str(account))
    return SecondFactor.read(row) if row else None


def confirmed_in(books: Books, account: int) -> SecondFactor:
    """Give an account's second factor that counts.

    Raises:
        NotFound: it has none.
    """
    factor = factor_in(books, account)
    if factor is None or not factor.is_confirmed:
        msg = "This account has no second factor."
        raise NotFound(msg)
    return factor


def forget_factor(books: Books, account: int) -> None:
    """Take a second factor away with its recovery codes; every session ends."""
    books.forget_secrets(SecretKind.SECOND_FACTOR, account)
    books.forget_secrets(SecretKind.SESSION, account)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody gave the password of an account and, where it has a second factor, a code."""

    account: int
    password: str
    """The hash that was verified."""
    seed: str | None
    """The sealed seed of the factor that a code was given of; None: the account had none."""

    def require(self, books: Books) -> None:
        """Refuse what was proven before password or factor became others.

        Raises:
            InvalidKey: it was.
        """
        password = books.secret(SecretKind.PASSWORD, str(self.account))
        factor = factor_in(books, self.account)
        seed = factor.sealed_seed if factor and factor.is_confirmed else None
        if password is None or password.value != self.password or seed != self.seed:
            msg = "The password or the second factor was changed meanwhile."
            raise InvalidKey(msg)


class EnrolSecondFactor(Command[None]):
    """Begin with a second factor, or with another; it counts once a code of it was given."""

    def __init__(self, proof: Proof, sealed_seed: str, *, at: Instant) -> None:
        self.at = at
        self._proof = proof
        self._sealed_seed = sealed_seed

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Keep the seed; a factor that counts goes on to count.

        Raises:
            InvalidKey: what was proven does not hold any more.
        """
        self._proof.require(books)
        factor = factor_in(books, self._proof.account)
        if factor is not None and factor.is_confirmed:
            begun = replace(factor, next_seed=self._sealed_seed)
        else:
            begun = SecondFactor(self._sealed_seed)
        books.keep_secret(begun.row(self._proof.account, self.at))


class ConfirmSecondFactor(Command[bool]):
    """Let a second factor count, by its first code; every session ends."""

    def __init__(
        self, account: int, sealed_seed: str, counter: int, *, recovery: Sequence[str], at: Instant
    ) -> None:
        """``counter`` is the time step of the code, ``recovery`` digests of its new codes."""
        self.at = at
        self._account = account
        self._sealed_seed = sealed_seed
        self._counter = counter
        self._recovery = recovery

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> bool:
        """Confirm it; False when this is not the one that waits any more."""
        factor = factor_in(books, self._account)
        if factor is None or factor.unconfirmed != self._sealed_seed:
            return False
        confirmed = SecondFactor(
            self._sealed_seed,
            is_confirmed=True,
            last_counter=self._counter,
            recovery=self._recovery,
        )
        books.keep_secret(confirmed.row(self._account, self.at))
        books.forget_secrets(SecretKind.SESSION, self._account)
        account = books.get(Account, account_id(self._account))
        account.change_credential("second factor", at=self.at)
        books.record(account)
        return True


class UseCode(Command[SecondFactor | None]):
    """Use up a code of a second factor."""

    def __init__(self, account: int, sealed_seed: str, counter: int, *, at: Instant) -> None:
        """``counter`` is the time step of the code, which was verified by the seed."""
        self.at = at
        self._account = account
        self._sealed_seed = sealed_seed
        self._counter = counter

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> SecondFactor | None:
        """Use it, and give the factor with it used; None when it, or a later one, was before."""
        factor = factor_in(books, self._account)
        if factor is None or factor.sealed_seed != self._sealed_seed:
            return None
        if self._counter <= factor.last_counter:
            return None
        used = replace(factor, last_counter=self._counter)
        books.keep_secret(used.row(self._account, self.at))
        return used


class UseRecoveryCode(Command[SecondFactor | None]):
    """Use up a recovery code in the place of a code of the second factor."""

    def __init__(self, account: int, digest: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._digest = digest

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> SecondFactor | None:
        """Use it, and give the factor without it; None when it is none of those that are good."""
        factor = factor_in(books, self._account)
        if factor is None or self._digest not in factor.recovery:
            return None
        left = [digest for digest in factor.recovery if digest != self._digest]
        used = replace(factor, recovery=left)
        books.keep_secret(used.row(self._account, self.at))
        account = books.get(Account, account_id(self._account))
        account.use_recovery_code(left=len(left), at=self.at)
        books.record(account)
        return used


class RenewRecoveryCodes(Command[None]):
    """Give an account new recovery codes; the ones before are void."""

    def __init__(self, proof: Proof, recovery: Sequence[str], *, at: Instant) -> None:
        """``recovery`` are digests of the new codes."""
        self.at = at
        self._proof = proof
        self._recovery = recovery

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._proof.account)

    def decide(self, books: Books) -> None:
        """Keep their digests.

        Raises:
            InvalidKey: what was proven does not hold any more.
            NotFound: the account has no second factor.
        """
        self._proof.require(books)
        factor = confirmed_in(books, self._proof.account)
        renewed = replace(factor, recovery=self._recovery)
        books.keep_secret(renewed.row(self._proof.account, self.at))
        account = books.get(Account, account_id(self._proof.account))
        account.change_credential("recovery codes", at=self.at)
        books.record(account)


class RemoveSecondFactor(Command[None]):
    """Give up one's own second factor; every session ends."""

    def __init__(self, proof: Proof, *, at: Instant) -> None:
        self.at = at
        self._proof = proof

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._proof.account)

    def decide(self, books: Books) -> None:
        """Forget it.

        Raises:
            InvalidKey: what was proven does not hold any more.
            NotFound: the account has no second factor.
        """
        self._proof.require(books)
        confirmed_in(books, self._proof.account)
        forget_factor(books, self._proof.account)
        account = books.get(Account, account_id(self._proof.account))
        account.remove_second_factor(at=self.at)
        books.record(account)
