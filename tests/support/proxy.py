"""A TCP proxy in front of a server, which can be slow, silent, or cut at a chosen byte.

The interesting cut is around a COMMIT: before the server has it, after it has it, or when its
answer is on the way, so that a lost answer can be told from a lost commit.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from enum import Enum, auto
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

_T = TypeVar("_T")

_CALL_TIMEOUT_S: Final = 10.0
_CHUNK_BYTES: Final = 65_536
_NO_ANSWER: Final = b"~" * 64
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER with 0 s: closing sends RST


class Direction(Enum):
    """Which way bytes flow."""

    TO_SERVER = auto()
    TO_CLIENT = auto()


class Cut(Enum):
    """Where to cut when a request passes; the client's connection is reset unless it says else."""

    BEFORE_REQUEST = auto()
    """The server never sees the request."""

    AFTER_REQUEST = auto()
    """The server gets the request; the client is cut at once, whatever the server makes of it."""

    BEFORE_ANSWER = auto()
    """The server has carried the request out; the client is cut instead of getting the answer."""

    GARBLED = auto()
    """The server has carried the request out; the client gets bytes that are no answer, and an end.

    libpq has an error of its own then, which bears no SQLSTATE.
    """

    HANG = auto()
    """The server gets the request; the client stays connected and never gets the answer."""


class CutRule:
    """One armed cut; ``fired`` counts how often it has cut."""

    def __init__(self, *, skip: int, times: int) -> None:
        self._skip = skip
        self._times_left = times
        self._has_fired = threading.Event()
        self.fired = 0

    def wait(self, timeout_s: float = 5.0) -> bool:
        """Wait until it has cut for the first time."""
        return self._has_fired.wait(timeout_s)

    def cancel(self) -> None:
        """Never cut again."""
        self._times_left = 0

    def is_due(self) -> bool:
        """Count one match; say whether to cut here."""
        if self._times_left == 0:
            return False
        if self._skip > 0:
            self._skip -= 1
            return False
        self._times_left -= 1
        return True

    def has_cut(self) -> None:
        """Count one cut."""
        self.fired += 1
        self._has_fired.set()


class _PatternRule(CutRule):
    def __init__(self, pattern: bytes, cut: Cut, *, skip: int, times: int) -> None:
        super().__init__(skip=skip, times=times)
        self.pattern = pattern
        self.cut = cut

    def find(self, before: bytes, data: bytes) -> int | None:
        """Give where in ``data`` the match starts that is to be cut; one may begin in ``before``.

        A match that began in an earlier chunk starts at 0.
        """
        overlap = before[len(before) - len(self.pattern) + 1 :] if len(self.pattern) > 1 else b""
        joined = overlap + data
        at = joined.find(self.pattern)
        while at >= 0:
            if self.is_due():
                return max(0, at - len(overlap))
            at = joined.find(self.pattern, at + len(self.pattern))
        return None


class _BytesRule(CutRule):
    def __init__(self, byte_count: int, direction: Direction) -> None:
        super().__init__(skip=0, times=1)
        self.direction = direction
        self._left = byte_count

    def allow(self, length: int) -> int | None:
        """Give how many of ``length`` bytes may still pass, when it is to be cut after them."""
        if length < self._left:
            self._left -= length
            return None
        return self._left if self.is_due() else None


class _Link:
    """One client's connection and its own to the server."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.last_request_bytes = b""
        self.cut_at_answer: _PatternRule | None = None
        self.is_silent = False

    def reset(self) -> None:
        """End both connections with RST."""
        _reset(self.client)
        _reset(self.server)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST, at once."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


class TcpProxy:
    """Listens on a free loopback port and passes everything on, until told to do otherwise.

    ``latency_s`` holds back each chunk, both ways. Methods may be called from any thread.
    """

    def __init__(self, host: str, port: int) -> None:
        self.latency_s = 0.0
        self.connections = 0
        self.port = 0
        self._server_address = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._listener: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._passing: asyncio.Event | None = None
        self._patterns: list[_PatternRule] = []
        self._limits: list[_BytesRule] = []

    @classmethod
    def before(cls, url: str) -> Self:
        """Give a proxy, not started yet, in front of the server that ``url`` names."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        return cls(parts.hostname, parts.port)

    def url_for(self, url: str) -> str:
        """Give ``url`` through this proxy."""
        parts = urlsplit(url)
        credentials = parts.netloc.rpartition("@")[0]
        netloc = f"{credentials}@127.0.0.1:{self.port}" if credentials else f"127.0.0.1:{self.port}"
        return urlunsplit(parts._replace(netloc=netloc))

    # its life --------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen."""
        self._thread.start()
        self._call(self._listen())
        return self

    def close(self) -> None:
        """End all connections and stop listening."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_TIMEOUT_S)
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    # faults ----------------------------------------------------------------------------------

    def blackhole(self) -> None:
        """Let nothing pass either way; connections open and stay open, until ``heal``."""
        self._call(self._set_passing(passing=False))

    def heal(self) -> None:
        """Let pass what ``blackhole`` held back, and listen again after ``refuse``."""
        self._call(self._set_passing(passing=True))
        self._call(self._listen())

    def refuse(self) -> None:
        """Reset every connection and refuse new ones, until ``heal``."""
        self._call(self._stop_listening())
        self.reset_all()

    def reset_all(self) -> int:
        """Reset every connection; say how many there were."""
        return self._call(self._reset_all())

    def cut_on(
        self, pattern: bytes, cut: Cut = Cut.BEFORE_REQUEST, *, skip: int = 0, times: int = 1
    ) -> CutRule:
        """Cut the connection on which a client sends ``pattern``.

        The first ``skip`` matches pass; ``times`` further ones are cut.
        """
        rule = _PatternRule(pattern, cut, skip=skip, times=times)
        self._call(self._arm(rule))
        return rule

    def cut_after(self, byte_count: int, direction: Direction = Direction.TO_SERVER) -> CutRule:
        """Reset the connection on which the ``byte_count``-th byte from now on passes, after it."""
        rule = _BytesRule(byte_count, direction)
        self._call(self._arm(rule))
        return rule

    # inside the loop's thread ----------------------------------------------------------------

    def _call(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_CALL_TIMEOUT_S)

    async def _listen(self) -> None:
        if self._passing is None:
            self._passing = asyncio.Event()
            self._passing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _end(self) -> None:
        await self._stop_listening()
        await self._reset_all()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the aborted transports close

    async def _set_passing(self, *, passing: bool) -> None:
        assert self._passing is not None
        if passing:
            self._passing.set()
        else:
            self._passing.clear()

    async def _reset_all(self) -> int:
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    async def _arm(self, rule: CutRule) -> None:
        if isinstance(rule, _PatternRule):
            self._patterns.append(rule)
        elif isinstance(rule, _BytesRule):
            self._limits.append(rule)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._hold()
            server_reader, server = await asyncio.open_connection(*self._server_address)
            await self._pass_both_ways(_Link(client, server), reader, server_reader)
            client.close()
        except (OSError, asyncio.CancelledError):  # the server refuses, or an end was reset
            _reset(client)
        finally:
            self._tasks.discard(task)

    async def _pass_both_ways(
        self, link: _Link, client: asyncio.StreamReader, server: asyncio.StreamReader
    ) -> None:
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pass_requests(link, client), self._pass_answers(link, server)
            )
            link.server.close()
        except (OSError, asyncio.CancelledError):
            _reset(link.server)
            raise
        finally:
            self._links.discard(link)

    async def _hold(self) -> None:
        assert self._passing is not None
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        await self._passing.wait()

    async def _pass_requests(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._hold()
            if await self._cut_by_limit(link, Direction.TO_SERVER, data, link.server):
                return
            if await self._cut_by_pattern(link, data):
                return
            link.last_request_bytes = (link.last_request_bytes + data)[-_CHUNK_BYTES:]
            link.server.write(data)
            await link.server.drain()
        link.server.write_eof()

    async def _pass_answers(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            if link.cut_at_answer is not None:
                await self._end_client(link, link.cut_at_answer)
                link.cut_at_answer = None
                link.is_silent = True
            if link.is_silent:
                continue  # the server goes on, so that what it was asked is really done
            await self._hold()
            if await self._cut_by_limit(link, Direction.TO_CLIENT, data, link.client):
                return
            link.client.write(data)
            await link.client.drain()
        if not link.is_silent:
            link.client.write_eof()

    async def _end_client(self, link: _Link, rule: _PatternRule) -> None:
        if rule.cut is Cut.GARBLED:
            link.client.write(_NO_ANSWER)
            await link.client.drain()
            link.client.write_eof()
        else:
            _reset(link.client)
        rule.has_cut()

    async def _cut_by_limit(
        self, link: _Link, direction: Direction, data: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        for rule in self._limits:
            if rule.direction is not direction:
                continue
            allowed = rule.allow(len(data))
            if allowed is not None:
                writer.write(data[:allowed])
                await writer.drain()
                link.reset()
                rule.has_cut()
                return True
        return False

    async def _cut_by_pattern(self, link: _Link, data: bytes) -> bool:
        """Apply the first rule that matches; say whether the client's requests end here."""
        for rule in self._patterns:
            at = rule.find(link.last_request_bytes, data)
            if at is None:
                continue
            if rule.cut in {Cut.BEFORE_ANSWER, Cut.GARBLED}:
                link.cut_at_answer = rule
                return False
            link.is_silent = True
            if rule.cut is not Cut.HANG:
                _reset(link.client)
                link.server.write(data[:at] if rule.cut is Cut.BEFORE_REQUEST else data)
                link.server.write_eof()  # not RST, which could take back what was sent before
            rule.has_cut()
            return rule.cut is not Cut.HANG
        return False
