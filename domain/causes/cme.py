"""The table of +CME ERROR: 3GPP 27.007 9.2.1, and of 9.2.2 what may also refuse a short message.

The classes are our judgement, as in ``cms.py``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.causes import sentences as say
from domain.causes.meaning import Meaning, RejectionClass

_SENDER: Final = RejectionClass.SENDER_BLOCKED
_DEVICE: Final = RejectionClass.MODEM_OR_SIM
_TRANSIENT: Final = RejectionClass.TRANSIENT
_BUG: Final = RejectionClass.BUG_IN_REQUEST

CME: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        0: Meaning("phone failure", _DEVICE, say.MODEM_FAILED),
        1: Meaning("no connection to phone", _DEVICE, say.MODEM_FAILED),
        2: Meaning("phone adaptor link reserved", _DEVICE, say.MODEM_FAILED),
        3: Meaning("operation not allowed", _DEVICE, say.MODEM_FAILED),
        4: Meaning("operation not supported", _DEVICE, say.MODEM_FAILED),
        5: Meaning("PH-SIM PIN required", _DEVICE, say.SIM_LOCKED),
        6: Meaning("PH-FSIM PIN required", _DEVICE, say.SIM_LOCKED),
        7: Meaning("PH-FSIM PUK required", _DEVICE, say.SIM_LOCKED),
        10: Meaning("SIM not inserted", _DEVICE, say.NO_SIM),
        11: Meaning("SIM PIN required", _DEVICE, say.SIM_LOCKED),
        12: Meaning("SIM PUK required", _DEVICE, say.SIM_LOCKED),
        13: Meaning("SIM failure", _DEVICE, say.SIM_FAILED),
        14: Meaning("SIM busy", _TRANSIENT, say.SIM_BUSY),
        15: Meaning("SIM wrong", _DEVICE, say.SIM_FAILED),
        16: Meaning("incorrect password", _DEVICE, say.SIM_LOCKED),
        17: Meaning("SIM PIN2 required", _DEVICE, say.SIM_LOCKED),
        18: Meaning("SIM PUK2 required", _DEVICE, say.SIM_LOCKED),
        20: Meaning("memory full", _DEVICE, say.MEMORY),
        21: Meaning("invalid index", _BUG, say.UNREADABLE),
        22: Meaning("not found", _BUG, say.UNREADABLE),
        23: Meaning("memory failure", _DEVICE, say.MEMORY),
        24: Meaning("text string too long", _BUG, say.UNREADABLE),
        25: Meaning("invalid characters in text string", _BUG, say.UNREADABLE),
        26: Meaning("dial string too long", _BUG, say.UNREADABLE),
        27: Meaning("invalid characters in dial string", _BUG, say.UNREADABLE),
        30: Meaning("no network service", _TRANSIENT, say.NO_SERVICE),
        31: Meaning(
            "network timeout: IN DOUBT, may have been sent", _TRANSIENT, say.NETWORK_TIMEOUT, 0
        ),
        32: Meaning("network not allowed, emergency calls only", _DEVICE, say.NO_SERVICE),
        40: Meaning("network personalisation PIN required", _DEVICE, say.SIM_LOCKED),
        41: Meaning("network personalisation PUK required", _DEVICE, say.SIM_LOCKED),
        42: Meaning("network subset personalisation PIN required", _DEVICE, say.SIM_LOCKED),
        43: Meaning("network subset personalisation PUK required", _DEVICE, say.SIM_LOCKED),
        44: Meaning("service provider personalisation PIN required", _DEVICE, say.SIM_LOCKED),
        45: Meaning("service provider personalisation PUK required", _DEVICE, say.SIM_LOCKED),
        46: Meaning("corporate personalisation PIN required", _DEVICE, say.SIM_LOCKED),
        47: Meaning("corporate personalisation PUK required", _DEVICE, say.SIM_LOCKED),
        48: Meaning("hidden key required", _DEVICE, say.SIM_LOCKED),
        49: Meaning("EAP method not supported", _DEVICE, say.MODEM_FAILED),
        50: Meaning("incorrect parameters", _BUG, say.UNREADABLE),
        51: Meaning("command implemented but disabled", _DEVICE, say.MODEM_FAILED),
        52: Meaning("command aborted by user", _TRANSIENT, say.MODEM_FAILED),
        53: Meaning("not attached: the modem is restricted", _DEVICE, say.NO_SERVICE),
        54: Meaning("restricted to emergency calls", _DEVICE, say.NO_SERVICE),
        55: Meaning("not allowed: the modem is restricted", _DEVICE, say.MODEM_FAILED),
        56: Meaning("only fixed dialling numbers are allowed", _SENDER, say.SIM_BARRED),
        57: Meaning("out of service: the modem is in other use", _TRANSIENT, say.MODEM_BUSY),
        58: Meaning("language or alphabet not supported", _BUG, say.UNREADABLE),
        59: Meaning("unexpected data value", _BUG, say.UNREADABLE),
        60: Meaning("system failure", _DEVICE, say.MODEM_FAILED),
        61: Meaning("data missing", _BUG, say.UNREADABLE),
        62: Meaning("call barred", _SENDER, say.SIM_BARRED),
        63: Meaning("message waiting indication subscription failure", _DEVICE, say.MODEM_FAILED),
        100: Meaning("unknown error: IN DOUBT when late", _TRANSIENT, say.MODEM_FAILED, 10),
        103: Meaning("illegal MS: the network refuses this SIM", _SENDER, say.SIM_BARRED),
        106: Meaning("illegal ME: the network refuses this device", _DEVICE, say.NO_SERVICE),
        107: Meaning("packet services not allowed", _SENDER, say.SIM_BARRED),
        108: Meaning("packet and other services not allowed", _SENDER, say.SIM_BARRED),
        111: Meaning("PLMN not allowed", _SENDER, say.NO_SERVICE),
        112: Meaning("location area not allowed", _SENDER, say.NO_SERVICE),
        113: Meaning("roaming not allowed in this location area", _SENDER, say.NO_SERVICE),
        122: Meaning("congestion", _TRANSIENT, say.NETWORK_BUSY),
        126: Meaning("insufficient resources", _TRANSIENT, say.NETWORK_BUSY),
        148: Meaning("unspecified error of the packet service", _TRANSIENT, say.NETWORK_REFUSED),
        512: Meaning("manufacturer specific", _TRANSIENT, say.MODEM_FAILED),
        513: Meaning("manufacturer specific", _TRANSIENT, say.MODEM_FAILED),
        515: Meaning(
            "please wait, init or command processing in progress", _TRANSIENT, say.MODEM_BUSY
        ),
    }
)

_UNNAMED: Final = Meaning("an error that our table of 27.007 lacks", _TRANSIENT, say.MODEM_FAILED)


def cme_meaning(number: int) -> Meaning:
    """Say what a number means, also one that the table lacks."""
    return CME.get(number, _UNNAMED)
