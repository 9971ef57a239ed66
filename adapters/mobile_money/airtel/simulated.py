"""Airtel Money as a simulated provider: tokens, keys, signed pushes, enquiries, refunds."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.mobile_money.airtel import signing
from adapters.mobile_money.airtel import simulated_words as words
from adapters.mobile_money.airtel.simulated_words import answer, envelope, refusal, router
from adapters.mobile_money.simulation.payments import (
    SCENARIO_HEADER,
    SimAnswer,
    SimCallback,
    SimPayment,
    SimPayments,
    SimRequest,
    early,
    told_ngwee,
    told_reference,
    troubled,
)
from adapters.mobile_money.simulation.scenarios import Ending, Told, Trouble, Twist
from adapters.mobile_money.simulation.tokens import SimTokens
from adapters.mobile_money.wire.amounts import kwacha_text, read_ngwee
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at, write_compact
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings

CLIENT: Final = "simulated-client-id"
SECRET: Final = "simulated-client-secret"  # noqa: S105 - what the simulator takes
CALLBACK_KEY: Final = "simulated-callback-key"
"""With which it authenticates its callbacks."""
TOKEN_S: Final = 180
RSA_BITS: Final = 1_024
"""As theirs has."""
NATIONAL_DIGITS: Final = 9
PUSHES: Final = ("POST /merchant/v1/payments/", "POST /merchant/v2/payments/")
ENQUIRY: Final = "GET /standard/v1/payments/"
UNAVAILABLE: Final = SimAnswer(503, b"upstream connect error", "text/plain")
REFUND_V1: Final = "POST /standard/v1/payments/refund"
"""Of all that moves money this alone is taken without a signature too."""
REFUND_V2: Final = "POST /standard/v2/payments/refund"

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SimulatedAirtel:
    """``SimulatedProvider`` that speaks as Airtel's Open API does."""

    def __init__(self, payments: SimPayments, callback_url: str | None) -> None:
        """``callback_url`` is what a merchant registers in the portal."""
        self._payments = payments
        self._callback_url = callback_url
        self._tokens = SimTokens(payments.clock, TOKEN_S)
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)

    def account(self, base_url: str) -> ProviderSettings:
        """Give what the settings have to say of the one account that it knows."""
        return ProviderSettings(
            name="airtel",
            kind="airtel",
            base_url=base_url,
            user=CLIENT,
            secret=Secret(SECRET),
            callback_key=Secret(CALLBACK_KEY),
        )

    # -- requests ------------------------------------------------------------------------------

    def answer(self, request: SimRequest) -> SimAnswer:
        """Answer one request."""
        if request.path == "/auth/oauth2/token":
            return self._token(request)
        if not self._tokens.is_good(request.headers.get("authorization", "")):
            return answer(401, words.INVALID_TOKEN)
        return _refused_headers(request) or self._inside(request)

    def _inside(self, request: SimRequest) -> SimAnswer:
        place = f"{request.method} {request.path}"
        if place.startswith(ENQUIRY):
            return self._enquiry(place.removeprefix(ENQUIRY))
        if place in PUSHES or place == REFUND_V2 or "x-signature" in request.headers:
            refused = self._unsigned(request)
            if refused is not None:
                return refused
        handlers: Mapping[str, Callable[[], SimAnswer]] = {
            **dict.fromkeys(PUSHES, lambda: self._push(request)),
            **dict.fromkeys((REFUND_V1, REFUND_V2), lambda: self._refund(request)),
            "GET /v1/rsa/encryption-keys": self._public_key,
            "GET /standard/v1/users/balance": self._balance,
        }
        handler = handlers.get(place)
        return handler() if handler else router("ROUTER003", "Missing required parameters")

    def _token(self, request: SimRequest) -> SimAnswer:
        given = read_object(request.body)
        pair = f"{text_at(given, 'client_id')}:{text_at(given, 'client_secret')}"
        if not hmac.compare_digest(pair.encode(), f"{CLIENT}:{SECRET}".encode()):
            return answer(401, words.INVALID_CLIENT)
        token = self._tokens.issue()
        return answer(
            200, {"access_token": token, "expires_in": str(TOKEN_S), "token_type": "bearer"}
        )

    def _public_key(self) -> SimAnswer:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        said = {"response_code": "DP02010001001", "code": "200", "success": True}
        data = {
            "key_id": 100,
            "key": base64.b64encode(der).decode(),
            "valid_upto": "31-12-2099 23:59:59",
        }
        return answer(200, {"data": data, "status": said})

    def _unsigned(self, request: SimRequest) -> SimAnswer | None:
        """Refuse a body that is not what was signed."""
        headers = request.headers
        signed = signing.opened(self.key, headers.get("x-key", ""), headers.get("x-signature", ""))
        if signed == request.body:
            return None
        return envelope(
            "DP00800001026",
            "x-signature and payload did not match",
            success=False,
            result_code="ESB000008",
        )

    # -- pushes and enquiries --------------------------------------------------------------------

    def _push(self, request: SimRequest) -> SimAnswer:
        found = read_object(request.body)
        reference = text_at(found, "transaction", "id") or ""
        payer = text_at(found, "subscriber", "msisdn") or ""
        amount = read_ngwee(value_at(found, "transaction", "amount"))
        if len(payer) != NATIONAL_DIGITS:
            return refusal("521002", "Invalid Msisdn Length")
        if _ID.fullmatch(reference) is None or not amount:
            return refusal("ESB000008", "Field validation error")
        script = self._payments.script(payer, amount, request.headers.get(SCENARIO_HEADER))
        if script.trouble is Trouble.EXPIRED_TOKEN and self._payments.is_first_try(reference):
            return answer(401, words.INVALID_TOKEN)
        payment, is_new = self._payments.take(
            reference,
            script,
            amount_ngwee=amount,
            payer=f"260{payer}",
            label=text_at(found, "reference") or "",
            receipt=self._receipt(reference),
        )
        if not is_new or script.trouble is Trouble.DUPLICATE:
            return refusal("ESB000041", "External Transaction ID already exists")
        return self._told_of(payment)

    def _receipt(self, reference: str) -> str:
        digits = self._payments.drawn(reference)
        return f"MP260{digits[0]}0{digits[1]}.{digits[2:6]}.L{digits[6:]}{digits[0]}"

    def _told_of(self, payment: SimPayment) -> SimAnswer:
        before = [one for told in early(payment) if (one := self.callback(payment, told))]
        sent = envelope(
            "DP00800001006",
            "SUCCESS",
            success=True,
            transaction={"id": payment.reference, "status": "SUCCESS"},
            as_text=payment.script.swaps_types,
        )
        return troubled(payment, sent, down=UNAVAILABLE, before=before)

    def _enquiry(self, reference: str) -> SimAnswer:
        payment = self._payments.find(reference)
        is_unclear = payment is not None and payment.is_unclear()
        if payment is None or not payment.is_taken:
            if is_unclear:
                return UNAVAILABLE
            return envelope("DP00800001025", "Transaction not found", success=False)
        status, code, message = words.AMBIGUOUS if is_unclear else self._state(payment, None)
        transaction: dict[str, object] = {"id": reference, "message": message, "status": status}
        if status == "TS":
            transaction["airtel_money_id"] = payment.receipt
        return envelope(
            code,
            message,
            success=status not in {"TF", "TE"},
            transaction=transaction,
            as_text=payment.script.swaps_types,
        )

    def _state(self, payment: SimPayment, told: Told | None) -> tuple[str, str, str]:
        ending = payment.ending(self._payments.clock.now())
        ending = (told.ending if told else None) or ending
        return words.ENDINGS[ending] if ending else words.PENDING

    def callback(self, payment: SimPayment, told: Told) -> SimCallback | None:
        """Write a callback, authenticated, to the URL of the portal."""
        if self._callback_url is None:
            return None
        status, _, message = self._state(payment, told)
        transaction: dict[str, Any] = {
            "id": told_reference(payment.reference, told),
            "message": message,
            "status_code": "TS" if status == "TS" else "TF",
        }
        if status == "TS":
            amount = kwacha_text(told_ngwee(payment, told))
            transaction["message"] = f"Paid ZMW {amount} to NGOMA, Trans ID {payment.receipt}."
            transaction["airtel_money_id"] = payment.receipt
        key = b"another key" if told.twist is Twist.FORGED else CALLBACK_KEY.encode()
        signed = signing.callback_hash(key, write_compact(transaction))
        body = write_compact({"transaction": transaction, "hash": signed})
        return SimCallback("POST", self._callback_url, {"Content-Type": "application/json"}, body)

    # -- the rest --------------------------------------------------------------------------------

    def _refund(self, request: SimRequest) -> SimAnswer:
        receipt = text_at(read_object(request.body), "transaction", "airtel_money_id") or ""
        payment = self._payments.by_receipt(receipt)
        if payment is None or payment.ending(self._payments.clock.now()) is not Ending.PAID:
            return envelope("DP00800001025", "Transaction not found", success=False)
        if payment.refunded_ngwee:
            return refusal("ESB000011", "Failed: the transaction was reversed already")
        payment.refunded_ngwee = payment.paid_ngwee
        given = {"airtel_money_id": f"CI{receipt[2:]}", "status": "SUCCESS"}
        return envelope("DP00800001001", "SUCCESS", success=True, transaction=given)

    def _balance(self) -> SimAnswer:
        kwacha, ngwee = divmod(self._payments.held_ngwee(), 100)
        data = {"balance": f"{kwacha:,}.{ngwee:02}", "currency": "ZMW", "account_status": "Active"}
        said = {"response_code": "DP02100000001", "code": "200", "success": True}
        return answer(200, {"data": data, "status": said})


def _refused_headers(request: SimRequest) -> SimAnswer | None:
    headers: Mapping[str, str] = request.headers
    if "x-country" not in headers:
        return router("ROUTER110", "Partner configuration not found for the provided params")
    if headers["x-country"] != "ZM":
        return envelope("DP00900001013", "Invalid country", success=False, status=400)
    if "x-currency" not in headers:
        return refusal("ESB000008", "Missing request header 'x-wallet-id'")
    return None
