"""One pass over a file: each row is a line, a refusal in words, a total to compare, or aside."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from adapters.spreadsheets.cells import Cell, CellRefused, text_of
from adapters.statements.cells import (
    NOTE_CHARACTERS_MAX,
    Moment,
    read_id,
    read_moment,
    read_ngwee,
    read_payer,
)
from adapters.statements.columns import Columns, plain
from adapters.statements.templates import FAILED, KINDS, SUCCEEDED, DateOrder, Template
from application.ports import FileLine, RefusedRow
from domain.matching import LineKind

R = TypeVar("R")

OPENING: Final = ("opening balance", "balance brought forward", "balance b f")
CLOSING: Final = ("closing balance", "balance carried forward", "balance c f")
_LABEL: Final = re.compile(
    r"\W*(?:(?:opening|closing) balance|balance (?:brought|carried|[bc]/f)"
    r"|(?:(?:grand|sub)[ -])?totals?\W*\Z)",
    re.IGNORECASE,
)
_LOST_LETTER: Final = re.compile(r"\w\?\w|(?<!\S)\?\w")
CURRENCIES: Final = frozenset({"", "zmw", "kwacha", "zk", "k"})


class Edge(NamedTuple):
    """A line at one end of a file."""

    line: FileLine
    balance_ngwee: int | None


@dataclass(slots=True)
class Tally:
    """What a pass has come across."""

    opening: int | None = None
    closing: int | None = None
    first: Edge | None = None
    last: Edge | None = None
    lines: int = 0
    total_ngwee: int = 0
    in_ngwee: int = 0
    out_ngwee: int = 0
    failed: int = 0
    aside: int = 0
    mended: int = 0
    doubtful: int = 0
    """Names with a question mark where a letter may have been."""
    text_dates: int = 0
    typed_dates: int = 0
    surely_ordered: int = 0
    """Dates of which day and month cannot stand the other way round."""
    swapped_alike: int = 0
    """Dates that say the same either way."""
    seen: set[str] = field(default_factory=set)
    number_lengths: set[int] = field(default_factory=set)
    """Of ids that are kept as numbers: how many digits."""


class _RowRepeats(CellRefused):
    """An earlier row of the file shows the same transaction."""

    def __init__(self, repeats: str, moves_ngwee: int) -> None:
        super().__init__("An earlier row shows the same transaction.")
        self.repeats = repeats
        self.moves_ngwee = moves_ngwee


class Reading:
    """A pass over rows by a template, in one order of dates."""

    def __init__(self, template: Template, columns: Columns, order: DateOrder) -> None:
        self._template = template
        self._columns = columns
        self._order = order
        self.tally = Tally()

    def read(self, rows: Iterator[Sequence[Cell]]) -> Iterator[FileLine | RefusedRow]:
        """Read all rows."""
        for number, row in enumerate(rows, start=1):
            if number == self._columns.heading_row or not any(row):
                continue
            if self._is_label(row):
                refused = self._compare(number, row)
                if refused is not None:
                    yield refused
            elif number > self._columns.heading_row:
                found = self._read_row(number, row)
                if found is not None:
                    yield found

    def _cell(self, row: Sequence[Cell], name: str) -> Cell:
        place = self._columns.places.get(name)
        return row[place] if place is not None and place < len(row) else None

    # -- rows that are no lines -----------------------------------------------------------------

    def _is_label(self, row: Sequence[Cell]) -> bool:
        first = next(filter(None, row), None)
        return any(
            isinstance(cell, str) and _LABEL.match(cell) is not None
            for cell in (first, self._cell(row, "id"))
        )

    def _compare(self, number: int, row: Sequence[Cell]) -> RefusedRow | None:
        """Note a balance that the file states, or compare a total with what was added up."""
        label = " ".join(plain(cell) for cell in row if _is_filled(cell))
        if any(words in label for words in (*OPENING, *CLOSING)):
            amount = self._stated(row)
            if any(words in label for words in OPENING):
                self.tally.opening = amount
            else:
                self.tally.closing = amount
            return None
        sums = {
            "amount": {self.tally.in_ngwee - self.tally.out_ngwee},
            "in": {self.tally.in_ngwee},
            "out": {self.tally.out_ngwee, -self.tally.out_ngwee},
        }
        for name, expected in sums.items():
            stated = self._amount_or_none(self._cell(row, name))
            if stated is not None and stated not in expected:
                return RefusedRow(number, "The total is not what the rows above it add up to.")
        return None

    def _stated(self, row: Sequence[Cell]) -> int | None:
        cells = (self._cell(row, "balance"), *reversed(row))
        return next(
            (found for cell in cells if (found := self._amount_or_none(cell)) is not None), None
        )

    def _amount_or_none(self, cell: Cell) -> int | None:
        try:
            return read_ngwee(cell, has_accounting_signs=self._template.has_accounting_signs)
        except CellRefused:
            return None

    # -- lines ----------------------------------------------------------------------------------

    def _read_row(self, number: int, row: Sequence[Cell]) -> FileLine | RefusedRow | None:
        amounts = [self._cell(row, name) for name in ("amount", "in", "out")]
        if not any(map(_is_filled, (self._cell(row, "date"), *amounts))):
            self.tally.aside += 1
            return None
        try:
            if self._has_failed(row):
                self.tally.failed += 1
                return None
            return self._line(number, row)
        except _RowRepeats as refusal:
            return RefusedRow(number, str(refusal), refusal.repeats, refusal.moves_ngwee)
        except CellRefused as refusal:
            is_sum = not any(map(_is_filled, (self._cell(row, "id"), self._cell(row, "date"))))
            return self._compare(number, row) if is_sum else RefusedRow(number, str(refusal))

    def _read(self, name: str, row: Sequence[Cell]) -> int | None:
        try:
            return read_ngwee(
                self._cell(row, name), has_accounting_signs=self._template.has_accounting_signs
            )
        except CellRefused as refusal:
            raise CellRefused(f"The column {name} {refusal}.") from None

    def _has_failed(self, row: Sequence[Cell]) -> bool:
        if "status" not in self._columns.places:
            return False
        status = plain(self._cell(row, "status"))
        if status in SUCCEEDED:
            return False
        if status not in FAILED:
            raise CellRefused("The column status holds a word that is not known.")
        return True

    def _line(self, number: int, row: Sequence[Cell]) -> FileLine:
        places = self._columns.places
        moment = self._moment(row)
        written = self._cell(row, "id")
        transaction_id = _named("id", read_id, written)
        if isinstance(written, int | float):
            self.tally.number_lengths.add(len(transaction_id))
        if "currency" in places and plain(self._cell(row, "currency")) not in CURRENCIES:
            raise CellRefused("The column currency names another than ZMW.")
        amount, fee = self._amounts(row)
        type_ = plain(self._cell(row, "type")) if "type" in places else ""
        kind = KINDS.get(type_, LineKind.PAYMENT if amount >= 0 else LineKind.REFUND)
        if type_ in self._template.fees:
            transaction_id, amount, fee = f"{transaction_id}/fee", 0, abs(amount)
        elif kind is LineKind.FEE and amount < 0 and fee == 0:
            amount, fee = 0, -amount
        if kind is LineKind.FEE and amount:
            kind = LineKind.PAYMENT if amount > 0 else LineKind.REFUND
        if fee < 0 or (amount == 0 and fee == 0):
            raise CellRefused("The row moves nothing, or has a fee below nothing.")
        balance = self._read("balance", row)
        msisdn, words, is_mended = _named("payer", read_payer, self._cell(row, "payer"))
        note = _named("words", text_of, self._cell(row, "words"))
        if transaction_id in self.tally.seen:
            raise _RowRepeats(transaction_id, amount - fee)
        line = FileLine(
            *(number, transaction_id, amount, fee, moment.at, msisdn),
            words="\n".join(filter(None, (words, note)))[:NOTE_CHARACTERS_MAX] or None,
            reference=_own_id(self._cell(row, "reference")),
            kind=kind,
        )
        self.tally.mended += is_mended
        if line.words and "?" in line.words:
            self.tally.doubtful += _LOST_LETTER.search(line.words) is not None
        self._count(line, moment, balance)
        return line

    def _moment(self, row: Sequence[Cell]) -> Moment:
        try:
            return read_moment(
                self._cell(row, "date"), order=self._order, offset_s=self._template.offset_s
            )
        except CellRefused as refusal:
            raise CellRefused(f"The column date {refusal}.") from None

    def _amounts(self, row: Sequence[Cell]) -> tuple[int, int]:
        fee = self._read("fee", row) or 0
        if {"in", "out"} <= self._columns.places.keys():
            came, went = self._read("in", row) or 0, abs(self._read("out", row) or 0)
            if came and went:
                raise CellRefused("The row has an amount in and one out.")
            return came - went, fee
        amount = self._read("amount", row)
        if amount is None:
            raise CellRefused("The row has no amount.")
        if self._template.outgoing and plain(self._cell(row, "type")) in self._template.outgoing:
            amount = -abs(amount)
        return amount, fee

    def _count(self, line: FileLine, moment: Moment, balance: int | None) -> None:
        tally = self.tally
        tally.seen.add(line.transaction_id)
        tally.lines += 1
        tally.total_ngwee += line.amount_ngwee - line.fee_ngwee
        tally.in_ngwee += max(line.amount_ngwee, 0)
        tally.out_ngwee += max(-line.amount_ngwee, 0)
        tally.text_dates += moment.is_text
        tally.typed_dates += not moment.is_text
        tally.surely_ordered += moment.is_text and not moment.swaps
        tally.swapped_alike += moment.is_text and moment.is_same_swapped
        tally.last = Edge(line, balance)
        tally.first = tally.first or tally.last


def _named(name: str, read: Callable[[Cell], R], cell: Cell) -> R:
    """Read a cell, and name its column where that cannot be done."""
    try:
        return read(cell)
    except CellRefused as refusal:
        raise CellRefused(f"The column {name} {refusal}.") from None


def _is_filled(cell: Cell) -> bool:
    return cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace())


def _own_id(cell: Cell) -> str | None:
    """Give an id of ours; whatever else people type there is no business of the log's."""
    if not cell:
        return None
    try:
        return str(UUID(text_of(cell)))
    except (CellRefused, ValueError):
        return None
