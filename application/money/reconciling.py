"""``finance match``: matches all that is open, and records what each line is about."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypedDict
from uuid import UUID

from application.books.actors import Actor
from application.books.commands import Execute
from application.books.digests import Digests
from application.money.matching import (
    DECISIONS_MAX,
    Decided,
    Decision,
    RecordMatching,
    ToCancel,
    ToHold,
    ToSettle,
)
from application.money.sides import Gathering, OnProgress, Sides
from application.ports import Clock, ProviderTraits
from application.ports.queries import ConfirmedRow, KnownLine, LineRow, PaymentRow, Queries
from domain.fees import FeeSchedule
from domain.matching import (
    LineKind,
    Match,
    Outcome,
    Rule,
    Standing,
    Terms,
    Trouble,
    match_lines,
)
from domain.provider_account import ProviderAccount
from domain.receipt.names import ReceiptName
from domain.values import Instant

A_SAVE: Final = DECISIONS_MAX
"""Decisions that one save records: as much as a batch of messages, which wait no longer for it."""

_PAID_THOUGH: Final[Mapping[Standing, Trouble]] = {
    Standing.FAILED: Trouble.PAID_AFTER_FAILED,
    Standing.EXPIRED: Trouble.LATE_AFTER_EXPIRY,
}


class Found(NamedTuple):
    """What became of a line: the rule and evidence of its match, or its trouble."""

    receipt: ReceiptName
    amount_ngwee: int
    rule: str | None
    evidence: tuple[str, ...]
    shows: tuple[str, ...]
    """What it is about: receipts by their transactions, payments by our references."""
    trouble: str | None
    decision: Decision


class Hint(NamedTuple):
    """A payment that a line may be about; a person decides."""

    receipt: ReceiptName
    reference: str
    score: int
    evidence: tuple[str, ...]


@dataclass(kw_only=True)
class Reconciled:
    """What a run over a wallet came to."""

    wallet: str
    lines: int
    until: Instant
    """Up to when its statements reach."""
    found: Sequence[Found]
    hints: Sequence[Hint]
    recorded: Counter[str] = field(default_factory=Counter)
    """Lines that were matched, held, settled, known before or refused now; none in a dry run."""


def reconcile(
    queries: Queries,
    *,
    execute: Execute,
    clock: Clock,
    digests: Digests,
    traits: Mapping[str, ProviderTraits],
    actor: Actor,
    is_wanted: Callable[[str], bool] = lambda _wallet: True,
    is_dry: bool = False,
    on_progress: OnProgress = lambda _what, _count: None,
) -> Iterator[Reconciled]:
    """Match each wanted wallet that has open lines; running it again changes nothing.

    Raises:
        NotPermitted: the actor may not.
    """
    gathering = Gathering(queries, digests=digests, traits=traits, on_progress=on_progress)
    execute(RecordMatching((), actor=actor, at=clock.now()))
    for name in queries.wallets_to_match():
        if not is_wanted(name):
            continue
        sides = gathering.gather(ProviderAccount(name))
        until = queries.reach(name) or Instant(0)
        terms = Terms(until=until, fees=_fees(traits, name))
        outcome = match_lines(sides.expected, sides.lines, terms, past=sides.past)
        found = list(_decisions(sides, outcome))
        done = Reconciled(
            wallet=name,
            lines=len(sides.lines) - len(sides.past_lines) + len(sides.elsewhere),
            until=until,
            found=found,
            hints=[*_hints(sides, outcome)],
        )
        if not is_dry:
            waits = {UUID(one.receipt) for one in (*sides.shown, *sides.elsewhere) if _waits(one)}
            decisions = [one.decision for one in found if not _is_known(one.decision, waits)]
            done.recorded["known"] = len(found) - len(decisions)
            for first in range(0, len(decisions), A_SAVE):
                some = decisions[first : first + A_SAVE]
                recorded = execute(RecordMatching(some, actor=actor, at=clock.now()))
                done.recorded.update(
                    matched=recorded.matched,
                    held=recorded.held,
                    settled=recorded.settled,
                    known=recorded.known,
                    refused=len(recorded.refused),
                )
                on_progress("decisions", first + len(some))
        yield done


def _fees(traits: Mapping[str, ProviderTraits], wallet: str) -> FeeSchedule | None:
    """Give what is agreed with a wallet's provider; nothing with one that is set up no more."""
    its = traits.get(wallet.partition("/")[0])
    return None if its is None else its.fees


def _waits(row: LineRow | KnownLine) -> bool:
    return isinstance(row, LineRow) and row.held is not None


def _is_known(decision: Decision, waits: Collection[UUID]) -> bool:
    """Tell whether a decision says what is recorded already: that a line waits for a person."""
    return isinstance(decision, ToHold) and decision.line in waits


def _name(sides: Sides, row: LineRow | KnownLine) -> ReceiptName:
    return ReceiptName(sides.wallet, row.transaction_id)


def _decisions(sides: Sides, outcome: Outcome) -> Iterator[Found]:
    """Say what becomes of each open line, matches first."""
    decided: set[int] = set()
    beyond = {
        one.line: one.difference_ngwee
        for one in outcome.findings
        if one.trouble is Trouble.FEE_MISMATCH and one.line is not None
    }
    for match in outcome.matches:
        decided.update(match.lines)
        if match.rule is Rule.REVERSAL:
            yield from _undo(sides, match)
        else:
            yield from _show(sides, match, beyond)
    for away in sides.elsewhere:
        yield _hold(sides, away, Trouble.WRONG_WALLET)
    for finding in outcome.findings:
        place = finding.line
        if place is not None and place not in decided and place not in sides.past_lines:
            decided.add(place)
            yield _hold(sides, sides.shown[place], finding.trouble)
    for place, line in enumerate(sides.lines):
        if place in decided or place in sides.past_lines:
            continue
        row: LineRow | KnownLine = sides.shown[place]
        key = UUID(row.receipt)
        if line.kind is LineKind.FEE:
            decision = Decided(key, (), Rule.FEE, ("type",))
            yield _found(sides, row, decision, rule=Rule.FEE, evidence=("type",))
        elif line.kind is LineKind.SETTLEMENT:
            yield _found(sides, row, ToSettle(key), evidence=("type",))


def _found(
    sides: Sides,
    row: LineRow | KnownLine,
    decision: Decision,
    *,
    rule: Rule | None = None,
    evidence: tuple[str, ...] = (),
    shows: tuple[str, ...] = (),
    trouble: str | None = None,
) -> Found:
    return Found(_name(sides, row), row.amount_ngwee, rule, evidence, shows, trouble, decision)


def _hold(
    sides: Sides,
    row: LineRow | KnownLine,
    trouble: Trouble,
    evidence: tuple[str, ...] = (),
    shows: tuple[str, ...] = (),
) -> Found:
    decision = ToHold(UUID(row.receipt), trouble)
    return _found(sides, row, decision, evidence=evidence, shows=shows, trouble=trouble.value)


class _By(TypedDict):
    rule: Rule
    evidence: tuple[str, ...]


def _show(sides: Sides, match: Match, beyond: Mapping[int, int]) -> Iterator[Found]:
    """Let lines show what was confirmed; what nobody confirmed waits for a person.

    ``beyond`` is what lines, by their places, show of fees beyond what is agreed.
    """
    behind = [sides.behind[place] for place in match.expected]
    rows = [sides.shown[place] for place in match.lines]
    confirmed = [one for one in behind if isinstance(one, ConfirmedRow)]
    by: _By = {"rule": match.rule, "evidence": match.evidence}
    wanted = sum(sides.expected[place].amount_ngwee for place in match.expected)
    if len(confirmed) < len(behind):
        standing = sides.expected[match.expected[0]].standing
        trouble = _PAID_THOUGH.get(standing, Trouble.MISSING_IN_LEDGER)
        shows = tuple(one.reference for one in behind if isinstance(one, PaymentRow))
        for row in rows:
            yield _hold(sides, row, trouble, match.evidence, shows)
    elif len(confirmed) > 1 and wanted > rows[0].amount_ngwee:
        yield _hold(sides, rows[0], Trouble.SETTLEMENT_SHORTFALL, match.evidence)
    else:
        shows = tuple(one.transaction_id for one in confirmed)
        receipts = tuple(UUID(one.receipt) for one in confirmed)
        for row, place in zip(rows, match.lines, strict=True):
            fee = beyond.get(place, 0)
            decision = Decided(UUID(row.receipt), receipts, match.rule, match.evidence, fee)
            odd = Trouble.FEE_MISMATCH.value if fee else None
            yield _found(sides, row, decision, shows=shows, trouble=odd, **by)


def _undo(sides: Sides, match: Match) -> Iterator[Found]:
    """Let a reversal take back what credited nobody; what credited somebody is claimed first."""
    row = sides.shown[match.lines[-1]]
    place = match.lines[0] if len(match.lines) > 1 else match.original
    if place is None:
        return
    original, key = sides.shown[place], UUID(row.receipt)
    shows = (original.transaction_id,)
    credited = _credited_by(sides, place)
    by: _By = {"rule": match.rule, "evidence": match.evidence}
    if credited is not None and credited.out_ngwee:
        decision: Decision = Decided(key, (UUID(credited.receipt),), Rule.REVERSAL, match.evidence)
        yield _found(sides, row, decision, shows=shows, **by)
    elif credited is not None:
        yield _hold(sides, row, Trouble.REVERSED_AFTER_CREDIT, match.evidence, shows)
    elif len(match.lines) > 1 and original.amount_ngwee + row.amount_ngwee == 0:
        decision = ToCancel(key, UUID(original.receipt), match.evidence)
        yield _found(sides, row, decision, shows=shows, **by)
    else:
        for one in match.lines:
            yield _hold(sides, sides.shown[one], Trouble.AMOUNT_MISMATCH, match.evidence, shows)


class _Credited(NamedTuple):
    """The receipt that credited what a line shows, and what went back of it."""

    receipt: str
    out_ngwee: int


def _credited_by(sides: Sides, place: int) -> _Credited | None:
    row = sides.shown[place]
    if isinstance(row, KnownLine):
        return _Credited(row.shows or "", row.out_ngwee or 0) if row.account else None
    own = sides.confirmed.get(row.receipt)
    return None if own is None else _Credited(own.receipt, own.out_ngwee)


def _hints(sides: Sides, outcome: Outcome) -> Iterator[Hint]:
    for one in outcome.suggestions:
        name = _name(sides, sides.shown[one.line])
        yield Hint(name, sides.expected[one.expected].reference, one.score, one.evidence)
