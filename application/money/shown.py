"""A top-up as its account, staff and finance see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from application.books.reader import Reader
from application.money import outcomes
from application.ports import Store
from domain.contents import ContentKind
from domain.payment import Payment, PaymentState
from domain.payment.states import PUBLIC_STATE
from domain.receipt import Receipt
from domain.values import Instant

ENDED_OTHERWISE: Final = frozenset(
    {PaymentState.FAILED, PaymentState.UNKNOWN, PaymentState.HELD, PaymentState.EXPIRED}
)
EXPIRED: Final = "EXPIRED"

WORDS: Final = MappingProxyType(
    {
        EXPIRED: "Nobody paid in time. What is paid after all is credited.",
        outcomes.NOT_SENT: "The provider could not be reached: nothing was asked for. Try again.",
        outcomes.NO_ANSWER: "The provider gave no clear answer. It is asked again.",
        outcomes.NOT_FOUND: "The provider does not know the payment yet. It is asked again.",
        outcomes.NO_STATUS_CALL: (
            "The provider's answer was lost, and it cannot be asked: its statement will tell."
        ),
        outcomes.OTHER_REFERENCE: "It was paid under another reference: we look at it.",
        outcomes.OTHER_CURRENCY: "It was paid in another currency: we look at it.",
        outcomes.OTHER_PAYER: "Another number paid than was asked: we look at it.",
        outcomes.TOO_LITTLE: "What was paid is less than one credit costs: we look at it.",
        outcomes.RECEIPT_TAKEN: "The provider's receipt stands for another payment: we look at it.",
        outcomes.NO_PRICE: "It was paid after its price had ended: we look at it.",
    }
)
"""What a payer reads for each cause of our own."""
REFUSED: Final = "The payer or the provider refused the payment."
"""What a payer reads for a provider's own code."""


class MoneyException(StrEnum):
    """What a person of finance has to look at."""

    AMOUNT = "amount"
    """Another amount was paid than was asked; it was credited for what was paid."""
    LATE = "late"
    """It was paid after it had failed or expired here."""
    STALE = "stale"
    """Nobody can tell whether it was paid, until a statement does."""
    HELD = "held"
    """It was paid, but not as was asked: nothing was credited."""
    REVERSED = "reversed"
    """The provider took it back."""


def exception_of(payment: Payment) -> MoneyException | None:
    """Say what finance has to look at; None when all is as it should be."""
    state = PaymentState(payment.state)
    if state is PaymentState.REVERSED:
        return MoneyException.REVERSED
    if state is PaymentState.HELD:
        return MoneyException.HELD
    if payment.was_late:
        return MoneyException.LATE
    if payment.paid_ngwee not in {0, payment.amount_ngwee}:
        return MoneyException.AMOUNT
    is_unknown = state in {PaymentState.UNKNOWN, PaymentState.EXPIRED}
    return MoneyException.STALE if is_unknown and payment.cause is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a top-up brought nothing (yet)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpShown:
    """A top-up; ``credits`` are those that it brought or, until then, that were quoted."""

    number: int
    account: int
    state: str
    amount_ngwee: int
    paid_ngwee: int | None
    credits: int
    price_list: str
    pack: str | None
    msisdn: str | None
    network: str
    provider: str
    reference: str
    """Ours, as the provider knows it."""
    receipt: str | None
    created_at: Instant
    confirmed_at: Instant | None
    failure: Failure | None
    exception: MoneyException | None


def show_top_up(reader: Reader, store: Store, payment: UUID) -> TopUpShown | None:
    """Read a top-up from the log; None when there is none."""
    found = reader.find(Payment, payment)
    if found is None:
        return None
    row = store.content(ContentKind.TOP_UP, found.number)
    receipt = reader.find(Receipt, UUID(found.receipt)) if found.receipt else None
    return TopUpShown(
        number=found.number,
        account=found.account,
        state=PUBLIC_STATE[PaymentState(found.state)],
        amount_ngwee=found.amount_ngwee,
        paid_ngwee=found.paid_ngwee or None,
        credits=found.credited or found.credits,
        price_list=found.price_list,
        pack=found.pack,
        msisdn=row.msisdn if row else None,
        network=found.network,
        provider=found.platform,
        reference=found.reference,
        receipt=receipt.transaction_id if receipt else None,
        created_at=found.opened_at,
        confirmed_at=Instant(found.confirmed_at) if found.confirmed_at is not None else None,
        failure=_failure(found),
        exception=exception_of(found),
    )


def _failure(payment: Payment) -> Failure | None:
    state = PaymentState(payment.state)
    if state not in ENDED_OTHERWISE:
        return None
    code = payment.cause or EXPIRED
    if state is PaymentState.EXPIRED:
        return Failure(code=code, message=WORDS[EXPIRED])
    return Failure(code=code, message=WORDS.get(code, REFUSED))


def states_shown_as(public: str) -> Sequence[str]:
    """Give the states that a payer reads as this one."""
    return [state.value for state, shown in PUBLIC_STATE.items() if shown == public]
