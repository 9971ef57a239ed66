"""Blocking calls of the event loop: bounded pools of threads, and calls that many share."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from domain.errors import Overloaded

R = TypeVar("R")


class Pool:
    """A few threads, and a bounded number of calls that may wait for one."""

    def __init__(self, name: str, *, threads: int, waiting_max: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._calls_max = threads + waiting_max
        self._calls = 0

    async def run(self, call: Callable[[], R]) -> R:
        """Run a call in a thread.

        Raises:
            Overloaded: too many wait already.
        """
        return await self.begin(call)

    def begin(self, call: Callable[[], R]) -> "asyncio.Future[R]":
        """Have a call run in a thread, for which nobody needs to wait.

        Raises:
            Overloaded: too many wait already.
        """
        if self._calls >= self._calls_max:
            raise Overloaded
        self._calls += 1
        running = asyncio.get_running_loop().run_in_executor(self._executor, call)
        running.add_done_callback(self._ended)
        return running

    def _ended(self, _: "asyncio.Future[R]") -> None:
        self._calls -= 1

    def close(self) -> None:
        """Let the threads end; what waits is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def be_nice(niceness: int) -> None:
    """Lower this thread's priority, where the system knows priorities of threads."""
    if niceness and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


class Recent(Generic[R]):
    """A blocking call whose result is kept for a while; meanwhile nobody makes it again."""

    def __init__(self, pool: "Pool", call: Callable[[], R], *, kept_s: float) -> None:
        self._call = call
        self._shared = Shared(pool, self._find)
        self._kept_s = kept_s
        self._until_s = float("-inf")
        self._result: R | None = None

    async def __call__(self) -> R:
        """Give what is known, or find it out."""
        if self._result is not None and time.monotonic() < self._until_s:
            return self._result
        return await self._shared()

    def _find(self) -> R:
        """Keep the result before anybody has it: who comes next must not begin again."""
        result = self._call()
        self._result, self._until_s = result, time.monotonic() + self._kept_s
        return result


class Shared(Generic[R]):
    """A blocking call that everyone who asks while it runs gets the result of."""

    def __init__(self, pool: Pool, call: Callable[[], R]) -> None:
        self._pool = pool
        self._call = call
        self._running: asyncio.Task[R] | None = None

    async def __call__(self) -> R:
        """Run it, or join the run under way."""
        if self._running is None:
            self._running = asyncio.create_task(self._pool.run(self._call))
            self._running.add_done_callback(self._ended)
        return await asyncio.shield(self._running)

    def _ended(self, task: asyncio.Task[R]) -> None:
        self._running = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, it is nobody's loss
