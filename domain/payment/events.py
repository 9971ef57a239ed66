"""What can happen to a payment; the aggregate nests these events under its own name.

None of them moves money or credits in the ledger but Refunded: what a confirmation brings, the
wallet's TopUp of the same save says.
"""

from typing import Any, ClassVar

from domain.events import Aggregate
from domain.payment.states import PaymentState


class Progress:
    """What a payment's events change."""

    state: str
    provider_reference: str | None
    receipt: str | None
    paid_ngwee: int
    credited: int
    cause: str | None
    confirmed_at: int | None
    was_late: bool
    refund_actor: str | None
    refund_credits: int
    refund_ngwee: int
    refund_vat_ngwee: int


class Event(Aggregate.Event):
    """Base of a payment's events."""

    TOPIC = "Payment.Event"


class Requested(Event, Aggregate.Created):
    """An account wants to pay ``amount_ngwee``; nobody was asked for it yet.

    ``reference`` is the id under which the provider knows it, ``platform`` the name of the
    settings by which it is asked and looked up. ``payer`` is HMAC(salt, MSISDN) of a content.
    ``credits`` were quoted by ``price_list``, which holds until ``quoted_until``; ``pack`` is the
    one that was chosen by name.
    """

    TOPIC = "Payment.Requested"
    number: int
    account: int
    provider: str
    platform: str
    provider_account: str
    network: str
    reference: str
    payer: str
    amount_ngwee: int
    credits: int
    pack: str | None
    price_list: str
    quoted_until: int
    expires_at: int
    actor: str


class Initiated(Event):
    """The provider is being asked; committed before the call, and never asked twice."""

    TOPIC = "Payment.Initiated"
    number: int

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.INITIATED.value


class Pending(Event):
    """The provider took the request and waits for the payer; its own id, where it gave one."""

    TOPIC = "Payment.Pending"
    number: int
    provider_reference: str | None

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.PENDING.value
        payment.provider_reference = self.provider_reference or payment.provider_reference


class Unknown(Event):
    """No answer that can be relied on: paid or not, nobody knows. ``cause`` is a code."""

    TOPIC = "Payment.Unknown"
    number: int
    cause: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.UNKNOWN.value
        payment.cause = self.cause


class Confirmed(Event):
    """The provider says that it was paid: TopUp and Receipt.Credited are in the same save.

    ``amount_ngwee`` is what was paid; ``credits`` are by ``price_list``: the one that was quoted
    while that holds, else the one in force now. ``is_late`` after it had failed or expired here.
    """

    TOPIC = "Payment.Confirmed"
    number: int
    account: int
    receipt: str
    amount_ngwee: int
    credits: int
    price_list: str
    is_late: bool

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.CONFIRMED.value
        payment.receipt = self.receipt
        payment.paid_ngwee = self.amount_ngwee
        payment.credited = self.credits
        payment.confirmed_at = self.at
        payment.was_late = self.is_late
        payment.cause = None


class Held(Event):
    """It was paid, but not as was asked (another payer, currency or id): a person looks at it."""

    TOPIC = "Payment.Held"
    number: int
    receipt: str
    cause: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.HELD.value
        payment.receipt = self.receipt
        payment.cause = self.cause


class Failed(Event):
    """The provider says that it will not be paid; ``cause`` is a code."""

    TOPIC = "Payment.Failed"
    number: int
    cause: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.FAILED.value
        payment.cause = self.cause


class Expired(Event):
    """Nobody paid in time; should it be paid after all, it is confirmed late."""

    TOPIC = "Payment.Expired"
    number: int

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.EXPIRED.value


class RefundRequested(Event):
    """``actor`` wants to give the money for unused credits back; the reason is a content."""

    TOPIC = "Payment.RefundRequested"
    number: int
    account: int
    receipt: str
    credits: int
    amount_ngwee: int
    vat_ngwee: int
    actor: str
    reason: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.REFUND_REQUESTED.value
        payment.refund_actor = self.actor
        payment.refund_credits = self.credits
        payment.refund_ngwee = self.amount_ngwee
        payment.refund_vat_ngwee = self.vat_ngwee


class RefundRejected(Event):
    """Another person refused the refund; the reason is a content."""

    TOPIC = "Payment.RefundRejected"
    number: int
    approver: str
    reason: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.CONFIRMED.value
        payment.refund_actor = None
        payment.refund_credits = 0
        payment.refund_ngwee = 0
        payment.refund_vat_ngwee = 0


class RefundApproved(Event):
    """Another person agreed: CreditWallet.CashedOut is in the same save."""

    TOPIC = "Payment.RefundApproved"
    number: int
    account: int
    credits: int
    amount_ngwee: int
    actor: str
    approver: str

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.REFUND_APPROVED.value


class Refunded(Event):
    """The provider paid ``amount_ngwee`` back; Receipt.PaidBack is in the same save.

    When a person says that it was paid otherwise, ``actor`` and ``reason`` (a content) say who.
    """

    TOPIC = "Payment.Refunded"
    class_version: ClassVar[int] = 2
    number: int
    account: int
    provider_account: str
    receipt: str
    amount_ngwee: int
    actor: str | None
    reason: str | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """The provider paid it: nobody else could."""
        state.update(actor=None, reason=None)

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.REFUNDED.value


class Reversed(Event):
    """The provider took the money back; what was credited is ClawedBack in the same save."""

    TOPIC = "Payment.Reversed"
    number: int
    receipt: str
    amount_ngwee: int

    def apply(self, payment: Progress) -> None:
        payment.state = PaymentState.REVERSED.value
