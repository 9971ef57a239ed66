"""Modems: one SIM in one device, as a driver shows it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from domain.reports import Incoming, ModemReport, SubmitOutcome

ANSWER_MAX_S: Final = 120.0
"""The most that a modem may be given to answer a segment: a SIM's lease lasts longer."""


class ModemUnavailable(Exception):
    """The port cannot be opened, or the device does not come up; ``reason`` is for operators."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        """True when trying again by itself would do harm (a PIN was refused)."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What works on a modem with its SIM: None where it does, else why not, for operators."""

    sending: str | None = None
    reports: str | None = None
    """Delivery reports."""
    inbound: str | None = None
    """Messages that come in."""

    @property
    def lacking(self) -> Sequence[tuple[str, str]]:
        """Name what does not work, each with why not."""
        named = (
            ("sending", self.sending),
            ("delivery reports", self.reports),
            ("messages that come in", self.inbound),
        )
        return [(what, why_not) for what, why_not in named if why_not is not None]


@dataclass(frozen=True, slots=True)
class SimIdentity:
    """The SIM and the device it sits in, as read after opening."""

    iccid: str | None
    imsi: str
    imei: str
    model: str
    firmware: str
    msisdn: str | None = None
    """The SIM's own number (+260…), where the SIM or the settings know it."""
    abilities: Abilities = Abilities()
    takes_whole: bool = False
    """Whether it is in a phone, which takes all segments of a message at once."""


@dataclass(frozen=True, slots=True)
class ModemHealth:
    """What the device says of itself; ``signal_dbm`` is None when unknown."""

    registered: bool
    signal_dbm: int | None


@dataclass(frozen=True, slots=True)
class UssdReply:
    """What the network answered to a USSD question: a text, or why there is none."""

    text: str | None
    why_not: str | None = None
    is_put_off: bool = False
    """Whether it may be asked again in a moment: it was not the time, or something came up."""


def never() -> bool:
    """Say that what goes on for long makes room for nothing."""
    return False


class ModemDriver(Protocol):
    """One SIM in one device. All calls come from the one thread that owns it.

    Every wait has a deadline; nothing but ``open`` raises (``ModemUnavailable``). A driver
    turns the device's words into the closed set in ``domain.reports`` and decides nothing.
    """

    def open(self) -> SimIdentity:
        """Take the device, bring it up, and read who it is.

        Raises:
            ModemUnavailable: the device is missing, taken, locked or not registered.
        """

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> "SubmitOutcome":
        """Hand over one SMS-SUBMIT ``tpdu`` (without service-centre octets).

        ``start`` is called once, when the device is ready to take the segment and before its
        first byte is written: it commits that the attempt starts. When it returns False the
        driver withdraws and answers ``NotSent``.
        """

    def step(self, timeout_s: float) -> Sequence["ModemReport"]:
        """Listen for at most ``timeout_s`` and give what the device reported meanwhile."""

    def forget(self, incoming: "Incoming") -> None:
        """Note that it is saved: a later ``step`` acknowledges it, or deletes it where it is.

        What was not forgotten is reported again once the device was opened anew, as far as the
        device has it stored. It does no I/O; what came by an earlier opening is passed over.
        """

    def health(self) -> ModemHealth | None:
        """Ask the device how it is; None when it does not answer."""

    def ussd(self, code: str, *, gives_way: Callable[[], bool] = never) -> UssdReply:
        """Ask the network by USSD; only between segments, since it holds up what is sent.

        ``gives_way`` is asked several times a second while the network takes its time: once it
        says True, the question is given up.
        """

    def close(self) -> None:
        """Let go of the device; safe to call in every state."""


@runtime_checkable
class WaitsAside(Protocol):
    """A driver that can leave its waits to another, so that one thread may step many."""

    def wait_by(self, wait: Callable[[threading.Event, float], bool]) -> None:
        """Wait from now on by ``wait``: for an event, at most so many seconds."""
