"""Runs the stages, and says of everything that it left what must be explained."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from domain.matching.board import Board
from domain.matching.findings import Finding, Match, Outcome, Rule, Trouble
from domain.matching.sides import NO_PAST, Expected, Line, LineKind, Past, Standing, Terms
from domain.matching.stages import STAGES, Stage
from domain.values import SECOND

_PAID_THOUGH: Final[Mapping[Standing, Trouble]] = MappingProxyType(
    {
        Standing.OPEN: Trouble.MISSING_IN_LEDGER,
        Standing.HELD: Trouble.MISSING_IN_LEDGER,
        Standing.FAILED: Trouble.PAID_AFTER_FAILED,
        Standing.EXPIRED: Trouble.LATE_AFTER_EXPIRY,
    }
)
"""What is wrong when a line shows money for something that stands so."""
_ACCOUNTED: Final = frozenset({LineKind.FEE, LineKind.SETTLEMENT})
"""Lines that are booked for what they are."""


def match_lines(
    expected: Sequence[Expected],
    lines: Sequence[Line],
    terms: Terms,
    stages: Sequence[Stage] = STAGES,
    past: Past = NO_PAST,
) -> Outcome:
    """Match what we expect with what a provider lists; the same input has the same outcome.

    Takes time in proportion to both sides (n log n where times are compared).
    """
    board = Board(expected, lines, terms, past)
    for stage in stages:
        stage(board)
    for match in board.to_judge if terms.fees is None else board.matches:
        if match.rule is not Rule.REVERSAL:
            _judge_match(board, match)
    for place, is_open in enumerate(board.open_lines):
        if is_open:
            _judge_line(board, place)
    in_transit = [
        place
        for place, is_open in enumerate(board.open_expected)
        if is_open and not _judge_expected(board, place)
    ]
    return Outcome(
        tuple(board.matches), tuple(board.findings), tuple(board.suggestions), tuple(in_transit)
    )


def _judge_match(board: Board, match: Match) -> None:
    """Note in which ways a line is not what was expected."""
    first, found = match.lines[0], match.expected[0]
    if len(match.lines) == len(match.expected) == 1:  # nearly all: without the cost of sums
        shown, wanted = board.lines[first].amount_ngwee, board.expected[found].amount_ngwee
    else:
        shown = sum(board.lines[place].amount_ngwee for place in match.lines)
        wanted = sum(board.expected[place].amount_ngwee for place in match.expected)
    is_batch = board.lines[first].kind is LineKind.BATCH
    if shown != wanted:
        trouble = Trouble.SETTLEMENT_SHORTFALL if is_batch else Trouble.AMOUNT_MISMATCH
        board.findings.append(Finding(trouble, first, None if is_batch else found, shown - wanted))
    standing = board.expected[found].standing
    if standing is not Standing.CONFIRMED:
        board.findings.append(Finding(_PAID_THOUGH[standing], first, found))
    fees = board.terms.fees
    if fees is None or is_batch:
        return
    for place in match.lines:
        line = board.lines[place]
        difference = line.fee_ngwee - fees.of(line.amount_ngwee)
        if difference:
            board.findings.append(Finding(Trouble.FEE_MISMATCH, place, found, difference))


def _judge_line(board: Board, place: int) -> None:
    """Say why a line that nothing was matched with stands there."""
    line = board.lines[place]
    if place in board.unclear_lines:
        board.close_line(place, Trouble.AMBIGUOUS)
    elif line.kind is LineKind.BATCH:
        board.close_line(place, Trouble.SETTLEMENT_SHORTFALL, line.amount_ngwee)
    elif line.kind is LineKind.PAYMENT and _names_what_is_paid(board, line):
        board.close_line(place, Trouble.DUPLICATE_PAYMENT, line.amount_ngwee)
    elif line.kind not in _ACCOUNTED:
        board.close_line(place, Trouble.MISSING_IN_LEDGER, line.amount_ngwee)


def _names_what_is_paid(board: Board, line: Line) -> bool:
    found = board.expected_by_reference.get(line.reference) if line.reference else None
    named = [found] if found is not None else board.named_in(line.narration)
    return any(not board.open_expected[one] for one in named)


def _judge_expected(board: Board, place: int) -> bool:
    """Say what is wrong with something that no line shows; False when it is in transit."""
    one, until = board.expected[place], board.terms.until
    trouble = None
    if place in board.unclear_expected:
        trouble = Trouble.AMBIGUOUS
    elif one.standing in {Standing.CONFIRMED, Standing.HELD}:
        if one.at > until:
            return False
        refund, payment = Trouble.REFUND_NOT_ON_STATEMENT, Trouble.MISSING_ON_STATEMENT
        trouble = refund if one.amount_ngwee < 0 else payment
    elif one.standing is Standing.OPEN and one.at + board.terms.stale_s * SECOND <= until:
        trouble = Trouble.STALE_PENDING
    if trouble is not None:
        board.findings.append(Finding(trouble, None, place, -one.amount_ngwee))
    return True
