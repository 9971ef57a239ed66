"""A receiver of webhooks on loopback, as an outer system would have one; keeps what it was sent."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Answers = Callable[["Delivered"], tuple[int, bytes]]


@dataclass(frozen=True)
class Delivered:
    """One post, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What came, and how it is answered: ``status`` unless ``answers`` knows better."""

    delay_s: float = 0.0
    status: int = 204
    headers: str = ""
    answers: Answers | None = None
    tls: ssl.SSLContext | None = None
    came: list[Delivered] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    @property
    def sequences(self) -> list[int]:
        return [one.event["sequence"] for one in self.came]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                one = Delivered(first.split(" ")[1], headers, body)
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                self.came.append(one)
                status, text = (self.status, b"") if self.answers is None else self.answers(one)
                answered = [f"HTTP/1.1 {status} X", f"{self.headers}content-length: {len(text)}"]
                writer.write("\r\n".join([*answered, "", ""]).encode() + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def receiving(**fields: Any) -> Iterator[Receiver]:
    """Run a receiver on a free port of loopback while the block lasts."""
    receiver, loop, begun = Receiver(**fields), asyncio.new_event_loop(), threading.Event()

    async def main() -> None:
        server = await asyncio.start_server(
            receiver._serve, "127.0.0.1", 0, backlog=512, ssl=receiver.tls
        )
        scheme = "http" if receiver.tls is None else "https"
        receiver.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        begun.set()
        async with server:
            await server.serve_forever()

    def run() -> None:
        task = loop.create_task(main())
        ended.append(task)
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            loop.run_until_complete(_end(asyncio.all_tasks(loop)))
            loop.close()

    ended: list[asyncio.Task[None]] = []
    thread = threading.Thread(target=run, name="receiver", daemon=True)
    thread.start()
    assert begun.wait(5)
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(ended[0].cancel)
        thread.join(5)
