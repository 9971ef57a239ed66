"""Opens a provider's file: looked at as a whole first, then read a line at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from adapters.spreadsheets.bounds import Bounds
from adapters.spreadsheets.cells import Cell
from adapters.spreadsheets.csv_rows import digest_of
from adapters.spreadsheets.remarks import Remarks
from adapters.spreadsheets.rows import Rows, rows_of
from adapters.statements.columns import Columns, find_columns, headings_of
from adapters.statements.reading import Edge, Reading, Tally
from adapters.statements.templates import TEMPLATES, DateOrder, Template
from application.ports import FileLine, FileSummary
from domain.errors import InvalidRequest

REFUSED_SHOWN_MAX: Final = 1_000
TOLD_EVERY: Final = 1_000
"""Rows between two words of how far the first look is."""
DEFAULT_BOUNDS: Final = Bounds()

OnRows = Callable[[int], None]


class UnknownLayout(InvalidRequest):
    """No template fits; ``headings`` are what looks most like headings, in ``row``."""

    def __init__(self, row: int, headings: Sequence[str]) -> None:
        found = (
            f"Row {row} looks like its headings: {', '.join(headings)}."
            " `ngoma finance templates FILE` writes a template to begin with."
        )
        empty = "It holds no table."
        super().__init__(
            f"No template fits this file. {found if headings else empty}", field="template"
        )
        self.row = row
        self.headings = headings


def open_statement(
    path: Path,
    *,
    templates: Sequence[Template] = TEMPLATES,
    order: DateOrder | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
    on_rows: OnRows = lambda _rows: None,
) -> "ReadFile":
    """Look at a file as a whole by the first template that fits; ``order`` is a person's choice.

    ``on_rows`` is told now and then how many rows were looked at.

    Raises:
        InvalidRequest: it cannot be read, or it is not sure how; what can be chosen is named by
            ``field``: ``template``, ``date_format``, else ``file``.
    """
    rows = rows_of(path, bounds)
    template, columns = _fit(rows, templates)
    return ReadFile(rows, template, columns, order, sha256=digest_of(path), on_rows=on_rows)


def headings_in(path: Path, *, bounds: Bounds = DEFAULT_BOUNDS) -> tuple[int, Sequence[str]]:
    """Give the row of a file that looks most like headings, and its texts.

    Raises:
        InvalidRequest: with field ``file``: it cannot be read.
    """
    found = [headings_of(head) for head in rows_of(path, bounds).heads()]
    row, headings = max(found, key=lambda one: len(one[1]))
    if not headings:
        msg = "The file holds no table."
        raise InvalidRequest(msg, field="file")
    return row, headings


def _fit(rows: Rows, templates: Sequence[Template]) -> tuple[Template, Columns]:
    found = []
    for head in rows.heads():
        for template in templates:
            columns = find_columns(head, template)
            if columns is not None:
                return template, columns
        found.append(headings_of(head))
    raise UnknownLayout(*max(found, key=lambda one: len(one[1])))


class ReadFile:
    """A file that can be read line by line as often as is wanted."""

    def __init__(
        self,
        rows: Rows,
        template: Template,
        columns: Columns,
        order: DateOrder | None,
        *,
        sha256: str,
        on_rows: OnRows,
    ) -> None:
        self._rows = rows
        self._template = template
        self._columns = columns
        self._order: DateOrder = order or template.order
        reading = self._reading()
        self.summary = _summary(
            reading, _told(rows.rows(), on_rows), template.name, sha256, rows.remarks
        )
        _refuse_lost_zeros(reading.tally)
        if order is None:
            _refuse_doubt(reading.tally, self._order)
            _refuse_formats(rows.date_formats.get(columns.places["date"], ()))

    def _reading(self) -> Reading:
        return Reading(self._template, self._columns, self._order)

    def lines(self) -> Iterator[FileLine]:
        """Read its lines again."""
        for found in self._reading().read(self._rows.rows()):
            if isinstance(found, FileLine):
                yield found


def _told(rows: Iterator[Sequence[Cell]], on_rows: OnRows) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(rows, start=1):
        if number % TOLD_EVERY == 0:
            on_rows(number)
        yield row


def _summary(
    reading: Reading,
    rows: Iterator[Sequence[Cell]],
    template: str,
    sha256: str,
    remarks: Remarks,
) -> FileSummary:
    first_at = last_at = None
    refused, shown = 0, []
    for found in reading.read(rows):
        if isinstance(found, FileLine):
            at = found.happened_at
            first_at = at if first_at is None or at < first_at else first_at
            last_at = at if last_at is None or at > last_at else last_at
        else:
            refused += 1
            shown += [found] if refused <= REFUSED_SHOWN_MAX else []
    if first_at is None or last_at is None:
        why = f" Row {shown[0].row}: {shown[0].reason}" if shown else ""
        raise InvalidRequest(f"No line of the file can be read.{why}", field="file")
    opening, closing = _balances(reading.tally)
    return FileSummary(
        sha256=sha256,
        template=template,
        lines=reading.tally.lines,
        total_ngwee=reading.tally.total_ngwee,
        opening_ngwee=opening,
        closing_ngwee=closing,
        first_at=first_at,
        last_at=last_at,
        refused=refused,
        refused_rows=shown,
        notes=[*_notes(reading.tally), *remarks.told()],
    )


def _balances(tally: Tally) -> tuple[int | None, int | None]:
    """Give what the file says that it opens and closes with, or what follows from its balances.

    Files list the oldest line first or last; times say which, or what adds up where they are alike.
    """
    opening, closing = tally.opening, tally.closing
    first, last = tally.first, tally.last
    if first is None or last is None or first.balance_ngwee is None or last.balance_ngwee is None:
        return opening, closing
    begins, ends = _before(first), last.balance_ngwee
    is_backwards = first.line.happened_at > last.line.happened_at or (
        first.line.happened_at == last.line.happened_at and begins + tally.total_ngwee != ends
    )
    if is_backwards:
        begins, ends = _before(last), first.balance_ngwee
    return begins if opening is None else opening, ends if closing is None else closing


def _before(edge: Edge) -> int:
    return (edge.balance_ngwee or 0) - edge.line.amount_ngwee + edge.line.fee_ngwee


def _notes(tally: Tally) -> Iterator[str]:
    told = {
        "rows of failed transactions were left aside": tally.failed,
        "rows without date and amount were left aside": tally.aside,
        "phone numbers had lost their zero and were given 260": tally.mended,
        "names hold a question mark where a letter may have been": tally.doubtful,
    }
    for words, count in told.items():
        if count:
            yield f"{count} {words}."


def _refuse_lost_zeros(tally: Tally) -> None:
    """Refuse ids that an office program made numbers of, where some may have been longer."""
    if len(tally.number_lengths) > 1:
        msg = "Transaction ids were kept as numbers, and some are shorter: zeros at their beginning"
        msg += " may be lost. Import the provider's own file, or one that keeps them as text."
        raise InvalidRequest(msg, field="file")


def _refuse_doubt(tally: Tally, order: DateOrder) -> None:
    """Refuse dates that an office program may have turned, until a person says what they are."""
    if tally.text_dates and tally.typed_dates:
        msg = "Some dates are text and some are cells of a date, as when an office program turned"
        msg += " day and month of those it could. Say by --date-format how to read the text."
        raise InvalidRequest(msg, field="date_format")
    is_open = tally.text_dates and not tally.surely_ordered
    if order != "ymd" and is_open and tally.swapped_alike < tally.text_dates:
        msg = "Day and month of every date in this file can be read both ways: say by"
        msg += " --date-format dmy or mdy which comes first."
        raise InvalidRequest(msg, field="date_format")


def _refuse_formats(formats: Collection[str]) -> None:
    """Refuse dates shown in two ways: the trace of an office program that turned some of them."""
    if len(formats) > 1:
        msg = "The dates of this file are shown in more than one way, as when an office program"
        msg += " turned day and month of some. Look, then say by --date-format how to read text."
        raise InvalidRequest(msg, field="date_format")
