"""Questions about wallets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.span import Span
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
    """One movement of a wallet; ``credits`` is signed, ``kind`` the event's own word.

    ``actor`` and ``reason`` say who moved credits by hand and why, ``approver`` and ``entry`` who
    agreed, where it took two people.
    """

    position: int
    at: Instant
    kind: str
    credits: int
    available: int
    number: int | None
    count: int | None
    batch: int | None
    cause: str | None
    actor: str | None
    reason: str | None
    approver: str | None
    entry: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of the movements in a stretch of time; ``opening`` and all of them make ``closing``.

    ``next`` is the position after which they go on, None on the last page.
    """

    opening: int
    closing: int
    lines: Sequence[StatementLine]
    next: int | None


class WalletQueries(Protocol):
    """Wallets."""

    def balance(self, account: int) -> Balance | None:
        """Give an account's balance row."""

    def statement(self, account: int, span: Span, *, after: int, limit: int) -> Statement | None:
        """List the movements of a wallet in a stretch of time after a log position, oldest first.

        None when there is no such wallet.
        """
