"""From the event loop to the committer's thread and back, with one wake-up for a whole batch."""

import asyncio
import contextlib
from collections import deque
from typing import Final, TypeVar

from application.books.commands import Command, Outcome
from application.books.committer import Committer
from domain.errors import NgomaError

R = TypeVar("R")

KEYLESS_WAIT_S: Final = 120.0
"""Longer than the committer itself ever waits for the database: only a bug gets here."""


class Bridge:
    """Runs commands for coroutines of one event loop.

    The committer settles a batch command by command; only the first of them wakes the loop.
    """

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._arrived: deque[tuple[asyncio.Future[object], object]] = deque()
        self._is_woken = False

    async def run(self, command: Command[R], *, wait_s: float, late: NgomaError) -> R:
        """Run a command; ``late`` is raised when its outcome takes longer than ``wait_s``.

        A command that is late goes on all the same.

        Raises:
            NgomaError: its refusal, the store's state, or ``late``.
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
        timer = loop.call_later(wait_s, _give_up, future, late)
        try:
            outcome = await future
        finally:
            timer.cancel()
        return outcome.unwrap()

    def _settle(self) -> None:
        # Cleared first: whatever arrives from here on wakes the loop again.
        self._is_woken = False
        while self._arrived:
            future, outcome = self._arrived.popleft()
            if not future.done():
                future.set_result(outcome)


def _give_up(future: asyncio.Future[Outcome[R]], late: NgomaError) -> None:
    if not future.done():
        future.set_result(Outcome(error=late))
