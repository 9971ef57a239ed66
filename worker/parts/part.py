"""What a part of a process is, and what the parts of one process share."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from application.books.alarms import Alarms
from application.books.commands import Command
from application.books.due import DueWork
from application.fleet.desk import Desks
from application.fleet.rounds import served_networks
from application.fleet.waits import SimWaits
from application.ports import ClockMark
from application.retention.vouching import NoteClock
from application.system import System
from domain.errors import Unavailable
from worker.apart.cradle import Cradle
from worker.aside import SpeakerThreads
from worker.clock_stretches import ClockStretches
from worker.clock_watch import ClockWatch
from worker.job_handlers import Jobs
from worker.sims import SimRunner


class ProcessRole(StrEnum):
    """What a process is for."""

    ALL = "all"
    API = "api"
    WORKER = "worker"
    PROJECT = "project"
    SEAL = "seal"


class Stage(IntEnum):
    """When a part starts, later ones after earlier ones; stopping goes the other way."""

    COMMIT = 1
    """What commits: all others give it commands, so it ends last, when it is drained."""
    FOLLOW = 2
    """What follows the log."""
    TELL = 3
    """What passes on and does what is due."""
    CARRY = 4
    """What sends messages."""


class Running(Protocol):
    """Threads with one name, as the supervisor sees them; ``worker.parts.loop.Loop`` is one."""

    name: str
    """A word: it is in readiness, metrics, logs and names of threads."""

    @property
    def faults(self) -> int:
        """Unexpected exceptions since the start (a metric)."""

    @property
    def fault(self) -> str | None:
        """What is wrong now, in a word (readiness); None when all is well."""

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""

    def start(self) -> None:
        """Start."""

    def stop(self) -> None:
        """Ask it to end."""

    def join(self, timeout_s: float) -> bool:
        """Wait for its end; False when it did not come in time."""


class Process:
    """What the parts of one process share; made before any of them."""

    def __init__(
        self,
        system: System,
        *,
        host: str,
        work: Sequence[DueWork],
        speakers: SpeakerThreads,
        waits: SimWaits | None = None,
        role: ProcessRole = ProcessRole.ALL,
        cradle: Cradle | None = None,
    ) -> None:
        self.system = system
        self.role = role
        self.cradle = cradle
        """Makes processes for the parts that it names; without it this one does their work."""
        self.host = host
        self.name = f"{host}-{os.getpid()}"
        """Names the process among those of all hosts."""
        self.work = work
        self.speakers = speakers
        self.waits = waits
        self.is_ending = False
        """Set when its parts are told to stop: that one has ended is not wrong any more."""
        self.alarms = Alarms()
        self.clock_watch = ClockWatch(
            clock=system.clock,
            store=system.store,
            alarms=self.alarms,
            host=host,
            note=self._note_clock,
        )
        self.clock_stretches = ClockStretches(
            watch=self.clock_watch,
            clock=system.clock,
            reader=system.reader,
            host=host,
            submit=self._submit,
        )
        self.jobs = Jobs(committer=system.committer, clock_watch=self.clock_watch, work=work)
        self.desks = Desks(
            served_networks(system.modems, system.local_phones),
            queries=system.queries,
            store=system.store,
            clock=system.clock,
        )
        self.sims: Sequence[SimRunner] = ()
        """Those that this process drives; the part that does sets them."""

    def _note_clock(self, mark: ClockMark) -> None:
        """Note it without waiting; when it is refused, the next one is soon enough."""
        self._submit(NoteClock(mark, at=mark.at))

    def _submit(self, command: Command[None]) -> None:
        with suppress(Unavailable):
            self.system.committer.submit(command, lambda _: None)


@dataclass(frozen=True, slots=True)
class Part:
    """Something that runs in the processes of some roles.

    ``make`` is called once, before anything is started: it may add metrics, checks and callbacks.
    """

    name: str
    roles: frozenset[ProcessRole]
    stage: Stage
    make: Callable[[Process], Sequence[Running]]
    is_vital: bool = True
    """Whether a process is not ready while something of it is not well."""
