"""pawaPay as a simulated provider: deposits and refunds, with signatures both ways."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from adapters.mobile_money.pawapay import simulated_words as words
from adapters.mobile_money.pawapay.signing import (
    SignedMessage,
    is_signed,
    read_signature,
    signed_headers,
)
from adapters.mobile_money.pawapay.simulated_words import answer, rejected
from adapters.mobile_money.simulation.payments import (
    SCENARIO_HEADER,
    SimAnswer,
    SimCallback,
    SimPayment,
    SimPayments,
    SimRequest,
    early,
    is_uuid4,
    swapped,
    told_ngwee,
    told_reference,
    troubled,
)
from adapters.mobile_money.simulation.scenarios import (
    SCENARIOS,
    Ending,
    Told,
    Trouble,
    Twist,
)
from adapters.mobile_money.wire.amounts import kwacha_text, read_ngwee
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at, write_compact
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings
from domain.money import Ngwee
from domain.public_ids import iso_time

TOKEN: Final = "simulated-token"  # noqa: S105 - what the simulator takes
THEIR_KEY_ID: Final = "HTTP_EC_P256_KEY:1"
OUR_KEY_ID: Final = "SIMULATED_CUSTOMER_KEY"
DOWN: Final = rejected("UNKNOWN_ERROR", "Unable to process.", status=500)
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,2})?")
_ZERO: Final = re.compile(r"0(\.0{1,2})?")
_DEPOSIT: Final = re.compile(r"/v2/deposits/([^/]+)")
_RESEND: Final = re.compile(r"/v2/deposits/resend-callback/([^/]+)")
_REFUND: Final = re.compile(r"/v2/refunds/([^/]+)")


class SimulatedPawapay:
    """``SimulatedProvider`` that speaks as pawaPay's Merchant API does."""

    def __init__(self, payments: SimPayments, callback_url: str | None) -> None:
        """``callback_url`` is what a merchant sets in the dashboard."""
        self._payments = payments
        self._refunds = SimPayments(payments.clock)
        self._callback_url = callback_url
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._other_key = ec.generate_private_key(ec.SECP256R1())
        self._customer_key = ec.generate_private_key(ec.SECP256R1())

    def account(self, base_url: str) -> ProviderSettings:
        """Give what the settings have to say of the one account that it knows."""
        der = self._customer_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return ProviderSettings(
            name="pawapay",
            kind="pawapay",
            base_url=base_url,
            secret=Secret(TOKEN),
            signing_key=Secret(base64.b64encode(der).decode()),
            signing_key_id=OUR_KEY_ID,
            signed_callbacks=True,
        )

    # -- requests ------------------------------------------------------------------------------

    def answer(self, request: SimRequest) -> SimAnswer:
        """Answer one request."""
        if request.path == "/v2/public-key/http":
            return self._public_keys()
        authorization = request.headers.get("authorization")
        if authorization is None:
            return rejected("NO_AUTHENTICATION", "No authentication.", status=401)
        if authorization != f"Bearer {TOKEN}":
            return rejected("AUTHENTICATION_ERROR", "The token is not valid.", status=403)
        return self._post(request) if request.method == "POST" else self._get(request)

    def _post(self, request: SimRequest) -> SimAnswer:
        found = read_object(request.body)
        if match := _RESEND.fullmatch(request.path):
            return self._resend(match[1])
        if found is None:
            return rejected("INVALID_INPUT", "The body is no JSON object.", status=400)
        if request.path == "/v2/predict-provider":
            return _predicted(found)
        if request.path not in {"/v2/deposits", "/v2/refunds"}:
            return answer(404, {"path": request.path})
        if not self._is_signed(request):
            return rejected("HTTP_SIGNATURE_ERROR", "The signature is not valid.", status=403)
        is_deposit = request.path == "/v2/deposits"
        return self._deposit(request, found) if is_deposit else self._refund(found)

    def _get(self, request: SimRequest) -> SimAnswer:
        if match := _DEPOSIT.fullmatch(request.path):
            return self._status(match[1])
        if match := _REFUND.fullmatch(request.path):
            refund = self._refunds.find(match[1])
            return _found(None if refund is None else self._refunded(refund))
        if request.path == "/v2/wallet-balances":
            return self._balances()
        return answer(404, {"path": request.path})

    def _public_keys(self) -> SimAnswer:
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return answer(200, [{"id": THEIR_KEY_ID, "key": pem.decode()}])

    def _is_signed(self, request: SimRequest) -> bool:
        claimed = read_signature(request.headers)
        message = SignedMessage(
            method=request.method,
            authority=request.headers.get("host", ""),
            path=request.path,
            headers=request.headers,
        )
        return (
            claimed is not None
            and claimed.key_id == OUR_KEY_ID
            and is_signed(
                claimed,
                [message],
                request.body,
                key=self._customer_key.public_key(),
                at=self._payments.clock.now(),
            )
        )

    # -- deposits ------------------------------------------------------------------------------

    def _deposit(self, request: SimRequest, found: Mapping[str, Any]) -> SimAnswer:
        reference = text_at(found, "depositId") or ""
        account = value_at(found, "payer", "accountDetails")
        payer, wallet = text_at(account, "phoneNumber") or "", text_at(account, "provider") or ""
        amount = found.get("amount")
        refusal = _refusal(reference, payer, wallet, amount, text_at(found, "currency"))
        if refusal is not None:
            return refusal
        scenario = request.headers.get(SCENARIO_HEADER) or words.SANDBOX_PAYERS.get(payer)
        ngwee = read_ngwee(amount) or Ngwee(0)
        script = self._payments.script(payer, ngwee, scenario)
        if script.trouble is Trouble.EXPIRED_TOKEN and self._payments.is_first_try(reference):
            return rejected("NO_AUTHENTICATION", "No authentication.", status=401)
        payment, is_new = self._payments.take(
            reference,
            script,
            amount_ngwee=ngwee,
            payer=payer,
            label=text_at(found, "clientReferenceId") or "",
            receipt=self._payments.drawn(reference),
            note=wallet,
        )
        if not is_new or script.trouble is Trouble.DUPLICATE:
            return answer(200, {"depositId": reference, "status": "DUPLICATE_IGNORED"})
        return self._told_of(payment)

    def _told_of(self, payment: SimPayment) -> SimAnswer:
        before = [one for told in early(payment) if (one := self.callback(payment, told))]
        taken = answer(
            200,
            {
                "depositId": payment.reference,
                "status": "ACCEPTED",
                "created": iso_time(payment.taken_at),
            },
        )
        return troubled(payment, taken, down=DOWN, before=before)

    def _status(self, reference: str) -> SimAnswer:
        payment = self._payments.find(reference)
        is_unclear = payment is not None and payment.is_unclear()
        if payment is None or not payment.is_taken:
            if is_unclear:
                return DOWN
            return _found(None)
        data = self._data(payment, None)
        return _found({**data, "status": "IN_RECONCILIATION"} if is_unclear else data)

    def _data(self, payment: SimPayment, told: Told | None) -> dict[str, Any]:
        told = told or Told()
        ending = told.ending or payment.ending(self._payments.clock.now())
        failure = words.ENDINGS[ending] if ending else None
        data: dict[str, Any] = {
            "depositId": told_reference(payment.reference, told),
            "status": "FAILED" if failure else "COMPLETED" if ending else "PROCESSING",
            "amount": f"{kwacha_text(told_ngwee(payment, told))}",
            "currency": "ZMW",
            "country": "ZMB",
            "payer": {
                "type": "MMO",
                "accountDetails": {"phoneNumber": payment.payer, "provider": payment.note},
            },
            "clientReferenceId": payment.label,
            "created": iso_time(payment.taken_at),
        }
        if failure:
            data["failureReason"] = {"failureCode": failure, "failureMessage": "It failed."}
        elif ending:
            data["providerTransactionId"] = payment.receipt
        return swapped(data) if payment.script.swaps_types else data

    # -- callbacks -----------------------------------------------------------------------------

    def callback(self, payment: SimPayment, told: Told) -> SimCallback | None:
        """Write a callback, signed, to the URL of the dashboard."""
        if self._callback_url is None:
            return None
        body = write_compact(self._data(payment, told))
        place = urlsplit(self._callback_url)
        headers = {"content-type": "application/json"}
        message = SignedMessage(
            method="POST", authority=place.netloc.lower(), path=place.path or "/", headers=headers
        )
        signed = signed_headers(
            message,
            body,
            key=self._other_key if told.twist is Twist.FORGED else self._key,
            key_id=THEIR_KEY_ID,
            at=self._payments.clock.now(),
            is_der=int(payment.receipt[-1]) % 2 == 0,
        )
        return SimCallback("POST", self._callback_url, {**headers, **signed}, body)

    def _resend(self, reference: str) -> SimAnswer:
        payment = self._payments.find(reference)
        now = self._payments.clock.now()
        if payment is None or payment.ending(now) is None or not payment.is_taken:
            return rejected("NOT_FOUND", "There is no such final deposit.", depositId=reference)
        self._payments.tell(payment)
        return answer(200, {"depositId": reference, "status": "ACCEPTED"})

    # -- refunds and balances ------------------------------------------------------------------

    def _refund(self, found: Mapping[str, Any]) -> SimAnswer:
        reference = text_at(found, "refundId") or ""
        amount = read_ngwee(found.get("amount")) or Ngwee(0)
        paid = self._payments.find(text_at(found, "depositId") or "")
        if not is_uuid4(reference) or not amount:
            return rejected("INVALID_PARAMETER", "The refund is not valid.", status=400)
        if self._refunds.find(reference) is not None:
            return answer(200, {"refundId": reference, "status": "DUPLICATE_IGNORED"})
        if paid is None or not paid.is_taken:
            return rejected("NOT_FOUND", "There is no such deposit.", refundId=reference)
        is_paid = paid.ending(self._payments.clock.now()) is Ending.PAID
        if not is_paid or amount > paid.paid_ngwee - paid.refunded_ngwee:
            return rejected("INVALID_STATE", "It cannot be refunded.", refundId=reference)
        paid.refunded_ngwee += amount
        self._refunds.take(
            reference,
            SCENARIOS["no-callback"],
            amount_ngwee=amount,
            payer=paid.payer,
            label=paid.label,
            receipt=self._payments.drawn(reference),
            note=paid.note,
        )
        return answer(200, {"refundId": reference, "status": "ACCEPTED"})

    def _refunded(self, refund: SimPayment) -> dict[str, Any]:
        data = self._data(refund, None)
        data["refundId"] = data.pop("depositId")
        return data

    def _balances(self) -> SimAnswer:
        held = kwacha_text(self._payments.held_ngwee())
        balance = {"country": "ZMB", "balance": held, "currency": "ZMW", "provider": ""}
        return answer(200, {"balances": [balance]})


def _found(data: Mapping[str, Any] | None) -> SimAnswer:
    if data is None:
        return answer(200, {"status": "NOT_FOUND"})
    return answer(200, {"status": "FOUND", "data": data})


def _refusal(
    reference: str, payer: str, wallet: str, amount: object, currency: str | None
) -> SimAnswer | None:
    """Give what pawaPay says of a deposit that it does not take."""
    if not is_uuid4(reference):
        return rejected("INVALID_PARAMETER", "The depositId is no UUID v4.", status=400)
    faults = {
        "INVALID_AMOUNT": not isinstance(amount, str)
        or _AMOUNT.fullmatch(amount) is None
        or _ZERO.fullmatch(amount) is not None,
        "INVALID_CURRENCY": currency != "ZMW",
        "INVALID_PROVIDER": wallet not in words.PREFIXES.values(),
        "INVALID_PHONE_NUMBER": re.fullmatch(r"260[0-9]{9}", payer) is None,
    }
    code = next((code for code, is_fault in faults.items() if is_fault), None)
    return rejected(code, "The deposit is not valid.", depositId=reference) if code else None


def _predicted(found: Mapping[str, Any]) -> SimAnswer:
    number = re.sub(r"[^0-9]", "", text_at(found, "phoneNumber") or "")
    wallet = words.PREFIXES.get(number[3:5])
    if wallet is None or not number.startswith("260"):
        return rejected("INVALID_PHONE_NUMBER", "The number is not valid.", status=400)
    return answer(200, {"country": "ZMB", "provider": wallet, "phoneNumber": number})
