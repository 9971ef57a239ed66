"""What Android says of a message that it could not send: SmsManager's result codes.

Numbers and names are those of ``android.telephony.SmsManager`` (API level 34); the classes are
our judgement, as in ``cms.py``. The app passes the name on, and so do some modems' firmwares.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.causes import sentences as say
from domain.causes.meaning import Meaning, RejectionClass

_SENDER: Final = RejectionClass.SENDER_BLOCKED
_DEVICE: Final = RejectionClass.MODEM_OR_SIM
_TRANSIENT: Final = RejectionClass.TRANSIENT
_MESSAGE: Final = RejectionClass.PERMANENT_MESSAGE
_BUG: Final = RejectionClass.BUG_IN_REQUEST

VAGUE_AFTER_S: Final = 10
"""A failure that says nothing and comes so late may follow a message that was sent."""


def _vague(name: str, sentence: str = say.MODEM_FAILED) -> Meaning:
    return Meaning(name, _TRANSIENT, sentence, VAGUE_AFTER_S)


ANDROID: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        1: _vague("GENERIC_FAILURE: often no airtime"),
        2: Meaning("RADIO_OFF", _DEVICE, say.NO_SERVICE),
        3: Meaning("NULL_PDU", _BUG, say.UNREADABLE),
        4: Meaning("NO_SERVICE", _DEVICE, say.NO_SERVICE),
        5: Meaning("LIMIT_EXCEEDED: the phone's own queue is full", _DEVICE, say.SIM_BUSY),
        6: Meaning(
            "FDN_CHECK_FAILURE: the SIM may write to a few numbers only", _SENDER, say.SIM_BARRED
        ),
        7: Meaning("SHORT_CODE_NOT_ALLOWED", _MESSAGE, say.RECIPIENT_BARRED),
        8: Meaning("SHORT_CODE_NEVER_ALLOWED", _MESSAGE, say.RECIPIENT_BARRED),
        9: Meaning("RADIO_NOT_AVAILABLE", _DEVICE, say.NO_SERVICE),
        10: _vague("NETWORK_REJECT", say.NETWORK_REFUSED),
        11: Meaning("INVALID_ARGUMENTS", _BUG, say.UNREADABLE),
        12: _vague("INVALID_STATE"),
        13: Meaning("NO_MEMORY", _DEVICE, say.MEMORY),
        14: Meaning("INVALID_SMS_FORMAT", _BUG, say.UNREADABLE),
        15: _vague("SYSTEM_ERROR"),
        16: _vague("MODEM_ERROR"),
        17: _vague("NETWORK_ERROR", say.NETWORK_OUT),
        18: Meaning("ENCODING_ERROR", _BUG, say.UNREADABLE),
        19: Meaning("INVALID_SMSC_ADDRESS", _DEVICE, say.NO_CENTRE),
        20: Meaning("OPERATION_NOT_ALLOWED", _SENDER, say.SIM_BARRED),
        21: _vague("INTERNAL_ERROR"),
        22: _vague("NO_RESOURCES"),
        23: _vague("CANCELLED"),
        24: Meaning("REQUEST_NOT_SUPPORTED", _DEVICE, say.MODEM_FAILED),
        28: Meaning(
            "UNEXPECTED_EVENT_STOP_SENDING: the phone asked its user", _DEVICE, say.SIM_BUSY
        ),
        29: Meaning("SMS_BLOCKED_DURING_EMERGENCY", _DEVICE, say.SIM_BUSY),
        30: _vague("SMS_SEND_RETRY_FAILED"),
        100: Meaning("RIL_RADIO_NOT_AVAILABLE", _DEVICE, say.NO_SERVICE),
        101: _vague("RIL_SMS_SEND_FAIL_RETRY"),
        102: _vague("RIL_NETWORK_REJECT", say.NETWORK_REFUSED),
        106: Meaning("RIL_REQUEST_RATE_LIMITED", _DEVICE, say.SIM_BUSY),
        112: _vague("RIL_NETWORK_ERR", say.NETWORK_OUT),
        116: Meaning("RIL_NETWORK_NOT_READY", _DEVICE, say.NO_SERVICE),
        120: Meaning("RIL_SIM_ABSENT", _DEVICE, say.NO_SIM),
        122: Meaning("RIL_ACCESS_BARRED", _SENDER, say.SIM_BARRED),
    }
)
"""By number; what is not here is vague, too."""

_NAMED: Final = re.compile(r"RESULT_(?:ERROR_)?([A-Z_]+)")
_NUMBERS: Final = {meaning.name.partition(":")[0]: number for number, meaning in ANDROID.items()}


def android_meaning(number: int) -> Meaning:
    """Say what a number means; one that the table lacks says nothing."""
    return ANDROID.get(number) or _vague("a failure that Android has no name for")


def number_of(words: str) -> int:
    """Find the number of a failure in the app's words (``RESULT_ERROR_NO_SERVICE (…)``).

    What names nothing known is 1: something failed.
    """
    named = _NAMED.search(words)
    return _NUMBERS.get(named[1], 1) if named else 1
