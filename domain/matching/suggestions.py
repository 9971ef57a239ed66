"""The last stage: whom a person might ask about a line that nothing else explains."""

from bisect import bisect_left
from collections import defaultdict
from typing import Final

from domain.matching.board import Board
from domain.matching.findings import Suggestion
from domain.values import SECOND

SUGGESTIONS_MAX: Final = 3
NEIGHBOURS_MAX: Final = 8
"""Expectations that are looked at on either side in time, by payer and by amount."""
_PAYER: Final = 50
_AMOUNT: Final = 40
_NEAR: Final = 10
"""What each agreement adds to a score; nearness in time by how near it is."""

_Index = dict[object, list[tuple[int, int]]]


def suggest(board: Board) -> None:
    """Suggest what is open with the same payer or amount, about the same time; take nothing."""
    by_payer: _Index = defaultdict(list)
    by_amount: _Index = defaultdict(list)
    for place, one in enumerate(board.expected):
        if board.open_expected[place]:
            by_payer[one.payer].append((one.at, place))
            by_amount[one.amount_ngwee].append((one.at, place))
    for index in (by_payer, by_amount):
        for entries in index.values():
            entries.sort()
    for place in board.paid_lines():
        line = board.lines[place]
        near = _near(by_payer, line.payer, line.at) if line.payer else set()
        near |= _near(by_amount, line.amount_ngwee, line.at)
        scored = [made for found in near if (made := _score(board, place, found)) is not None]
        scored.sort(key=lambda one: (-one.score, one.expected))
        board.suggestions.extend(scored[:SUGGESTIONS_MAX])


def _near(index: _Index, key: object, at: int) -> set[int]:
    entries = index.get(key, [])
    middle = bisect_left(entries, (at, -1))
    return {
        place for _, place in entries[max(0, middle - NEIGHBOURS_MAX) : middle + NEIGHBOURS_MAX]
    }


def _score(board: Board, place: int, found: int) -> Suggestion | None:
    line, one = board.lines[place], board.expected[found]
    span = board.terms.suggestion_s * SECOND
    apart = abs(line.at - one.at)
    if apart > span or line.amount_ngwee * one.amount_ngwee <= 0:
        return None
    has_payer = bool(line.payer) and line.payer == one.payer
    has_amount = line.amount_ngwee == one.amount_ngwee
    evidence = tuple(
        word for word, is_so in (("payer", has_payer), ("amount", has_amount)) if is_so
    )
    score = _PAYER * has_payer + _AMOUNT * has_amount + _NEAR * (span - apart) // max(span, 1)
    return Suggestion(place, found, score, (*evidence, "time"))
