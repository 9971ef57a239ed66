"""The parts of a process: started and stopped in order, and how they are."""

import logging
import time
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final

from application.books.due import DueWork
from application.fleet.waits import SimWaits
from application.system import System
from worker.apart.cradle import Cradle
from worker.aside import SpeakerThreads
from worker.clock_watch import ALARM as CLOCK_ALARM
from worker.host import host_name
from worker.parts import PARTS
from worker.parts.manager import STOPPING, tell_manager
from worker.parts.part import Part, Process, ProcessRole, Running
from worker.timed_work import due_work

LAST_S: Final = 2.0
"""Of the time for stopping, what the committer is left at least."""

logger = logging.getLogger("ngoma.threads")


class Supervisor:
    """Starts and stops what runs in one process, and says how it is."""

    def __init__(
        self,
        system: System,
        role: ProcessRole,
        *,
        parts: Sequence[Part] = PARTS,
        work: Sequence[DueWork] | None = None,
        waits: SimWaits | None = None,
        host: str | None = None,
        cradle: Cradle | None = None,
    ) -> None:
        self.role = role
        speakers = SpeakerThreads(system.committer)
        self.process = Process(
            system,
            host=host or host_name(),
            work=due_work(system, speakers=speakers) if work is None else work,
            speakers=speakers,
            waits=waits,
            role=role,
            cradle=cradle,
        )
        self._parts: Sequence[tuple[Part, Sequence[Running]]] = [
            (part, part.make(self.process))
            for part in sorted(parts, key=attrgetter("stage"))
            if role in part.roles
        ]

    # -- how it is -----------------------------------------------------------------------------

    @property
    def failures(self) -> Mapping[str, int]:
        """Unexpected exceptions since the start, of what had any."""
        return {each.name: each.faults for each in self._running() if each.faults}

    def _running(self) -> Sequence[Running]:
        return [each for _, running in self._parts for each in running]

    def _threads_check(self) -> str:
        bad = [
            f"{each.name}: {each.fault or 'ended'}"
            for part, running in self._parts
            for each in running
            if part.is_vital and (each.fault or not each.is_alive)
        ]
        return ", ".join(bad) or "ok"

    def _clock_check(self) -> str:
        return self.process.alarms.standing().get(CLOCK_ALARM, "ok")

    def _faults(self) -> Mapping[str, float]:
        return {each.name: each.faults for each in self._running()}

    def _alarms(self) -> Mapping[str, float]:
        return dict.fromkeys(self.process.alarms.standing(), 1.0)

    # -- starting and stopping -----------------------------------------------------------------

    def start(self) -> None:
        """Start everything that the role runs."""
        for each in self._running():
            each.start()
        system = self.process.system
        watch = system.metrics.watch
        watch("thread_faults", "Unexpected exceptions by thread.", self._faults, label="thread")
        watch("alarms", "Alarms that stand.", self._alarms, label="alarm")
        system.signals.standing = self.process.alarms.standing
        system.signals.add_check("threads", self._threads_check)
        system.signals.add_check("clock", self._clock_check, is_vital=False)

    def stop(self, deadline_s: float = 20.0) -> bool:
        """Stop part by part, the last first; the committer ends when it is drained.

        The web must take no more requests by now. False when a thread did not end in time; a
        submission under way may take two minutes, and its outcome is then in doubt.
        """
        self.process.is_ending = True
        tell_manager(STOPPING)
        until_s = time.monotonic() + deadline_s
        is_clean = True
        for place, (_, running) in reversed(list(enumerate(self._parts))):
            for each in running:
                each.stop()
            reserve_s = LAST_S if place else 0.0
            for each in running:
                if not each.join(until_s - reserve_s - time.monotonic()):
                    is_clean = False
                    logger.error("%s did not end in time", each.name)
        return is_clean
