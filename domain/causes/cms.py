"""The table of +CMS ERROR: 3GPP 27.005 3.2.5, 24.011 Annex E, 23.040 9.2.3.22.

The classes are our judgement, from what networks and modems were seen to do.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.causes import sentences as say
from domain.causes.meaning import Meaning, RejectionClass

_MESSAGE: Final = RejectionClass.PERMANENT_MESSAGE
_SENDER: Final = RejectionClass.SENDER_BLOCKED
_DEVICE: Final = RejectionClass.MODEM_OR_SIM
_TRANSIENT: Final = RejectionClass.TRANSIENT
_BUG: Final = RejectionClass.BUG_IN_REQUEST

NETWORK: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        1: Meaning("unassigned number", _MESSAGE, say.UNASSIGNED),
        8: Meaning(
            "operator determined barring (often: no airtime/SMS barred)", _SENDER, say.SIM_BARRED
        ),
        10: Meaning("call barred", _SENDER, say.SIM_BARRED),
        17: Meaning("network failure", _TRANSIENT, say.NETWORK_OUT),
        21: Meaning(
            "short message transfer rejected (SC refused: often no airtime, spam filter)",
            _SENDER,
            say.CENTRE_REFUSED,
        ),
        22: Meaning("congestion / memory capacity exceeded", _TRANSIENT, say.NETWORK_BUSY),
        27: Meaning("destination out of service", _TRANSIENT, say.RECIPIENT_AWAY),
        28: Meaning("unidentified subscriber", _MESSAGE, say.UNKNOWN_RECIPIENT),
        29: Meaning("facility rejected", _SENDER, say.SIM_WITHOUT_SMS),
        30: Meaning("unknown subscriber", _MESSAGE, say.UNKNOWN_RECIPIENT),
        38: Meaning("network out of order (long lived)", _TRANSIENT, say.NETWORK_OUT),
        41: Meaning("temporary failure", _TRANSIENT, say.NETWORK_OUT),
        42: Meaning("congestion", _TRANSIENT, say.NETWORK_BUSY),
        47: Meaning("resources unavailable", _TRANSIENT, say.NETWORK_BUSY),
        50: Meaning("requested facility not subscribed", _SENDER, say.SIM_WITHOUT_SMS),
        69: Meaning("requested facility not implemented", _SENDER, say.SIM_WITHOUT_SMS),
        81: Meaning("invalid short message transfer reference value", _BUG, say.UNREADABLE),
        95: Meaning("invalid message, unspecified", _BUG, say.UNREADABLE),
        96: Meaning("invalid mandatory information", _BUG, say.UNREADABLE),
        97: Meaning("message type non-existent", _BUG, say.UNREADABLE),
        98: Meaning("message not compatible with state", _BUG, say.UNREADABLE),
        99: Meaning("information element non-existent", _BUG, say.UNREADABLE),
        111: Meaning("protocol error", _BUG, say.UNREADABLE),
        127: Meaning("interworking unspecified", _TRANSIENT, say.NETWORK_REFUSED),
    }
)
"""RP-cause of the network (24.011 Annex E)."""

CENTRE: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        128: Meaning("telematic interworking not supported", _MESSAGE, say.RECIPIENT_WITHOUT_SMS),
        129: Meaning("short message type 0 not supported", _BUG, say.UNREADABLE),
        130: Meaning("cannot replace short message", _BUG, say.UNREADABLE),
        143: Meaning("unspecified TP-PID error", _BUG, say.UNREADABLE),
        144: Meaning("DCS not supported", _BUG, say.UNREADABLE),
        145: Meaning("message class not supported", _BUG, say.UNREADABLE),
        159: Meaning("unspecified TP-DCS error", _BUG, say.UNREADABLE),
        160: Meaning("command cannot be actioned", _BUG, say.UNREADABLE),
        161: Meaning("command unsupported", _BUG, say.UNREADABLE),
        175: Meaning("unspecified TP-command error", _TRANSIENT, say.CENTRE_REFUSED),
        176: Meaning("TPDU not supported", _BUG, say.UNREADABLE),
        192: Meaning("SC busy", _TRANSIENT, say.CENTRE_BUSY),
        193: Meaning("no SC subscription", _SENDER, say.SIM_WITHOUT_SMS),
        194: Meaning("SC system failure", _TRANSIENT, say.NETWORK_OUT),
        195: Meaning("invalid SME address", _BUG, say.UNREADABLE),
        196: Meaning("destination SME barred", _MESSAGE, say.RECIPIENT_BARRED),
        197: Meaning("SM rejected - duplicate (TP-RD)", _TRANSIENT, say.CENTRE_REFUSED),
        198: Meaning("TP-VPF not supported", _BUG, say.UNREADABLE),
        199: Meaning("TP-VP not supported", _BUG, say.UNREADABLE),
        208: Meaning("SIM SMS storage full", _DEVICE, say.MEMORY),
        209: Meaning("no SMS storage capability in SIM", _DEVICE, say.MEMORY),
        210: Meaning("error in MS", _DEVICE, say.MODEM_FAILED),
        211: Meaning("memory capacity exceeded", _DEVICE, say.MEMORY),
        212: Meaning("SIM application toolkit busy", _TRANSIENT, say.SIM_BUSY),
        213: Meaning("SIM data download error", _DEVICE, say.SIM_FAILED),
        255: Meaning("unspecified error cause", _TRANSIENT, say.CENTRE_REFUSED),
    }
)
"""TP-FCS, mostly of the service centre (23.040 9.2.3.22)."""

DEVICE: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        300: Meaning("ME failure", _DEVICE, say.MODEM_FAILED),
        301: Meaning("SMS service of ME reserved", _DEVICE, say.MODEM_FAILED),
        302: Meaning(
            "operation not allowed (often: not ready / wrong state)", _DEVICE, say.MODEM_BUSY
        ),
        303: Meaning("operation not supported", _DEVICE, say.MODEM_FAILED),
        304: Meaning("invalid PDU mode parameter", _BUG, say.UNREADABLE),
        305: Meaning("invalid text mode parameter", _BUG, say.UNREADABLE),
        310: Meaning("SIM not inserted", _DEVICE, say.NO_SIM),
        311: Meaning("SIM PIN required", _DEVICE, say.SIM_LOCKED),
        312: Meaning("PH-SIM PIN required", _DEVICE, say.SIM_LOCKED),
        313: Meaning("SIM failure", _DEVICE, say.SIM_FAILED),
        314: Meaning("SIM busy", _TRANSIENT, say.SIM_BUSY),
        315: Meaning("SIM wrong", _DEVICE, say.SIM_FAILED),
        316: Meaning("SIM PUK required", _DEVICE, say.SIM_LOCKED),
        317: Meaning("SIM PIN2 required", _DEVICE, say.SIM_LOCKED),
        318: Meaning("SIM PUK2 required", _DEVICE, say.SIM_LOCKED),
        320: Meaning("memory failure", _DEVICE, say.MEMORY),
        321: Meaning("invalid memory index", _BUG, say.UNREADABLE),
        322: Meaning("memory full (delete read messages, then retry)", _DEVICE, say.MEMORY),
        330: Meaning("SMSC address unknown (set AT+CSCA)", _DEVICE, say.NO_CENTRE),
        331: Meaning("no network service", _TRANSIENT, say.NO_SERVICE),
        332: Meaning(
            "network timeout: IN DOUBT, may have been sent", _TRANSIENT, say.NETWORK_TIMEOUT, 0
        ),
        340: Meaning("no +CNMA acknowledgement expected", _BUG, say.UNREADABLE),
        500: Meaning(
            "unknown error: IN DOUBT; commonly no airtime or network reject",
            _TRANSIENT,
            say.MODEM_FAILED,
            10,
        ),
    }
)
"""The modem's own (27.005 3.2.5)."""

MAKERS: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        512: Meaning(
            "manufacturer specific (Huawei: SM not ready/ SIM not ready; others differ)",
            _TRANSIENT,
            say.MODEM_BUSY,
        ),
        513: Meaning("manufacturer specific (lower layer failure)", _TRANSIENT, say.MODEM_FAILED),
        515: Meaning(
            "manufacturer specific (please wait, init or command processing in progress)",
            _TRANSIENT,
            say.MODEM_BUSY,
        ),
    }
)
"""Of the manufacturer (27.005 3.2.5: 512 and above)."""

CMS: Final[Mapping[int, Meaning]] = MappingProxyType({**NETWORK, **CENTRE, **DEVICE, **MAKERS})
"""All of them, by number."""

_UNNAMED: Final = (
    (128, Meaning("a cause that 24.011 does not name", _TRANSIENT, say.NETWORK_REFUSED)),
    (256, Meaning("a cause that 23.040 does not name", _TRANSIENT, say.CENTRE_REFUSED)),
    (512, Meaning("an error that 27.005 does not name", _TRANSIENT, say.MODEM_FAILED)),
)
_MAKERS_OWN: Final = Meaning("manufacturer specific", _TRANSIENT, say.MODEM_FAILED)


def cms_meaning(number: int) -> Meaning:
    """Say what a number means; one that the table lacks, by the range that it stands in."""
    known = CMS.get(number)
    if known is not None:
        return known
    return next((meaning for end, meaning in _UNNAMED if number < end), _MAKERS_OWN)
