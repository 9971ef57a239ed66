"""From the event loop to the committer's thread and back, with one wake-up for a whole batch."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from application.books.commands import Command, Outcome
from application.books.committer import Committer
from domain.errors import NgomaError, OutcomeUnknown

R = TypeVar("R")

KEYLESS_WAIT_S: Final = 120.0
"""Longer than the committer itself ever waits for the database: only a bug gets here."""


def no_answer() -> OutcomeUnknown:
    """Make the error of a command that the committer never settled."""
    return OutcomeUnknown("The committer gave no answer.")


class _Wait(NamedTuple):
    """Somebody who waits for an outcome."""

    until_s: float
    future: asyncio.Future[Outcome[object]]
    late: Callable[[], NgomaError]


class Bridge:
    """Runs commands for coroutines of one event loop.

    The committer settles a batch command by command; only the first of them wakes the loop. Those
    who wait equally long share a timer: one of its own would cost each send more than its key.
    """

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._arrived: deque[tuple[asyncio.Future[object], object]] = deque()
        self._is_woken = False
        self._waits: dict[float, deque[_Wait]] = {}
        """By how long they wait, in the order in which they began; for each a timer runs."""

    async def run(self, command: Command[R], *, wait_s: float, late: Callable[[], NgomaError]) -> R:
        """Run a command; what ``late`` makes is raised when it takes longer than ``wait_s``.

        A command that is late goes on all the same.

        Raises:
            NgomaError: its refusal, the store's state, or that it is late.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome[R]] = loop.create_future()

        def done(outcome: Outcome[R]) -> None:
            self._arrived.append((future, outcome))  # type: ignore[arg-type]  # a pair of one R
            if not self._is_woken:
                self._is_woken = True
                with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
                    loop.call_soon_threadsafe(self._settle)

        self._committer.submit(command, done)
        waits = self._waits.get(wait_s)
        if waits is None:
            waits = self._waits[wait_s] = deque()
            loop.call_later(wait_s, self._give_up, wait_s)
        while waits and waits[0].future.done():
            waits.popleft()
        until_s = loop.time() + wait_s
        waits.append(_Wait(until_s, future, late))  # type: ignore[arg-type]  # of one R as well
        outcome = await future
        return outcome.unwrap()

    def _settle(self) -> None:
        # Cleared first: whatever arrives from here on wakes the loop again.
        self._is_woken = False
        while self._arrived:
            future, outcome = self._arrived.popleft()
            if not future.done():
                future.set_result(outcome)

    def _give_up(self, wait_s: float) -> None:
        """Tell those whose time is over, and look again when that of the next one is."""
        loop, waits = asyncio.get_running_loop(), self._waits[wait_s]
        now_s = loop.time()
        while waits and (waits[0].future.done() or waits[0].until_s <= now_s):
            late = waits.popleft()
            if not late.future.done():
                late.future.set_result(Outcome(error=late.late()))
        if waits:
            loop.call_at(waits[0].until_s, self._give_up, wait_s)
        else:
            del self._waits[wait_s]
