"""Speaks Airtel's Open API for Zambia: each request under a token and a signature of its body."""

import secrets
import threading
from http import HTTPStatus
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.mobile_money.airtel import signing
from adapters.mobile_money.airtel.callbacks import read_notice
from adapters.mobile_money.airtel.reading import (
    codes_of,
    read_outcome,
    read_refund,
    read_status,
)
from adapters.mobile_money.airtel.statuses import SIGNATURE_REFUSED
from adapters.mobile_money.airtel.traits import airtel_traits
from adapters.mobile_money.wire.amounts import kwacha_number, national
from adapters.mobile_money.wire.caller import (
    Caller,
    CallFailed,
    NotDelivered,
    WireAnswer,
    WireRequest,
)
from adapters.mobile_money.wire.json_text import (
    long_text_at,
    plain_label,
    read_object,
    write_compact,
)
from adapters.mobile_money.wire.tokens import BearerCaller, Token, no_token
from adapters.mobile_money.wire.total import outcome_of, status_of
from adapters.settings.providers import ProviderSettings
from application.ports import (
    AskOutcome,
    CallbackNotice,
    Collection,
    Declined,
    PaymentState,
    PaymentStatus,
    ProviderTraits,
    ReceivedCallback,
    Refund,
)

TOKEN_S: Final = 150
"""Of the 180 s for which a token is good."""
KEY_S: Final = 3_600.0
"""How long their public key is kept; it changes rarely, and a refused signature fetches it."""
LABEL_CHARACTERS_MAX: Final = 60
COUNTRY: Final = "ZM"


class AirtelMobileMoney:
    """``application.ports.MobileMoney`` over Airtel Money."""

    def __init__(
        self,
        caller: Caller,
        traits: ProviderTraits,
        *,
        client_id: str,
        client_secret: str,
        callback_key: str | None,
    ) -> None:
        """``callback_key`` is that of authenticated callbacks: with it each must be signed."""
        self.traits = traits
        self._caller = caller
        self._credentials = {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        }
        self._callback_key = callback_key.encode() if callback_key else None
        self._bearer = BearerCaller(caller, self._fetch_token)
        self._keys = _PublicKey(self._bearer, self._headers, caller)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Accept": "*/*", "X-Country": COUNTRY, "X-Currency": self.traits.currency}

    def collect(self, collection: Collection) -> AskOutcome:
        """Have the payer asked for the PIN."""
        currency = self.traits.currency
        body = write_compact(
            {
                "reference": plain_label(collection.label, LABEL_CHARACTERS_MAX),
                "subscriber": {
                    "country": COUNTRY,
                    "currency": currency,
                    "msisdn": national(collection.payer),
                },
                "transaction": {
                    "amount": kwacha_number(collection.amount_ngwee),
                    "country": COUNTRY,
                    "currency": currency,
                    "id": collection.reference,
                },
            }
        )
        path, reference = "/merchant/v1/payments/", collection.reference
        return outcome_of(lambda: read_outcome(self._signed(path, "collect", reference, body)))

    def status(self, reference: str) -> PaymentStatus:
        """Enquire after a payment."""
        request = WireRequest(
            method="GET",
            path=f"/standard/v1/payments/{reference}",
            purpose="status",
            reference=reference,
            headers=self._headers,
        )
        return status_of(lambda: read_status(self._bearer.call(request), reference))

    def read_callback(self, callback: ReceivedCallback) -> CallbackNotice:
        """Check the hash over the received bytes, and read them."""
        return read_notice(callback.body, self._callback_key)

    def refund(self, refund: Refund) -> AskOutcome:
        """Give back a whole payment; Airtel knows no parts."""
        if not refund.is_whole:
            return Declined("WHOLE_ONLY", "Airtel Money gives back whole payments only.")
        body = write_compact({"transaction": {"airtel_money_id": refund.of_receipt}})
        path, reference = "/standard/v1/payments/refund", refund.reference
        return outcome_of(lambda: read_refund(self._signed(path, "refund", reference, body)))

    def refund_status(self, reference: str) -> PaymentStatus:  # noqa: ARG002
        """Say that nothing can be asked: the statement has to tell."""
        return PaymentStatus(
            state=PaymentState.UNKNOWN, words="Airtel Money cannot be asked about a refund."
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _signed(self, path: str, purpose: str, reference: str, body: bytes) -> WireAnswer:
        """Call under a signature; one that is refused was not taken, and is made anew once.

        Raises:
            CallFailed: there is no answer.
        """
        for is_last in (False, True):
            signature = self._keys.sign(body)
            answer = self._bearer.call(
                WireRequest(
                    method="POST",
                    path=path,
                    purpose=purpose,
                    reference=reference,
                    headers={**self._headers, "Content-Type": "application/json", **signature},
                    body=body,
                )
            )
            if is_last or SIGNATURE_REFUSED not in codes_of(read_object(answer.body)):
                break
            self._keys.forget()
        return answer

    def _fetch_token(self) -> Token:
        answer = self._caller.call(
            WireRequest(
                method="POST",
                path="/auth/oauth2/token",
                purpose="token",
                headers={"Accept": "*/*", "Content-Type": "application/json"},
                body=write_compact(self._credentials),
            )
        )
        value = long_text_at(read_object(answer.body), "access_token")
        if answer.status != HTTPStatus.OK or value is None:
            raise no_token(answer)
        return Token(value, TOKEN_S)


class _PublicKey:
    """Airtel's public key, fetched once for all threads."""

    def __init__(self, bearer: BearerCaller, headers: dict[str, str], caller: Caller) -> None:
        self._bearer = bearer
        self._headers = headers
        self._caller = caller
        self._lock = threading.Lock()
        self._key: RSAPublicKey | None = None
        self._until_s = 0.0

    def sign(self, body: bytes) -> dict[str, str]:
        """Give the headers of a body's signature.

        Raises:
            NotDelivered: the key was not to be had.
        """
        key, iv = secrets.token_bytes(signing.KEY_BYTES), secrets.token_bytes(signing.IV_BYTES)
        return {
            "x-signature": signing.signature_of(body, key, iv),
            "x-key": signing.key_header(self._current(), key, iv),
        }

    def forget(self) -> None:
        """Fetch it anew next time."""
        with self._lock:
            self._key = None

    def _current(self) -> RSAPublicKey:
        with self._lock:
            if self._key is None or self._caller.clock.monotonic_s() >= self._until_s:
                self._key = self._fetch()
                self._until_s = self._caller.clock.monotonic_s() + KEY_S
            return self._key

    def _fetch(self) -> RSAPublicKey:
        request = WireRequest(
            method="GET", path="/v1/rsa/encryption-keys", purpose="keys", headers=self._headers
        )
        try:
            answer = self._bearer.call(request)
            written = long_text_at(read_object(answer.body), "data", "key") or ""
            return signing.read_public_key(written)
        except (CallFailed, ValueError) as error:
            msg = f"It gave no key to sign with ({type(error).__name__})."
            raise NotDelivered(msg) from error


def open_airtel(settings: ProviderSettings, caller: Caller) -> AirtelMobileMoney:
    """Make the client of one account: nothing is asked of it yet."""
    return AirtelMobileMoney(
        caller,
        airtel_traits(settings),
        client_id=settings.user or "",
        client_secret=settings.secret.reveal() if settings.secret else "",
        callback_key=settings.callback_key.reveal() if settings.callback_key else None,
    )
