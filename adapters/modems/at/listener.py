"""Turns what a modem says by itself into reports, and keeps them until they are fetched."""

import logging
from collections import deque
from typing import Final

from adapters.modems.at.dialogue import Token, Urc
from adapters.modems.at.link import AtLink, LinkGone
from adapters.modems.at.registration import Registration
from adapters.modems.at.storage import Storage
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

logger = logging.getLogger("ngoma.modems")


class Listener:
    """What one modem reported, over all its links."""

    def __init__(self, clock: Clock, unsettled: Unsettled) -> None:
        self._clock = clock
        self._unsettled = unsettled
        self._waiting: deque[ModemReport] = deque()
        self._last_hint: str | None = None
        self._is_suspicious = False
        self.storage = Storage(clock, self._report)
        self.registration = Registration()
        self.is_registered = False
        self._ussd: str | None = None
        self.is_coming_up = False
        """While True the words of a boot are no loss of the link."""
        self.has_booted = False
        """Set by a boot that begins while coming up."""

    def begin(self) -> None:
        """Begin a new link, on which the modem comes up."""
        self.is_coming_up = True
        self.has_booted = False
        self.storage.begin()
        self.registration.clear()
        self._is_suspicious = False

    def came_up(self) -> None:
        """Note that the modem is up and registered."""
        self.is_coming_up = False
        self.is_registered = True

    @property
    def has_reports(self) -> bool:
        """Whether there is a report to fetch."""
        return bool(self._waiting)

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
        """See after what the modem has stored; what fails is tried again later."""
        if self._may_read_stored:
            self.storage.work(link, timeout_s=timeout_s)

    def take_ussd(self) -> str | None:
        """Give, once, the last text that the network sent by USSD, as the modem told it."""
        told, self._ussd = self._ussd, None
        return told

    def take_suspicion(self) -> bool:
        """Say, once, whether the modem may have started anew without a clear word."""
        is_suspicious, self._is_suspicious = self._is_suspicious, False
        return is_suspicious

    @property
    def _may_read_stored(self) -> bool:
        # A +CMS ERROR to AT+CMGR could not be told from a late answer.
        is_settled = self._clock.monotonic_s() >= self._unsettled.settled_at_s
        return is_settled and self.storage.has_work

    # -- as it is said --------------------------------------------------------------------------

    def take_urc(self, urc: Urc) -> None:
        """Take one unsolicited result code; raises ``LinkGone`` when it tells of a new start."""
        match urc.kind:
            case UrcKind.STATUS_REPORT if urc.pdu is not None:
                self.storage.note_direct(urc.pdu)
                self._report(StatusReportReceived(urc.pdu))
            case UrcKind.INBOUND if urc.pdu is not None:
                self.storage.note_direct(urc.pdu)
                self._report(InboundReceived(urc.pdu))
            case UrcKind.STORED:
                if place := stored_in(urc.text):
                    self.storage.note(place)
            case UrcKind.MEMORY_FULL:
                self.storage.note_full()
                self._report(MemoryFull(urc.text))
            case UrcKind.REGISTRATION:
                self._take_registration(urc.text)
            case UrcKind.USSD:
                self._ussd = urc.text
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
