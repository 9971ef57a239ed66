"""The stages of matching, in their order: each takes what it is sure of, and none guesses."""

from array import array
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Final

from domain.days import day_of
from domain.matching.board import PAID_LINES, Board
from domain.matching.findings import Rule
from domain.matching.neighbours import match_by_payer
from domain.matching.reversals import match_reversals
from domain.matching.sides import LineKind, Standing
from domain.matching.suggestions import suggest

Stage = Callable[[Board], None]

_RECEIPT: Final = ("receipt",)


def match_by_receipt(board: Board) -> None:
    """Take lines whose receipt the provider's API told us."""
    find = board.expected_by_receipt.get
    amounts = array(
        "q", [one.amount_ngwee for one in board.expected]
    )  # one after another in memory
    is_confirmed = bytes([one.standing is Standing.CONFIRMED for one in board.expected])
    open_lines, open_expected = board.open_lines, board.open_expected
    shown: list[int] = []
    paid: list[int] = []
    for place, line, found in zip(count(), board.lines, map(find, board.receipts)):
        if found is None or not (open_lines[place] and open_expected[found]):
            continue
        if line.kind not in PAID_LINES:
            continue
        if is_confirmed[found] and line.amount_ngwee == amounts[found]:
            open_lines[place] = open_expected[found] = 0
            shown.append(place)
            paid.append(found)
        elif line.amount_ngwee * amounts[found] > 0:
            board.note_as_expected(Rule.RECEIPT, shown, paid, _RECEIPT)
            board.take(Rule.RECEIPT, (place,), (found,), _RECEIPT)
    board.note_as_expected(Rule.RECEIPT, shown, paid, _RECEIPT)


def match_by_reference(board: Board) -> None:
    """Take lines that name our id, or the provider's id of our asking, in a column of their own.

    Of several that name the same payment, the earliest that shows its amount is taken; when none
    does they may be its parts, which is for a later stage.
    """
    for found, places in _lines_by_reference(board).items():
        wanted = board.expected[found].amount_ngwee
        fitting = [place for place in places if board.can_pair(place, found)]
        if not fitting:
            board.leave_unclear(places, [found])
            continue
        exact = [place for place in fitting if board.lines[place].amount_ngwee == wanted]
        if len(places) > 1 and not exact:
            continue
        first = min(exact or fitting, key=lambda p: (board.lines[p].at, board.lines[p].receipt))
        board.take(Rule.REFERENCE, (first,), (found,), ("reference",))


def match_by_narration(board: Board) -> None:
    """Take lines whose narration names one payment of ours, by our id or by its receipt."""
    for place in board.paid_lines():
        line = board.lines[place]
        if line.reference or not line.narration:
            continue
        named = {found for found in board.named_in(line.narration) if board.open_expected[found]}
        if not named:
            continue
        found = min(named)
        if len(named) == 1 and board.can_pair(place, found):
            board.take(Rule.NARRATION, (place,), (found,), ("narration",))
        else:
            board.leave_unclear([place], sorted(named))


def match_groups(board: Board) -> None:
    """Take several lines for the parts of one payment, and one line for a day of payments."""
    for found, places in _lines_by_reference(board).items():
        fitting = tuple(place for place in places if board.can_pair(place, found))
        if len(fitting) > 1 and len(fitting) == len(places):
            board.take(Rule.GROUP, fitting, (found,), ("reference", "parts"))
    batches: dict[int, list[int]] = defaultdict(list)
    for place, line in enumerate(board.lines):
        if board.open_lines[place] and line.kind is LineKind.BATCH:
            batches[day_of(line.at)].append(place)
    if batches:
        _match_days(board, batches)


def _match_days(board: Board, batches: dict[int, list[int]]) -> None:
    paid: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(board.expected):
        is_paid = one.standing is Standing.CONFIRMED and one.amount_ngwee > 0
        if is_paid and board.open_expected[place] and place not in board.unclear_expected:
            paid[day_of(one.at)].append(place)
    for day, lines in batches.items():
        if len(lines) > 1:
            board.leave_unclear(lines, paid[day])
        elif paid[day]:
            board.take(Rule.GROUP, (lines[0],), tuple(paid[day]), ("day", "sum"))


def _lines_by_reference(board: Board) -> dict[int, list[int]]:
    """Group open lines by the open expectation that their reference names."""
    grouped: dict[int, list[int]] = defaultdict(list)
    for place in board.paid_lines():
        reference = board.lines[place].reference
        found = board.expected_by_reference.get(reference) if reference else None
        if found is not None and board.open_expected[found]:
            grouped[found].append(place)
    return grouped


STAGES: Final[tuple[Stage, ...]] = (
    match_by_receipt,
    match_by_reference,
    match_by_narration,
    match_by_payer,
    match_groups,
    match_reversals,
    suggest,
)
"""All of them, in the only right order."""
