"""What can happen to a receipt; the aggregate nests these events under its own name.

Amounts are signed as our wallet sees them: what comes in is positive. A fee is what the provider
keeps, at least 0: a line moves our wallet by ``amount_ngwee - fee_ngwee``.
"""

from typing import Any, ClassVar, Final

from domain.events import Aggregate
from domain.receipt.progress import Progress

FROM_LINE: Final = "line"
"""A line of a statement that nothing was posted for."""
FROM_CLEARING: Final = "clearing"
"""Money that the provider's API confirmed and no statement has shown."""
FROM_HELD: Final = "held"
"""Money that a statement has shown and nobody claims."""


class Event(Aggregate.Event):
    """Base of a receipt's events."""

    TOPIC = "Receipt.Event"


class Opened(Event, Aggregate.Created):
    """A transaction of ``provider_account`` became known, under the provider's own id for it."""

    TOPIC = "Receipt.Opened"
    provider_account: str
    transaction_id: str


class SeenByApi(Event):
    """The provider's API tells of it; ``payment`` is the id of ours that it paid, if known."""

    TOPIC = "Receipt.SeenByApi"
    payment: str | None
    amount_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.said_ngwee = self.amount_ngwee


class SeenOnStatement(Event):
    """A line of a statement tells of it.

    ``statement`` is the id of the file, ``line`` its row, ``kind`` what it says that it is (a
    ``domain.matching.LineKind``), ``happened_at`` the provider's time.
    ``content`` names what the line says of people (number and seal), ``reference`` our id in it.
    ``posts_held`` when the API alone held it until now: it is posted to Unallocated with this.
    """

    TOPIC = "Receipt.SeenOnStatement"
    class_version: ClassVar[int] = 2
    provider_account: str
    statement: str
    line: int
    kind: str
    amount_ngwee: int
    fee_ngwee: int
    happened_at: int
    content: str | None
    reference: str | None
    posts_held: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Take the sign for the kind, as before types were read."""
        state["kind"] = "refund" if state["amount_ngwee"] < 0 else "payment"
        if state["amount_ngwee"] == 0:
            state["kind"] = "fee"

    def apply(self, receipt: Progress) -> None:
        receipt.statement = self.statement
        receipt.line = self.line
        receipt.happened_at = self.happened_at
        receipt.line_ngwee = self.amount_ngwee
        receipt.fee_ngwee = self.fee_ngwee
        receipt.is_held_posted = self.posts_held


class Credited(Event):
    """It paid ``payment``: Confirmed and the wallet's TopUp are in the same save.

    ``source`` is "clearing", or "held" when it stood in Unallocated until now.
    """

    TOPIC = "Receipt.Credited"
    provider_account: str
    payment: str
    account: int
    source: str
    credits: int
    amount_ngwee: int
    vat_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.payment = self.payment
        _credit(receipt, self)


class Held(Event):
    """Nobody knows whose it is, or it is not as was asked: a person must look at it.

    ``posts`` when a line shows it: it stands in Unallocated from now on.
    """

    TOPIC = "Receipt.Held"
    provider_account: str
    cause: str
    amount_ngwee: int
    fee_ngwee: int
    posts: bool

    def apply(self, receipt: Progress) -> None:
        receipt.held = self.cause
        receipt.is_held_posted = self.posts


class Assigned(Event):
    """``actor`` gave it to an account, whose TopUp is in the same save; the reason is a content.

    ``entry`` numbers the ManualEntry that ``approver`` approved.
    """

    TOPIC = "Receipt.Assigned"
    class_version: ClassVar[int] = 2
    provider_account: str
    account: int
    source: str
    credits: int
    amount_ngwee: int
    vat_ngwee: int
    actor: str
    approver: str | None
    entry: int | None
    reason: str

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Know of no entry: one person did it alone, or told of another."""
        state["entry"] = None

    def apply(self, receipt: Progress) -> None:
        _credit(receipt, self)


class Matched(Event):
    """A part of its line is accounted for, by ``rule``, on this ``evidence``.

    ``receipts`` are the ids of those whose confirmed money the part shows (Covered is in the same
    save, unless it is this one's own). ``source`` is "line", or "held" when the line stood in
    Unallocated until now. By hand there are ``actor`` and ``reason`` (a content).
    """

    TOPIC = "Receipt.Matched"
    provider_account: str
    part: int
    rule: str
    evidence: list[str]
    receipts: list[str]
    source: str
    amount_ngwee: int
    fee_ngwee: int
    actor: str | None
    reason: str | None

    def apply(self, receipt: Any) -> None:
        receipt.next_part = self.part + 1
        receipt.parts = {
            **receipt.parts,
            str(self.part): [self.amount_ngwee, self.fee_ngwee, self.source, self.receipts],
        }
        if self.source == FROM_HELD:
            receipt.is_held_posted = False
            receipt.held = None
        if str(receipt.id) in self.receipts:
            receipt.clearing_ngwee -= self.amount_ngwee


class Unmatched(Event):
    """``actor`` took a match back: what it posted is posted back; the reason is a content."""

    TOPIC = "Receipt.Unmatched"
    provider_account: str
    part: int
    receipts: list[str]
    source: str
    amount_ngwee: int
    fee_ngwee: int
    actor: str
    reason: str

    def apply(self, receipt: Any) -> None:
        receipt.parts = {key: one for key, one in receipt.parts.items() if key != str(self.part)}
        if self.source == FROM_HELD:
            receipt.is_held_posted = True
            receipt.held = "unmatched"
        if str(receipt.id) in self.receipts:
            receipt.clearing_ngwee += self.amount_ngwee


class Covered(Event):
    """The line of receipt ``by`` shows ``amount_ngwee`` of what this one confirmed."""

    TOPIC = "Receipt.Covered"
    by: str
    part: int
    amount_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.clearing_ngwee -= self.amount_ngwee


class Uncovered(Event):
    """The match with receipt ``by`` was taken back."""

    TOPIC = "Receipt.Uncovered"
    by: str
    part: int
    amount_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.clearing_ngwee += self.amount_ngwee


class Reversed(Event):
    """The provider took ``amount_ngwee`` back; what was credited is ClawedBack in the same save."""

    TOPIC = "Receipt.Reversed"
    amount_ngwee: int
    was_credited: bool

    def apply(self, receipt: Progress) -> None:
        receipt.reversed_ngwee = self.amount_ngwee
        if self.was_credited:
            receipt.clearing_ngwee -= self.amount_ngwee


class PaidBack(Event):
    """We paid ``amount_ngwee`` of it back: Payment.Refunded is in the same save."""

    TOPIC = "Receipt.PaidBack"
    payment: str
    amount_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.clearing_ngwee -= self.amount_ngwee


class Settled(Event):
    """Its line moves money between our wallet and our bank."""

    TOPIC = "Receipt.Settled"
    provider_account: str
    amount_ngwee: int
    fee_ngwee: int

    def apply(self, receipt: Progress) -> None:
        receipt.is_settled = True


class WrittenOff(Event):
    """``actor`` gave up a difference that stands in Clearing (``source``), or money in Unallocated.

    A positive amount in Clearing never came; a negative one came and was never confirmed. The
    reason is a content.
    """

    TOPIC = "Receipt.WrittenOff"
    class_version: ClassVar[int] = 2
    provider_account: str
    source: str
    amount_ngwee: int
    actor: str
    approver: str | None
    entry: int | None
    reason: str

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Know of no entry, as for Assigned."""
        state["entry"] = None

    def apply(self, receipt: Progress) -> None:
        if self.source == FROM_HELD:
            receipt.held = None
            receipt.is_held_posted = False
            receipt.was_held_posted = True
        else:
            receipt.clearing_ngwee -= self.amount_ngwee


def _credit(receipt: Progress, event: Credited | Assigned) -> None:
    receipt.account = event.account
    receipt.credits = event.credits
    receipt.value_ngwee = event.amount_ngwee
    receipt.vat_ngwee = event.vat_ngwee
    receipt.held = None
    receipt.is_held_posted = False
    receipt.was_held_posted = event.source == FROM_HELD
    if event.source == FROM_CLEARING:
        receipt.clearing_ngwee += event.amount_ngwee
