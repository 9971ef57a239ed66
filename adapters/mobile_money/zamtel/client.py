"""Speaks Zamtel's REST front: credentials in the query, an answer when the payer has decided.

There is no status call and no callback: an answer that is lost stays unknown until the statement
tells, and a second call could take the money twice.
"""

from http import HTTPStatus

from adapters.mobile_money.wire.amounts import international, kwacha_text
from adapters.mobile_money.wire.caller import (
    Caller,
    WireAnswer,
    WireRequest,
)
from adapters.mobile_money.wire.json_text import read_object, text_at
from adapters.mobile_money.wire.meaning import Says
from adapters.mobile_money.wire.total import outcome_of
from adapters.mobile_money.zamtel.statuses import CODES
from adapters.mobile_money.zamtel.traits import zamtel_traits
from adapters.settings.providers import ProviderSettings
from application.ports import (
    Ambiguous,
    AskOutcome,
    CallbackMalformed,
    CallbackNotice,
    Collection,
    Declined,
    PaymentState,
    PaymentStatus,
    ProviderTraits,
    ReceivedCallback,
    Refund,
    Settled,
)


class ZamtelMobileMoney:
    """``application.ports.MobileMoney`` over Zamtel Kwacha."""

    def __init__(
        self, caller: Caller, traits: ProviderTraits, *, user: str, password: str, shortcode: str
    ) -> None:
        self.traits = traits
        self._caller = caller
        self._credentials = {"ThirdPartyID": user, "Password": password}
        self._shortcode = shortcode

    def collect(self, collection: Collection) -> AskOutcome:
        """Ask the payer, and wait until there is a decision or the patience is over."""
        request = WireRequest(
            method="GET",
            path="/Req",
            purpose="collect",
            reference=collection.reference,
            headers={"Accept": "application/json"},
            query={
                **self._credentials,
                "Amount": kwacha_text(collection.amount_ngwee),
                "Msisdn": international(collection.payer),
                "Shortcode": self._shortcode,
                "ConversationId": collection.reference,
            },
        )
        reference = collection.reference
        return outcome_of(lambda: read_outcome(self._caller.call(request), reference))

    def status(self, reference: str) -> PaymentStatus:
        """Say that nothing can be asked."""
        return PaymentStatus(
            state=PaymentState.UNKNOWN,
            reference=reference,
            words="Zamtel cannot be asked about a payment; its statement has to tell.",
        )

    def read_callback(self, callback: ReceivedCallback) -> CallbackNotice:  # noqa: ARG002
        """Refuse: Zamtel sends none.

        Raises:
            CallbackMalformed: always.
        """
        msg = "Zamtel sends no callbacks."
        raise CallbackMalformed(msg)

    def refund(self, refund: Refund) -> AskOutcome:  # noqa: ARG002
        """Decline: what Zamtel has is a payout, which people make."""
        return Declined("NO_REFUNDS", "Zamtel gives no payments back.")

    def refund_status(self, reference: str) -> PaymentStatus:
        """Say that nothing can be asked."""
        return self.status(reference)

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()


def read_outcome(answer: WireAnswer, reference: str) -> AskOutcome:
    """Read the answer to a request: it is the end, or leaves everything open."""
    found = read_object(answer.body)
    code = text_at(found, "status") or text_at(found, "StatusCode") or ""
    receipt = text_at(found, "TransactionId")
    meaning = CODES.get(code)
    if answer.status == HTTPStatus.OK and meaning is not None:
        if meaning.says is Says.FAILED:
            return Declined(code, meaning.words)
        if meaning.says is Says.PAID and receipt:
            return Settled(
                PaymentStatus(state=PaymentState.PAID, reference=reference, receipt=receipt)
            )
    return Ambiguous(", ".join(filter(None, [answer.words, code[:32]])))


def open_zamtel(settings: ProviderSettings, caller: Caller) -> ZamtelMobileMoney:
    """Make the client of one account: nothing is asked of it yet."""
    return ZamtelMobileMoney(
        caller,
        zamtel_traits(settings),
        user=settings.user or "",
        password=settings.secret.reveal() if settings.secret else "",
        shortcode=settings.shortcode or "",
    )
