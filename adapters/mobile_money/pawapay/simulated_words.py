"""What simulated pawaPay says: endings, failures and the payers of its sandbox."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.simulation.payments import SimAnswer
from adapters.mobile_money.simulation.scenarios import Ending
from adapters.mobile_money.wire.json_text import write_compact

ENDINGS: Final[Mapping[Ending, str | None]] = MappingProxyType(
    {
        Ending.PAID: None,
        Ending.PIN_TIMEOUT: "PAYMENT_NOT_APPROVED",
        Ending.WRONG_PIN: "PAYMENT_NOT_APPROVED",
        Ending.NOT_APPROVED: "PAYMENT_NOT_APPROVED",
        Ending.INSUFFICIENT: "INSUFFICIENT_BALANCE",
        Ending.LIMIT: "PAYER_LIMIT_REACHED",
        Ending.NO_WALLET: "PAYER_NOT_FOUND",
        Ending.FAULT: "UNSPECIFIED_FAILURE",
    }
)
"""The failure code of each; None: completed."""

_SCENARIOS: Final = {
    "019": "limit",
    "029": "no-wallet",
    "039": "not-approved",
    "049": "insufficient",
    "069": "fault",
    "129": "pending-for-ever",
    "789": "success",
}
SANDBOX_PAYERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{f"260763456{end}": name for end, name in _SCENARIOS.items() if end != "049"},
        **{f"260973456{end}": name for end, name in _SCENARIOS.items() if end != "029"},
        "260953456704": "insufficient",
        "260953456712": "fault",
        "260953456789": "pending-for-ever",
        "260953456700": "success",
    }
)
PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("96", "76", "56"), "MTN_MOMO_ZMB"),
        **dict.fromkeys(("97", "77", "57"), "AIRTEL_OAPI_ZMB"),
        **dict.fromkeys(("95", "75", "55"), "ZAMTEL_ZMB"),
    }
)
"""The wallet that a number's first digits stand for."""


def answer(status: int, content: object) -> SimAnswer:
    """Answer JSON."""
    return SimAnswer(status, write_compact(content))


def rejected(code: str, message: str, *, status: int = 200, **ids: str) -> SimAnswer:
    """Reject a request in their envelope."""
    reason = {"failureCode": code, "failureMessage": message}
    return answer(status, {**ids, "status": "REJECTED", "failureReason": reason})
