"""Questions that wait for the next number of an account, all looked after by one poll."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from domain.errors import NgomaError, Overloaded, RateLimited

Look = Callable[[Sequence[int]], Awaitable[Mapping[int, int]]]
"""Gives the newest number of each of some accounts that has one."""


class Waits:
    """Who waits, bounded for all and for each account; belongs to one event loop.

    It looks only while somebody waits, once for all of them.
    """

    def __init__(self, look: Look, *, waiting_max: int, each_max: int, every_s: float) -> None:
        self._look = look
        self._waiting_max = waiting_max
        self._each_max = each_max
        self._every_s = every_s
        self._waiting: dict[int, list[tuple[int, asyncio.Future[None]]]] = defaultdict(list)
        self._count = 0
        self._looking: asyncio.Task[None] | None = None

    async def beyond(self, account: int, number: int, *, wait_s: float) -> None:
        """Wait until an account's newest number is greater, or for so long.

        Raises:
            RateLimited: as many of the account's questions wait as may.
            Overloaded: as many wait as may.
        """
        mine = self._waiting[account]
        if len(mine) >= self._each_max:
            msg = f"No more than {self._each_max} questions of an account wait at a time."
            raise RateLimited(msg, retry_after_s=1)
        if self._count >= self._waiting_max:
            raise Overloaded
        waiter = (number, asyncio.get_running_loop().create_future())
        mine.append(waiter)
        self._count += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._poll())
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter[1], wait_s)
        finally:
            self._count -= 1
            mine.remove(waiter)
            if not mine:
                self._waiting.pop(account, None)

    def close(self) -> None:
        """Let nobody wait any longer."""
        if self._looking is not None:
            self._looking.cancel()
        for waiting in self._waiting.values():
            for _, waiter in waiting:
                _wake(waiter)

    async def _poll(self) -> None:
        try:
            while self._count:
                await asyncio.sleep(self._every_s)
                with suppress(NgomaError):  # who waits asks again by itself
                    self._wake(await self._look(list(self._waiting)))
        finally:
            self._looking = None

    def _wake(self, newest: Mapping[int, int]) -> None:
        for account, waiting in self._waiting.items():
            for number, waiter in waiting:
                if newest.get(account, 0) > number:
                    _wake(waiter)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
