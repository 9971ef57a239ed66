"""The line before the committer: bounded, and single sends do not stand behind bulks."""

import logging
import threading
from collections import deque
from typing import Final, Generic, TypeVar

from application.books.commands import Command, Done, Outcome
from application.ports import Begun
from domain.bulk import RECIPIENTS_MAX
from domain.errors import OutcomeUnknown, Overloaded, StoreDown

R = TypeVar("R")

BATCH_MESSAGES_MAX: Final = RECIPIENTS_MAX
"""Weight of one batch, that of the largest bulk: a single send waits for the one in flight."""
WAITING_MESSAGES_MAX: Final = 50_000
"""Weight of all that may wait; more is refused (``Overloaded``)."""

_log = logging.getLogger("ngoma.committer")


class Waiting(Generic[R]):
    """A command in the line, and what is known of it since it left."""

    __slots__ = ("command", "deadline_s", "done", "is_prepared", "is_told", "outcome", "under")

    def __init__(
        self, command: Command[R], done: Done[R], deadline_s: float, under: Begun | None = None
    ) -> None:
        self.command = command
        self.done = done
        self.deadline_s = deadline_s
        self.under = under
        """The request that it came by, where its trace is kept."""
        self.is_prepared = False
        self.is_told = False
        self.outcome: Outcome[R] | None = None

    def refuse(self, error: Exception) -> None:
        """Settle it with an error of its own: many threads may raise it at the same time."""
        self.outcome = Outcome(error=error)

    def refuse_alike(self, error: OutcomeUnknown) -> None:
        """Settle it with an equal error: one for many would gather all their tracebacks."""
        equal = OutcomeUnknown(*error.args)
        equal.__cause__ = error.__cause__
        self.refuse(equal)

    @property
    def what_became(self) -> tuple[str, str]:
        """Name the command's kind and its outcome: done, or the error that refused it."""
        error = self.outcome.error if self.outcome else None
        return type(self.command).__name__, "done" if error is None else type(error).__name__

    def tell(self) -> None:
        """Tell its caller, once. A caller that fails must not keep others from their answers."""
        if self.is_told:
            return
        self.is_told = True
        try:
            self.done(self.outcome or Outcome(error=RuntimeError("nothing decided the command")))
        except Exception:  # noqa: BLE001 - whatever the caller does is not our batch's fault
            _log.exception("a caller could not take its answer")


class Line:
    """Two queues in order of arrival: commands of weight 1, and heavier ones."""

    def __init__(self, weight_max: int) -> None:
        self._light: deque[Waiting[object]] = deque()
        self._heavy: deque[Waiting[object]] = deque()
        self._weight_max = weight_max
        self._weight = 0
        self._were_light = False
        """Whether the last batch was of light commands."""
        self._is_closed = False
        self._wake = threading.Condition()

    @property
    def weight(self) -> int:
        """Weight of all that waits."""
        return self._weight

    def join(self, waiting: Waiting[object]) -> None:
        """Stand in line.

        Raises:
            Overloaded: too much is waiting.
            StoreDown: the line is closed.
        """
        weight = waiting.command.weight
        with self._wake:
            if self._is_closed:
                msg = "The gateway is closing down."
                raise StoreDown(msg)
            if self._weight + weight > self._weight_max:
                msg = "Too many commands are waiting."
                raise Overloaded(msg)
            (self._light if weight <= 1 else self._heavy).append(waiting)
            self._weight += weight
            self._wake.notify()

    def close(self) -> None:
        """Take nobody in any more."""
        with self._wake:
            self._is_closed = True
            self._wake.notify_all()

    def is_finished(self) -> bool:
        """Whether it is closed and empty."""
        return self._is_closed and not (self._light or self._heavy)

    def take(self, weight_max: int, timeout_s: float) -> list[Waiting[object]]:
        """Take the next batch, waiting for it: light commands or heavy ones, by turns.

        So a light one waits for what is in hand and for no bulk in its own batch, and a bulk for
        one batch of light ones. A command that is heavier than the room is taken all the same.
        """
        with self._wake:
            if not (self._light or self._heavy or self._is_closed):
                self._wake.wait(timeout_s)
            self._were_light = bool(self._light) and not (self._heavy and self._were_light)
            queue = self._light if self._were_light else self._heavy
            batch: list[Waiting[object]] = []
            weight = 0
            while queue and (not batch or weight + queue[0].command.weight <= weight_max):
                batch.append(queue.popleft())
                weight += batch[-1].command.weight
            self._weight -= weight
        return batch

    def take_overdue(self, now_s: float) -> list[Waiting[object]]:
        """Take out those whose deadline is past."""
        overdue = []
        with self._wake:
            for queue in (self._light, self._heavy):
                while queue and queue[0].deadline_s <= now_s:
                    overdue.append(queue.popleft())
            self._weight -= sum(waiting.command.weight for waiting in overdue)
        return overdue
