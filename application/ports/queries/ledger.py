"""Questions about the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """What one account holds of one commodity: credits (SMSCR) or ngwee (ZMW); debit is plus."""

    account: str
    commodity: str
    amount: int


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One line of what the event at ``position`` posted."""

    position: int
    line: int
    at: Instant
    account: str
    commodity: str
    amount: int


@dataclass(frozen=True, slots=True)
class JournalRow:
    """What was posted to one account on one day in Lusaka (its number), in ngwee."""

    day: int
    account: str
    debit_ngwee: int
    credit_ngwee: int


@dataclass(frozen=True, slots=True)
class LotRow:
    """Credits that came in at a log position, their value without tax, and how many are gone."""

    position: int
    at: Instant
    receipt: str | None
    credits: int
    value_ngwee: int
    taken: int


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """What each ledger account holds, as of the log position that the read model has reached."""

    position: int
    balances: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BooksRead:
    """All that the read models say of the books, as of one log position.

    ``wallets`` has the credits of each customer by the words that its balance has: available,
    reserved, spent and refunded. Of an earlier moment only what was available is kept.
    """

    position: int
    ledger: Mapping[str, int]
    wallets: Mapping[int, Mapping[str, int]]


class LedgerQueries(Protocol):
    """Postings, and what they sum to."""

    def books(self, as_of: int | None = None) -> BooksRead:
        """Give all that ledger accounts and wallets hold, now or as of a log position.

        Raises:
            StoreDown: the read models do not stand at one position.
        """

    def ledger_now(self) -> LedgerRead:
        """Give what all ledger accounts hold now."""

    def postings_after(self, place: tuple[int, int], *, limit: int) -> Sequence[PostingRow]:
        """List the postings after a log position and line, in order."""

    def trial_balance(
        self, *, as_of: int | None = None, after: str = "", limit: int
    ) -> Sequence[LedgerBalance]:
        """List what ledger accounts hold, by name; ``as_of`` is a log position, None is now."""

    def account_postings(self, account: str, *, after: int, limit: int) -> Sequence[PostingRow]:
        """List the postings of a ledger account after a log position, oldest first."""

    def postings_of(self, positions: Sequence[int]) -> Mapping[int, Sequence[PostingRow]]:
        """Give what the events at these log positions posted; those that posted nothing miss."""

    def journal(
        self, first_day: int, last_day: int, *, after: tuple[int, str], limit: int
    ) -> Sequence[JournalRow]:
        """List what was posted in money by day and account, after a day and account."""

    def lots(
        self, account: int, *, only_open: bool = True, after: int = 0, limit: int
    ) -> Sequence[LotRow]:
        """List a customer's lots after a log position, oldest first."""
