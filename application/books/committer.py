"""The committer: every command waits in its line, and what waits becomes one batch.

The batch on its way to the disk is the window in which the next one gathers; there is no timer.
Who saves it is a ``Saver``: as a rule of this process, by the thread that takes batches.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from application.books.commands import Command, Done, Outcome, Preparing
from application.books.line import BATCH_MESSAGES_MAX, WAITING_MESSAGES_MAX, Line, Waiting
from application.books.saver import Saver, refuse_overdue
from application.ports import Begun, Clock, Numbers
from domain.errors import OutcomeUnknown, Unavailable

__all__ = ["Command", "Committer", "Done", "Numbers", "Outcome", "Preparing", "Saves"]

R = TypeVar("R")

OnSettled = Callable[[Mapping[tuple[str, str], int]], None]

_log = logging.getLogger("ngoma.committer")


class Saves(Protocol):
    """Whoever saves batches: the ``Saver`` of this process, or what stands for another's."""

    def save(self, batch: Sequence[Waiting[object]]) -> None:
        """Settle each command of a batch."""

    def tidy(self) -> None:
        """Do what nobody waits for, once the callers have their answers."""


class Committer:
    """Group commit of every command. ``step`` is called by one thread; ``submit`` by any."""

    def __init__(
        self,
        saver: Saver,
        *,
        clock: Clock,
        batch_messages_max: int = BATCH_MESSAGES_MAX,
        waiting_messages_max: int = WAITING_MESSAGES_MAX,
        store_wait_s: float = 5.0,
        on_settled: OnSettled = lambda _: None,
        here: Callable[[], Begun | None] = lambda: None,
    ) -> None:
        """``here`` gives the request that the caller answers, where its trace is kept."""
        self.saver = saver
        """Saves in this process."""
        self.on_settled = on_settled
        """Told how many commands of which kind came to what, a batch at a time."""
        saver.on_away = self.refuse_overdue
        self._saves: Saves = saver
        self._clock = clock
        self._here = here
        self._batch_max = batch_messages_max
        self._store_wait_s = store_wait_s
        self._line = Line(waiting_messages_max)

    def saved_by(self, saves: Saves) -> None:
        """Have batches saved by somebody else; before the first one."""
        self._saves = saves

    # -- any thread --------------------------------------------------------------------------

    def submit(self, command: Command[R], done: Done[R]) -> None:
        """Queue a command; ``done`` is called from the committer's thread with its outcome.

        Raises:
            Overloaded: too much is waiting; nothing was stored.
            StoreDown: the committer is closing down; nothing was stored.
        """
        deadline_s = self._clock.monotonic_s() + self._store_wait_s
        waiting = cast("Waiting[object]", Waiting(command, done, deadline_s, self._here()))
        try:
            self._line.join(waiting)
        except Unavailable as refusal:
            waiting.refuse(refusal)
            self._count([waiting])
            raise

    def execute(self, command: Command[R], *, timeout_s: float = 30.0) -> R:
        """Run a command and wait for its outcome, from a thread that may block.

        Raises:
            NgomaError: the command's refusal, or the store's state.
        """
        arrived = threading.Event()
        box: list[Outcome[R]] = []

        def done(outcome: Outcome[R]) -> None:
            box.append(outcome)
            arrived.set()

        self.submit(command, done)
        if not arrived.wait(timeout_s):
            msg = "The gateway gave no answer in time; the command may still be carried out."
            raise OutcomeUnknown(msg)
        return box[0].unwrap()

    def stop(self) -> None:
        """Refuse new commands and wake the thread; what waits is still committed."""
        self._line.close()

    @property
    def waiting(self) -> int:
        """Weight of what waits (a metric)."""
        return self._line.weight

    # -- the committer's thread ----------------------------------------------------------------

    def step(self, timeout_s: float) -> int:
        """Commit one batch; give how many commands it had (0 when nothing came in time)."""
        batch = self._line.take(self._batch_max, timeout_s)
        self._saves.save(batch)
        for waiting in batch:
            waiting.tell()
        self._count(batch)
        self._saves.tidy()
        return len(batch)

    def run(self) -> None:
        """Commit batches until stopped and drained."""
        while not self._line.is_finished():
            self.step(timeout_s=1.0)

    def refuse_overdue(self, error: Exception) -> None:
        """Refuse who has waited in the line for too long, since nothing can be stored now.

        Nothing of it was stored, whatever becomes of the batch in hand.
        """
        overdue = self._line.take_overdue(self._clock.monotonic_s())
        refuse_overdue(overdue, error)
        self._count(overdue)

    def _count(self, settled: Sequence[Waiting[object]]) -> None:
        """Say what became of commands, once their callers know; each is counted once."""
        if settled:
            try:
                self.on_settled(Counter(waiting.what_became for waiting in settled))
            except Exception:  # noqa: BLE001 - a count is worth nobody's answer
                _log.exception("commands could not be counted")
