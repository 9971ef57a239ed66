"""What a modem driver can say: the closed set of outcomes and reports."""

from dataclasses import dataclass
from enum import StrEnum


class RejectionClass(StrEnum):
    """What a rejection is of, which decides what happens to the message (design section 6)."""

    PERMANENT_MESSAGE = "permanent_message"  # this message can never be sent: fail, refund
    SENDER_BLOCKED = "sender_blocked"  # this SIM may not send: pause it, use another SIM
    MODEM_OR_SIM = "modem_or_sim"  # this device is unwell: pause it, use another SIM
    TRANSIENT = "transient"  # the network is busy: retry with back-off, bounded
    BUG_IN_REQUEST = "bug_in_request"  # our encoding is wrong: stop and alarm


@dataclass(frozen=True, slots=True)
class Accepted:
    """The network took the segment; ``message_reference`` is TP-MR, 0..255 (23.040 9.2.3.6)."""

    message_reference: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The segment certainly did not leave; ``code`` is the +CMS/+CME number, None for ERROR."""

    code: int | None
    rejection: RejectionClass
    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The dialogue ended before the segment was handed over (no prompt, told to stop)."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The segment was handed over and no clear answer came: sent or not, nobody knows."""

    reason: str


SubmitOutcome = Accepted | Rejected | NotSent | InDoubt
"""The total result of one submission; a driver never raises instead."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """The answer to a submission that was already given up as InDoubt (same port, same session)."""

    outcome: Accepted | Rejected


@dataclass(frozen=True, slots=True)
class StatusReportReceived:
    """An SMS-STATUS-REPORT; ``pdu`` with its service-centre octets, as the modem gave it."""

    pdu: bytes


@dataclass(frozen=True, slots=True)
class InboundReceived:
    """An SMS-DELIVER; ``pdu`` with its service-centre octets; ``index`` where the SIM stores it."""

    pdu: bytes
    index: int | None


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """The modem gained or lost the network (27.007 +CREG)."""

    registered: bool


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The port is gone or the modem rebooted: the driver must be opened anew."""

    reason: str


ModemReport = LateAnswer | StatusReportReceived | InboundReceived | RegistrationChanged | LinkLost
