"""Speaks pawaPay's Merchant API: deposits by our UUID, refunds in parts, signatures both ways."""

import math
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from adapters.mobile_money.pawapay.keys import PublicKeys
from adapters.mobile_money.pawapay.reading import read_outcome, read_payment, read_status
from adapters.mobile_money.pawapay.signing import (
    SignedMessage,
    is_signed,
    read_private_key,
    read_signature,
    signed_headers,
)
from adapters.mobile_money.pawapay.statuses import PROVIDERS
from adapters.mobile_money.pawapay.traits import pawapay_traits
from adapters.mobile_money.wire.amounts import international, kwacha_text
from adapters.mobile_money.wire.caller import (
    Caller,
    CallFailed,
    WireRequest,
)
from adapters.mobile_money.wire.json_text import plain_label, read_object, text_at, write_compact
from adapters.mobile_money.wire.tokens import BearerCaller, Token
from adapters.mobile_money.wire.total import outcome_of, status_of
from adapters.settings.providers import ProviderSettings
from application.ports import (
    AskOutcome,
    Authenticity,
    CallbackForged,
    CallbackMalformed,
    CallbackNotice,
    Collection,
    PaymentStatus,
    ProviderTraits,
    ReceivedCallback,
    Refund,
)
from domain.errors import InvalidRequest

MESSAGE_CHARACTERS: Final = (4, 22)
"""Of what the payer sees; a shorter one is left out."""
LABEL_CHARACTERS_MAX: Final = 36
JSON: Final = "application/json"


class Signer:
    """Signs what moves money, with our key under the name that pawaPay knows."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, key_id: str, *, is_der: bool) -> None:
        self._key = key
        self._key_id = key_id
        self._is_der = is_der

    def headers(self, request: WireRequest, caller: Caller) -> dict[str, str]:
        """Give the headers that sign a request."""
        message = SignedMessage(
            method=request.method,
            authority=caller.authority,
            path=caller.path_of(request),
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        return signed_headers(
            message,
            request.body,
            key=self._key,
            key_id=self._key_id,
            at=caller.clock.now(),
            is_der=self._is_der,
        )


class PawapayMobileMoney:
    """``application.ports.MobileMoney`` over pawaPay."""

    def __init__(
        self,
        caller: Caller,
        traits: ProviderTraits,
        *,
        token: str,
        signer: Signer | None,
        must_be_signed: bool,
    ) -> None:
        """``must_be_signed`` is about callbacks; one that is signed is checked in any case."""
        self.traits = traits
        self._caller = caller
        self._bearer = BearerCaller(caller, lambda: Token(token, math.inf))
        self._signer = signer
        self._must_be_signed = must_be_signed
        self._keys = PublicKeys(caller)

    def collect(self, collection: Collection) -> AskOutcome:
        """Have the payer asked for the PIN."""
        content: dict[str, object] = {
            "depositId": collection.reference,
            "payer": {
                "type": "MMO",
                "accountDetails": {
                    "phoneNumber": international(collection.payer),
                    "provider": PROVIDERS[collection.network],
                },
            },
            "amount": kwacha_text(collection.amount_ngwee),
            "currency": self.traits.currency,
            "clientReferenceId": plain_label(collection.label, LABEL_CHARACTERS_MAX),
        }
        least, most = MESSAGE_CHARACTERS
        message = plain_label(collection.label.replace("-", " "), most)
        if len(message) >= least:
            content["customerMessage"] = message
        return self._ask("/v2/deposits", "collect", collection.reference, content)

    def status(self, reference: str) -> PaymentStatus:
        """Ask how a deposit stands."""
        return self._status("/v2/deposits", "status", reference)

    def refund(self, refund: Refund) -> AskOutcome:
        """Give back all or some of a deposit."""
        content = {
            "refundId": refund.reference,
            "depositId": refund.of_reference,
            "amount": kwacha_text(refund.amount_ngwee),
            "currency": self.traits.currency,
        }
        return self._ask("/v2/refunds", "refund", refund.reference, content)

    def refund_status(self, reference: str) -> PaymentStatus:
        """Ask how a refund stands."""
        return self._status("/v2/refunds", "refund status", reference)

    def read_callback(self, callback: ReceivedCallback) -> CallbackNotice:
        """Check a callback's signature over its received bytes, and read it."""
        authenticity = self._authenticity(callback)
        found = read_object(callback.body)
        if found is None or text_at(found, "status") is None or text_at(found, "depositId") is None:
            msg = "The callback is no JSON object with a depositId and a status."
            raise CallbackMalformed(msg)
        return CallbackNotice(read_payment(found, None), authenticity)

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    # -- requests ------------------------------------------------------------------------------

    def _ask(self, path: str, purpose: str, reference: str, content: object) -> AskOutcome:
        request = WireRequest(
            method="POST",
            path=path,
            purpose=purpose,
            reference=reference,
            headers={"Content-Type": JSON},
            body=write_compact(content),
        )
        if self._signer is not None:
            request = request.with_headers(self._signer.headers(request, self._caller))
        return outcome_of(lambda: read_outcome(self._bearer.call(request)))

    def _status(self, path: str, purpose: str, reference: str) -> PaymentStatus:
        request = WireRequest(
            method="GET", path=f"{path}/{reference}", purpose=purpose, reference=reference
        )
        return status_of(lambda: read_status(self._bearer.call(request), reference))

    # -- callbacks -----------------------------------------------------------------------------

    def _authenticity(self, callback: ReceivedCallback) -> Authenticity:
        headers = callback.headers
        if "signature" not in headers and "signature-input" not in headers:
            if not self._must_be_signed:
                return Authenticity.UNSIGNED
            msg = "The callback is not signed."
            raise CallbackForged(msg)
        claimed = read_signature(headers)
        if claimed is None:
            msg = "The callback's signature is none that pawaPay makes."
            raise CallbackForged(msg)
        try:
            key = self._keys.find(claimed.key_id)
        except CallFailed:
            return Authenticity.UNCHECKED
        messages = self._forms(callback)
        now = self._caller.clock.now()
        if key and is_signed(claimed, messages, callback.body, key=key, at=now):
            return Authenticity.SIGNED
        msg = "The callback's signature is wrong, or over."
        raise CallbackForged(msg)

    def _forms(self, callback: ReceivedCallback) -> list[SignedMessage]:
        """Give the callback as pawaPay may have sent it: a proxy may say another host."""
        public = urlsplit(self.traits.callback_url or "").netloc.lower()
        hosts = dict.fromkeys(filter(None, [public, callback.headers.get("host", "").lower()]))
        return [
            SignedMessage(
                method=callback.method,
                authority=host.removesuffix(":443"),
                path=callback.path.partition("?")[0],
                headers=callback.headers,
            )
            for host in hosts
        ]


def open_pawapay(settings: ProviderSettings, caller: Caller) -> PawapayMobileMoney:
    """Make the client of one account: nothing is asked of it yet.

    Raises:
        InvalidRequest: our key cannot be read.
    """
    return PawapayMobileMoney(
        caller,
        pawapay_traits(settings),
        token=settings.secret.reveal() if settings.secret else "",
        signer=_signer(settings),
        must_be_signed=settings.signed_callbacks,
    )


def _signer(settings: ProviderSettings) -> Signer | None:
    if settings.signing_key is None:
        return None
    try:
        key = read_private_key(settings.signing_key.reveal())
    except ValueError as error:
        msg = f"The signing_key of {settings.name} is no private key on P-256, as PEM."
        raise InvalidRequest(msg, field="providers") from error
    return Signer(key, settings.signing_key_id or settings.name, is_der=settings.signing_der)
