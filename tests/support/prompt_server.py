"""uvicorn, which ends when it is told to: of itself it looks and waits for 0.1 s each."""

import asyncio
from contextlib import suppress
from socket import socket
from typing import Final

import uvicorn

LOOK_S: Final = 0.1
"""As uvicorn: its Date header is as old as ten looks."""

GOODBYE_S: Final = 0.002


class PromptServer(uvicorn.Server):
    """A server in a thread; ``end`` is for the others."""

    def end(self) -> None:
        """Say that it shall end, once it has started."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._ending.set)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and listen for ``end``."""
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Run until ``end``."""
        looks = 0
        while not await self.on_tick(looks):
            looks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), LOOK_S)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End in the order of uvicorn: listeners, connections and their tasks, lifespan."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        async with asyncio.timeout(self.config.timeout_graceful_shutdown):
            while self.server_state.connections or self.server_state.tasks:
                await asyncio.sleep(GOODBYE_S)
        await self.lifespan.shutdown()
