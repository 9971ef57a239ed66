"""Questions about wallets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of one account at one log position; spent + reserved + … add up (I4)."""

    account: int
    available: int
    reserved: int
    spent: int
    refunded: int
    position: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of a wallet; ``credits`` is signed, ``kind`` the event's own word."""

    position: int
    at: Instant
    kind: str
    credits: int
    available: int
    number: int | None
    count: int | None
    batch: int | None
    cause: str | None


class WalletQueries(Protocol):
    """Wallets."""

    def balance(self, account: int) -> Balance | None:
        """Give an account's balance row."""

    def statement(self, account: int, *, after: int, limit: int) -> Sequence[StatementLine]:
        """List the movements of an account's wallet after a log position, oldest first."""
