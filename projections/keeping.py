"""Who keeps the database of the read models: it may be lost, since it can be made anew."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from domain.errors import StoreDown


class Rebuilding(StoreDown):
    """What is asked for is being built anew from the log, and is not whole yet."""


class Keeper(Protocol):
    """Knows when the database of the read models cannot be used any more, and begins another."""

    def watch(self) -> AbstractContextManager[None]:
        """Note what shows inside the block that the database is lost.

        Raises:
            Rebuilding: something did.
        """

    def is_lost(self) -> bool:
        """Whether it is damaged, or another one stands in its place."""

    def begin_anew(self) -> None:
        """Put another in its place, empty; or use the one that stands there already."""


class Unlosable:
    """The keeper of a database that is not ours to replace: the truth is in it, too."""

    def watch(self) -> AbstractContextManager[None]:
        """Nothing that is met there is taken for a loss."""
        return nullcontext()

    def is_lost(self) -> bool:
        """It never is."""
        return False

    def begin_anew(self) -> None:
        """Nobody has to."""
