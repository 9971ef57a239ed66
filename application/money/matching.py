"""Records what lines of statements are about, as matching found it or as a person says."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.books.locks import require_open_line
from application.books.reasons import WithReason
from application.money.oddities import note_oddity
from domain.errors import InvalidRequest, NgomaError, TooLate
from domain.matching import Rule, Trouble
from domain.receipt import Receipt
from domain.receipt.known import PARTS_MAX
from domain.roles import Duty
from domain.values import Instant

DECISIONS_MAX: Final = 1_000
"""Lines that one save decides: a larger one would keep customers waiting."""


class Decided(NamedTuple):
    """The line of receipt ``line`` shows what ``receipts`` confirmed: its own, or others."""

    line: UUID
    receipts: tuple[UUID, ...]
    rule: Rule
    evidence: tuple[str, ...]
    beyond_fee_ngwee: int = 0
    """What the provider kept beyond the fee that is agreed; less, where it is negative."""


class ToHold(NamedTuple):
    """The line of receipt ``line`` waits for a person, for this trouble."""

    line: UUID
    trouble: Trouble


class ToSettle(NamedTuple):
    """The line of receipt ``line`` moves money between our wallet and our bank."""

    line: UUID


class ToCancel(NamedTuple):
    """The line of receipt ``line`` takes back the one of ``original``, which credited nobody."""

    line: UUID
    original: UUID
    evidence: tuple[str, ...]


Decision = Decided | ToHold | ToSettle | ToCancel


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of decisions."""

    matched: int = 0
    held: int = 0
    settled: int = 0
    known: int = 0
    """Lines that were accounted for, or held, before."""
    refused: tuple[UUID, ...] = ()
    """Lines whose receipts say something else by now: to be matched again."""


class RecordMatching(Command[Recorded]):
    """Record decisions in one save; the same again records nothing."""

    def __init__(
        self, decisions: Sequence[Decision], *, actor: Actor | None = None, at: Instant
    ) -> None:
        """Take up to ``DECISIONS_MAX`` decisions; without an actor nobody's duty is asked for.

        Raises:
            InvalidRequest: there are more.
        """
        if len(decisions) > DECISIONS_MAX:
            msg = f"Up to {DECISIONS_MAX} decisions are recorded at once."
            raise InvalidRequest(msg, field="decisions")
        self.at = at
        self.weight = len(decisions)
        self._decisions = decisions
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """Every line, and every receipt that one shows."""
        for decision in self._decisions:
            yield decision.line
            if isinstance(decision, Decided):
                yield from decision.receipts
            elif isinstance(decision, ToCancel):
                yield decision.original

    def decide(self, books: Books) -> Recorded:
        """Record what still holds; a line that was accounted for meanwhile is left as it is.

        Raises:
            NotPermitted: the actor may not.
        """
        if self._actor is not None:
            permit(books, self._actor, Duty.RECONCILE)
        done: Counter[str] = Counter()
        refused: list[UUID] = []
        for decision in self._decisions:
            try:
                done[self._record(books, decision)] += 1
            except NgomaError:
                refused.append(decision.line)
        return Recorded(**done, refused=tuple(refused))

    def _record(self, books: Books, decision: Decision) -> str:
        """Record one; give the field of ``Recorded`` that counts it."""
        line = books.get(Receipt, decision.line)
        waits = line.is_held_posted and isinstance(decision, Decided | ToCancel)
        if not waits and (line.is_posted or line.held is not None):
            return "known"
        match decision:
            case ToHold():
                line.hold(cause=decision.trouble.value.upper(), at=self.at)
                books.record(line)
                return "held"
            case ToSettle():
                line.settle(at=self.at)
                books.record(line)
                return "settled"
            case ToCancel():
                _cancel(books, line, decision, self.at)
            case Decided():
                _match(books, line, decision, self.at)
                if decision.beyond_fee_ngwee:
                    beyond = decision.beyond_fee_ngwee
                    note_oddity(books, line, Trouble.FEE_MISMATCH, amount_ngwee=beyond, at=self.at)
        return "matched"


class MatchByHand(WithReason[list[int]]):
    """Say what a line is about, all of it or a part: what a person of finance decides."""

    def __init__(
        self,
        line: UUID,
        receipts: Sequence[UUID],
        *,
        amount_ngwee: int | None,
        is_into_open: bool = False,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``amount_ngwee`` None is all that is left of the line; a part names one receipt.

        ``is_into_open``: of a line of a locked day, it is to count today.
        """
        super().__init__(actor=actor, reason=reason, at=at)
        self._decided = Decided(line, tuple(receipts), Rule.BY_HAND, ())
        self._amount = amount_ngwee
        self._is_into_open = is_into_open

    def touches(self) -> Iterable[UUID]:
        """The line, and what it shows."""
        return (self._decided.line, *self._decided.receipts)

    def decide(self, books: Books) -> list[int]:
        """Match it; the numbers of the parts.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such receipt.
            TooLate: the line is accounted for, its day is locked, or nothing of a receipt waits
                for such a line.
            InvalidRequest: no such part can be.
        """
        permit(books, self._actor, Duty.MOVE_CREDITS)
        if self._amount is not None and len(self._decided.receipts) != 1:
            msg = "A part of a line is of one receipt."
            raise InvalidRequest(msg, field="receipts")
        line = books.get(Receipt, self._decided.line)
        require_open_line(books, line, is_into_open=self._is_into_open)
        parts = _match(
            books,
            line,
            self._decided,
            self.at,
            amount_ngwee=self._amount,
            actor=self._actor.name,
            reason=self._reason_reference(),
        )
        self._keep_reason(books)
        return parts


class Unmatch(WithReason[None]):
    """Take a match back: both sides are open again."""

    def __init__(
        self,
        line: UUID,
        part: int,
        *,
        is_into_open: bool = False,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``is_into_open``: of a line of a locked day, it is to count today."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._line = line
        self._part = part
        self._is_into_open = is_into_open

    def touches(self) -> Iterable[UUID]:
        """The line; what it shows stands in it."""
        return (self._line,)

    def decide(self, books: Books) -> None:
        """Take it back.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such receipt, or no such match is in force.
            TooLate: the line's day is locked.
        """
        permit(books, self._actor, Duty.MOVE_CREDITS)
        line = books.get(Receipt, self._line)
        require_open_line(books, line, is_into_open=self._is_into_open)
        amount = line.parts.get(str(self._part), (0,))[0]
        others = line.unmatch(
            self._part, actor=self._actor.name, reason=self._reason_reference(), at=self.at
        )
        for key in others:
            other = books.get(Receipt, UUID(key))
            other.uncover(by=str(line.id), part=self._part, amount_ngwee=amount, at=self.at)
            books.record(other)
        self._keep_reason(books)
        books.record(line)


def _cancel(books: Books, line: Receipt, decision: ToCancel, at: Instant) -> None:
    """Let two lines that credited nobody account for one another: the first stands in Clearing
    for nothing, and the second shows that.

    Raises:
        TooLate: the first is accounted for otherwise, or the amounts are not opposite.
    """
    original = books.get(Receipt, decision.original)
    original.require_creditable()
    line.require_creditable()
    if original.line_ngwee + line.line_ngwee:
        msg = "The second line does not show what the first did."
        raise TooLate(msg)
    by = Rule.REVERSAL, decision.evidence
    original.reverse(amount_ngwee=original.line_ngwee, at=at)
    _match(books, original, Decided(original.id, (original.id,), *by), at)
    _match(books, line, Decided(line.id, (original.id,), *by), at)


def _match(
    books: Books,
    line: Receipt,
    decided: Decided,
    at: Instant,
    *,
    amount_ngwee: int | None = None,
    actor: str | None = None,
    reason: str | None = None,
) -> list[int]:
    """Match a line with its own receipt, or with each of others by a part of its own.

    All is checked before anything is recorded. The last of others takes what is left, up to what
    waits for it; a difference stays open where it is.
    """
    named = decided.receipts
    is_own = line.id in named
    if len(set(named)) < len(named) or len(named) > (1 if is_own else PARTS_MAX):
        msg = f"A line shows its own receipt, or up to {PARTS_MAX} others, each once."
        raise InvalidRequest(msg, field="receipts")
    others = [] if is_own else [books.get(Receipt, key) for key in named]
    shares = _shares(line, others, amount_ngwee) if others else [amount_ngwee]
    parts = []
    for key, share in zip(named or (None,), shares, strict=True):
        part = line.match(
            rule=decided.rule.value,
            evidence=decided.evidence,
            receipts=[] if key is None else [str(key)],
            amount_ngwee=share,
            actor=actor,
            reason=reason,
            at=at,
        )
        parts.append(part)
    for other, part, share in zip(others, parts, shares, strict=False):
        other.cover(by=str(line.id), part=part, amount_ngwee=share or 0, at=at)
        books.record(other)
    books.record(line)
    return parts


def _shares(line: Receipt, others: Sequence[Receipt], amount_ngwee: int | None) -> list[int]:
    """Give how much of a line each receipt takes.

    Raises:
        TooLate: nothing of a receipt waits for such a line, or the line has not enough for all.
        InvalidRequest: the amount is more than what is left.
    """
    left = line.check_part(amount_ngwee)
    shares = [left] if len(others) == 1 else [other.clearing_ngwee for other in others]
    for other, share in zip(others, shares, strict=True):
        if other.clearing_ngwee * share <= 0 or left * share <= 0:
            msg = "Nothing of this receipt waits for such a line."
            raise TooLate(msg)
    if abs(sum(shares)) > abs(left):
        msg = "The line shows less than all of these receipts."
        raise TooLate(msg)
    return shares
