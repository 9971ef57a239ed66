"""The threads of a process: what each role runs, started and stopped in order."""

import logging
import os
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, StrEnum, auto
from functools import partial
from types import MappingProxyType
from typing import Final

from adapters.queue import DramatiqJobQueue, JobThreads
from application.books.alarms import Alarms
from application.fleet.desk import Desks
from application.fleet.timings import SimTimings
from application.retention.housekeeping import EVERY_S, Housekeeping
from application.system import System
from domain.values import Network
from worker.actors import Jobs, declare_actors
from worker.clock_watch import ALARM as CLOCK_ALARM
from worker.clock_watch import ClockWatch
from worker.loops import Loop
from worker.relay import TICK_S, Relay
from worker.sims import SimRunner, SimStatus

COMMIT_WAIT_S: Final = 1.0
FOLLOW_POLL_S: Final = 0.02
"""How often the log is looked at for what other processes wrote."""
KEYS_S: Final = 0.3
"""Revocations must be known within a second."""
PRESENCE_S: Final = 3.0
HOUSEKEEPING_S: Final = 3600.0
SIM_STEP_S: Final = 1.0
LAST_S: Final = 2.0
"""Of the time for stopping, what the threads after the SIMs are left at least."""

logger = logging.getLogger(__name__)


class Role(StrEnum):
    """What a process is for."""

    ALL = "all"
    API = "api"
    WORKER = "worker"
    PROJECT = "project"


class Part(Enum):
    """What can run in a process, in the order of starting; stopping goes the other way."""

    COMMITTER = auto()
    FOLLOWER = auto()
    KEYS = auto()
    JOBS = auto()
    RELAY = auto()
    SIMS = auto()


UP: Final = frozenset({"online", "sending"})
"""States of a SIM's thread in which it takes messages."""

PARTS: Final[Mapping[Role, frozenset[Part]]] = MappingProxyType(
    {
        Role.ALL: frozenset(Part),
        Role.API: frozenset({Part.COMMITTER, Part.KEYS}),
        Role.WORKER: frozenset({Part.COMMITTER, Part.JOBS, Part.SIMS}),
        Role.PROJECT: frozenset({Part.COMMITTER, Part.FOLLOWER, Part.RELAY}),
    }
)
"""What each role runs. The relay's own jobs need a committer when no worker is there."""


class Supervisor:
    """Starts and stops the threads of one process, and says how they are."""

    def __init__(
        self,
        system: System,
        role: Role,
        *,
        timings: SimTimings | None = None,
        host: str | None = None,
    ) -> None:
        host = host or _plain(socket.gethostname())
        self.role = role
        self.alarms = Alarms()
        self.worker_name = f"{host}-{os.getpid()}"
        self._system = system
        self._parts = PARTS[role]
        self._progress = threading.Event()
        self._desks = Desks(
            dict.fromkeys(modem.network for modem in system.modems),
            queries=system.queries,
            store=system.store,
            clock=system.clock,
        )
        self._clock_watch = ClockWatch(clock=system.clock, store=system.store, alarms=self.alarms)
        self._jobs = Jobs(
            committer=system.committer, clock=system.clock, clock_watch=self._clock_watch
        )
        self._job_threads: JobThreads | None = None
        self._kept_house_at_s = time.monotonic()
        self.sims = self._sim_runners(host, timings) if Part.SIMS in self._parts else ()
        self._loops: Mapping[Part, Sequence[Loop]] = {
            part: make() for part, make in self._makers() if part in self._parts
        }

    # -- how it is -----------------------------------------------------------------------------

    @property
    def failures(self) -> Mapping[str, int]:
        """Unexpected exceptions by loop, since the start."""
        return {loop.name: loop.faults for loop in self._all_loops() if loop.faults}

    @property
    def counts(self) -> Counter[str]:
        """What all modems here said, by kind (a metric)."""
        return sum((runner.counts for runner in self.sims), Counter[str]())

    def modems(self) -> Sequence[SimStatus]:
        """Say where each SIM thread stands."""
        return [runner.status for runner in self.sims]

    def _threads_check(self) -> str:
        bad = [
            f"{loop.name}: {loop.fault or 'ended'}"
            for part, loops in self._loops.items()
            for loop in loops
            if part is not Part.SIMS and (loop.fault or not loop.is_alive)
        ]
        return ", ".join(bad) or "ok"

    def _clock_check(self) -> str:
        return self.alarms.standing().get(CLOCK_ALARM, "ok")

    # -- starting and stopping -----------------------------------------------------------------

    def start(self) -> None:
        """Start everything that the role runs."""
        system = self._system
        if Part.FOLLOWER in self._parts:
            system.follower.on_progress(lambda _: self._progress.set())
        if Part.JOBS in self._parts:
            self._start_jobs()
        for part in Part:
            for loop in self._loops.get(part, ()):
                loop.start()
        self._show_metrics()
        system.signals.add_check("threads", self._threads_check)
        system.signals.add_check("clock", self._clock_check)

    def _show_metrics(self) -> None:
        watch = self._system.metrics.watch
        watch("thread_faults", "Unexpected exceptions by thread.", self._faults, label="thread")
        watch("alarms", "Alarms that stand.", self._alarms_shown, label="alarm")
        if self.sims:
            watch("modem_words", "What modems said, by kind.", lambda: self.counts, label="kind")
            watch("modem_online", "Modems that may send.", self._online, label="modem")

    def _faults(self) -> Mapping[str, float]:
        return {loop.name: loop.faults for loop in self._all_loops()}

    def _alarms_shown(self) -> Mapping[str, float]:
        return dict.fromkeys(self.alarms.standing(), 1.0)

    def _online(self) -> Mapping[str, float]:
        return {status.modem: float(status.state in UP) for status in self.modems()}

    def stop(self, deadline_s: float = 20.0) -> bool:
        """Stop in order: SIMs, relay, jobs, follower, then the committer when it is drained.

        The web must take no more requests by now. False when a thread did not end in time; a
        submission under way may take two minutes, and its outcome is then in doubt.
        """
        until_s = time.monotonic() + deadline_s
        is_clean = True
        for part in reversed(Part):
            loops = self._loops.get(part, ())
            for loop in loops:
                loop.stop()
            reserve_s = LAST_S if part is Part.SIMS else 0.0
            for loop in loops:
                if not loop.join(until_s - reserve_s - time.monotonic()):
                    is_clean = False
                    logger.error("%s did not end in time", loop.name)
            if part is Part.JOBS and self._job_threads is not None:
                self._system.queue.withdraw(self.worker_name)
                self._job_threads.stop(max(0.5, until_s - time.monotonic()))
        return is_clean

    def _start_jobs(self) -> None:
        queue = self._system.queue
        if not isinstance(queue, DramatiqJobQueue):
            logger.warning("the job queue has no threads; the relay does its jobs")
            return
        declare_actors(
            queue.broker, worker=self.worker_name, jobs=self._jobs, on_hint=self._on_hint
        )
        self._job_threads = JobThreads(queue, worker=self.worker_name)
        self._job_threads.start()
        queue.register(self.worker_name, self._desks.networks)

    # -- what runs -----------------------------------------------------------------------------

    def _makers(self) -> Sequence[tuple[Part, Callable[[], Sequence[Loop]]]]:
        return (
            (Part.COMMITTER, self._committer_loop),
            (Part.FOLLOWER, self._follower_loop),
            (Part.KEYS, self._keys_loop),
            (Part.JOBS, self._presence_loop),
            (Part.RELAY, self._relay_loop),
            (Part.SIMS, self._sim_loops),
        )

    def _all_loops(self) -> Sequence[Loop]:
        return [loop for loops in self._loops.values() for loop in loops]

    def _sim_runners(self, host: str, timings: SimTimings | None) -> Sequence[SimRunner]:
        system = self._system
        return [
            SimRunner(
                modem,
                system.open_modem(modem),
                system=system,
                desk=self._desks.of(modem.network),
                holder=host,
                alarms=self.alarms,
                timings=timings,
            )
            for modem in system.modems
        ]

    def _sim_loops(self) -> Sequence[Loop]:
        return [
            Loop(
                f"sim-{runner.settings.name}",
                partial(runner.step, SIM_STEP_S),
                at_end=runner.close,
                wake=runner.stop,
            )
            for runner in self.sims
        ]

    def _committer_loop(self) -> Sequence[Loop]:
        committer = self._system.committer

        def commit() -> None:
            if not committer.step(COMMIT_WAIT_S):
                self._keep_house()

        return [
            Loop(
                "committer",
                commit,
                wake=committer.stop,
                is_drained=lambda: committer.waiting == 0,
            )
        ]

    def _keep_house(self) -> None:
        """Drop what nobody asks for any more; on the committer's thread, the only writer."""
        if time.monotonic() - self._kept_house_at_s >= HOUSEKEEPING_S:
            self._kept_house_at_s = time.monotonic()
            self._system.store.drop_old_saves(self._system.clock.now())

    def _follower_loop(self) -> Sequence[Loop]:
        committed, follower = self._system.signals.committed, self._system.follower

        def follow() -> None:
            committed.clear()
            if not follower.step():
                committed.wait(FOLLOW_POLL_S)

        return [Loop("follower", follow, wake=committed.set)]

    def _keys_loop(self) -> Sequence[Loop]:
        stopping = threading.Event()

        def watch() -> None:
            self._system.keys.follow()
            stopping.wait(KEYS_S)

        return [Loop("keys", watch, wake=stopping.set)]

    def _presence_loop(self) -> Sequence[Loop]:
        stopping = threading.Event()

        def be_present() -> None:
            if self._job_threads is not None:
                self._system.queue.register(self.worker_name, self._desks.networks)
            stopping.wait(PRESENCE_S)

        return [Loop("presence", be_present, wake=stopping.set)]

    def _relay_loop(self) -> Sequence[Loop]:
        relay = Relay(
            queries=self._system.queries,
            queue=self._system.queue,
            clock=self._system.clock,
            clock_watch=self._clock_watch,
            run_job=self._jobs.run,
        )

        def pass_on() -> None:
            self._progress.wait(TICK_S)
            self._progress.clear()
            relay.step(self._system.clock.now())

        return [Loop("relay", pass_on, wake=self._progress.set), self._housekeeping_loop()]

    def _housekeeping_loop(self) -> Loop:
        system = self._system
        stopping = threading.Event()
        housekeeping = Housekeeping(
            queries=system.queries,
            committer=system.committer,
            clock=system.clock,
            retention=system.retention,
            pause=stopping.wait,
        )

        def keep_house() -> None:
            if self._clock_watch.fault() is None:
                housekeeping.step()

        return Loop(
            "housekeeping", keep_house, wake=stopping.set, rest=partial(stopping.wait, EVERY_S)
        )

    def _on_hint(self, network: Network) -> None:
        self._system.queue.arrived(self.worker_name, network)  # first: then the next may come
        self._desks.ring(network)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", name)[:60] or "host"
