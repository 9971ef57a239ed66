"""Drives one GSM modem by AT commands in PDU mode: at most one segment under way, none sent twice.

What is known after an answer is lost decides the outcome: before the first byte of the PDU the
segment certainly did not leave; after it, only the modem's own words can tell.
"""

import contextlib
import logging
import re
from collections.abc import Callable, Sequence
from typing import Final

from adapters.modems.at.bringup import BringUp
from adapters.modems.at.disturbed import Disturbed
from adapters.modems.at.link import AtLink, LinkGone
from adapters.modems.at.listener import Listener
from adapters.modems.at.modes import Modes
from adapters.modems.at.pin import SimPin
from adapters.modems.at.port import BytePort, words_of
from adapters.modems.at.recovery import Recovery
from adapters.modems.at.segment import SegmentExchange, resync
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.at.unsettled import Unsettled
from adapters.modems.at.ussd import ask_ussd
from application.ports import (
    Clock,
    ModemHealth,
    ModemUnavailable,
    PinMemory,
    SimIdentity,
    UssdReply,
    VolatilePins,
    never,
)
from domain.causes import OwnCause
from domain.reports import Incoming, InDoubt, LinkLost, ModemReport, NotSent, SubmitOutcome

MAX_BOOTS: Final = 3
"""A modem that starts anew this often while being brought up is not waited for."""

_CSQ: Final = re.compile(r"\+CSQ: ?(\d{1,3})")
_STRONGEST: Final = 31

logger = logging.getLogger("ngoma.modems")


class AtModemDriver:
    """``ModemDriver`` over AT commands. All calls come from the thread that owns the SIM.

    ``open_port`` takes the device anew at each ``open``. ``pins`` remembers which PIN a card did
    not take; ``name`` stands for the card while a locked one cannot be told from another.
    ``pdu_chunk`` limits the octets of one write, for devices that lose more.
    """

    def __init__(
        self,
        open_port: Callable[[], BytePort],
        *,
        clock: Clock,
        name: str = "modem",
        pin: str | None = None,
        pins: PinMemory | None = None,
        timeouts: AtTimeouts | None = None,
        pdu_chunk: int | None = None,
    ) -> None:
        self._open_port = open_port
        self._clock = clock
        self._name = name
        self._pin = SimPin(pin, pins or VolatilePins())
        self._modes = Modes()
        self._timeouts = timeouts or AtTimeouts()
        self._pdu_chunk = pdu_chunk
        self._port: BytePort | None = None
        self._link: AtLink | None = None
        self._lost: LinkLost | None = None
        self._recovery = Recovery()
        self._disturbed = Disturbed()
        self._unsettled = Unsettled()
        self._listener = Listener(clock, self._unsettled)
        self._was_silenced = False

    def open(self) -> SimIdentity:
        """Take the port, bring the modem up, and read who it is."""
        self.close()
        self._lost = None
        try:
            self._port = self._open_port()
        except OSError as error:
            raise ModemUnavailable(f"the port cannot be opened: {words_of(error)}") from error
        link = AtLink(
            self._port,
            clock=self._clock,
            on_urc=self._listener.take_urc,
            on_stray=self._listener.take_stray,
        )
        try:
            identity = self._bring_up(link)
            self._link = link
            self._recovery.came_up()
        except LinkGone as gone:
            raise ModemUnavailable(gone.reason) from gone
        except ModemUnavailable as error:
            if not error.permanent and self._recovery.failed(
                link, timeout_s=self._timeouts.command_s
            ):
                reason = f"{error.reason}; it was told to start anew"
                raise ModemUnavailable(reason) from error
            raise
        finally:
            if self._link is None:
                self.close()
        return identity

    def _bring_up(self, link: AtLink) -> SimIdentity:
        for _ in range(MAX_BOOTS):
            self._listener.begin()
            self._modes = Modes()
            attempt = BringUp(
                link,
                self._timeouts,
                self._pin,
                modes=self._modes,
                registration=self._listener.registration,
            )
            attempt.wake()
            self._listener.has_booted = False  # what came before the first answer is past
            if self._was_silenced and link.echoes:
                self._unsettled.forget()  # the modem started anew: no old answer can come
            is_silenced = attempt.silence_echo()
            identity = attempt.initialise(self._name)
            if self._listener.has_booted:
                continue
            if link.is_unsure and not resync(link, self._timeouts, self._modes):
                raise ModemUnavailable("the modem does not answer any more: plug it in anew")
            self._listener.came_up()
            self._listener.storage.came_up(
                self._modes.memories, notices=self._modes.acknowledged_notices
            )
            self._was_silenced = link.is_silenced = is_silenced
            return identity
        raise ModemUnavailable("the modem keeps starting anew: look at its power and cable")

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        """Hand over one SMS-SUBMIT; returns within the late, prompt and hard answer limits.

        A late answer that was heard and not yet fetched by ``step`` withholds the segment, so
        that a ``LateAnswer`` is always about the last segment that was handed over.
        """
        if self._link is None:
            return NotSent(OwnCause.LINK_LOST, "the modem is not open")
        exchange = SegmentExchange(
            self._link,
            self._timeouts,
            self._unsettled,
            self._modes,
            pdu_chunk=self._pdu_chunk,
        )
        try:
            withheld = exchange.prepare(len(tpdu), start)
        except LinkGone as gone:
            self._lose(gone)
            reason = f"the link was lost before the segment began: {gone.reason}"
            return NotSent(OwnCause.LINK_LOST, reason)
        if withheld is not None:
            return withheld
        try:
            return self._disturbed.judge(tpdu, exchange.hand_over(tpdu))
        except LinkGone as gone:
            self._lose(gone)
            reason = f"the link was lost after the segment began: {gone.reason}"
            return InDoubt(OwnCause.LINK_LOST, reason)

    def step(self, timeout_s: float) -> Sequence[ModemReport]:
        """Listen until something was reported, at most ``timeout_s``; after a loss, say so once."""
        if self._link is not None:
            try:
                self._listen(self._link, self._link.now_s() + timeout_s)
            except LinkGone as gone:
                self._lose(gone)
        reports = self._listener.fetch()
        if self._lost is not None:
            reports.append(self._lost)
            self._lost = None
        return reports

    def forget(self, incoming: Incoming) -> None:
        """Note that it is saved: the next ``step`` deletes or acknowledges it."""
        self._listener.storage.forget(incoming)

    def _listen(self, link: AtLink, until_s: float) -> None:
        limit_s = until_s
        while True:
            if self._listener.has_something:  # take what is there with it, and wait no more
                limit_s = min(limit_s, link.now_s())
            if link.next_unasked(limit_s) is not None:
                continue
            self._listener.read_stored(link, timeout_s=self._timeouts.command_s)
            if self._listener.has_reports or max(limit_s, link.now_s()) >= until_s:
                break
            limit_s = until_s
        if self._listener.take_suspicion():
            link.is_unsure = not resync(link, self._timeouts, self._modes)

    def health(self) -> ModemHealth | None:
        """Ask for signal and registration; None when the modem is silent or not open."""
        link = self._link
        if link is None:
            return None
        until_s = link.now_s() + self._timeouts.command_s
        try:
            if link.is_unsure and not resync(link, self._timeouts, self._modes):
                return None
            if not self._modes.are_kept(link, timeout_s=self._timeouts.command_s):
                return None
            signal = link.command("AT+CSQ", timeout_s=self._left_s(until_s), is_query=True)
            if signal is None:
                return None
            registration = self._listener.registration
            registration.ask(link, timeout_s=self._left_s(until_s))
        except LinkGone as gone:
            self._lose(gone)
            return None
        if registration.is_known:
            self._listener.is_registered = registration.is_registered
        return ModemHealth(self._listener.is_registered, _signal_dbm(signal.lines))

    def ussd(self, code: str, *, gives_way: Callable[[], bool] = never) -> UssdReply:
        """Ask the network; not while an answer to a segment may still come."""
        link = self._link
        if link is None:
            return UssdReply(None, "the modem is not open")
        if link.now_s() < self._unsettled.settled_at_s:
            return UssdReply(None, "the answer to a segment may still come", is_put_off=True)
        try:
            if link.is_unsure and not resync(link, self._timeouts, self._modes):
                return UssdReply(None, "the modem does not answer")
            return ask_ussd(
                link,
                self._timeouts,
                code,
                take_text=self._listener.take_ussd,
                gives_way=gives_way,
            )
        except LinkGone as gone:
            self._lose(gone)
            return UssdReply(None, f"the link was lost: {gone.reason}")

    def _left_s(self, until_s: float) -> float:
        return max(0.0, until_s - self._clock.monotonic_s())

    def close(self) -> None:
        """Let go of the port; safe in every state."""
        self._unsettled.part()
        self._link = None
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(OSError):
                port.close()

    def _lose(self, gone: LinkGone) -> None:
        logger.warning("link lost: %s", gone.reason)
        self.close()
        if gone.rebooted:
            self._unsettled.forget()
        self._lost = LinkLost(gone.reason)


def _signal_dbm(lines: Sequence[str]) -> int | None:
    """Turn +CSQ's 0..31 into dBm (27.007 8.5); what is above is unknown."""
    found = _CSQ.match(lines[0]) if lines else None
    if not found or int(found[1]) > _STRONGEST:
        return None
    return 2 * int(found[1]) - 113
