"""The codes of Airtel Money: of responses, of its bus and router, and states of a payment.

Source: the official tables of response and error codes, as several open clients quote them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.meaning import Meaning, Says

STATES: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "TS": Says.PAID,
        "TF": Says.FAILED,
        "TE": Says.FAILED,
        "TA": Says.UNCLEAR,
        "TIP": Says.TAKEN,
    }
)
"""``status`` of a transaction, ``status_code`` of a callback."""
EXPIRED: Final = "TE"


def _failed(words: str) -> Meaning:
    return Meaning(Says.FAILED, words)


_UNCLEAR: Final = Meaning(Says.UNCLEAR, say.NETWORK_FAULT)

CODES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "DP00800001000": _UNCLEAR,
        "DP00800001001": Meaning(Says.TAKEN),
        "DP00800001002": _failed(say.WRONG_PIN),
        "DP00800001003": _failed(say.OVER_LIMIT),
        "DP00800001004": _failed(say.BAD_AMOUNT),
        "DP00800001005": _failed(say.NOT_APPROVED),
        "DP00800001006": Meaning(Says.TAKEN),
        "DP00800001007": _failed(say.NO_FUNDS),
        "DP00800001008": _failed(say.NOT_APPROVED),
        "DP00800001009": _failed(say.NOT_ALLOWED),
        "DP00800001010": _failed(say.NOT_ALLOWED),
        "DP00800001024": Meaning(Says.UNCLEAR, say.TIMED_OUT),
        "DP00800001025": Meaning(Says.NOT_FOUND, say.NO_WALLET),
        "DP00800001026": _failed(say.NOT_SET_UP),
        "DP00800001029": _failed(say.TIMED_OUT),
        "DP00900001013": _failed(say.NOT_SET_UP),
        "ESB000001": _UNCLEAR,
        "ESB000004": _UNCLEAR,
        "ESB000008": _failed(say.NOT_SET_UP),
        "ESB000010": Meaning(Says.TAKEN),
        "ESB000011": _failed(say.NETWORK_FAULT),
        "ESB000014": _UNCLEAR,
        "ESB000033": _failed(say.NO_WALLET),
        "ESB000034": _failed(say.NOT_SET_UP),
        "ESB000035": _failed(say.NOT_SET_UP),
        "ESB000036": _failed(say.NO_WALLET),
        "ESB000039": _failed(say.NOT_SET_UP),
        "ESB000041": Meaning(Says.KNOWN),
        "ESB000045": Meaning(Says.NOT_FOUND, say.NETWORK_FAULT),
        "ROUTER001": _failed(say.NOT_SET_UP),
        "ROUTER003": _failed(say.NOT_SET_UP),
        "ROUTER005": _failed(say.NOT_SET_UP),
        "ROUTER006": _failed(say.NOT_SET_UP),
        "ROUTER007": _failed(say.NOT_SET_UP),
        "ROUTER110": _failed(say.NOT_SET_UP),
        "ROUTER112": _failed(say.NOT_SET_UP),
        "ROUTER117": _UNCLEAR,
        "ROUTER119": _failed(say.NOT_SET_UP),
        "521002": _failed(say.NO_WALLET),
    }
)
"""What a code says of a request for money; of a payment that has ended, only its words count.
A code that is not here leaves it open whether the request was taken."""

SIGNATURE_REFUSED: Final = "DP00800001026"
"""What was encrypted is not what was sent, or not by their key of today."""
