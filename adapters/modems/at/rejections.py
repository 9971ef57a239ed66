"""What +CMS ERROR and +CME ERROR numbers mean for a message, as one table each.

``+CMS``: 3GPP 27.005 3.2.5, 24.011 Annex E, 23.040 9.2.3.22. ``+CME``: 27.007 9.2. The classes are
our judgement, from what networks and modems were seen to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from adapters.modems.at.dialogue import Result, ResultKind, result_of
from domain.reports import InDoubt, Rejected, RejectionClass

_MESSAGE: Final = RejectionClass.PERMANENT_MESSAGE
_SENDER: Final = RejectionClass.SENDER_BLOCKED
_DEVICE: Final = RejectionClass.MODEM_OR_SIM
_TRANSIENT: Final = RejectionClass.TRANSIENT
_BUG: Final = RejectionClass.BUG_IN_REQUEST

BARE_ERROR_IN_DOUBT_AFTER_S: Final = 10
"""An error without a number that comes this long after Ctrl-Z may follow a sent segment."""


@dataclass(frozen=True, slots=True)
class ErrorMeaning:
    """One number; doubt when it comes ``in_doubt_after_s`` or later after Ctrl-Z."""

    name: str
    rejection: RejectionClass
    in_doubt_after_s: int | None = None


CMS_ERRORS: Final[Mapping[int, ErrorMeaning]] = MappingProxyType(
    {
        1: ErrorMeaning("unassigned number", _MESSAGE),
        8: ErrorMeaning("operator determined barring (often: no airtime/SMS barred)", _SENDER),
        10: ErrorMeaning("call barred", _SENDER),
        17: ErrorMeaning("network failure", _TRANSIENT),
        21: ErrorMeaning(
            "short message transfer rejected (SC refused: often no airtime, spam filter)", _SENDER
        ),
        22: ErrorMeaning("congestion / memory capacity exceeded", _TRANSIENT),
        27: ErrorMeaning("destination out of service", _TRANSIENT),
        28: ErrorMeaning("unidentified subscriber", _MESSAGE),
        29: ErrorMeaning("facility rejected", _SENDER),
        30: ErrorMeaning("unknown subscriber", _MESSAGE),
        38: ErrorMeaning("network out of order (long lived)", _TRANSIENT),
        41: ErrorMeaning("temporary failure", _TRANSIENT),
        42: ErrorMeaning("congestion", _TRANSIENT),
        47: ErrorMeaning("resources unavailable", _TRANSIENT),
        50: ErrorMeaning("requested facility not subscribed", _SENDER),
        69: ErrorMeaning("requested facility not implemented", _SENDER),
        81: ErrorMeaning("invalid short message transfer reference value", _BUG),
        95: ErrorMeaning("invalid message, unspecified", _BUG),
        96: ErrorMeaning("invalid mandatory information", _BUG),
        97: ErrorMeaning("message type non-existent", _BUG),
        98: ErrorMeaning("message not compatible with state", _BUG),
        99: ErrorMeaning("information element non-existent", _BUG),
        111: ErrorMeaning("protocol error", _BUG),
        127: ErrorMeaning("interworking unspecified", _TRANSIENT),
        128: ErrorMeaning("telematic interworking not supported", _MESSAGE),
        143: ErrorMeaning("unspecified TP-PID error", _BUG),
        144: ErrorMeaning("DCS not supported", _BUG),
        159: ErrorMeaning("unspecified TP-DCS error", _BUG),
        175: ErrorMeaning("unspecified TP-command error", _TRANSIENT),
        192: ErrorMeaning("SC busy", _TRANSIENT),
        193: ErrorMeaning("no SC subscription", _SENDER),
        194: ErrorMeaning("SC system failure", _TRANSIENT),
        195: ErrorMeaning("invalid SME address", _BUG),
        196: ErrorMeaning("destination SME barred", _MESSAGE),
        197: ErrorMeaning("SM rejected - duplicate (TP-RD)", _TRANSIENT),
        208: ErrorMeaning("SIM SMS storage full", _DEVICE),
        209: ErrorMeaning("no SMS storage capability in SIM", _DEVICE),
        210: ErrorMeaning("error in MS", _DEVICE),
        211: ErrorMeaning("memory capacity exceeded", _DEVICE),
        300: ErrorMeaning("ME failure", _DEVICE),
        301: ErrorMeaning("SMS service of ME reserved", _DEVICE),
        302: ErrorMeaning("operation not allowed (often: not ready / wrong state)", _DEVICE),
        303: ErrorMeaning("operation not supported", _DEVICE),
        304: ErrorMeaning("invalid PDU mode parameter", _BUG),
        305: ErrorMeaning("invalid text mode parameter", _BUG),
        310: ErrorMeaning("SIM not inserted", _DEVICE),
        311: ErrorMeaning("SIM PIN required", _DEVICE),
        312: ErrorMeaning("PH-SIM PIN required", _DEVICE),
        313: ErrorMeaning("SIM failure", _DEVICE),
        314: ErrorMeaning("SIM busy", _TRANSIENT),
        315: ErrorMeaning("SIM wrong", _DEVICE),
        316: ErrorMeaning("SIM PUK required", _DEVICE),
        317: ErrorMeaning("SIM PIN2 required", _DEVICE),
        318: ErrorMeaning("SIM PUK2 required", _DEVICE),
        320: ErrorMeaning("memory failure", _DEVICE),
        321: ErrorMeaning("invalid memory index", _BUG),
        322: ErrorMeaning("memory full (delete read messages, then retry)", _DEVICE),
        330: ErrorMeaning("SMSC address unknown (set AT+CSCA)", _DEVICE),
        331: ErrorMeaning("no network service", _TRANSIENT),
        332: ErrorMeaning("network timeout: IN DOUBT, may have been sent", _TRANSIENT, 0),
        340: ErrorMeaning("no +CNMA acknowledgement expected", _BUG),
        500: ErrorMeaning(
            "unknown error: IN DOUBT; commonly no airtime or network reject", _TRANSIENT, 10
        ),
        512: ErrorMeaning(
            "manufacturer specific (Huawei: SM not ready/ SIM not ready; others differ)", _TRANSIENT
        ),
        513: ErrorMeaning("manufacturer specific (lower layer failure)", _TRANSIENT),
        515: ErrorMeaning(
            "manufacturer specific (please wait, init or command processing in progress)",
            _TRANSIENT,
        ),
    }
)

CME_ERRORS: Final[Mapping[int, ErrorMeaning]] = MappingProxyType(
    {
        0: ErrorMeaning("phone failure", _DEVICE),
        1: ErrorMeaning("no connection to phone", _DEVICE),
        2: ErrorMeaning("phone adaptor link reserved", _DEVICE),
        3: ErrorMeaning("operation not allowed", _DEVICE),
        4: ErrorMeaning("operation not supported", _DEVICE),
        5: ErrorMeaning("PH-SIM PIN required", _DEVICE),
        10: ErrorMeaning("SIM not inserted", _DEVICE),
        11: ErrorMeaning("SIM PIN required", _DEVICE),
        12: ErrorMeaning("SIM PUK required", _DEVICE),
        13: ErrorMeaning("SIM failure", _DEVICE),
        14: ErrorMeaning("SIM busy", _TRANSIENT),
        15: ErrorMeaning("SIM wrong", _DEVICE),
        16: ErrorMeaning("incorrect password", _DEVICE),
        17: ErrorMeaning("SIM PIN2 required", _DEVICE),
        18: ErrorMeaning("SIM PUK2 required", _DEVICE),
        20: ErrorMeaning("memory full", _DEVICE),
        21: ErrorMeaning("invalid index", _BUG),
        22: ErrorMeaning("not found", _BUG),
        23: ErrorMeaning("memory failure", _DEVICE),
        24: ErrorMeaning("text string too long", _BUG),
        25: ErrorMeaning("invalid characters in text string", _BUG),
        26: ErrorMeaning("dial string too long", _BUG),
        27: ErrorMeaning("invalid characters in dial string", _BUG),
        30: ErrorMeaning("no network service", _TRANSIENT),
        31: ErrorMeaning("network timeout: IN DOUBT, may have been sent", _TRANSIENT, 0),
        32: ErrorMeaning("network not allowed, emergency calls only", _DEVICE),
        40: ErrorMeaning("network personalisation PIN required", _DEVICE),
        50: ErrorMeaning("incorrect parameters", _BUG),
        100: ErrorMeaning("unknown error: IN DOUBT when late", _TRANSIENT, 10),
        512: ErrorMeaning("manufacturer specific", _TRANSIENT),
        513: ErrorMeaning("manufacturer specific", _TRANSIENT),
        515: ErrorMeaning("please wait, init or command processing in progress", _TRANSIENT),
    }
)

_BARE_ERROR: Final = ErrorMeaning("error without a number", _TRANSIENT, BARE_ERROR_IN_DOUBT_AFTER_S)
_UNKNOWN: Final = ErrorMeaning("unknown number", _TRANSIENT)


def meaning_of(result: Result) -> ErrorMeaning:
    """Give what an error result means; a number that no table knows is transient."""
    if result.code is None:
        return _BARE_ERROR
    table = CME_ERRORS if result.kind is ResultKind.CME else CMS_ERRORS
    return table.get(result.code, _UNKNOWN)


def refusal(result: Result) -> Rejected:
    """Say what an error means when nothing was handed over: there is no doubt to have."""
    meaning = meaning_of(result)
    return Rejected(result.code, meaning.rejection, f"{result} ({meaning.name})")


def outcome_of(result: Result, *, after_s: float) -> Rejected | InDoubt:
    """Say what an error means that came ``after_s`` seconds after Ctrl-Z."""
    limit_s = meaning_of(result).in_doubt_after_s
    rejected = refusal(result)
    if limit_s is not None and after_s >= limit_s:
        return InDoubt(f"{rejected.reason}, {after_s:.1f} s after the segment was handed over")
    return rejected


def outcome_of_line(line: str, after_s: float) -> Rejected | InDoubt:
    """Say the same of an error as it stands on the wire; the simulated modem is given this."""
    return outcome_of(result_of(line) or Result(ResultKind.ERROR), after_s=after_s)
