"""Speaks MTN MoMo's Open API: a token a product, a UUID a request, and status by that UUID."""

import base64
from http import HTTPStatus
from typing import Final

from adapters.mobile_money.mtn.reading import read_outcome, read_payment, read_status
from adapters.mobile_money.mtn.traits import mtn_traits
from adapters.mobile_money.wire.amounts import international, kwacha_text
from adapters.mobile_money.wire.caller import (
    Caller,
    WireRequest,
)
from adapters.mobile_money.wire.json_text import (
    long_text_at,
    plain_label,
    read_object,
    text_at,
    write_compact,
)
from adapters.mobile_money.wire.tokens import BearerCaller, Token, no_token
from adapters.mobile_money.wire.total import outcome_of, status_of
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings
from application.ports import (
    AskOutcome,
    Authenticity,
    CallbackMalformed,
    CallbackNotice,
    Collection,
    Declined,
    PaymentState,
    PaymentStatus,
    ProviderTraits,
    ReceivedCallback,
    Refund,
)

LABEL_CHARACTERS_MAX: Final = 160
TOKEN_MARGIN_S: Final = 60
"""How long before its end a token is renewed."""
TOKEN_S: Final = 3_600
COLLECTION: Final = "/collection"
DISBURSEMENT: Final = "/disbursement"


class MtnProduct:
    """One product of MTN's, with a subscription key and a token of its own."""

    def __init__(
        self, caller: Caller, *, path: str, user: str, key: str, subscription: str, environment: str
    ) -> None:
        self._caller = caller
        self._path = path
        self._headers = {
            "Ocp-Apim-Subscription-Key": subscription,
            "X-Target-Environment": environment,  # for the token too, since the new gateway
        }
        pair = base64.b64encode(f"{user}:{key}".encode()).decode()
        self._basic = f"Basic {pair}"
        self._bearer = BearerCaller(caller, self._fetch)

    def ask(
        self,
        path: str,
        reference: str,
        *,
        purpose: str,
        content: object,
        callback: str | None = None,
    ) -> AskOutcome:
        """Ask for something under our reference."""
        headers = {**self._headers, "X-Reference-Id": reference, "Content-Type": "application/json"}
        if callback:
            headers["X-Callback-Url"] = callback
        request = WireRequest(
            method="POST",
            path=self._path + path,
            purpose=purpose,
            reference=reference,
            headers=headers,
            body=write_compact(content),
        )
        return outcome_of(lambda: read_outcome(self._bearer.call(request)))

    def status(self, path: str, reference: str) -> PaymentStatus:
        """Ask how something stands."""
        request = WireRequest(
            method="GET",
            path=f"{self._path}{path}/{reference}",
            purpose="status",
            reference=reference,
            headers=self._headers,
        )
        return status_of(lambda: read_status(self._bearer.call(request), reference))

    def _fetch(self) -> Token:
        answer = self._caller.call(
            WireRequest(
                method="POST",
                path=f"{self._path}/token/",
                purpose="token",
                headers={**self._headers, "Authorization": self._basic},
            )
        )
        found = read_object(answer.body)
        value = long_text_at(found, "access_token")
        if answer.status != HTTPStatus.OK or value is None:
            raise no_token(answer)
        seconds = text_at(found, "expires_in") or ""
        good_for_s = int(seconds) if seconds.isdecimal() and len(seconds) < 8 else TOKEN_S
        return Token(value, max(good_for_s - TOKEN_MARGIN_S, 0))


class MtnMobileMoney:
    """``application.ports.MobileMoney`` over MTN MoMo; refunds with a disbursement account."""

    def __init__(
        self,
        caller: Caller,
        traits: ProviderTraits,
        *,
        collections: MtnProduct,
        refunds: MtnProduct | None,
    ) -> None:
        self.traits = traits
        self._caller = caller
        self._collections = collections
        self._refunds = refunds

    def collect(self, collection: Collection) -> AskOutcome:
        """Have the payer asked for the PIN."""
        label = plain_label(collection.label, LABEL_CHARACTERS_MAX)
        return self._collections.ask(
            "/v1_0/requesttopay",
            collection.reference,
            callback=collection.callback_url,
            purpose="collect",
            content={
                "amount": kwacha_text(collection.amount_ngwee),
                "currency": self.traits.currency,
                "externalId": collection.reference,
                "payer": {"partyIdType": "MSISDN", "partyId": international(collection.payer)},
                "payerMessage": label,
                "payeeNote": label,
            },
        )

    def status(self, reference: str) -> PaymentStatus:
        """Ask how a payment stands."""
        return self._collections.status("/v1_0/requesttopay", reference)

    def read_callback(self, callback: ReceivedCallback) -> CallbackNotice:
        """Read a callback; MTN signs none."""
        found = read_object(callback.body)
        if found is None or text_at(found, "status") is None:
            msg = "The callback is no JSON object with a status."
            raise CallbackMalformed(msg)
        return CallbackNotice(read_payment(found, None), Authenticity.UNSIGNED)

    def refund(self, refund: Refund) -> AskOutcome:
        """Give back all or some of a payment."""
        if self._refunds is None:
            return Declined("NOT_SET_UP", "The account with MTN is not set up for refunds.")
        label = plain_label(refund.label, LABEL_CHARACTERS_MAX)
        return self._refunds.ask(
            "/v2_0/refund",
            refund.reference,
            purpose="refund",
            content={
                "amount": kwacha_text(refund.amount_ngwee),
                "currency": self.traits.currency,
                "externalId": refund.reference,
                "payerMessage": label,
                "payeeNote": label,
                "referenceIdToRefund": refund.of_reference,
            },
        )

    def refund_status(self, reference: str) -> PaymentStatus:
        """Ask how a refund stands."""
        if self._refunds is None:
            return PaymentStatus(state=PaymentState.UNKNOWN, words="It is not set up for refunds.")
        return self._refunds.status("/v1_0/refund", reference)

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()


def open_mtn(settings: ProviderSettings, caller: Caller) -> MtnMobileMoney:
    """Make the client of one account: nothing is asked of it yet."""

    def product(
        path: str, user: str, key: Secret | None, subscription: Secret | None
    ) -> MtnProduct:
        return MtnProduct(
            caller,
            path=path,
            user=user,
            key=key.reveal() if key else "",
            subscription=subscription.reveal() if subscription else "",
            environment=settings.environment,
        )

    refunds = None
    if settings.refund_user:
        refunds = product(
            DISBURSEMENT,
            settings.refund_user,
            settings.refund_secret,
            settings.refund_subscription_key,
        )
    user = settings.user or ""
    collections = product(COLLECTION, user, settings.secret, settings.subscription_key)
    return MtnMobileMoney(caller, mtn_traits(settings), collections=collections, refunds=refunds)
