"""One SIM at work: brings its modem up, holds its lease, sends what the desk gives, listens."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from application.books.alarms import Alarms
from application.books.asking import Wait, wait_for
from application.fleet.condition import Condition
from application.fleet.desk import DISPATCH, Desk
from application.fleet.pacing import BackOff, Pacer
from application.fleet.timings import SimTimings
from application.messages.letter import ConcatReferences, LetterReader
from application.ports import ModemDriver, ModemSettings, ModemUnavailable
from application.system import System
from domain.errors import Unavailable
from domain.reports import (
    InboundReceived,
    LateAnswer,
    LinkLost,
    ModemReport,
    RegistrationChanged,
    StatusReportReceived,
)
from worker.sims.lease import LeaseKeeper
from worker.sims.sender import Sender

PROJECTION_S: Final = 0.2
"""How long one step waits for the dispatch projection after the SIM came online."""

logger = logging.getLogger("ngoma.sims")


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
        desk: Desk,
        holder: str,
        alarms: Alarms,
        timings: SimTimings | None = None,
        wait: Wait = wait_for,
        on_report: Callable[[ModemReport], None] | None = None,
    ) -> None:
        timings = timings or SimTimings()
        clock, committer = system.clock, system.committer
        self.settings = settings
        self.counts: Counter[str] = Counter()
        """Outcomes and reports by kind, since the start (a metric)."""
        self._driver = driver
        self._clock = clock
        self._store = system.store
        self._queries = system.queries
        self._desk = desk
        self._alarms = alarms
        self._timings = timings
        self._wait = wait
        self._on_report = on_report
        self._condition = Condition(settings.name, clock=clock, alarms=alarms, timings=timings)
        self._lease = LeaseKeeper(
            settings, committer=committer, clock=clock, holder=holder, timings=timings, wait=wait
        )
        self._sender = Sender(
            driver=driver,
            letters=LetterReader(
                system.store, system.reader, clock, ConcatReferences(committer.randomness)
            ),
            reader=system.reader,
            committer=committer,
            clock=clock,
            desk=desk,
            pacer=Pacer(
                segments_per_minute=settings.segments_per_minute,
                segments_per_day=settings.segments_per_day,
                monotonic_s=clock.monotonic_s,
            ),
            condition=self._condition,
            lease=self._lease,
            alarms=alarms,
            counts=self.counts,
            timings=timings,
            wait=wait,
        )
        self._stopping = threading.Event()
        self._reopens = BackOff(timings.reopen_s)
        self._open_at_s = float("-inf")
        self._up_since_s = float("inf")
        self._closed_because: str | None = None
        self._is_dead = False
        self._is_open = False
        self._is_broken = False
        self._lost: str | None = None
        self._is_registered = True
        self._unregistered_at_s = 0.0
        self._answered_at = clock.now()
        self._answered_at_s = float("-inf")
        self._ask_health_at_s = float("-inf")
        self._doubt_up_to: int | None = None
        self._has_doubted = False
        self._store_is_down = False

    # -- any thread ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Begin no more messages; the thread then calls ``close``."""
        self._sender.may_start = False
        self._stopping.set()
        self._desk.ring()

    @property
    def status(self) -> SimStatus:
        """Where it stands now."""
        return SimStatus(self.settings.name, *self._state())

    def _state(self) -> tuple[str, str | None]:
        duty = self._lease.duty
        if not self._is_open or duty is None:
            return ("needs a person" if self._is_dead else "offline"), self._closed_because
        if self._condition.rests_for_s:
            return "resting", self._condition.reason
        states = (
            (duty.quarantined, "quarantined"),
            (not self._is_registered, "without network"),
            (not self._has_doubted, "waiting for the dispatch projection"),
            (self._sender.is_busy, "sending"),
        )
        return next((word for holds, word in states if holds), "online"), None

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
            self._listen(min(timeout_s, self._timings.idle_s))
        except BaseException:  # raised again: what is under way needs a new fence
            self._is_broken = True
            raise

    def close(self) -> None:
        """Bring what is known into the log, let go of SIM and modem. The thread's last act."""
        self.stop()
        self._sender.tie_up(self._timings.closing_s)
        self._let_go("the gateway stopped")
        if self._sender.owes:
            logger.error(
                "modem %s: what it said could not be stored; the message will be in doubt",
                self.settings.name,
            )

    def _step(self, timeout_s: float) -> None:
        if self._is_broken:
            self._is_broken = False
            self._sender.abandon()
            self._reopen("a fault of ours; see the log")
        if not self._sender.tie_up(min(timeout_s, self._timings.idle_s)):
            self._keep_lease()
            self._listen(0.0)
        elif not self._is_open:
            self._come_up(timeout_s)
        elif self._stays_up():
            self._work(timeout_s)

    def _work(self, timeout_s: float) -> None:
        duty = self._lease.duty
        if duty is None or not self._has_settled_the_past(timeout_s):
            return
        is_fit = self._is_registered and not duty.quarantined
        if self._sender.is_busy and (duty.quarantined or self._stopping.is_set()):
            self._sender.release()
        elif not is_fit or self._lease.left_s <= self._timings.submit_s:
            self._listen(min(timeout_s, self._timings.idle_s))
        elif (wait_s := self._sender.wait_s) > 0:
            self._listen(min(timeout_s, self._timings.idle_s, wait_s))
        elif self._sender.is_busy:
            self._sender.send_segment()
        else:
            self._take_next(duty_sim=duty.sim, timeout_s=timeout_s)

    def _take_next(self, *, duty_sim: int, timeout_s: float) -> None:
        bell = self._desk.bell
        waiting = None if self._stopping.is_set() else self._desk.take(duty_sim)
        duty = self._lease.duty
        if waiting is not None and duty is not None:
            self._sender.begin(waiting, duty)
            return
        self._desk.wait(bell, min(timeout_s, self._timings.idle_s))

    # -- coming and going ------------------------------------------------------------------------

    def _come_up(self, timeout_s: float) -> None:
        wait_s = self._open_at_s - self._clock.monotonic_s()
        if self._is_dead or wait_s > 0 or self._stopping.is_set():
            self._wait(self._stopping, timeout_s if self._is_dead else min(timeout_s, wait_s))
            return
        try:
            identity = self._driver.open()
        except ModemUnavailable as error:
            self._stay_down(error.reason, is_final=error.permanent)
            return
        if identity.msisdn is None:
            identity = replace(identity, msisdn=self.settings.msisdn)
        refusal = self._lease.take(identity)
        if refusal is not None:
            self._driver.close()
            self._stay_down(refusal, is_final=False)
            return
        self._is_open = self._is_registered = True
        self._lost = self._closed_because = None
        self._doubt_up_to, self._has_doubted = None, False
        self._up_since_s = self._clock.monotonic_s()
        self._alarms.clear(self._alarm)
        self._note_answer()
        logger.info("modem %s is online", self.settings.name)

    def _stay_down(self, reason: str, *, is_final: bool) -> None:
        self._closed_because = reason
        self._is_dead = is_final
        pause_s = self._reopens.next_s()
        self._open_at_s = self._clock.monotonic_s() + pause_s
        if is_final:
            self._alarms.set(self._alarm, f"{reason}; not tried again until restarted")
        else:
            logger.warning(
                "modem %s is not up, next try in %g s: %s", self.settings.name, pause_s, reason
            )

    def _reopen(self, reason: str, *, pause_s: float | None = None) -> None:
        """Let go of SIM and modem, and bring them up anew after a pause."""
        if self._is_open and self._clock.monotonic_s() - self._up_since_s > self._timings.steady_s:
            self._reopens.reset()
        self._let_go(reason)
        self._stay_down(reason, is_final=False)
        if pause_s is not None:
            self._open_at_s = self._clock.monotonic_s() + pause_s

    def _let_go(self, reason: str) -> None:
        if self._sender.tie_up(self._timings.store_s):
            self._sender.release()
        self._lease.let_go(reason)
        self._sender.forget_doubt()
        self._driver.close()
        self._is_open = False

    @property
    def _alarm(self) -> str:
        return f"modem {self.settings.name} down"

    # -- staying up ------------------------------------------------------------------------------

    def _stays_up(self) -> bool:
        """Listen, renew, ask how the modem is; False when it had to be let go."""
        self._listen(0.0)
        self._ask_health()
        now_s = self._clock.monotonic_s()
        if self._lost is not None:
            self._reopen(self._lost)
        elif not self._keep_lease():
            self._lease.forget()
            self._reopen("the lease was lost", pause_s=self._timings.lease_lost_s)
        elif now_s - self._answered_at_s > self._timings.silent_s:
            self._reopen("the modem does not answer")
        elif (
            not self._is_registered
            and now_s - self._unregistered_at_s > self._timings.unregistered_s
        ):
            self._reopen("the modem has no network")
        return self._is_open

    def _keep_lease(self) -> bool:
        return self._lease.keep(answered_at=self._answered_at, is_fit=self._is_registered)

    def _ask_health(self) -> None:
        now_s = self._clock.monotonic_s()
        if (
            now_s - self._answered_at_s < self._timings.health_s
            or now_s < self._ask_health_at_s
            or self._lost is not None
        ):
            return
        self._ask_health_at_s = now_s + self._timings.health_again_s
        health = self._driver.health()
        if health is not None:
            self._note_answer()
            self._note_registration(is_registered=health.registered)

    def _note_answer(self) -> None:
        self._answered_at = self._clock.now()
        self._answered_at_s = self._clock.monotonic_s()

    def _note_registration(self, *, is_registered: bool) -> None:
        if is_registered is self._is_registered:
            return
        self._is_registered = is_registered
        self._unregistered_at_s = self._clock.monotonic_s()
        logger.warning(
            "modem %s %s the network", self.settings.name, "has" if is_registered else "lost"
        )

    def _has_settled_the_past(self, timeout_s: float) -> bool:
        """Doubt what an earlier holder was sending, until the projection shows nothing of it.

        A doubt can be refused (our lease ran out while the store was away): then the message
        still shows, and is doubted again under the renewed lease.
        """
        duty = self._lease.duty
        if self._has_doubted or duty is None:
            return self._has_doubted
        if self._doubt_up_to is None:
            self._doubt_up_to = self._store.head()
        wait_s = min(timeout_s, PROJECTION_S)
        if not self._queries.reached(self._doubt_up_to, timeout_s=wait_s, projection=DISPATCH):
            return False
        held = [w.number for w in self._queries.held_by(duty.sim) if w.fence < duty.fence]
        for number in held:
            self._sender.owe_doubt(number, duty)
        self._doubt_up_to = None
        self._has_doubted = not held
        return False

    # -- listening -------------------------------------------------------------------------------

    def _listen(self, timeout_s: float) -> None:
        if not self._is_open:
            self._wait(self._stopping, timeout_s)
            return
        for report in self._driver.step(timeout_s):
            self._hear(report)

    def _hear(self, report: ModemReport) -> None:
        self.counts[type(report).__name__] += 1
        match report:
            case LinkLost(reason):
                self._lost = reason
                return
            case LateAnswer():
                self._sender.hear_late(report)
            case RegistrationChanged(registered):
                self._note_registration(is_registered=registered)
            case StatusReportReceived() | InboundReceived():
                self._keep(report)
        self._note_answer()

    def _keep(self, report: StatusReportReceived | InboundReceived) -> None:
        """Take in what came for us; the aggregate for it is the next issue's.

        Until then nothing is acknowledged or deleted on the SIM, so nothing is lost.
        """
        logger.info("modem %s reports %s", self.settings.name, type(report).__name__)
        if self._on_report is not None:
            self._on_report(report)
