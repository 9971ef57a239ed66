"""What simulated Airtel says: its envelopes, its codes and the endings of a payment."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.simulation.payments import SimAnswer
from adapters.mobile_money.simulation.scenarios import Ending
from adapters.mobile_money.wire.json_text import write_compact

ENDINGS: Final[Mapping[Ending, tuple[str, str, str]]] = MappingProxyType(
    {
        Ending.PAID: ("TS", "DP00800001001", "Success"),
        Ending.PIN_TIMEOUT: ("TE", "DP00800001029", "Transaction Expired"),
        Ending.WRONG_PIN: ("TF", "DP00800001002", "Incorrect Pin"),
        Ending.NOT_APPROVED: ("TF", "DP00800001005", "User didn't enter the pin"),
        Ending.INSUFFICIENT: ("TF", "DP00800001007", "Not enough balance"),
        Ending.LIMIT: ("TF", "DP00800001003", "Exceeds withdrawal amount limit"),
        Ending.NO_WALLET: ("TF", "DP00800001025", "Transaction not found"),
        Ending.FAULT: ("TF", "DP00800001009", "Do not honor"),
    }
)
"""Status, response code and message."""
PENDING: Final = ("TIP", "DP00800001006", "In process")
AMBIGUOUS: Final = ("TA", "DP00800001000", "Ambiguous")
INVALID_TOKEN: Final = {
    "error": "invalid_token",
    "error_description": "The access token is invalid or has expired",
}
INVALID_CLIENT: Final = {
    "error": "invalid_client",
    "error_description": "Client authentication failed",
}


def answer(status: int, content: object) -> SimAnswer:
    """Answer JSON."""
    return SimAnswer(status, write_compact(content))


def envelope(
    response_code: str,
    message: str,
    *,
    success: bool,
    result_code: str = "ESB000010",
    status: int = 200,
    transaction: Mapping[str, object] | None = None,
    as_text: bool = False,
) -> SimAnswer:
    """Answer in their usual envelope; business errors come with 200 too."""
    data = {"data": {"transaction": transaction}} if transaction is not None else {}
    said = {
        "code": status if as_text else str(status),
        "message": message,
        "result_code": result_code,
        "response_code": response_code,
        "success": str(success).lower() if as_text else success,
    }
    return answer(status, {**data, "status": said})


def refusal(code: str, message: str, *, status: int = 200) -> SimAnswer:
    """Refuse with a code of the bus."""
    said = {"code": str(status), "message": message, "result_code": code, "success": False}
    return answer(status, {"status": said})


def router(code: str, message: str) -> SimAnswer:
    """Refuse as their gateway does, in a shape of its own."""
    return answer(400, {"status_code": code, "status_message": message})
