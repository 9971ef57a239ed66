"""What a modem driver can say: the closed set of outcomes and reports."""

from dataclasses import dataclass

from domain.causes import Cause, RejectionClass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The network took the segment; ``message_reference`` is TP-MR, 0..255 (23.040 9.2.3.6)."""

    message_reference: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The segment certainly did not leave: the modem or the network refused it.

    ``cause`` says whose table it is, and stands in the log; ``reason`` is for operators' eyes.
    """

    cause: Cause
    rejection: RejectionClass
    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The dialogue ended before the segment was handed over (no prompt, told to stop)."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The segment was handed over and no clear answer came: sent or not, nobody knows."""

    cause: Cause
    reason: str


SubmitOutcome = Accepted | Rejected | NotSent | InDoubt
"""The total result of one submission; a driver never raises instead."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """The answer to a submission that was already given up as InDoubt (same port, same session)."""

    outcome: Accepted | Rejected


@dataclass(frozen=True, slots=True)
class Place:
    """Where a modem has something stored: ``memory`` as it names it (SM), and the index there."""

    memory: str
    index: int


@dataclass(frozen=True, slots=True)
class StatusReportReceived:
    """An SMS-STATUS-REPORT; ``pdu`` with its service-centre octets, as the modem gave it.

    ``place`` is where it stays until it is forgotten; None: nowhere, it was told directly.
    """

    pdu: bytes
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class InboundReceived:
    """An SMS-DELIVER; ``pdu`` and ``place`` as of a status report."""

    pdu: bytes
    place: Place | None = None


Incoming = StatusReportReceived | InboundReceived
"""What the network brings to a SIM: to be saved, and only then forgotten by the modem."""


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """The modem gained or lost the network (27.007 +CREG)."""

    registered: bool


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The port is gone or the modem rebooted: the driver must be opened anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class MemoryFull:
    """The SIM or the modem has no place for more messages: what comes in waits in the network."""

    reason: str


@dataclass(frozen=True, slots=True)
class MemoryFreed:
    """There is a place again after ``MemoryFull``."""


ModemReport = (
    LateAnswer
    | StatusReportReceived
    | InboundReceived
    | RegistrationChanged
    | MemoryFull
    | MemoryFreed
    | LinkLost
)
