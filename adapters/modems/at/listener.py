"""Turns what a modem says by itself into reports, and keeps them until they are fetched."""

import logging
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.modems.at.dialogue import Token, Urc
from adapters.modems.at.link import AtLink, LinkGone
from adapters.modems.at.registration import Registration
from adapters.modems.at.unsettled import Unsettled
from adapters.modems.at.urcs import UrcKind, form_of
from adapters.modems.devices.card_numbers import stored_in
from application.ports import Clock
from domain.reports import (
    InboundReceived,
    MemoryFull,
    ModemReport,
    RegistrationChanged,
    StatusReportReceived,
)

MAX_WAITING: Final = 1_000
"""Reports kept between two fetches; a modem says some ten a second at most."""

MAX_READS: Final = 5
"""How often a stored message is tried that cannot be read."""

_ANNOUNCED: Final = re.compile(r"\+CMGR:.*?(\d{1,3})$")
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_REMEMBERED: Final = 256
_READ_AGAIN_S: Final = 30.0
_SUBMIT: Final = 1  # TP-MTI, 23.040 9.2.3.1
_STATUS_REPORT: Final = 2

logger = logging.getLogger("ngoma.modems")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the modem says that it stored something, and how often that was tried."""

    memory: str
    index: int
    is_report: bool
    reads: int = 0


class Listener:
    """What one modem reported, over all its links."""

    def __init__(self, clock: Clock, unsettled: Unsettled) -> None:
        self._clock = clock
        self._unsettled = unsettled
        self._waiting: deque[ModemReport] = deque()
        self._stored: deque[_Place] = deque()
        self._read_before: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._read_again_s = 0.0
        self._memory = ""
        self._last_hint: str | None = None
        self._is_suspicious = False
        self.registration = Registration()
        self.is_registered = False
        self.is_coming_up = False
        """While True the words of a boot are no loss of the link."""
        self.has_booted = False
        """Set by a boot that begins while coming up."""

    def begin(self) -> None:
        """Begin a new link, on which the modem comes up."""
        self.is_coming_up = True
        self.has_booted = False
        self._stored.clear()
        self.registration.clear()
        self._memory = ""
        self._is_suspicious = False

    def came_up(self) -> None:
        """Note that the modem is up and registered."""
        self.is_coming_up = False
        self.is_registered = True

    @property
    def has_something(self) -> bool:
        """Whether there is a report to fetch, or a stored message that may be read now."""
        return bool(self._waiting or self._may_read_stored)

    def fetch(self) -> list[ModemReport]:
        """Give the reports in the order in which they came, once."""
        reports = list(self._waiting)
        self._waiting.clear()
        self._unsettled.is_answer_waiting = False
        return reports

    def read_stored(self, link: AtLink, *, timeout_s: float) -> None:
        """Read the messages that the modem has said it stored; those that fail, later again."""
        for _ in range(len(self._stored) if self._may_read_stored else 0):
            place = self._stored.popleft()
            if self._read(link, place, timeout_s=timeout_s):
                continue
            if place.reads + 1 < MAX_READS:
                self._stored.append(replace(place, reads=place.reads + 1))
                self._read_again_s = self._clock.monotonic_s() + _READ_AGAIN_S
            else:
                logger.error("stored message %s,%s cannot be read", place.memory, place.index)

    def take_suspicion(self) -> bool:
        """Say, once, whether the modem may have started anew without a clear word."""
        is_suspicious, self._is_suspicious = self._is_suspicious, False
        return is_suspicious

    @property
    def _may_read_stored(self) -> bool:
        # A +CMS ERROR to AT+CMGR could not be told from a late answer.
        now_s = self._clock.monotonic_s()
        return bool(self._stored) and now_s >= max(self._unsettled.settled_at_s, self._read_again_s)

    def _read(self, link: AtLink, place: _Place, *, timeout_s: float) -> bool:
        """Read one message, which stays where it is; False when it is to be tried again.

        Nothing is read from a memory that was not chosen: its places hold other messages.
        """
        if place.memory != self._memory:
            self._memory = ""
            chosen = link.command(
                f'AT+CPMS="{place.memory}"', timeout_s=timeout_s, is_query=True, may_be_bare=True
            )
            if chosen is None or not chosen.ok:
                return False
            self._memory = place.memory
        # Not a query: an empty place answers OK alone.
        reply = link.command(f"AT+CMGR={place.index}", timeout_s=timeout_s)
        if reply is None or not reply.ok:
            return False
        octets = _pdu_in(reply.lines)
        if octets is None:
            return not reply.lines  # the place is empty
        if octets in self._read_before:
            return True
        self._read_before.append(octets)
        kind = octets[1 + octets[0]] & 0b11
        if kind == _STATUS_REPORT:
            self._report(StatusReportReceived(octets))
        elif kind != _SUBMIT:
            self._report(InboundReceived(octets, place.index))
        return True

    # -- as it is said --------------------------------------------------------------------------

    def take_urc(self, urc: Urc) -> None:
        """Take one unsolicited result code; raises ``LinkGone`` when it tells of a new start."""
        match urc.kind:
            case UrcKind.STATUS_REPORT if urc.pdu is not None:
                self._report(StatusReportReceived(urc.pdu))
            case UrcKind.INBOUND if urc.pdu is not None:
                self._report(InboundReceived(urc.pdu, None))
            case UrcKind.STORED:
                if (found := stored_in(urc.text)) and len(self._stored) < MAX_WAITING:
                    is_report, memory, index = found
                    self._stored.append(_Place(memory, index, is_report))
            case UrcKind.MEMORY_FULL:
                self._report(MemoryFull(urc.text))
            case UrcKind.REGISTRATION:
                self._take_registration(urc.text)
            case UrcKind.REBOOT:
                self._take_reboot(urc.text)
            case UrcKind.PERHAPS_REBOOT | UrcKind.READY:
                self._take_hint(urc.text)

    def take_stray(self, token: Token) -> None:
        """Take what answers nothing: perhaps the late answer to the segment given up."""
        late = self._unsettled.answered_by(token, now_s=self._clock.monotonic_s())
        if late is None:
            logger.debug("nobody asked for this %s", type(token).__name__)
        else:
            self._report(late)

    def _take_registration(self, text: str) -> None:
        self.registration.note(text)
        is_registered = self.registration.is_registered
        if not self.is_coming_up and is_registered != self.is_registered:
            self.is_registered = is_registered
            self._report(RegistrationChanged(is_registered))

    def _take_reboot(self, text: str) -> None:
        if not self.is_coming_up:
            raise LinkGone(f"the modem started anew: {text}", rebooted=True)
        # The tail of a boot, or the SIM's answer to its PIN, is no news; a new beginning is.
        form = form_of(text)
        self.has_booted = self.has_booted or (form is not None and form.begins_boot)

    def _take_hint(self, text: str) -> None:
        """Take what is said after a start and at other times, such as Huawei's ^BOOT all day.

        Only one that differs from the last makes it worth asking whether the modem is as we set it.
        """
        if text != self._last_hint:
            self._last_hint = text
            self._is_suspicious = not self.is_coming_up

    def _report(self, report: ModemReport) -> None:
        if len(self._waiting) >= MAX_WAITING:
            logger.error("too many reports between two fetches; one is lost")
            return
        self._waiting.append(report)


def _pdu_in(lines: Sequence[str]) -> bytes | None:
    """Find the PDU in the answer to AT+CMGR: the line of hex that has the announced length."""
    announced: int | None = None
    for line in lines:
        if found := _ANNOUNCED.match(line):
            announced = int(found[1])
        elif announced is not None and _PDU.fullmatch(line):
            octets = bytes.fromhex(line)
            # Some pad it, or count wrongly: what is at least as long as announced is it.
            if len(octets) - 1 - octets[0] >= max(announced, 1):
                return octets
    return None
