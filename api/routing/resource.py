"""One path of the API as an ASGI function: reads the request, runs the endpoint, answers."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final

from api.door.door import TEST
from api.http.body import read_body
from api.http.refusals import MethodNotAllowed
from api.http.wire import (
    NO_STORE,
    Answer,
    Call,
    ClientGone,
    Headers,
    Receive,
    Scope,
    Send,
    Streamed,
    call_of,
    marked,
)
from api.routing.errors import Envelope
from api.routing.front import Front
from api.routing.route import Route
from application.ports import Quota
from domain.errors import NgomaError

WINDOW_S: Final = 60
"""All limits are of one minute."""
PART_BYTES: Final = 1 << 18
"""How much of a file is read at once."""

_log = logging.getLogger("ngoma.api")


class Resource:
    """A path and its methods. Whatever goes wrong is answered in the path's own envelope."""

    def __init__(self, front: Front, path: str, routes: Sequence[Route]) -> None:
        self._front = front
        self._path = path
        self._routes = {route.method: route for route in routes}
        self._envelope: Envelope = routes[0].envelope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope["path_template"] = self._path
        route = self._routes.get(scope["method"])
        if route is not None and scope["ngoma.is_head"] and not route.is_safe:
            route = None
        call = call_of(scope)
        answer: Answer | Streamed
        try:
            answer = await self._run(route, call, scope, receive)
        except NgomaError as error:
            answer = self._refuse(route, call, error)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the last place where it can be answered
            _log.error(
                "An endpoint failed.",
                exc_info=error,
                extra={"route": self._path, **_named(call)},
            )
            answer = self._refuse(route, call, error)
        if isinstance(answer, Streamed):
            await stream(receive, send, answer)
            return
        await write(send, marked(answer) if TEST in call.marks else answer, call)

    async def _run(
        self, route: Route | None, call: Call, scope: Scope, receive: Receive
    ) -> Answer | Streamed:
        if route is None:
            raise MethodNotAllowed(self._allowed())
        if route.takes_file:
            return await self._take_file(route, call, scope, receive)
        if route.request is not None or b"content-length" in call.headers:
            call.body = await read_body(scope, receive, call.headers, bytes_max=route.bytes_max)
        return await route.endpoint(self._front, call)

    async def _take_file(
        self, route: Route, call: Call, scope: Scope, receive: Receive
    ) -> Answer | Streamed:
        """Read a large body of whom the route lets in, and of few at a time."""
        front = self._front
        if route.admit is not None:
            await route.admit(front, call)
        with front.uploading():
            most = front.system.terms.upload_bytes_max
            call.body = await read_body(scope, receive, call.headers, bytes_max=most)
            return await route.endpoint(front, call)

    def _refuse(self, route: Route | None, call: Call, error: Exception) -> Answer:
        envelope = self._envelope if route is None else route.envelope
        return envelope(call, error)

    def _allowed(self) -> list[str]:
        asked = self._routes.get("GET")
        reading = [] if asked is None else ["GET"] + ["HEAD"] * asked.is_safe
        changing = ("POST", "PUT", "PATCH", "DELETE")
        return reading + [method for method in changing if method in self._routes]


async def write(send: Send, answer: Answer, call: Call) -> None:
    """Write an answer, with the headers of the limits that counted its request."""
    size = len(answer.body) if answer.file is None else os.fstat(answer.file.fileno()).st_size
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % size),
        (b"cache-control", answer.cache_control),
        *answer.headers,
    ]
    if call.quotas:
        headers += quota_headers(call.quotas)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.file is None or await _write_file(send, answer.file, size, call):
        await send({"type": "http.response.body", "body": answer.body})


async def _write_file(send: Send, file: BinaryIO, size: int, call: Call) -> bool:
    """Write a file part by part, as fast as the client takes it; say whether it is there still."""
    with file:
        for begin in range(0, 0 if call.is_head else size, PART_BYTES):
            if call.has_hung_up():
                return False
            part = await asyncio.to_thread(file.read, min(PART_BYTES, size - begin))
            await send({"type": "http.response.body", "body": part, "more_body": True})
    return True


async def stream(receive: Receive, send: Send, answer: Streamed) -> None:
    """Write an answer piece by piece, until it ends or its client has left."""
    headers = [
        (b"content-type", answer.content_type),
        (b"cache-control", NO_STORE),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    leaving = asyncio.create_task(_end_when_left(receive, answer))
    try:
        async for chunk in answer.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()
        answer.end()


async def _end_when_left(receive: Receive, answer: Streamed) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answer.end()


def _named(call: Call) -> Mapping[str, object]:
    """Say for a log which request it was, and whose as far as that is known."""
    who = {"account": call.asker.account, "key_id": call.asker.key_id}
    known = {name: value for name, value in who.items() if value is not None}
    return {"request_id": call.request_id, **known}


def quota_headers(quotas: Sequence[tuple[str, Quota]]) -> Headers:
    """Give ``RateLimit*`` with every limit that counted, and ``X-RateLimit-*`` for the tightest.

    The form is that of draft-ietf-httpapi-ratelimit-headers: ``r`` requests are left, one more
    becomes free in ``t`` seconds; ``q`` requests are allowed in ``w`` seconds.
    """
    tightest = min((quota for _, quota in quotas), key=lambda quota: quota.remaining)
    left = ", ".join(f'"{name}";r={quota.remaining};t={quota.reset_s}' for name, quota in quotas)
    policies = ", ".join(f'"{name}";q={quota.limit};w={WINDOW_S}' for name, quota in quotas)
    return (
        (b"x-ratelimit-limit", b"%d" % tightest.limit),
        (b"x-ratelimit-remaining", b"%d" % tightest.remaining),
        (b"x-ratelimit-reset", b"%d" % tightest.reset_s),
        (b"ratelimit", left.encode()),
        (b"ratelimit-policy", policies.encode()),
    )
