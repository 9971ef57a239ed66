"""Turns what a modem says by itself into reports, and keeps them until they are fetched."""

import logging
import re
from collections import deque
from itertools import pairwise
from typing import Final

from adapters.modems.at.bringup import REGISTERED
from adapters.modems.at.dialogue import Token, Urc, UrcKind, registration_status
from adapters.modems.at.link import AtLink, LinkGone
from adapters.modems.at.unsettled import Unsettled
from application.ports import Clock
from domain.reports import InboundReceived, ModemReport, RegistrationChanged, StatusReportReceived

MAX_WAITING: Final = 1_000
"""Reports kept between two fetches; a modem says some ten a second at most."""

_STORED: Final = re.compile(r'\+C(?:MTI|DSI): ?"?([A-Z]{2})"?, ?(\d{1,5})')
_SUBMIT: Final = 1  # TP-MTI, 23.040 9.2.3.1
_STATUS_REPORT: Final = 2

logger = logging.getLogger("ngoma.modems")


class Listener:
    """What one modem reported, over all its links."""

    def __init__(self, clock: Clock, unsettled: Unsettled) -> None:
        self._clock = clock
        self._unsettled = unsettled
        self._waiting: deque[ModemReport] = deque()
        self._stored: deque[tuple[str, int]] = deque()
        self._memory = ""
        self._registered: dict[str, bool] = {}
        self._handshake: str | None = None
        self._is_suspicious = False
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
        self._registered.clear()
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
        """Read the messages that the modem has said it stored."""
        for _ in range(len(self._stored) if self._may_read_stored else 0):
            self._read(link, *self._stored.popleft(), timeout_s=timeout_s)

    def take_suspicion(self) -> bool:
        """Say, once, whether the modem may have started anew without a clear word."""
        is_suspicious, self._is_suspicious = self._is_suspicious, False
        return is_suspicious

    @property
    def _may_read_stored(self) -> bool:
        # A +CMS ERROR to AT+CMGR could not be told from a late answer.
        return bool(self._stored) and self._clock.monotonic_s() >= self._unsettled.settled_at_s

    def _read(self, link: AtLink, memory: str, index: int, *, timeout_s: float) -> None:
        """Read one message. It stays in the SIM: ``index`` lets it be deleted once it is saved."""
        if memory != self._memory:
            link.command(f'AT+CPMS="{memory}"', timeout_s=timeout_s)
            self._memory = memory
        # Not a query: an empty place answers OK alone.
        reply = link.command(f"AT+CMGR={index}", timeout_s=timeout_s)
        lines = reply.lines if reply else ()
        pdu = next((line for head, line in pairwise(lines) if head.startswith("+CMGR:")), "")
        try:
            octets = bytes.fromhex(pdu)
            kind = octets[1 + octets[0]] & 0b11
        except (ValueError, IndexError):
            logger.warning("stored message %s,%s cannot be read", memory, index)
            return
        if kind == _STATUS_REPORT:
            self._report(StatusReportReceived(octets))
        elif kind != _SUBMIT:
            self._report(InboundReceived(octets, index))

    # -- as it is said --------------------------------------------------------------------------

    def take_urc(self, urc: Urc) -> None:
        """Take one unsolicited result code; raises ``LinkGone`` when it tells of a new start."""
        match urc.kind:
            case UrcKind.STATUS_REPORT if urc.pdu is not None:
                self._report(StatusReportReceived(urc.pdu))
            case UrcKind.INBOUND if urc.pdu is not None:
                self._report(InboundReceived(urc.pdu, None))
            case UrcKind.STORED:
                if (found := _STORED.match(urc.text)) and len(self._stored) < MAX_WAITING:
                    self._stored.append((found[1], int(found[2])))
            case UrcKind.REGISTRATION:
                self._take_registration(urc.text)
            case UrcKind.REBOOT:
                self._take_reboot(urc.text)
            case UrcKind.HANDSHAKE:
                self._take_handshake(urc.text)

    def take_stray(self, token: Token) -> None:
        """Take what answers nothing: perhaps the late answer to the segment given up."""
        late = self._unsettled.answered_by(token, now_s=self._clock.monotonic_s())
        if late is None:
            logger.debug("nobody asked for this %s", type(token).__name__)
        else:
            self._report(late)

    def _take_registration(self, text: str) -> None:
        status = registration_status(text)
        if status is None:
            return
        self._registered[text.partition(":")[0]] = status in REGISTERED
        is_registered = any(self._registered.values())
        if not self.is_coming_up and is_registered != self.is_registered:
            self.is_registered = is_registered
            self._report(RegistrationChanged(is_registered))

    def _take_reboot(self, text: str) -> None:
        if not self.is_coming_up:
            raise LinkGone(f"the modem started anew: {text}", rebooted=True)
        # The tail of a boot, or the SIM's answer to its PIN, is no news; a new beginning is.
        self.has_booted = self.has_booted or text == "RDY"

    def _take_handshake(self, text: str) -> None:
        """Take Huawei's ^BOOT, which says little: it is repeated all day by a stick that runs on.

        Only one that differs from the last makes it worth asking whether the modem is as we set it.
        """
        if text != self._handshake:
            self._handshake = text
            self._is_suspicious = not self.is_coming_up

    def _report(self, report: ModemReport) -> None:
        if len(self._waiting) >= MAX_WAITING:
            logger.error("too many reports between two fetches; one is lost")
            return
        self._waiting.append(report)
