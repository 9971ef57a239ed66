"""A provider's file that was read: its lines, what it says it opens and closes with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from domain.matching import LineKind
from domain.values import Instant


class FileLine(NamedTuple):
    """One movement of our wallet, as a file shows it; a fee is what the provider keeps."""

    row: int
    """Which row of the file it is, counted from 1 as spreadsheets do."""
    transaction_id: str
    amount_ngwee: int
    fee_ngwee: int
    happened_at: Instant
    msisdn: str | None = None
    """Whose number it names, as ``+260…``."""
    words: str | None = None
    """What else it says of people: a name, a narration."""
    reference: str | None = None
    """An id of ours in it."""
    kind: LineKind = LineKind.PAYMENT


class RefusedRow(NamedTuple):
    """A row that may be a movement and cannot be read, and why, in words."""

    row: int
    reason: str
    repeats: str | None = None
    """The transaction that an earlier row of the file shows, if that is why."""
    moves_ngwee: int = 0
    """What such a row would move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """What a whole file comes to; ``opening_ngwee`` and ``closing_ngwee`` where it says them."""

    sha256: str
    template: str
    lines: int
    total_ngwee: int
    """What all its lines move: amounts less fees."""
    opening_ngwee: int | None
    closing_ngwee: int | None
    first_at: Instant
    last_at: Instant
    refused: int
    refused_rows: Sequence[RefusedRow]
    """The first of those."""
    notes: Sequence[str] = ()
    """What was mended or left aside, in sentences."""


class StatementFile(Protocol):
    """A file that can be read as often as is wanted, a line at a time."""

    summary: FileSummary

    def lines(self) -> Iterator[FileLine]:
        """Read its lines."""


class StatementOpener(Protocol):
    """Looks at a file as a whole, by the templates of a provider."""

    def __call__(
        self, path: str, *, provider: str, template: str | None, order: str | None
    ) -> StatementFile:
        """Open it; a template's name and the order of dates (dmy, mdy, ymd) are a person's choice.

        Raises:
            InvalidRequest: it cannot be read, or it is not sure how.
        """
