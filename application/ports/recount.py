"""A second opinion on the books, by whoever shares nothing with the ledger of the domain."""

from collections.abc import Iterator, Mapping
from typing import Protocol


class Recount(Protocol):
    """Counts the books anew."""

    def balances(self, until: int) -> Mapping[str, int]:
        """Give what each ledger account holds after the event at position ``until``.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """

    def lines(self, until: int) -> Iterator[tuple[int, str, int]]:
        """Give what each event moves: position, ledger account and amount, in order.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """
