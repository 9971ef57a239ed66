"""The stage for lines that name nothing of ours: same payer, same amount, and nearly same time."""

from bisect import bisect_left
from collections import defaultdict
from typing import Final

from domain.matching.board import Board
from domain.matching.findings import Rule

_EVIDENCE: Final = ("payer", "amount", "time")

_Key = tuple[str, int, bool]
_Side = dict[_Key, list[tuple[int, int]]]
"""(instant, place) in order, by payer, amount and whether a receipt is known."""


def match_by_payer(board: Board) -> None:
    """Take pairs of which neither side could be paired with anything else.

    Two receipts that are known and differ are two transactions, so only pairs with one receipt at
    most come into question. What could be paired in more than one way stays unclear.
    """
    lines, expected, window = _lines(board), _expected(board), board.terms.window
    chosen: list[tuple[int, int]] = []
    for (payer, amount, has_receipt), entries in lines.items():
        partners = _partners(expected, payer, amount, has_receipt=has_receipt)
        for at, place in entries:
            found = _near(partners, at, window)
            if not found:
                continue
            first = board.expected[found[0]]
            back = _partners(lines, payer, amount, has_receipt=bool(first.receipt))
            rivals = _near(back, first.at, window)
            if len(found) == 1 and len(rivals) == 1:
                chosen.append((place, found[0]))
            else:
                board.leave_unclear([place], [])
    unclear = board.unclear_lines
    doubted = {(board.lines[place].payer, board.lines[place].amount_ngwee) for place in unclear}
    for (payer, amount, has_receipt), entries in expected.items():
        if (payer, amount) not in doubted:
            continue
        partners = _partners(lines, payer, amount, has_receipt=has_receipt)
        for at, place in entries:
            if any(one in unclear for one in _near(partners, at, window)):
                board.leave_unclear([], [place])
    for place, found_one in chosen:
        board.take(Rule.PAYER, (place,), (found_one,), _EVIDENCE)


def _lines(board: Board) -> _Side:
    side: _Side = defaultdict(list)
    for place in board.paid_lines():
        line = board.lines[place]
        if line.payer and not line.reference and place not in board.unclear_lines:
            side[line.payer, line.amount_ngwee, bool(line.receipt)].append((line.at, place))
    return _in_order(side)


def _expected(board: Board) -> _Side:
    side: _Side = defaultdict(list)
    for place in board.open_places():
        one = board.expected[place]
        if one.payer:
            side[one.payer, one.amount_ngwee, bool(one.receipt)].append((one.at, place))
    return _in_order(side)


def _in_order(side: _Side) -> _Side:
    for entries in side.values():
        entries.sort()
    return side


def _partners(
    side: _Side, payer: str, amount: int, *, has_receipt: bool
) -> list[list[tuple[int, int]]]:
    known = () if has_receipt else side.get((payer, amount, True), ())
    return [entries for entries in (side.get((payer, amount, False)), known) if entries]


def _near(partners: list[list[tuple[int, int]]], at: int, window: int) -> list[int]:
    """Give up to two places within the window of each list: more would say no more."""
    found: list[int] = []
    for entries in partners:
        low = bisect_left(entries, (at - window, -1))
        high = bisect_left(entries, (at + window + 1, -1))
        found.extend(place for _, place in entries[low : min(high, low + 2)])
    return found
