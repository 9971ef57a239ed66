"""The Payment aggregate: public methods decide, its events apply."""

from typing import Self
from uuid import UUID

from domain.errors import InvalidRequest, NotPermitted, TooLate
from domain.events import Aggregate, aggregate_id
from domain.payment import events
from domain.payment.states import MAY_FOLLOW, OPEN, PaymentState
from domain.price_list import QUOTE_S, Prices
from domain.values import SECOND, Credits, Instant


def payment_id(provider: str, reference: str) -> UUID:
    """Give the id of the payment that ``provider`` knows under our ``reference``."""
    return aggregate_id("payment", provider, reference)


class Payment(events.Progress, Aggregate):
    """One payment that an account wants to make; its states are in ``domain/payment/states.py``."""

    TOPIC = "Payment"

    Event = events.Event
    Requested = events.Requested
    Initiated = events.Initiated
    Pending = events.Pending
    Unknown = events.Unknown
    Confirmed = events.Confirmed
    Held = events.Held
    Failed = events.Failed
    Expired = events.Expired
    RefundRequested = events.RefundRequested
    RefundRejected = events.RefundRejected
    RefundApproved = events.RefundApproved
    Refunded = events.Refunded
    Reversed = events.Reversed

    def __init__(
        self,
        number: int,
        account: int,
        provider: str,
        platform: str,
        provider_account: str,
        network: str,
        reference: str,
        payer: str,
        amount_ngwee: int,
        credits: int,
        pack: str | None,
        price_list: str,
        quoted_until: int,
        expires_at: int,
        actor: str,
    ) -> None:
        self.number = number
        self.account = account
        self.provider = provider
        self.platform = platform
        self.provider_account = provider_account
        self.network = network
        self.reference = reference
        self.payer = payer
        self.amount_ngwee = amount_ngwee
        self.credits = credits
        self.pack = pack
        self.price_list = price_list
        self.quoted_until = quoted_until
        self.expires_at = expires_at
        self.actor = actor
        self.state = PaymentState.REQUESTED.value
        self.provider_reference = None
        self.receipt = None
        self.paid_ngwee = 0
        self.credited = 0
        self.cause = None
        self.confirmed_at = None
        self.was_late = False
        self.refund_actor = None
        self.refund_credits = 0
        self.refund_ngwee = 0
        self.refund_vat_ngwee = 0

    @classmethod
    def request(
        cls,
        number: int,
        *,
        account: int,
        provider: str,
        platform: str,
        provider_account: str,
        network: str,
        reference: str,
        payer: str,
        amount_ngwee: int,
        prices: Prices,
        pack: str | None = None,
        expires_at: Instant,
        actor: str,
        at: Instant,
    ) -> Self:
        """Keep the wish to pay, with its price, before anybody is asked.

        Raises:
            InvalidRequest: the amount buys no credit, or is not that of the pack.
            NotFound: there is no such pack.
        """
        credits = prices.credits_for(amount_ngwee)
        if credits == 0:
            raise InvalidRequest("The amount is less than one credit costs.", field="amount_ngwee")
        if pack is not None and prices.pack(pack).amount != amount_ngwee:
            raise InvalidRequest("The pack has another amount.", field="amount_ngwee")
        return cls._create(
            cls.Requested,
            id=payment_id(provider, reference),
            timestamp=at,
            number=number,
            account=account,
            provider=provider,
            platform=platform,
            provider_account=provider_account,
            network=network,
            reference=reference,
            payer=payer,
            amount_ngwee=amount_ngwee,
            credits=credits,
            pack=pack,
            price_list=prices.version,
            quoted_until=at + QUOTE_S * SECOND,
            expires_at=expires_at,
            actor=actor,
        )

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet if it will be paid."""
        return self.state in OPEN

    @property
    def may_still_be_paid(self) -> bool:
        """Whether word that it was paid would be news: it was asked for, and was not paid."""
        return self.state in MAY_FOLLOW["Held"]

    def initiate(self, *, at: Instant) -> None:
        """Note that the provider is being asked, before it is.

        Raises:
            TooLate: it was asked before, or this has ended.
        """
        self._follow(self.Initiated, at=at)

    def wait(self, *, provider_reference: str | None = None, at: Instant) -> None:
        """Note that the provider waits for the payer.

        Raises:
            TooLate: it waits already, or this has ended.
        """
        self._follow(self.Pending, at=at, provider_reference=provider_reference)

    def lose_sight(self, *, cause: str, at: Instant) -> None:
        """Note that no answer can be relied on.

        Raises:
            TooLate: this was known before, or it has ended.
        """
        self._follow(self.Unknown, at=at, cause=cause)

    def confirm(self, *, receipt: str, amount_ngwee: int, prices: Prices, at: Instant) -> Credits:
        """Note that it was paid, and give the credits that ``amount_ngwee`` buys.

        ``prices`` are those of ``domain.price_list.prices_for``. Receipt.credit and the wallet's
        top_up belong to the same save.

        Raises:
            InvalidRequest: what was paid is less than one credit costs; hold it.
            TooLate: it was confirmed before, was never asked for, or went back.
        """
        self._require("Confirmed")
        credits = prices.credits_for(amount_ngwee)
        if credits == 0:
            raise InvalidRequest("What was paid buys no credit.", field="amount_ngwee")
        self._follow(
            self.Confirmed,
            at=at,
            account=self.account,
            receipt=receipt,
            amount_ngwee=amount_ngwee,
            credits=credits,
            price_list=prices.version,
            is_late=self.state in {PaymentState.FAILED, PaymentState.EXPIRED},
        )
        return credits

    def hold(self, *, receipt: str, cause: str, at: Instant) -> None:
        """Note that it was paid otherwise than asked; Receipt.hold belongs to the same save.

        Raises:
            TooLate: it was confirmed or held before, or was never asked for.
        """
        self._follow(self.Held, at=at, receipt=receipt, cause=cause)

    def fail(self, *, cause: str, at: Instant) -> None:
        """Note that it will not be paid.

        Raises:
            TooLate: it has ended.
        """
        self._follow(self.Failed, at=at, cause=cause)

    def expire(self, *, at: Instant) -> None:
        """Stop waiting.

        Raises:
            TooLate: it has ended.
        """
        self._follow(self.Expired, at=at)

    def reverse(self, *, amount_ngwee: int, at: Instant) -> None:
        """Note that the provider took the money back.

        Receipt.reverse belongs to the same save and, if it was credited, the wallet's claw_back.

        Raises:
            TooLate: nothing was paid, or it went back already.
        """
        self._require("Reversed")
        self._follow(self.Reversed, at=at, receipt=self.receipt or "", amount_ngwee=amount_ngwee)

    # -- refunds: two people ------------------------------------------------------------------

    def request_refund(
        self,
        *,
        credits: Credits,
        amount_ngwee: int,
        vat_ngwee: int,
        actor: str,
        reason: str,
        at: Instant,
    ) -> None:
        """Ask for the money of unused credits to go back.

        Raises:
            InvalidRequest: it is more than was credited or paid, or nothing.
            TooLate: it is not paid, or a refund is under way.
        """
        self._require("RefundRequested")
        if not 0 < credits <= self.credited:
            msg = f"Of {self.credited} credits, 1 to {self.credited} can go back."
            raise InvalidRequest(msg, field="credits")
        if not 0 <= vat_ngwee <= amount_ngwee <= self.paid_ngwee or amount_ngwee == 0:
            msg = "More cannot go back than was paid, and nothing is no refund."
            raise InvalidRequest(msg, field="amount_ngwee")
        self._follow(
            self.RefundRequested,
            at=at,
            account=self.account,
            receipt=self.receipt or "",
            credits=credits,
            amount_ngwee=amount_ngwee,
            vat_ngwee=vat_ngwee,
            actor=actor,
            reason=reason,
        )

    def approve_refund(self, *, approver: str, at: Instant) -> None:
        """Agree, as another person; the wallet's cash_out belongs to the same save.

        Raises:
            NotPermitted: the approver asked for it, or the money is theirs.
            TooLate: no refund waits.
        """
        self._require("RefundApproved")
        self._require_other(approver)
        self._follow(
            self.RefundApproved,
            at=at,
            account=self.account,
            credits=self.refund_credits,
            amount_ngwee=self.refund_ngwee,
            actor=self.refund_actor or "",
            approver=approver,
        )

    def reject_refund(self, *, approver: str, reason: str, at: Instant) -> None:
        """Refuse, as another person.

        Raises:
            NotPermitted: the approver asked for it, or the money is theirs.
            TooLate: no refund waits.
        """
        self._require("RefundRejected")
        self._require_other(approver)
        self._follow(self.RefundRejected, at=at, approver=approver, reason=reason)

    def pay_back(self, *, actor: str | None = None, reason: str | None = None, at: Instant) -> None:
        """Note that the provider, or a person, paid it back; with it goes Receipt.pay_back.

        Raises:
            TooLate: no refund is approved.
        """
        self._require("Refunded")
        self._follow(
            self.Refunded,
            at=at,
            account=self.account,
            provider_account=self.provider_account,
            receipt=self.receipt or "",
            amount_ngwee=self.refund_ngwee,
            actor=actor,
            reason=reason,
        )

    def _require_other(self, approver: str) -> None:
        if approver in {self.refund_actor, f"account:{self.account}"}:
            msg = (
                "Who asked for a refund, or gets it, cannot approve it: that takes another person."
            )
            raise NotPermitted(msg)

    def _require(self, event: str) -> None:
        if self.state not in MAY_FOLLOW[event]:
            msg = f"Payment {self.number} is {self.state.replace('_', ' ')}."
            raise TooLate(msg)

    def _follow(self, event: type[events.Event], *, at: Instant, **fields: object) -> None:
        self._require(event.__name__)
        self._record(event, at=at, number=self.number, **fields)
