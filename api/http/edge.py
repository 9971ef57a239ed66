"""The outermost ring: headers, request ids, HEAD, access log, metrics."""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Final

from api.http.head import read_headers
from api.http.refusals import BadRequest
from api.http.wire import Message, Receive, Scope, Send
from application.ports import Answered, Asker, Traces
from application.system import System

REQUEST_ID: Final = b"x-request-id"
TRACE_PARENT: Final = b"traceparent"
"""The trace that a client is at, and its own span (W3C Trace Context, 3.2)."""
REFUSED_METHOD: Final = "OPTIONS"
"""Stands for every method that no path has, so that each path refuses it in its own envelope."""
ROUTED_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", REFUSED_METHOD})
TRACED_METHODS: Final = ROUTED_METHODS - {"GET", REFUSED_METHOD}
"""Those by which something may come in: who only looks, and looks again, fills no trace."""
UNROUTED: Final = "unrouted"
"""Stands for the route where no route was found: paths are never logged or counted."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ID: Final = re.compile(rb"[\x21-\x7e]{1,128}")
_NOTED: Final = re.compile(
    rb"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
"""A client's id that a message keeps: 128 random bits in hex, or a UUID (RFC 9562, 4)."""


class Edge:
    """Stands around the whole application."""

    def __init__(
        self,
        system: System,
        refuse: Callable[[BadRequest], App],
        *,
        pace: Callable[[Scope, int], Awaitable[object] | None] = lambda *_: None,
        untraced: tuple[str, ...] = (),
    ) -> None:
        """Make the ring; ``refuse`` gives what answers a request that cannot be read.

        ``pace`` gives what to wait for before an answer with a status, where strangers can ask.
        Requests for paths that begin as one of ``untraced`` have no trace.
        """
        self._refuse = refuse
        self._pace = pace
        self._clock = system.clock
        self._metrics = system.metrics
        self._access_log = system.access_log
        self._traces = system.traces
        self._untraced = untraced
        self._answered: list[Answered] = []
        self._made_ids = itertools.count(1)
        self._own = system.randomness.token(6).hex()

    async def serve(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one HTTP request through ``app``; HEAD is answered as GET, without the body."""
        started_s = self._clock.monotonic_s()
        method = scope["method"]
        is_head = method == "HEAD"
        if method not in ROUTED_METHODS:  # a copy: the server looks at its own for what may follow
            scope = {**scope, "method": "GET" if is_head else REFUSED_METHOD}
        traces = self._traces_of(scope)
        traceparent = None if traces is None else _traceparent(scope)
        request_id, noted_id = self._ids(scope, traceparent)
        begun = None if traces is None else traces.begin(noted_id, traceparent)
        scope["ngoma.request_id"] = request_id
        scope["ngoma.noted_id"] = noted_id
        scope["ngoma.is_head"] = is_head
        scope["ngoma.asker"] = asker = Asker()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if (pause := self._pace(scope, status)) is not None:
                    await pause
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id)]
            elif is_head:
                message["body"] = b""
            await send(message)

        try:
            scope["ngoma.headers"] = read_headers(scope)
        except BadRequest as error:
            app = self._refuse(error)
        try:
            await app(scope, receive, send_on)
        finally:
            seconds = self._clock.monotonic_s() - started_s
            route = scope.get("path_template") or UNROUTED
            self._metrics.answered(route, status, seconds)
            at = self._clock.now()
            ids = (request_id, noted_id)
            answered = Answered(at, method, route, status, seconds, *ids, asker)
            self._note(answered)
            if traces is not None and begun is not None:
                traces.end(begun, answered)

    def _traces_of(self, scope: Scope) -> Traces | None:
        """Give where a request is traced; None: it is not."""
        if self._traces is None or scope["method"] not in TRACED_METHODS:
            return None
        return None if scope["path"].startswith(self._untraced) else self._traces

    def _note(self, answered: Answered) -> None:
        """Keep an answer for the access log: one write for all of one turn of the event loop."""
        if not self._answered:
            asyncio.get_running_loop().call_soon(self._write_access_log)
        self._answered.append(answered)

    def _write_access_log(self) -> None:
        answered, self._answered = self._answered, []
        self._access_log.write(answered)

    def _ids(self, scope: Scope, traceparent: bytes | None) -> tuple[bytes, bytes]:
        """Give the client's own id when it can stand in a header and a log, else a new one.

        Then what the log of events may keep for good: the same, unless a client chose words, or
        gave a trace and no id.
        """
        for name, value in scope["headers"]:
            if name == REQUEST_ID and _ID.fullmatch(value):
                given = bytes(value)
                if _NOTED.fullmatch(given):
                    return given, given
                return given, self._trace_named(traceparent) or self._made_id()
        made = self._made_id()
        return made, self._trace_named(traceparent) or made

    def _trace_named(self, traceparent: bytes | None) -> bytes | None:
        if traceparent is None or self._traces is None:
            return None
        return self._traces.named_by(traceparent)

    def _made_id(self) -> bytes:
        return f"{self._own}-{next(self._made_ids)}".encode()


def _traceparent(scope: Scope) -> bytes | None:
    """Give the header where there is one: of several nobody knows which is right."""
    found = [value for name, value in scope["headers"] if name == TRACE_PARENT]
    return found[0] if len(found) == 1 else None
