"""What makes exports of the log while people do something else, and keeps the newest of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

from domain.values import Instant


class ExportState(StrEnum):
    """How an export is."""

    UNDER_WAY = "under_way"
    READY = "ready"
    BROKEN_OFF = "broken_off"
    """The process ended meanwhile, or it could not be written; asked for again, it goes on."""


@dataclass(frozen=True, slots=True)
class ExportShown:
    """One export: all events from one log position to another."""

    first: int
    last: int
    state: ExportState
    reached: int | None = None
    """The position up to which it is written; None where another process does it."""
    size_bytes: int | None = None
    made_at: Instant | None = None
    why: str = ""
    """Why it broke off, where that is known."""


class Exports(Protocol):
    """Makes one export at a time."""

    def begin(self, first: int, last: int | None) -> None:
        """Begin one; without ``last`` it goes to the newest seal's position.

        What broke off goes on where it stood, when the same is asked for again.

        Raises:
            InvalidRequest: nothing is sealed yet, or the log has no such positions.
            AlreadyExists: one is under way.
            StoreDown: the log cannot be read.
        """

    def shown(self) -> list[ExportShown]:
        """Give those that are there, the newest first."""

    def open(self, first: int, last: int) -> BinaryIO:
        """Open one that is ready; whoever asks closes it.

        Raises:
            NotFound: there is none.
        """
