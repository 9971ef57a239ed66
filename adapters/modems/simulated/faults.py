"""What can go wrong with a simulated modem, as a small script; ``GRAMMAR`` describes it.

A new kind is a ``FaultKind`` here and one ``case`` in ``emulator.py`` and ``driver.py``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

GRAMMAR: Final = """\
NAME[=VALUE][:OPTION=VALUE]...      for example cms=38:times=2

no-prompt             AT+CMGS is swallowed
no-answer             prompt, then silence
cms=N  cme=N  error   the segment is answered with that error
late=SECONDS          the segment is answered that much later
ok-without-cmgs       only OK
cmgs-without-ok       only +CMGS
reboot                the modem starts anew and forgets echo, modes and what it was doing
unplug                the port hangs up and comes back elsewhere
network=STATUS        the network is lost after the segment (0, 2, 3 as +CREG says)
sim-out  sim-swap     after the segment the SIM is pulled, or another one is in its place
full                  after the segment the SIM has no place for messages
deaf                  after the segment the modem reads nothing
stale-prompt          after the segment it stands at a prompt that ESC does not leave

urc-storm[=CHANCE]    unsolicited result codes before every line, or by chance
noise[=CHANCE]        NUL and 0xFF between the bytes, all through
crumbs                one byte at a time, all through
crcrlf                lines end with CR CR LF, all through
garbage               old answers are said again before the first one after each start
refuses=COMMAND       it answers that command with ERROR, all through: refuses=+CNMI
reports=HOW           status reports all through: lost, twice, early (before the answer), strange,
                      trying (a first one that is not the last word), failed (status 46),
                      empty (told of, and not there to be read)
ussd=HOW              answers by USSD all through: silent, refused, session (left open), hex

times=N    for N segments only (else for every one)     after=N   not for the first N segments
p=CHANCE   for each segment by chance, from the seed    sent=yes|no   is the segment on the air
delay=S    the answer comes that much later             back=S    all is well again after that
at=prompt|pdu|answer   when: instead of the prompt, at the PDU's first byte, after Ctrl-Z

Several faults are tried in order; the first that applies to a segment is the one it gets.
"""
"""The words of a script, for help texts."""


STORM: Final = (
    "RING",
    "+CREG: 1",
    "^RSSI: 17",
    '+CLIP: "0977123456",129,"",,"",0',
    '+CMTI: "SM",199',
    '+CUSD: 0,"Your balance is\r\nK 5.00",15',
    "+CDS: 25\r\n0791629007000010064D0C91620000000000621112210050806211122100908000",
)
"""What a urc-storm is made of: nothing that a driver may act on, all that it must read over."""


class FaultKind(StrEnum):
    """The words of the script."""

    NO_PROMPT = "no-prompt"
    NO_ANSWER = "no-answer"
    CMS = "cms"
    CME = "cme"
    ERROR = "error"
    LATE = "late"
    OK_WITHOUT_CMGS = "ok-without-cmgs"
    CMGS_WITHOUT_OK = "cmgs-without-ok"
    REBOOT = "reboot"
    UNPLUG = "unplug"
    NETWORK = "network"
    SIM_OUT = "sim-out"
    SIM_SWAP = "sim-swap"
    FULL = "full"
    DEAF = "deaf"
    STALE_PROMPT = "stale-prompt"
    URC_STORM = "urc-storm"
    NOISE = "noise"
    CRUMBS = "crumbs"
    CRCRLF = "crcrlf"
    GARBAGE = "garbage"
    REFUSES = "refuses"
    REPORTS = "reports"
    USSD = "ussd"


class Stage(StrEnum):
    """Where in a submission a fault strikes."""

    PROMPT = "prompt"
    PDU = "pdu"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One line of the script; seconds, segments and chances as in ``GRAMMAR``."""

    kind: FaultKind
    code: int | None = None
    is_sent: bool = False
    at: Stage = Stage.ANSWER
    delay_s: float = 0.0
    back_s: float = 1.0
    times: int | None = None
    after: int = 0
    chance: float = 1.0
    how: str = ""

    @property
    def error_line(self) -> str:
        """What a modem says for an error fault."""
        if self.kind is FaultKind.ERROR:
            return "ERROR"
        return f"+{self.kind.upper()} ERROR: {self.code}"


ERRORS: Final = frozenset({FaultKind.CMS, FaultKind.CME, FaultKind.ERROR})
BREAKS: Final = frozenset({FaultKind.REBOOT, FaultKind.UNPLUG})
AFTERWARDS: Final = frozenset(
    {
        *(FaultKind.NETWORK, FaultKind.SIM_OUT, FaultKind.SIM_SWAP),
        *(FaultKind.FULL, FaultKind.DEAF, FaultKind.STALE_PROMPT),
    }
)
"""What befalls a modem once it has answered a segment as it should."""

STANDING: Final = frozenset(
    {
        *(FaultKind.URC_STORM, FaultKind.NOISE, FaultKind.CRUMBS, FaultKind.CRCRLF),
        *(FaultKind.GARBAGE, FaultKind.REFUSES, FaultKind.REPORTS, FaultKind.USSD),
    }
)
"""What goes wrong all through, and not with a segment."""

_EXAMPLES: Final = {FaultKind.CMS: 38, FaultKind.CME: 515, FaultKind.NETWORK: 2}
REPORTS_GO: Final = frozenset({"lost", "twice", "early", "strange", "trying", "failed", "empty"})
USSD_GOES: Final = frozenset({"silent", "refused", "session", "hex"})
_TRYING: Final = b"\x30"  # 23.040 9.2.3.15: the centre still tries
_FAILED: Final = b"\x46"  # the same: the validity ended before it was delivered
_UNSENT: Final = ERRORS | {FaultKind.NO_PROMPT}
_ALWAYS_SENT: Final = frozenset({FaultKind.LATE, FaultKind.CMGS_WITHOUT_OK}) | AFTERWARDS


def parse_fault(spec: str) -> Fault:
    """Read one fault of the script.

    Raises:
        ValueError: it is not of the ``GRAMMAR``.
    """
    head, *options = spec.strip().split(":")
    name, has_value, value = head.partition("=")
    try:
        kind = FaultKind(name)
    except ValueError:
        known = ", ".join(sorted(FaultKind))
        raise ValueError(f"{spec!r}: there is no fault {name!r}; there are {known}") from None
    try:
        fault = _with_value(kind, value if has_value else None)
        for option in options:
            fault = _with_option(fault, option)
    except ValueError as error:
        raise ValueError(f"{spec!r}: {error}") from None
    if fault.at is not Stage.ANSWER and kind not in BREAKS | ERRORS:
        raise ValueError(f"{spec!r}: {name} has no other moment than its own")
    if kind in _ALWAYS_SENT and not fault.is_sent:
        raise ValueError(f"{spec!r}: a segment with +CMGS is on the air")
    if fault.at is Stage.PDU and kind in ERRORS:
        raise ValueError(f"{spec!r}: no modem answers in the middle of a PDU")
    return fault if fault.at is Stage.ANSWER else replace(fault, is_sent=False)


def _with_value(kind: FaultKind, value: str | None) -> Fault:
    fault = Fault(kind=kind, is_sent=kind not in _UNSENT)
    match kind:
        case FaultKind.CMS | FaultKind.CME | FaultKind.NETWORK:
            if value is None or not value.isdecimal():
                raise ValueError(f"{kind} needs a number, as in {kind}={_EXAMPLES[kind]}")
            return replace(fault, code=int(value))
        case FaultKind.LATE:
            if value is None:
                raise ValueError("late needs seconds, as in late=2")
            return replace(fault, delay_s=_number(value))
        case FaultKind.URC_STORM | FaultKind.NOISE:
            return fault if value is None else replace(fault, chance=_number(value))
        case FaultKind.REPORTS | FaultKind.REFUSES | FaultKind.USSD:
            return replace(fault, how=_word(kind, value))
    if value is not None:
        raise ValueError(f"{kind} takes no value")
    return fault


def _word(kind: FaultKind, value: str | None) -> str:
    if kind is FaultKind.REPORTS and value not in REPORTS_GO:
        raise ValueError(f"reports are one of {', '.join(sorted(REPORTS_GO))}")
    if kind is FaultKind.USSD and value not in USSD_GOES:
        raise ValueError(f"ussd is one of {', '.join(sorted(USSD_GOES))}")
    if not value:
        raise ValueError(f"{kind} needs a command, as in {kind}=+CNMI")
    return value


def _with_option(fault: Fault, option: str) -> Fault:
    name, _, value = option.partition("=")
    match name:
        case "times":
            fault = replace(fault, times=_count(value))
        case "after":
            fault = replace(fault, after=_count(value))
        case "p":
            fault = replace(fault, chance=_number(value))
        case "delay":
            fault = replace(fault, delay_s=_number(value))
        case "back":
            fault = replace(fault, back_s=_number(value))
        case "at":
            fault = replace(fault, at=Stage(value))
        case "sent":
            if value not in {"yes", "no"}:
                raise ValueError("sent is yes or no")
            fault = replace(fault, is_sent=value == "yes")
        case _:
            raise ValueError(f"there is no option {name!r}")
    return fault


def _count(value: str) -> int:
    if not value.isdecimal():
        raise ValueError(f"{value!r} is not a whole number")
    return int(value)


def _number(value: str) -> float:
    number = float(value)
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{value} is not a number from 0 on")
    return number


class FaultPlan:
    """Deals the faults of a script out to the segments, the same way for the same seed."""

    def __init__(self, faults: Sequence[Fault | str], *, seed: int = 0) -> None:
        script = [parse_fault(fault) if isinstance(fault, str) else fault for fault in faults]
        self._faults = [fault for fault in script if fault.kind not in STANDING]
        self.refused = frozenset(f.how for f in script if f.kind is FaultKind.REFUSES)
        self.standing = {fault.kind: fault for fault in script if fault.kind in STANDING}
        self._chances = [_random(seed, place) for place in range(len(self._faults))]
        self._taken = [0] * len(self._faults)
        self._segments = 0
        self.storm = self.standing.get(FaultKind.URC_STORM)
        self.storm_random = _random(seed, len(script))

    def deal(self, spec: str) -> None:
        """Add a fault for segments to come, before all others; those that are used up go."""
        rows = zip(self._faults, self._chances, self._taken, strict=True)
        left = [row for row in rows if row[0].times is None or row[2] < row[0].times]
        kept = [(parse_fault(spec), self.storm_random, 0), *left]
        self._faults, self._chances, self._taken = (
            list(column) for column in zip(*kept, strict=True)
        )

    @property
    def ussd_goes(self) -> str | None:
        """How answers by USSD go wrong; None when they do not."""
        fault = self.standing.get(FaultKind.USSD)
        return fault.how if fault else None

    @property
    def reports_go(self) -> str | None:
        """How status reports go wrong; None when they do not."""
        fault = self.standing.get(FaultKind.REPORTS)
        return fault.how if fault else None

    def reports_of(self, report: bytes) -> Sequence[bytes]:
        """Give what becomes of a status report (with its service-centre octets) on its way."""
        match self.reports_go:
            case "lost" | "empty":
                return ()
            case "trying":
                return (report[:-1] + _TRYING, report)
            case "failed":
                return (report[:-1] + _FAILED,)
            case "twice":
                return (report, report)
            case "strange":  # of a segment that nobody sent
                place = report[0] + 2
                return (report[:place] + bytes([report[place] ^ 0x80]) + report[place + 1 :],)
        return (report,)

    def next_fault(self) -> Fault | None:
        """Give the fault of the next segment, None for one that goes well."""
        segment, self._segments = self._segments, self._segments + 1
        for place, fault in enumerate(self._faults):
            is_due = segment >= fault.after
            is_left = fault.times is None or self._taken[place] < fault.times
            # Each fault draws from its own stream, whatever the others do.
            if self._chances[place].random() < fault.chance and is_due and is_left:
                self._taken[place] += 1
                return fault
        return None


def _random(seed: int, place: int) -> random.Random:
    return random.Random(f"{seed}/{place}")  # noqa: S311 - a reproducible script, not a secret
