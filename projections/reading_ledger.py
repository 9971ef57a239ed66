"""The questions about the ledger, answered from its read model and that of the wallets."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections
from application.ports.queries import BooksRead, LedgerBalance, LedgerRead, LotRow, PostingRow
from projections import catalogue
from projections.catalogue import ReadModel

if TYPE_CHECKING:  # else each is imported when it is asked
    import projections.books
    import projections.ledger


class LedgerReading(ABC):
    """What ``SqlQueries`` says of the ledger."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def books(self, as_of: int | None = None) -> BooksRead:
        """Give all that ledger accounts and wallets hold, now or as of a log position."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.books.books(connection, as_of)

    def postings_after(self, place: tuple[int, int], *, limit: int) -> Sequence[PostingRow]:
        """List the postings after a log position and line, in order."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.books.postings_after(connection, place, limit=limit)

    def ledger_now(self) -> LedgerRead:
        """Give what all ledger accounts hold now."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.books.ledger_now(connection)

    def trial_balance(
        self, *, as_of: int | None = None, after: str = "", limit: int
    ) -> Sequence[LedgerBalance]:
        """List what ledger accounts hold, by name; ``as_of`` is a log position, None is now."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.ledger.trial_balance(
                connection, as_of=as_of, after=after, limit=limit
            )

    def account_postings(self, account: str, *, after: int, limit: int) -> Sequence[PostingRow]:
        """List the postings of a ledger account after a log position, oldest first."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.ledger.account_postings(
                connection, account, after=after, limit=limit
            )

    def postings_of(self, positions: Sequence[int]) -> Mapping[int, Sequence[PostingRow]]:
        """Give what the events at these log positions posted; those that posted nothing miss."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.ledger.postings_of(connection, positions)

    def lots(
        self, account: int, *, only_open: bool = True, after: int = 0, limit: int
    ) -> Sequence[LotRow]:
        """List a customer's lots after a log position, oldest first."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.ledger.lots(
                connection, account, only_open=only_open, after=after, limit=limit
            )
