"""One loop that steps many SIMs: while one waits, the others go on.

A SIM waits in the middle of what it does: for the commit of its attempt, for that of its outcome,
for work. With a thread each, most of a message's processor time was threads handing over
Python's lock. In a crew each has a greenlet, and all share one thread. What they give to the
committer in one round reaches it together, so that attempts start and end in groups.

In a crew is only who waits by ``Crew.wait``: a serial port that blocks would stop all others.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from greenlet import getcurrent, greenlet

from application.books.asking import Submits
from application.books.commands import Command, Done, Outcome
from application.fleet.rounds import Source
from domain.errors import NgomaError

LOOK_S: Final = 1.0
"""The longest wait of the loop, whoever calls it."""


logger = logging.getLogger("ngoma.threads")


class Strand:
    """One of many that share a thread; from outside it is used as a thread is."""

    def __init__(self, crew: "Crew", target: Callable[[], None], name: str) -> None:
        self.name = name
        self.has_come: Callable[[], bool] = _at_once
        """Whether what it waits for is there."""
        self.until_s = 0.0
        self.body = greenlet(self._run)
        self._target = target
        self._crew = crew
        self._is_started = False
        self._ended = threading.Event()

    def _run(self) -> None:
        try:
            self._target()
        except Exception:  # as in a thread: it ends, and no other with it
            logger.exception("%s ended by a fault", self.name)

    @property
    def ident(self) -> int | None:
        """A number once it was started."""
        return id(self) if self._is_started else None

    def start(self) -> None:
        """Join the crew."""
        self._is_started = True
        self._crew.admit(self)

    def end(self) -> None:
        """Note that it does not go on any more."""
        self._ended.set()

    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self._is_started and not self._ended.is_set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, and for that of the thread if it was the last."""
        if self._ended.wait(timeout):
            self._crew.see_off(timeout)


class Crew:
    """The strands of one thread: they take turns where they wait, and nowhere else."""

    def __init__(self, name: str, *, committer: Submits) -> None:
        self._name = name
        self._committer = committer
        self._asked: list[tuple[Command[Any], Done[Any]]] = []
        self._newcomers: deque[Strand] = deque()
        self._strands: list[Strand] = []
        self._current: Strand | None = None
        self._hub = getcurrent()
        self._called = threading.Event()
        self._door = threading.Lock()
        self._is_running = False
        self._thread: threading.Thread | None = None

    # -- any thread ----------------------------------------------------------------------------

    def strand(self, target: Callable[[], None], name: str) -> Strand:
        """Make a strand that runs ``target`` once it is started."""
        return Strand(self, target, name)

    def admit(self, strand: Strand) -> None:
        """Take in a strand; the first one starts the thread, and the last one ends it."""
        with self._door:
            self._newcomers.append(strand)
            if not self._is_running:
                self._is_running = True
                name = f"ngoma-{self._name}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
        self.call()

    def see_off(self, timeout: float | None) -> None:
        """Wait for the end of the thread, if nobody is left who keeps it."""
        if self._thread is not None and not (self._strands or self._newcomers):
            self._thread.join(timeout)

    def call(self) -> None:
        """Have the loop look whether something has come that a strand waits for."""
        if not self._called.is_set():
            self._called.set()

    # -- its strands ---------------------------------------------------------------------------

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait for an event while others go on; without them outside of a strand."""
        return self._until(event.is_set, timeout_s)

    def wait_at(self, desk: Source, bell: int, timeout_s: float) -> None:
        """Wait for a ring of a desk after ``bell`` was read."""
        self._until(lambda: desk.bell != bell, timeout_s)

    def give_way(self) -> None:
        """Let the others have a turn."""
        self._until(_never, 0.0)

    def submit(self, command: Command[Any], done: Done[Any]) -> None:
        """Queue a command at the end of the round; a refusal comes as its outcome."""

        def tell(outcome: Outcome[Any]) -> None:
            done(outcome)
            self.call()

        self._asked.append((command, tell))

    def _until(self, has_come: Callable[[], bool], timeout_s: float) -> bool:
        strand = self._current
        if strand is None or strand.body is not getcurrent():
            msg = "only a strand of the crew waits here"
            raise RuntimeError(msg)
        if has_come():
            return True
        strand.has_come, strand.until_s = has_come, time.monotonic() + timeout_s
        self._hub.switch()
        return has_come()

    # -- the loop ------------------------------------------------------------------------------

    def _run(self) -> None:
        self._hub = getcurrent()
        try:
            while self._lets_in():
                self._called.clear()
                if not self._round():
                    self._called.wait(self._pause_s())
        finally:
            for strand in (*self._strands, *self._newcomers):
                strand.end()

    def _lets_in(self) -> bool:
        """Let newcomers in; False when nobody is left, and the thread ends."""
        with self._door:
            while self._newcomers:
                strand = self._newcomers.popleft()
                strand.body.parent = self._hub
                self._strands.append(strand)
            self._is_running = bool(self._strands)
            return self._is_running

    def _round(self) -> bool:
        """Give a turn to each strand that need not wait; False when there was none."""
        now_s = time.monotonic()
        ready = [each for each in self._strands if each.until_s <= now_s or each.has_come()]
        for strand in ready:
            self._current = strand
            strand.body.switch()
            if strand.body.dead:
                self._strands.remove(strand)
                strand.end()
        self._current = None
        self._ask()
        return bool(ready)

    def _ask(self) -> None:
        asked, self._asked = self._asked, []
        for command, done in asked:
            try:
                self._committer.submit(command, done)
            except NgomaError as refusal:  # the queue is full, or the process is ending
                done(Outcome(error=refusal))

    def _pause_s(self) -> float:
        soonest_s = min((each.until_s for each in self._strands), default=0.0)
        return min(LOOK_S, max(0.0, soonest_s - time.monotonic()))


def _at_once() -> bool:
    return True


def _never() -> bool:
    return False
