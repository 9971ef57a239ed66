"""The follower as the process sees it that has it made: begun, heard, begun again when it dies."""

import logging
import threading
import time
from typing import Final

import orjson

from application.system import System
from worker.apart.cradle import Cradle, CradleGone
from worker.apart.line import HungUp, Line
from worker.apart.ward import Ward
from worker.parts.following import Following, written
from worker.parts.loop import Loop

HEAR_S: Final = 0.5
"""How often the database of the read models is looked after while nothing is heard."""
HELLO_S: Final = 30.0
"""How long a child may take to say that it is there."""
START_S: Final = 5.0
"""How long a start waits for the first one, which as a rule is there in a tenth of a second."""
END_S: Final = 8.0
"""How long a child may take to end when it is told to; then it is killed."""
LOOK: Final = b"+"

logger = logging.getLogger("ngoma.threads")


class FollowerApart:
    """A ``Running``: one thread that hears a child, and whatever that child says of itself.

    Without a cradle it follows the log in its own thread.
    """

    name = "follower"

    def __init__(self, cradle: Cradle, system: System, following: Following) -> None:
        self._ward = Ward(cradle, self.name, Line.pair)
        self._system = system
        self._following = following
        self._is_alone = False
        self._faults_before = self._faults_of_child = 0
        self._fault_of_child: str | None = "Starting"
        self._stopping, self._is_there = threading.Event(), threading.Event()
        self._looked_s = 0.0
        self._loop = Loop(self.name, self._step, wake=self._wake, at_end=self._end)
        system.signals.on_commit(self._tell)
        system.signals.add_note(self.name, self._note)

    # -- how it is -----------------------------------------------------------------------------

    @property
    def faults(self) -> int:
        """Unexpected exceptions here and in all children, and children that ended."""
        return self._loop.faults + self._ward.ended + self._faults_before + self._faults_of_child

    @property
    def fault(self) -> str | None:
        """What is wrong now, here or in the child."""
        return self._loop.fault or self._fault_of_child

    @property
    def is_alive(self) -> bool:
        """Whether somebody hears."""
        return self._loop.is_alive

    def _note(self) -> str | None:
        if not self._is_alone:
            return None
        return "the read models are followed by a thread: start ngoma serve again when it suits"

    # -- starting and stopping -----------------------------------------------------------------

    def start(self) -> None:
        """Start; the child is begun by the thread, and waited for, but not for ever."""
        self._loop.start()
        self._is_there.wait(START_S)

    def stop(self) -> None:
        """Ask it to end, and the child."""
        self._stopping.set()
        self._loop.stop()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of both."""
        return self._loop.join(timeout_s)

    def _wake(self) -> None:
        self._system.signals.committed.set()
        if (line := self._ward.line) is not None:
            line.hang_up()

    # -- the thread ----------------------------------------------------------------------------

    def _step(self) -> None:
        """Begin a child, or hear what it says.

        Raises:
            ProcessEnded: it did.
        """
        if self._is_alone:
            self._following.step()
        elif (line := self._ward.line) is None:
            self._begin()
        else:
            self._hear(line, HEAR_S)
            self._look_after_the_file()

    def _begin(self) -> None:
        self._stopping.wait(self._ward.pause_s())
        if self._stopping.is_set():
            return
        try:
            line = self._ward.begin()
        except CradleGone as error:
            logger.warning("the read models are followed by a thread from now on: %s", error)
            self._is_alone, self._fault_of_child = True, None
            self._is_there.set()
            return
        if self._stopping.is_set():
            line.hang_up()
        logger.info("The read models are followed by process %d.", self._ward.pid)
        if not self._hear(line, HELLO_S):
            self._ward.kill()

    def _hear(self, line: Line, wait_s: float) -> bool:
        """Pass on what the child says; False when it says nothing."""
        try:
            frames = line.hear(wait_s)
        except HungUp:
            self._bury()
            return True
        for frame in frames:
            said = orjson.loads(frame)
            self._faults_of_child, self._fault_of_child = said["faults"], said["fault"]
            self._system.follower.heard(said["moved"])
            self._is_there.set()
        return bool(frames)

    def _look_after_the_file(self) -> None:
        """Put another in the place of read models whose loss shows here and not in the child."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= HEAR_S:
            self._looked_s = now_s
            with written():
                self._system.follower.mend()

    def _bury(self) -> None:
        """Count a child that ended by itself.

        Raises:
            ProcessEnded: it was not told to.
        """
        self._faults_before += self._faults_of_child
        self._faults_of_child, self._fault_of_child = 0, None
        if self._stopping.is_set():
            self._ward.end(END_S)
            return
        self._fault_of_child = "Starting"
        raise self._ward.bury()

    def _end(self) -> None:
        if (line := self._ward.line) is not None:
            line.hang_up()
            self._ward.end(END_S)

    def _tell(self) -> None:
        """Tell the child of a commit; when there is no room it has enough to look at."""
        if (line := self._ward.line) is not None:
            line.tell(LOOK)
