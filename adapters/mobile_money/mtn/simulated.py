"""MTN MoMo as a simulated provider: collections, refunds, tokens and provisioning over HTTP."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.mobile_money.mtn import simulated_words as words
from adapters.mobile_money.mtn.simulated_words import answer, fault
from adapters.mobile_money.simulation.payments import (
    SCENARIO_HEADER,
    SimAnswer,
    SimCallback,
    SimPayment,
    SimPayments,
    SimRequest,
    early,
    is_uuid4,
    page,
    swapped,
    told_ngwee,
    told_reference,
    troubled,
)
from adapters.mobile_money.simulation.scenarios import SCENARIOS, Told, Trouble
from adapters.mobile_money.simulation.tokens import SimTokens
from adapters.mobile_money.wire.amounts import kwacha_text, read_ngwee
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at, write_compact
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings
from domain.money import Ngwee

USER: Final = "7c1f1f0e-5a9b-4a37-9a5c-0d4f6b1e2a33"
KEY: Final = "simulated-api-key"
SUBSCRIPTION: Final = "simulated-subscription-key"
CURRENCIES: Final = {"sandbox": "EUR"}
"""By target environment; every other one has kwacha."""
TOKEN_S: Final = 3_600
NOTE_CHARACTERS_MAX: Final = 160
_NOTE: Final = re.compile(r"[A-Za-z0-9 .,:-]*")

_PATHS: Final = re.compile(
    r"/(?P<product>collection|disbursement)/(?:(?P<token>token/)|v[12]_0/"
    r"(?P<what>requesttopay|refund|account/balance|accountholder/msisdn)(?:/(?P<id>[^/]+))?"
    r"(?P<active>/active)?)"
)


class SimulatedMtn:
    """``SimulatedProvider`` that speaks as MTN's Open API does."""

    def __init__(self, payments: SimPayments, callback_url: str | None = None) -> None:
        """``callback_url`` is for requests that name none."""
        self._payments = payments
        self._callback_url = callback_url
        self._refunds = SimPayments(payments.clock)
        self._tokens = SimTokens(payments.clock, TOKEN_S)
        self._users: dict[str, str] = {USER: KEY}
        self._hosts: dict[str, str] = {}

    def account(self, base_url: str) -> ProviderSettings:
        """Give what the settings have to say of the one account that it knows."""
        return ProviderSettings(
            name="mtn",
            kind="mtn",
            base_url=base_url,
            user=USER,
            secret=Secret(KEY),
            subscription_key=Secret(SUBSCRIPTION),
            refund_user=USER,
            refund_secret=Secret(KEY),
            refund_subscription_key=Secret(SUBSCRIPTION),
        )

    # -- requests ------------------------------------------------------------------------------

    def answer(self, request: SimRequest) -> SimAnswer:
        """Answer one request."""
        if "python-requests" in request.headers.get("user-agent", ""):
            return page(Trouble.HTML_FORBIDDEN)
        if request.path.startswith("/v1_0/apiuser"):
            return self._provision(request)
        match = _PATHS.fullmatch(request.path)
        if match is None:
            return answer(404, words.NO_SUCH_PATH)
        return self._refused_at_the_door(request, match) or self._inside(request, match)

    def _refused_at_the_door(self, request: SimRequest, match: re.Match[str]) -> SimAnswer | None:
        if request.headers.get("ocp-apim-subscription-key") != SUBSCRIPTION:
            return answer(401, words.BAD_SUBSCRIPTION)
        if not request.headers.get("x-target-environment"):
            return answer(400, words.NO_ENVIRONMENT)
        token = request.headers.get("authorization", "")
        if not match["token"] and not self._tokens.is_good(token, match["product"]):
            return answer(401, words.BAD_TOKEN)
        return None

    def _inside(self, request: SimRequest, match: re.Match[str]) -> SimAnswer:
        identifier = match["id"] or ""
        handlers: Mapping[tuple[str, str | None], Callable[[], SimAnswer]] = {
            ("POST", None): lambda: self._token(request, match["product"]),
            ("POST", "requesttopay"): lambda: self._request(request),
            ("GET", "requesttopay"): lambda: self._status(identifier),
            ("POST", "refund"): lambda: self._refund(request),
            ("GET", "refund"): lambda: self._refund_status(identifier),
            ("GET", "account/balance"): self._balance,
            ("GET", "accountholder/msisdn"): lambda: answer(200, {"result": True}),
        }
        handler = handlers.get((request.method, match["what"]))
        return handler() if handler else answer(404, words.NO_SUCH_PATH)

    def _token(self, request: SimRequest, product: str) -> SimAnswer:
        try:
            given = base64.b64decode(
                request.headers.get("authorization", "").removeprefix("Basic ")
            )
            user, _, key = given.decode().partition(":")
        except ValueError:
            return answer(500, words.INVALID_CLIENT)
        if not hmac.compare_digest(self._users.get(user, "").encode(), key.encode()) or not key:
            return answer(401, words.INVALID_CLIENT)
        token = self._tokens.issue(product)
        return answer(
            200, {"access_token": token, "token_type": "access_token", "expires_in": TOKEN_S}
        )

    def _provision(self, request: SimRequest) -> SimAnswer:
        """Make an API user and its key, as the sandbox lets developers do."""
        user, _, rest = request.path.removeprefix("/v1_0/apiuser").strip("/").partition("/")
        if request.method == "POST" and not user:
            host = text_at(read_object(request.body), "providerCallbackHost") or ""
            self._hosts[request.headers.get("x-reference-id", "")] = host
            return SimAnswer(201)
        if user not in self._hosts:
            return fault("RESOURCE_NOT_FOUND")
        if request.method == "POST" and rest == "apikey":
            self._users[user] = f"simulated-{self._payments.drawn(user)}"
            return answer(201, {"apiKey": self._users[user]})
        host = self._hosts[user]
        return answer(200, {"providerCallbackHost": host, "targetEnvironment": "sandbox"})

    # -- requests to pay -------------------------------------------------------------------------

    def _request(self, request: SimRequest) -> SimAnswer:
        reference = request.headers.get("x-reference-id", "")
        environment = request.headers["x-target-environment"]
        found = read_object(request.body)
        if refusal := _refusal(reference, found, environment):
            return refusal
        payer = text_at(found, "payer", "partyId") or ""
        amount = read_ngwee(value_at(found, "amount")) or Ngwee(0)
        scenario = request.headers.get(SCENARIO_HEADER) or words.SANDBOX_PAYERS.get(payer)
        script = self._payments.script(payer, amount, scenario)
        if script.trouble is Trouble.EXPIRED_TOKEN and self._payments.is_first_try(reference):
            return answer(401, words.BAD_TOKEN)
        payment, is_new = self._payments.take(
            reference,
            script,
            amount_ngwee=amount,
            payer=payer,
            label=text_at(found, "payeeNote") or "",
            receipt=self._payments.drawn(reference),
            callback_url=request.headers.get("x-callback-url", self._callback_url),
            note=text_at(found, "externalId") or "",
        )
        return self._told_of(payment) if is_new else fault("RESOURCE_ALREADY_EXIST")

    def _told_of(self, payment: SimPayment) -> SimAnswer:
        before = [one for told in early(payment) if (one := self.callback(payment, told))]
        if payment.script.trouble is Trouble.DUPLICATE:
            return fault("RESOURCE_ALREADY_EXIST")
        return troubled(payment, SimAnswer(202), down=fault("SERVICE_UNAVAILABLE"), before=before)

    def _status(self, reference: str) -> SimAnswer:
        payment = self._payments.find(reference)
        if payment is not None and payment.is_unclear():
            return fault("SERVICE_UNAVAILABLE")
        if payment is None or not payment.is_taken:
            return fault("RESOURCE_NOT_FOUND")
        return answer(200, self._payment(payment, None))

    def callback(self, payment: SimPayment, told: Told) -> SimCallback | None:
        """Write a callback: unsigned, with PUT, to the URL of the request."""
        if not payment.callback_url:
            return None
        if urlsplit(payment.callback_url).scheme not in {"http", "https"}:
            return None
        body = write_compact(self._payment(payment, told))
        return SimCallback("PUT", payment.callback_url, {"Content-Type": "application/json"}, body)

    def _payment(self, payment: SimPayment, told: Told | None) -> dict[str, Any]:
        """Give a payment as a status (``told`` is None) or a callback says it."""
        told = told or Told()
        ending = told.ending or payment.ending(self._payments.clock.now())
        status = words.ENDINGS[ending] if ending else words.PENDING
        found: dict[str, Any] = {
            "externalId": told_reference(payment.note, told),
            "amount": kwacha_text(told_ngwee(payment, told)),
            "currency": "ZMW",
            "payer": {"partyIdType": "MSISDN", "partyId": payment.payer},
            "payerMessage": payment.label,
            "payeeNote": payment.label,
            **status,
        }
        if found["status"] == "SUCCESSFUL":
            found = {"financialTransactionId": payment.receipt, **found}
        return swapped(found) if payment.script.swaps_types else found

    # -- the rest --------------------------------------------------------------------------------

    def _refund(self, request: SimRequest) -> SimAnswer:
        reference = request.headers.get("x-reference-id", "")
        found = read_object(request.body) or {}
        if not is_uuid4(reference):
            return answer(400, words.BAD_REFERENCE)
        amount = read_ngwee(value_at(found, "amount")) or Ngwee(0)
        paid = self._payments.find(text_at(found, "referenceIdToRefund") or "")
        refund, is_new = self._refunds.take(
            reference,
            SCENARIOS["success" if _can_refund(paid, amount) else "fault"],
            amount_ngwee=amount,
            payer=paid.payer if paid else "",
            label=text_at(found, "payeeNote") or "",
            receipt=self._payments.drawn(reference),
            note=text_at(found, "externalId") or "",
        )
        if not is_new:
            return fault("RESOURCE_ALREADY_EXIST")
        if paid and refund.script.ending is words.PAID:
            paid.refunded_ngwee += amount
        return SimAnswer(202)

    def _refund_status(self, reference: str) -> SimAnswer:
        refund = self._refunds.find(reference)
        if refund is None:
            return fault("RESOURCE_NOT_FOUND")
        return answer(200, self._payment(refund, None))

    def _balance(self) -> SimAnswer:
        held = kwacha_text(self._payments.held_ngwee())
        return answer(200, {"availableBalance": held, "currency": "ZMW"})


def _refusal(reference: str, found: Mapping[str, Any] | None, environment: str) -> SimAnswer | None:
    """Give what MTN says of a request that it does not take."""
    if not is_uuid4(reference) or found is None:
        return answer(400, words.BAD_REFERENCE)
    notes = [text_at(found, name) or "" for name in ("payerMessage", "payeeNote")]
    if any(len(n) > NOTE_CHARACTERS_MAX or _NOTE.fullmatch(n) is None for n in notes):
        return answer(400, words.BAD_REFERENCE)
    if not read_ngwee(value_at(found, "amount")):
        return answer(400, words.BAD_REFERENCE)
    if text_at(found, "currency") != CURRENCIES.get(environment, "ZMW"):
        return fault("INVALID_CURRENCY")
    return None


def _can_refund(paid: SimPayment | None, amount_ngwee: Ngwee) -> bool:
    if paid is None or not paid.is_taken or paid.script.ending is not words.PAID:
        return False
    return 0 < amount_ngwee <= paid.paid_ngwee - paid.refunded_ngwee
