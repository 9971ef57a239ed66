"""Zamtel's REST front as a simulated provider: each request is held open until it is decided."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.simulation.payments import (
    SCENARIO_HEADER,
    SimAnswer,
    SimPayment,
    SimPayments,
    SimRequest,
    troubled,
)
from adapters.mobile_money.simulation.scenarios import (
    PROMPT_TIMEOUT_S,
    Ending,
    Script,
    Told,
    Trouble,
)
from adapters.mobile_money.wire.amounts import read_ngwee
from adapters.mobile_money.wire.json_text import write_compact
from adapters.security.secret import Secret
from adapters.settings.providers import ProviderSettings

USER: Final = "simulated"
PASSWORD: Final = "simulated-password"  # noqa: S105 - what the simulator takes
SHORTCODE: Final = "123456"

ENDINGS: Final[Mapping[Ending, tuple[str, str]]] = MappingProxyType(
    {
        Ending.PAID: ("0", "Success"),
        Ending.WRONG_PIN: ("E8003", "Initiator authentication error"),
        Ending.INSUFFICIENT: ("2006", "Insufficient balance"),
        Ending.PIN_TIMEOUT: ("E8027", "System unable to process the request"),
        Ending.NOT_APPROVED: ("E8027", "System unable to process the request"),
        Ending.LIMIT: ("E8027", "System unable to process the request"),
        Ending.NO_WALLET: ("E8027", "System unable to process the request"),
        Ending.FAULT: ("-1", "Internal error"),
    }
)
UNAVAILABLE: Final = SimAnswer(503, b"<h1>Service Unavailable</h1>", "text/html")
_PATH: Final = re.compile(r"(/[A-Za-z]+)?/Req")
_PAYER: Final = re.compile(r"260[0-9]{9}")


class SimulatedZamtel:
    """``SimulatedProvider`` that speaks as Zamtel's REST front does."""

    def __init__(self, payments: SimPayments, callback_url: str | None = None) -> None:
        """``callback_url`` is never called."""
        del callback_url
        self._payments = payments

    def answer(self, request: SimRequest) -> SimAnswer:
        """Answer one request."""
        given = request.query
        amount = read_ngwee(given.get("Amount"))
        reference, payer = given.get("ConversationId", ""), given.get("Msisdn", "")
        if request.method != "GET" or _PATH.fullmatch(request.path) is None:
            return SimAnswer(404, b"<h1>404</h1>", "text/html")
        credentials = [given.get(name) for name in ("ThirdPartyID", "Password", "Shortcode")]
        if credentials != [USER, PASSWORD, SHORTCODE]:
            return _answer("-1", "Internal error")
        if not amount or not reference or _PAYER.fullmatch(payer) is None:
            return _answer("E8027", "System unable to process the request")
        script = self._payments.script(payer, amount, request.headers.get(SCENARIO_HEADER))
        payment, is_new = self._payments.take(
            reference,
            script,
            amount_ngwee=amount,
            payer=payer,
            label="",
            receipt=f"ZM{self._payments.drawn(reference)}",
        )
        return self._told_of(payment) if is_new else _answer("-1", "Internal error")

    def callback(self, payment: SimPayment, told: Told) -> None:
        """Call nobody back."""

    def account(self, base_url: str) -> ProviderSettings:
        """Give what the settings have to say of the one account that it knows."""
        return ProviderSettings(
            name="zamtel",
            kind="zamtel",
            base_url=f"{base_url}/ZampayRest",
            user=USER,
            secret=Secret(PASSWORD),
            shortcode=SHORTCODE,
        )

    def _told_of(self, payment: SimPayment) -> SimAnswer:
        script = payment.script
        if script.trouble is Trouble.DUPLICATE:
            return _answer("-1", "Internal error")
        status, message = ENDINGS[Ending.FAULT if script.unclear_polls else script.ending]
        wait_s = min(script.after_s, PROMPT_TIMEOUT_S)
        receipt = payment.receipt if status == "0" else None
        return troubled(
            payment, _answer(status, message, receipt, script, wait_s), down=UNAVAILABLE
        )


def _answer(
    status: str,
    message: str,
    receipt: str | None = None,
    script: Script | None = None,
    wait_s: float = 0.0,
) -> SimAnswer:
    is_swapped = script is not None and script.swaps_types
    said: dict[str, object] = {"status": status, "message": message}
    if is_swapped:
        said = {"StatusCode": int(status), "message": message}
    if receipt:
        said["TransactionId"] = int(receipt[2:]) if is_swapped else receipt
    return SimAnswer(200, write_compact(said), wait_s=wait_s)
