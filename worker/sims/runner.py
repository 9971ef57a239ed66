"""A modem as the hand of its SIM: brings it up, hands segments over, listens, lets go."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from application.books.alarms import Alarms
from application.books.asking import Submits, Wait, wait_for
from application.fleet.airtime import Airtime
from application.fleet.means import Means
from application.fleet.rounds import Source
from application.fleet.waits import SimWaits
from application.messages.carrier import Carrier
from application.messages.pages import Pages
from application.ports import ModemDriver, ModemSettings
from application.system import System
from domain.errors import Unavailable
from domain.reports import (
    Incoming,
    LateAnswer,
    LinkLost,
    MemoryFreed,
    MemoryFull,
    ModemReport,
    RegistrationChanged,
)
from worker.sims.port import Port
from worker.sims.presence import Presence

TOGETHER_MAX: Final = 50
"""Reports and messages that one save keeps."""

logger = logging.getLogger("ngoma.sims")


WaitAt = Callable[[Source, int, float], None]
"""Waits for a ring of a desk after a bell was read, at most so many seconds."""


def wait_at_desk(desk: Source, bell: int, timeout_s: float) -> None:
    """Really wait."""
    desk.wait(bell, timeout_s)


@dataclass(frozen=True, slots=True)
class SimStatus:
    """Where a SIM thread stands, in words for operators."""

    modem: str
    state: str
    reason: str | None = None


class SimRunner:
    """One for each modem. ``step`` and ``close`` come from the one thread that owns it."""

    def __init__(
        self,
        settings: ModemSettings,
        driver: ModemDriver,
        *,
        system: System,
        desk: Source,
        holder: str,
        alarms: Alarms,
        waits: SimWaits | None = None,
        pages: Pages | None = None,
        committer: Submits | None = None,
        wait: Wait = wait_for,
        wait_at: WaitAt = wait_at_desk,
    ) -> None:
        waits = waits or SimWaits()
        clock = system.clock
        self.settings = settings
        means = Means(
            store=system.store,
            reader=system.reader,
            queries=system.queries,
            committer=committer or system.committer,
            randomness=system.randomness,
            clock=clock,
            alarms=alarms,
            waits=waits,
            wait=wait,
        )
        self.carrier = Carrier(
            settings.name,
            means=means,
            desk=desk,
            holder=holder,
            segments_per_minute=settings.segments_per_minute,
            segments_per_day=settings.segments_per_day,
            pages=pages,
        )
        self.airtime = Airtime(settings, means=means, condition=self.carrier.condition)
        self._alarms = alarms
        self._memory_alarm = f"modem {settings.name} memory"
        self._driver = driver
        self._port = Port(settings, driver, clock=clock, alarms=alarms, waits=waits)
        self._presence = Presence(
            settings.name, driver, clock=clock, waits=waits, reception=system.reception
        )
        self._waits = waits
        self._wait = wait
        self._wait_at = wait_at
        self._stopping = threading.Event()
        self._lost: str | None = None
        self._is_broken = False
        self._store_is_down = False

    # -- any thread ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Begin no more messages; the thread then calls ``close``."""
        self._stopping.set()
        self.carrier.stop()

    @property
    def counts(self) -> Counter[str]:
        """Outcomes and reports by kind, since the start (a metric)."""
        return self.carrier.counts

    @property
    def status(self) -> SimStatus:
        """Where it stands now."""
        return SimStatus(self.settings.name, *self._state())

    @property
    def lacks(self) -> str | None:
        """What does not work on a modem that is up, each with why not; None when all does."""
        return self._port.lacks if self._port.is_up else None

    def _state(self) -> tuple[str, str | None]:
        carrier, duty = self.carrier, self.carrier.lease.duty
        if not self._port.is_up or duty is None:
            word = "stopped" if self._stopping.is_set() else "offline"
            return "needs a person" if self._port.needs_person else word, self._port.reason
        if duty.quarantined:
            return "quarantined", None
        if carrier.condition.rests_for_s:
            return "resting", carrier.condition.reason
        states = (
            (not self._presence.is_registered, "without network"),
            (not carrier.past.is_settled, "waiting for the read models"),
            (carrier.is_busy, "sending"),
        )
        word = next((word for holds, word in states if holds), "online")
        if word == "online" and carrier.day.ready_in_s:
            return word, "its quota for the day is used up"
        return word, None

    # -- the SIM's thread ------------------------------------------------------------------------

    def step(self, timeout_s: float = 1.0) -> None:
        """Do the next thing, waiting at most ``timeout_s`` for something to do.

        A submission under way takes as long as the modem's own limits.
        """
        try:
            self._step(timeout_s)
            self._store_is_down = False
        except Unavailable as error:
            if not self._store_is_down:
                logger.warning("modem %s waits for the store: %s", self.settings.name, error)
            self._store_is_down = True
            self._listen(min(timeout_s, self._waits.idle_s))
        except BaseException:  # raised again: what is under way needs a new fence
            self._is_broken = True
            raise

    def close(self) -> None:
        """Bring what is known into the log, let go of SIM and modem. The thread's last act."""
        self.stop()
        self.carrier.carrying.tie_up(self._waits.closing_s)
        self.carrier.let_go("the gateway stopped")
        self._port.close("the gateway stopped")
        if self.carrier.carrying.owes:
            logger.error(
                "modem %s: what it said could not be stored; the message will be in doubt",
                self.settings.name,
            )

    def _step(self, timeout_s: float) -> None:
        if self._is_broken:
            self._is_broken = False
            self.carrier.carrying.abandon()
            self._let_go("a fault of ours; see the log")
        if not self.carrier.carrying.tie_up(min(timeout_s, self._waits.idle_s)):
            self._keep_lease()
            self._listen(0.0)
        elif not self._port.is_up:
            self._come_up(timeout_s)
        elif self._stays_up() and self.carrier.is_ready(timeout_s):
            self._work(min(timeout_s, self._waits.idle_s))

    def _work(self, timeout_s: float) -> None:
        self.carrier.drop_what_may_not_go_on()
        pause_s = self.carrier.pause_s(is_fit=self._presence.is_registered)
        bell = self.carrier.desk.bell
        if pause_s <= 0 and (self.carrier.is_busy or self.carrier.take()):
            self._send_segment()
        elif self._asks_for_airtime():
            pass
        elif pause_s > 0:
            self._listen(min(timeout_s, pause_s))
        else:
            self._wait_at(self.carrier.desk, bell, timeout_s)

    def _asks_for_airtime(self) -> bool:
        """Ask the network for the SIM's airtime when it is time; False when it is not.

        Only between two messages: the network takes nothing else meanwhile.
        """
        duty, code = self.carrier.lease.duty, self.airtime.code
        is_free = not self.carrier.is_busy and self._presence.is_registered
        if duty is None or code is None or not is_free or not self.airtime.is_due(duty):
            return False
        reply = self._driver.ussd(code, gives_way=self._has_something_to_send)
        if reply.text is not None:
            self._presence.note_answer()
        self.airtime.hear(reply, duty)
        return True

    def _has_something_to_send(self) -> bool:
        """While the network takes its time: hold on to the lease, take up what may be sent now."""
        try:
            if self._stopping.is_set() or not self._keep_lease():
                return True
            is_fit = self._presence.is_registered
            return self.carrier.pause_s(is_fit=is_fit) <= 0 and self.carrier.take()
        except Unavailable:
            return True

    def _send_segment(self) -> None:
        carrying = self.carrier.carrying
        tpdu = carrying.segment()
        if tpdu is not None:
            carrying.settle(self._driver.submit(tpdu, start=carrying.start))

    # -- coming and going ------------------------------------------------------------------------

    def _come_up(self, timeout_s: float) -> None:
        if self._port.pause_s > 0 or self._stopping.is_set():
            self._wait(self._stopping, min(timeout_s, self._port.pause_s))
            return
        identity = self._port.open()
        if identity is None:
            return
        refusal = self.carrier.lease.take(identity)
        if refusal is not None:
            self._port.reopen_later(refusal)
            return
        self._lost = None
        self._alarms.clear(self._memory_alarm)
        self.carrier.past.reopen()
        self._presence.begin()
        self._port.came_up()

    def _let_go(self, reason: str, *, pause_s: float | None = None) -> None:
        """Let go of SIM and modem, and bring them up anew after a pause."""
        self.carrier.let_go(reason)
        self._port.reopen_later(reason, pause_s=pause_s)

    def _stays_up(self) -> bool:
        """Listen, renew, ask how the modem is; False when it had to be let go."""
        self._listen(0.0)
        if self._lost is None:
            self._presence.ask()
        if self._lost is not None:
            self._let_go(self._lost)
        elif not self._keep_lease():
            self.carrier.lease.forget()
            self._let_go("the lease was lost", pause_s=self._waits.lease_lost_s)
        elif (fault := self._presence.fault) is not None:
            self._let_go(fault)
        return self._port.is_up

    def _keep_lease(self) -> bool:
        return self.carrier.lease.keep(
            answered_at=self._presence.answered_at, is_fit=self._presence.is_registered
        )

    # -- listening -------------------------------------------------------------------------------

    def _listen(self, timeout_s: float) -> None:
        if not self._port.is_up:
            self._wait(self._stopping, timeout_s)
            return
        reports = self._driver.step(timeout_s)
        for report in reports:
            self._hear(report)
        incoming = [report for report in reports if isinstance(report, Incoming)]
        for start in range(0, len(incoming), TOGETHER_MAX):
            together = incoming[start : start + TOGETHER_MAX]
            self.carrier.hear(together, forget=self._driver.forget)

    def _hear(self, report: ModemReport) -> None:
        self.counts[type(report).__name__] += 1
        match report:
            case LinkLost(reason):
                self._lost = reason
                return
            case LateAnswer():
                self.carrier.past.hear_late(report)
            case RegistrationChanged(registered):
                self._presence.note_network(is_registered=registered)
            case MemoryFull(reason):
                self._alarms.set(
                    self._memory_alarm,
                    f"{reason}: no message reaches it until what is saved is deleted from it",
                )
            case MemoryFreed():
                self._alarms.clear(self._memory_alarm)
        self._presence.note_answer()
