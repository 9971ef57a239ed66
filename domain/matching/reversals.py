"""The stage for what a provider took back: which line or payment a reversal undoes."""

from bisect import bisect_left
from collections import defaultdict
from typing import Final

from domain.matching.board import Board
from domain.matching.findings import Finding, Rule, Trouble
from domain.matching.sides import LineKind, Standing
from domain.values import SECOND

SIMILAR_MAX: Final = 1_000
"""Lines of one payer and amount that are looked at for a reversal; with more it stays unclear."""


def match_reversals(board: Board) -> None:
    """Take reversals for what they undo: by its receipt, our id, or the opposite amount alone.

    Those that name something come first, so that the others are not taken for the same.
    """
    places = [
        place
        for place, line in enumerate(board.lines)
        if line.kind is LineKind.REVERSAL and board.open_lines[place]
    ]
    if places:
        undoing = _Undoing(board)
        for place in places:
            undoing.by_name(place)
        for place in places:
            if board.open_lines[place]:
                undoing.by_opposite(place)


class _Undoing:
    """The lines that reversals may undo, each once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._undone: set[int] = set()
        self._paid: dict[int, int] = {}
        """The expectation that a line shows alone."""
        self._shown: dict[int, int] = {}
        for known, paid in board.past.pairs.items():
            self._paid[known] = paid
            self._shown[paid] = known
        for match in board.matches:
            if len(match.lines) == len(match.expected) == 1:
                self._paid[match.lines[0]] = match.expected[0]
                self._shown[match.expected[0]] = match.lines[0]
        self._similar: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for place, line in enumerate(board.lines):
            if line.kind is LineKind.PAYMENT and line.payer:
                self._similar[line.payer, line.amount_ngwee].append((line.at, place))
        for entries in self._similar.values():
            entries.sort()

    def by_name(self, place: int) -> None:
        """Undo what the reversal names."""
        line, board = self._board.lines[place], self._board
        if line.original in board.line_by_receipt and line.original != line.receipt:
            self._undo(place, board.line_by_receipt[line.original], "original")
        elif line.reference in board.expected_by_reference:
            shown = self._shown.get(board.expected_by_reference[line.reference])
            if shown is not None:
                self._undo(place, shown, "reference")

    def by_opposite(self, place: int) -> None:
        """Undo the only line of the same payer and amount that came before."""
        line, board = self._board.lines[place], self._board
        if line.original or line.reference:
            return
        entries = self._similar.get((line.payer, -line.amount_ngwee), [])
        low = bisect_left(entries, (line.at - board.terms.reversal_s * SECOND, -1))
        high = bisect_left(entries, (line.at + 1, -1))
        near = entries[low : min(high, low + SIMILAR_MAX)]
        found = [one for _, one in near if one not in self._undone]
        if len(found) == 1 and high - low <= SIMILAR_MAX:
            self._undo(place, found[0], "opposite amount")
        elif found:
            board.leave_unclear([place], [])

    def _undo(self, place: int, original: int, evidence: str) -> None:
        board = self._board
        if original in self._undone:
            return
        self._undone.add(original)
        if board.open_lines[original]:
            board.take(Rule.REVERSAL, (original, place), (), (evidence,))
        else:
            board.take(Rule.REVERSAL, (place,), (), (evidence,), original)
        paid = self._paid.get(original)
        if paid is not None and board.expected[paid].standing is Standing.CONFIRMED:
            board.findings.append(Finding(Trouble.REVERSED_AFTER_CREDIT, place, paid))
        difference = board.lines[original].amount_ngwee + board.lines[place].amount_ngwee
        if difference:
            board.findings.append(Finding(Trouble.AMOUNT_MISMATCH, place, paid, difference))
