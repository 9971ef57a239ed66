"""The committer as the process sees it that takes commands: a batch at a time goes to a child.

All that waits is here, in the line; a child has one batch. When it ends with that batch in hand,
the next one gets the batch again under the same id, and finds out under the lock whether it was
saved. So nothing is saved twice, and what was not is saved then; only who belongs to a batch that
was saved, and whose answers are lost, is told that the outcome is unknown.
"""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from application.books.commands import Outcome
from application.books.line import Waiting
from application.books.saver import draw_id, refuse_overdue
from application.ports import StoreUnusable
from application.system import System
from domain.errors import OutcomeUnknown, StoreDown
from worker.apart.batches import Answer, Order, packed, travels, unpacked
from worker.apart.cradle import Cradle, CradleGone
from worker.apart.line import HungUp
from worker.apart.pipe import Pipe
from worker.apart.ward import ProcessEnded, Ward
from worker.parts.loop import Loop

WAIT_S: Final = 1.0
"""How long one step waits for a command."""
BEGIN_S: Final = (0.0, 0.0, 0.5, 1.0)
"""Pauses before the first child and the next ones: who sends waits for them."""
HELLO_S: Final = 30.0
"""How long a child may take to say that it is there."""
SILENT_S: Final = 120.0
"""How long a child may say nothing of its batch; while the database is away it says so often."""
ENDS_MAX: Final = 2
"""Children that one batch may meet the end of: perhaps it is the batch that ends them."""
END_S: Final = 8.0
"""How long a child may take to end when it is told to; then it is killed."""
PAUSE_S: Final = 0.1
"""How often those who wait are looked after while there is no child."""
LOST: Final = "The process that was saving it ended; it may have been carried out."

logger = logging.getLogger("ngoma.threads")


class CommitterApart:
    """A ``Running``, and what the committer gives its batches to: one thread.

    Without a cradle it saves them itself.
    """

    name = "committer"

    def __init__(self, cradle: Cradle, system: System) -> None:
        self._ward = Ward(cradle, self.name, Pipe.pair, begin_s=BEGIN_S)
        self._system = system
        self._committer = system.committer
        self._is_alone = False
        self._away: str | None = "Starting"
        self._stopping = threading.Event()
        self._loop = Loop(
            self.name,
            self._step,
            wake=self._committer.stop,
            is_drained=lambda: self._committer.waiting == 0,
            at_end=self._end,
        )
        self._committer.saved_by(self)
        system.signals.add_note(self.name, self._note)

    # -- how it is -----------------------------------------------------------------------------

    @property
    def faults(self) -> int:
        """Unexpected exceptions here, and children that ended."""
        return self._loop.faults + self._ward.ended

    @property
    def fault(self) -> str | None:
        """What is wrong now."""
        return self._loop.fault or self._away

    @property
    def is_alive(self) -> bool:
        """Whether batches are taken."""
        return self._loop.is_alive

    def _note(self) -> str | None:
        if not self._is_alone:
            return None
        return "commands are saved by a thread: start ngoma serve again when it suits"

    # -- starting and stopping -----------------------------------------------------------------

    def start(self) -> None:
        """Start; the child is begun by the thread."""
        self._loop.start()

    def stop(self) -> None:
        """Ask it to end, once nothing waits."""
        self._stopping.set()
        self._loop.stop()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end, and for that of the child."""
        return self._loop.join(timeout_s)

    def _end(self) -> None:
        if self._ward.line is not None:
            self._ward.end(END_S)

    # -- the thread ----------------------------------------------------------------------------

    def _step(self) -> None:
        self._ready([])
        self._committer.step(WAIT_S)

    def save(self, batch: Sequence[Waiting[object]]) -> None:
        """Have each command of a batch settled: by a child, by the next one, or here."""
        if not batch:
            self._look()
            return
        if (damage := self._system.store.damage()) is not None:
            refuse_overdue(batch, StoreUnusable(damage))
            return
        save_id, ends = draw_id(self._system.randomness), 0
        while _left(batch):
            pipe = self._ready([] if ends else batch)
            left = _left(batch)  # who waited too long for it is refused by now
            if pipe is None:
                self._committer.saver.save(left, save_id, after_loss=ends > 0)
                return
            try:
                self._hand_over(pipe, Batch(left), save_id, after_loss=ends > 0)
            except HungUp:
                ends += 1
                self._bury()
                if ends == ENDS_MAX:
                    _refuse_as_lost(left)
            except _LostInParts:
                self._bury()
                _refuse_as_lost(left)

    def tidy(self) -> None:
        """Do what nobody waits for, where this process saves."""
        if self._is_alone:
            self._committer.saver.tidy()

    # -- a batch in hand -------------------------------------------------------------------------

    def _hand_over(self, pipe: Pipe, batch: "Batch", save_id: UUID, *, after_loss: bool) -> None:
        """Have a child save a batch.

        Raises:
            HungUp: it ended before it had settled all of it.
            _LostInParts: the same, and the id of the save does not tell any more what it did.
        """
        frame = batch.packed(save_id, after_loss=after_loss)
        if frame is None:  # none of it could be written
            return
        pipe.say(frame)
        in_parts = False
        while True:
            try:
                answer = self._hear(pipe, SILENT_S)
            except HungUp as error:
                if in_parts:
                    raise _LostInParts from error
                raise
            in_parts |= answer.in_parts
            batch.settle(answer)
            if answer.is_last:
                return

    def _hear(self, pipe: Pipe, wait_s: float) -> Answer:
        """Hear what the child says, and pass on what is not of its batch.

        Raises:
            HungUp: it ended; who is silent for too long, or cannot be understood, is ended.
        """
        frame = pipe.hear(wait_s)
        answer = None if frame is None else _read(frame)
        if answer is None:
            self._ward.kill()
            raise HungUp
        system = self._system
        system.store.heard(answer.trouble, answer.damage)
        if answer.has_committed:
            self._committer.saver.say_committed()
        if answer.away is not None:
            self._committer.refuse_overdue(StoreDown(answer.away))
        if system.traces is not None:
            for steps, at in answer.traced:
                system.traces.committed(steps, at)
        return answer

    def _look(self) -> None:
        """Find out whether a child that has nothing to do is still there."""
        if (pipe := self._ward.line) is not None:
            try:
                pipe.hear(0.0)
            except HungUp:
                self._bury()

    # -- children ------------------------------------------------------------------------------

    def _ready(self, waiting: Sequence[Waiting[object]]) -> Pipe | None:
        """Give the line to a child, begun now where there is none; None: this process saves.

        Who waits too long for it is refused: of ``waiting``, which no child had, and in the line.
        """
        while self._ward.line is None and not self._is_alone:
            until_s = time.monotonic() + self._ward.pause_s()
            while time.monotonic() < until_s:
                self._refuse_overdue(waiting)
                time.sleep(PAUSE_S)  # an end waits for it too: what is in the line is still saved
            try:
                self._begin()
            except CradleGone as error:
                logger.warning("commands are saved by a thread from now on: %s", error)
                self._is_alone, self._away = True, None
            except HungUp:
                self._bury()
        return self._ward.line

    def _begin(self) -> None:
        """Begin a child, and wait until it is there.

        Raises:
            CradleGone: none can be made.
            HungUp: it ended at once.
        """
        pipe = self._ward.begin()
        self._hear(pipe, HELLO_S)
        logger.info("Commands are saved by process %d.", self._ward.pid)
        if self._away not in {None, "Starting"}:
            logger.info("%s goes on", self.name)
        self._away = None

    def _bury(self) -> None:
        if self._stopping.is_set() and self._committer.waiting == 0:
            self._ward.end(END_S)
            return
        ended = self._ward.bury()
        logger.warning("%s waits: %s", self.name, ended)
        self._away = type(ended).__name__

    def _refuse_overdue(self, waiting: Sequence[Waiting[object]]) -> None:
        error = ProcessEnded("the process that saves has ended, and another one is begun")
        refuse_overdue(waiting, error, self._system.clock.monotonic_s())
        self._committer.refuse_overdue(error)


class _LostInParts(Exception):
    """A child ended when it was saving a batch in parts."""


class Batch:
    """Commands that are about to go to a child, and which of them it has."""

    def __init__(self, waiting: Sequence[Waiting[object]]) -> None:
        self._sent = waiting

    def packed(self, save_id: UUID, *, after_loss: bool) -> bytes | None:
        """Write those that can be written; what cannot is refused. None when there are none."""
        with suppress(Exception):  # whichever command it is: looked for below
            return packed(self._order(save_id, after_loss))
        for each in self._sent:
            if not travels(each.command):
                msg = f"{type(each.command).__name__} cannot go to another process"
                each.refuse(RuntimeError(msg))
        self._sent = _left(self._sent)
        return packed(self._order(save_id, after_loss)) if self._sent else None

    def _order(self, save_id: UUID, after_loss: bool) -> Order:  # noqa: FBT001
        asked = [(each.command, each.deadline_s, each.under) for each in self._sent]
        return Order(save_id, after_loss, asked)

    def settle(self, answer: Answer) -> None:
        """Settle what an answer is about; who is settled before the others is told at once."""
        for place, result, error in answer.settled:
            each = self._sent[place]
            each.outcome = Outcome(result, error)
            if not answer.is_last:
                each.tell()


def _read(frame: bytes) -> Answer | None:
    try:
        answer: Answer = unpacked(frame)
    except Exception:  # whatever it is: the next child finds out what was saved
        logger.exception("what the process that saves said cannot be read")
        return None
    return answer


def _left(batch: Sequence[Waiting[object]]) -> Sequence[Waiting[object]]:
    return [each for each in batch if each.outcome is None]


def _refuse_as_lost(batch: Sequence[Waiting[object]]) -> None:
    for each in _left(batch):
        each.refuse(OutcomeUnknown(LOST))
