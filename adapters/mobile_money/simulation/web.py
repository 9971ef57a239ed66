"""Serves a simulated provider over HTTP, and sends its callbacks, until it is told to end."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import uvicorn

from adapters.mobile_money.simulation.callbacks import CallbackSender
from adapters.mobile_money.simulation.listing import PATH as LISTING
from adapters.mobile_money.simulation.listing import listing
from adapters.mobile_money.simulation.payments import (
    SCENARIO_HEADER,
    SimAnswer,
    SimPayments,
    SimRequest,
    SimulatedProvider,
)
from adapters.mobile_money.simulation.scenarios import NAMES

BODY_BYTES_MAX: Final = 64 * 1024
KEEP_ALIVE_S: Final = 60
START_S: Final = 10.0
BACKLOG: Final = 1_024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SimulatorApp:
    """An ASGI application around one simulated provider."""

    def __init__(
        self,
        payments: SimPayments,
        provider: SimulatedProvider,
        sender: CallbackSender,
        *,
        pace: float = 1.0,
    ) -> None:
        """``pace`` shortens the waits of slow answers: 0.01 makes 1 s of 100 s."""
        self._payments = payments
        self._provider = provider
        self._sender = sender
        self._pace = pace

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        body = await _read(receive)
        if body is None:
            answer = SimAnswer(413)
        elif scope["path"] == LISTING:
            answer = listing(self._payments)
        else:
            answer = self._answer(_request(scope, body))
        for callback in answer.before:
            await asyncio.wrap_future(self._sender.submit(callback))
        if answer.wait_s:
            await asyncio.sleep(answer.wait_s * self._pace)
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": _headers(answer)}
        )
        if answer.hangs_up:
            return  # uvicorn ends a connection whose answer is not whole
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(self, request: SimRequest) -> SimAnswer:
        scenario = request.headers.get(SCENARIO_HEADER, NAMES[0])
        if scenario not in NAMES:
            return SimAnswer(400, b"There is no such scenario.", "text/plain")
        return self._provider.answer(request)


async def _read(receive: Receive) -> bytes | None:
    """Give a body; None for one that is too long."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > BODY_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return body


def _request(scope: MutableMapping[str, Any], body: bytes) -> SimRequest:
    return SimRequest(
        scope["method"],
        scope["path"],
        {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        dict(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else {},
        body,
    )


def _headers(answer: SimAnswer) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.body:
        headers.append((b"content-type", answer.content_type.encode()))
    headers += [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    return headers


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """A simulated provider that listens."""

    url: str
    payments: SimPayments
    sender: CallbackSender
    ask_to_end: Callable[[], None]
    """Asks, and does not wait: many are asked at once, then left one by one."""


@contextmanager
def serving(
    payments: SimPayments,
    provider: SimulatedProvider,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    pace: float = 1.0,
    sends_by_itself: bool = True,
) -> Iterator[ServedProvider]:
    """Listen while the block lasts; ``sends_by_itself`` is False where a test steps callbacks.

    Raises:
        OSError: the port cannot be had.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    with closing(listener), closing(CallbackSender(payments, provider)) as sender:
        app = SimulatorApp(payments, provider, sender, pace=pace)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=1,
            )
        )
        stop = threading.Event()
        threads = [threading.Thread(target=server.run, args=([listener],), daemon=True)]
        if sends_by_itself:
            threads.append(threading.Thread(target=sender.run, args=(stop,), daemon=True))
        for thread in threads:
            thread.start()
        address = f"http://{host}:{listener.getsockname()[1]}"

        def ask_to_end() -> None:
            stop.set()
            server.should_exit = True

        try:
            yield ServedProvider(address, payments, sender, ask_to_end)
        finally:
            ask_to_end()
            for thread in threads:
                thread.join(START_S)
