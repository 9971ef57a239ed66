"""One connection: requests one after the other, each wait with a deadline, each store a bound.

A request is begun when the one before it is answered and its answer mostly read; until then
what follows waits in the kernel, but for one read. So nothing that a client sends, or does not
read, makes its connection cost more than a request, a read and an answer.
"""

import asyncio
from collections.abc import Iterable
from enum import Enum, auto
from math import inf
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from api.http.body import DRAINED_BYTES_MAX, WHOLE_BODY
from api.http.wire import HUNG_UP
from worker.web.bounds import BODY_HELD_MAX, PROGRESS_BYTES, Keeper
from worker.web.exchange import Exchange, scope_of
from worker.web.reading import Head, RequestReader
from worker.web.refusals import WireRefusal, fault
from worker.web.sockets import count_unread


class _State(Enum):
    """What the next bytes are for."""

    HEAD = auto()
    """The next request; none is under way."""
    ANSWERING = auto()
    """The body of the request under way, or what follows it."""
    DRAINING = auto()
    """The rest of a body that was answered already."""
    OVER = auto()
    """Nothing: the connection ends."""


class Connection(asyncio.Protocol):
    """Speaks HTTP/1.1 for an ASGI application; uvicorn's server listens and stops it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        keeper: Keeper,
        scheme: str = "http",
    ) -> None:
        self.deadline_s = inf
        self._app = config.loaded_app
        self._server_state = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._keeper = keeper
        self._bounds = keeper.bounds
        self._scheme = scheme
        self._state = _State.HEAD
        self._exchange: Exchange | None = None
        self._refusal: WireRefusal | None = None
        """What the request under way turned out to be, while its application ends."""
        self._rest = b""
        """What has arrived before its turn; nothing more is read meanwhile."""
        self._drained = 0
        self._unread = 0
        """Bytes of answers that waited for the client when somebody looked last."""
        self._is_admitted = False
        self._is_idle = False
        self._is_read_paused = self._is_write_paused = False
        self._has_eof = False
        self._writable: asyncio.Future[None] | None = None

    # -- from the transport ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, if there may be one more connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._client = get_remote_addr(self._transport)
        self._peer = self._client[0] if self._client else None
        self._is_admitted = self._keeper.admit(self, self._peer)
        if not self._is_admitted:
            self._transport.abort()
            return
        self._reader = RequestReader()
        self._server = get_local_addr(self._transport)
        self._server_state.connections.add(cast("Any", self))
        self._wait(self._bounds.head_wait_s)

    def data_received(self, data: bytes) -> None:
        """Read on, or keep what comes before its turn."""
        if self._state is _State.OVER or self._refusal is not None:
            return
        if self._rest or self._is_busy():
            self._rest += data
            self._steer_reading()
        else:
            self._take(data)

    def eof_received(self) -> bool:
        """Answer what was asked all the same: a client may close its sending side early."""
        self._has_eof = True
        if self._state is _State.ANSWERING:
            if not self._reader.is_complete:
                self._lose()
            return True
        self._wait(self._bounds.unread_wait_s)
        return bool(self._rest)

    def pause_writing(self) -> None:
        """Notice that the client does not read: nothing more is begun for it."""
        self._is_write_paused = True
        self._unread = count_unread(self._transport)
        self._wait(self._bounds.unread_wait_s)

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        self._is_write_paused = False
        self._let_write()
        if self._state is _State.ANSWERING:
            self.deadline_s = inf
        elif self._state is _State.HEAD and not self._transport.is_closing():
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - what asyncio gives
        """Let go of everything."""
        if not self._is_admitted:
            return
        self._keeper.dismiss(self, self._peer)
        self._server_state.connections.discard(cast("Any", self))
        self._state = _State.OVER
        self._rest = b""
        self._let_write()
        self._lose()
        self._reader.close()

    # -- from the server and the keeper ------------------------------------------------------------

    def shutdown(self) -> None:
        """End once the request under way is answered (uvicorn calls this)."""
        if self._exchange is None:
            self._close()
        else:
            self._exchange.leave()

    def expire(self, now_s: float) -> None:
        """Act on a deadline that has passed."""
        unread = count_unread(self._transport)
        if unread and self._unread - unread >= PROGRESS_BYTES:
            self._unread = unread
            self.deadline_s = now_s + self._bounds.unread_wait_s
        elif unread:
            self._keeper.note("answer_unread")
            self._transport.abort()
        else:
            if self._state is not _State.OVER and not self._is_idle:
                self._keeper.note("too_slow")
            self._close()

    # -- from the exchange -------------------------------------------------------------------------

    @property
    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """What every answer has."""
        return self._server_state.default_headers

    def write(self, *parts: bytes) -> None:
        """Send bytes, together, unless the client is gone."""
        if not self._transport.is_closing():
            self._transport.writelines(parts)

    async def drained(self) -> None:
        """Wait while the client leaves too much unread."""
        if self._is_write_paused and not self._transport.is_closing():
            self._writable = self._loop.create_future()
            await self._writable

    def wants_body(self) -> None:
        """Read on: what has arrived of the body was taken."""
        self._steer_reading()

    def answered(self, exchange: Exchange) -> None:
        """Go on to what follows: the answer is complete."""
        self._exchange = None
        if not exchange.keeps_alive:
            self._end()
        elif self._reader.is_complete:
            self._next()
        else:
            self._state = _State.DRAINING
            self._reader.throw_away()
            self._drained = 0
            self._wait(self._bounds.body_wait_s)
            self._steer_reading()

    def ended(self, exchange: Exchange) -> None:
        """See that there is an answer, once the application has ended."""
        if exchange is not self._exchange:
            return
        self._exchange = None
        if exchange.is_started:
            self._transport.abort()  # the client must not take it for a whole answer
        elif self._refusal is not None:
            self._say_last(self._refusal.answer)
        elif exchange.is_gone:
            self._close()
        else:
            self._say_last(fault(exchange.request_id))

    # -- requests ----------------------------------------------------------------------------------

    def _is_busy(self) -> bool:
        """Whether what arrives now has to wait for its turn."""
        if self._state is _State.ANSWERING:
            return self._reader.is_complete
        return self._is_write_paused and self._state is _State.HEAD

    def _take(self, data: bytes) -> None:
        reader = self._reader
        try:
            self._rest = reader.take(data)
        except WireRefusal as refusal:
            self._refuse(refusal)
            return
        if self._state is _State.ANSWERING:
            if self._exchange is not None:
                self._exchange.wake()
        elif self._state is _State.DRAINING:
            self._drain(len(data) - len(self._rest))
        elif reader.head is not None:
            self._begin(reader.head)
        elif self._is_idle:  # the next request has begun
            self._is_idle = False
            self._wait(self._bounds.head_wait_s)
        self._steer_reading()

    def _begin(self, head: Head) -> None:
        try:
            scope = scope_of(head, self._scheme, self._client, self._server, self._app_state.copy())
        except WireRefusal as refusal:
            self._refuse(refusal)
            return
        body = self._reader.body
        # To us a client that only sends no more is like one that has gone.
        scope["extensions"] = {HUNG_UP: lambda: self._has_eof or self._state is _State.OVER}
        if self._reader.is_complete and len(body) <= BODY_HELD_MAX:
            scope["extensions"][WHOLE_BODY] = bytes(body)
        exchange = Exchange(
            self,
            self._reader,
            scope,
            keeps_alive=head.keeps_alive,
            expects_continue=head.expects_continue,
        )
        self._exchange = exchange
        self._state = _State.ANSWERING
        self._is_idle = False
        self.deadline_s = inf
        task = self._loop.create_task(exchange.run(self._app))
        self._server_state.tasks.add(task)
        task.add_done_callback(self._server_state.tasks.discard)

    def _next(self) -> None:
        self._reader.start()
        self._state = _State.HEAD
        if not self._is_write_paused:
            self._go_on()

    def _go_on(self) -> None:
        """Begin with what has arrived meanwhile, or wait for more."""
        rest, self._rest = self._rest, b""
        self._is_idle = not rest
        self._wait(self._bounds.idle_wait_s if self._is_idle else self._bounds.head_wait_s)
        if rest:
            self._take(rest)
        if self._has_eof and self._state is _State.HEAD:
            self._close()
        else:
            self._steer_reading()

    def _drain(self, size: int) -> None:
        self._drained += size
        if self._reader.is_complete:
            self._next()
        elif self._drained > DRAINED_BYTES_MAX:
            self._end()

    def _refuse(self, refusal: WireRefusal) -> None:
        """Say what is wrong with what arrived, unless an answer is before it."""
        self._keeper.note(refusal.why)
        if self._state is _State.ANSWERING:
            self._refusal = refusal
            self._lose()
        elif self._state is _State.DRAINING:
            self._end()
        else:
            self._say_last(refusal.answer)

    def _lose(self) -> None:
        if self._exchange is not None:
            self._exchange.lose()

    def _let_write(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    # -- reading and ending ------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        self.deadline_s = self._loop.time() + seconds

    def _steer_reading(self) -> None:
        """Read more exactly when there is a place for it."""
        is_full = bool(self._rest) or len(self._reader.body) > BODY_HELD_MAX
        if is_full is self._is_read_paused or self._has_eof or self._transport.is_closing():
            return
        self._is_read_paused = is_full
        if is_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _say_last(self, answer: bytes) -> None:
        self.write(answer)
        self._end()

    def _end(self) -> None:
        """Close, so that a client which still sends gets to read its answer.

        What is unread when a socket is closed makes the system reset the connection, and the
        answer may go with it: so it is read, for a moment, and thrown away.
        """
        is_quiet = self._reader.is_complete and not self._rest and not self._is_read_paused
        self._state = _State.OVER
        self._rest = b""
        if is_quiet or self._has_eof or self._transport.is_closing():
            self._close()
            return
        self._reader.throw_away()
        self._transport.write_eof()
        self._wait(self._bounds.linger_s)
        self._steer_reading()

    def _close(self) -> None:
        """Close once what was said is out, for which there is a deadline too."""
        self._state = _State.OVER
        self._wait(self._bounds.unread_wait_s)
        self._transport.close()
