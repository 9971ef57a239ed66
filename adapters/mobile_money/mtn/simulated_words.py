"""What simulated MTN says: errors, endings and sandbox payers as the developer portal has them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from adapters.mobile_money.simulation.payments import SimAnswer
from adapters.mobile_money.simulation.scenarios import Ending
from adapters.mobile_money.wire.json_text import write_compact

PAID: Final = Ending.PAID
PENDING: Final[Mapping[str, Any]] = MappingProxyType({"status": "PENDING"})


def _failed(reason: str) -> Mapping[str, Any]:
    return MappingProxyType({"status": "FAILED", "reason": reason})


ENDINGS: Final[Mapping[Ending, Mapping[str, Any]]] = MappingProxyType(
    {
        Ending.PAID: MappingProxyType({"status": "SUCCESSFUL"}),
        Ending.PIN_TIMEOUT: _failed("EXPIRED"),
        Ending.WRONG_PIN: _failed("PAYMENT_NOT_APPROVED"),
        Ending.NOT_APPROVED: _failed("APPROVAL_REJECTED"),
        Ending.INSUFFICIENT: _failed("NOT_ENOUGH_FUNDS"),
        Ending.LIMIT: _failed("PAYER_LIMIT_REACHED"),
        Ending.NO_WALLET: _failed("PAYER_NOT_FOUND"),
        Ending.FAULT: MappingProxyType(
            {
                "status": "FAILED",
                "reason": {"code": "INTERNAL_PROCESSING_ERROR", "message": "Processing failed."},
            }
        ),
    }
)
"""One reason is an object, as some builds send it."""

SANDBOX_PAYERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "46733123450": "fault",
        "46733123451": "not-approved",
        "46733123452": "pin-timeout",
        "46733123453": "success",
        "46733123454": "pending-for-ever",
    }
)

FAULTS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "RESOURCE_ALREADY_EXIST": (409, "Duplicated reference id. Creation of resource failed."),
        "RESOURCE_NOT_FOUND": (404, "Requested resource was not found."),
        "INVALID_CURRENCY": (500, "Currency not supported."),
        "SERVICE_UNAVAILABLE": (503, "Service temporarily unavailable, try again later."),
    }
)
BAD_REFERENCE: Final = {"code": "VALIDATION_ERROR", "message": "The request is not valid."}
BAD_TOKEN: Final = {"statusCode": 401, "message": "Unauthorized. Invalid or expired token."}
BAD_SUBSCRIPTION: Final = {
    "statusCode": 401,
    "message": "Access denied due to invalid subscription key. Make sure to provide a valid key.",
}
NO_SUCH_PATH: Final = {"statusCode": 404, "message": "Resource not found"}
NO_ENVIRONMENT: Final = {"error": "Invalid or missing X-Target-Environment header"}
INVALID_CLIENT: Final = {"error": "invalid_client"}


def answer(status: int, content: object) -> SimAnswer:
    """Answer JSON."""
    return SimAnswer(status, write_compact(content))


def fault(code: str) -> SimAnswer:
    """Answer an error of the table."""
    status, message = FAULTS[code]
    return answer(status, {"code": code, "message": message})
