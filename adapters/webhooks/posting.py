"""Posts events to webhooks, signed by Standard Webhooks: each step bounded, nothing followed."""

import asyncio
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpcore
from standardwebhooks import Webhook

from adapters.webhooks.connecting import AddressRefused, CheckedBackend, Resolve, Resolver
from application.ports import Clock, Posted
from domain.addresses import Network
from domain.values import SECOND
from domain.webhook_rules import ANSWER_CHARACTERS_KEPT, RETRY_AFTER_MAX_S

CONNECT_S: Final = 3.0
TOTAL_S: Final = 15.0
REST_S: Final = 1.0
"""For the rest of an answer that took the event: it is read to keep the connection alone."""
ANSWER_BYTES_MAX: Final = 64 * 1024
IDLE_S: Final = 4.0
"""How long a connection is kept for the next event: servers keep theirs for 5 s and longer."""
IDLE_MAX: Final = 256

_DIGITS: Final = re.compile(r"\d{5,}")
_UNPRINTABLE: Final = re.compile(r"[^\t\n -~\xa0-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str
    beginning: bytes


class HttpPoster:
    """``application.ports.Poster`` by httpcore; belongs to one event loop."""

    def __init__(
        self,
        *,
        clock: Clock,
        allowed: Sequence[Network] = (),
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
        total_s: float = TOTAL_S,
    ) -> None:
        """``allowed`` are networks within that may be called all the same, also without TLS."""
        self._clock = clock
        self._resolver = Resolver()
        resolve = resolve or self._resolver
        self._backends = {
            is_plain: CheckedBackend(allowed=allowed, resolve=resolve, dial=dial, is_plain=is_plain)
            for is_plain in (False, True)
        }
        self._tls: ssl.SSLContext | None = None
        self._total_s = total_s
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = defaultdict(list)

    async def post(
        self, url: str, *, event: str, signed_with: Sequence[str], body: bytes
    ) -> Posted:
        """Post an event's body, signed with each secret."""
        started_s = time.monotonic()
        answer, error = None, None
        try:
            async with asyncio.timeout(self._total_s):
                answer = await self._exchange(_request(url, self._signed(event, signed_with, body)))
        except AddressRefused:
            error = "ADDRESS_REFUSED"
        except (TimeoutError, httpcore.TimeoutException):
            error = "TIMED_OUT"
        except httpcore.ConnectError as failure:
            is_tls = isinstance(failure.__cause__ or failure.__context__, ssl.SSLError)
            error = "TLS_FAILED" if is_tls else "NOT_CONNECTED"
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            error = "NO_ANSWER"
        took_ms = round((time.monotonic() - started_s) * 1_000)
        if answer is None:
            return Posted(None, error, took_ms=took_ms)
        posted = Posted(answer.status, took_ms=took_ms)
        if posted.is_taken:
            return posted
        return Posted(
            answer.status,
            answer=_shown(answer.beginning),
            retry_after_s=_seconds(answer.retry_after),
            took_ms=took_ms,
        )

    async def close(self) -> None:
        """Let connections and threads go."""
        for idle in self._idle.values():
            for connection in idle:
                await _close(connection)
        self._idle.clear()
        self._resolver.close()

    def _signed(self, event: str, secrets: Sequence[str], body: bytes) -> "_Signed":
        second = self._clock.now() // SECOND
        at, text = datetime.fromtimestamp(second, UTC), body.decode()
        signatures = [Webhook(secret).sign(event, at, text) for secret in secrets]
        return _Signed(event, str(second), " ".join(signatures), body)

    # -- connections ------------------------------------------------------------------------------

    async def _exchange(self, request: httpcore.Request) -> _Answer:
        """Have a request answered; once more where a connection that was kept had gone."""
        kept = await self._kept(str(request.url.origin))
        if kept is not None:
            with suppress(
                httpcore.NetworkError, httpcore.ProtocolError, httpcore.ConnectionNotAvailable
            ):
                return await self._answered(kept, request)
        return await self._answered(self._connection(request.url.origin), request)

    async def _answered(
        self, connection: httpcore.AsyncHTTPConnection, request: httpcore.Request
    ) -> _Answer:
        is_whole = False
        try:
            response = await connection.handle_async_request(request)
            is_taken = 200 <= response.status < 300
            beginning, is_whole = await _read(response, rest_s=REST_S if is_taken else TOTAL_S)
            await response.aclose()
            headers = {name.lower(): value for name, value in response.headers}
            retry_after = headers.get(b"retry-after", b"").decode("latin-1")
            return _Answer(response.status, retry_after, beginning)
        finally:
            if is_whole and connection.is_available() and self._has_room():
                self._idle[str(request.url.origin)].append(connection)
            else:
                await _close(connection)

    async def _kept(self, origin: str) -> httpcore.AsyncHTTPConnection | None:
        """Give a connection that was kept, and close those that have gone."""
        idle = self._idle.get(origin, [])
        found = None
        while idle and found is None:
            one = idle.pop()
            if one.has_expired() or not one.is_available():
                await _close(one)
            else:
                found = one
        if not idle:
            self._idle.pop(origin, None)
        return found

    def _has_room(self) -> bool:
        return sum(map(len, self._idle.values())) < IDLE_MAX

    async def sweep(self) -> None:
        """Close connections that nobody will use any more."""
        for origin in list(self._idle):
            idle = self._idle[origin]
            for one in [one for one in idle if one.has_expired()]:
                idle.remove(one)
                await _close(one)
            if not idle:
                self._idle.pop(origin, None)

    def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        is_plain = origin.scheme == b"http"
        if not is_plain and self._tls is None:  # it reads the authorities: only who needs them
            self._tls = ssl.create_default_context()
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._tls,
            keepalive_expiry=IDLE_S,
            network_backend=self._backends[is_plain],
        )


@dataclass(frozen=True, slots=True)
class _Signed:
    event: str
    timestamp: str
    signatures: str
    body: bytes


def _request(url: str, signed: _Signed) -> httpcore.Request:
    place = re.split("[/?]", url.partition("//")[2], maxsplit=1)[0]
    headers = {
        "Host": place,
        "Content-Type": "application/json",
        "Content-Length": str(len(signed.body)),
        "User-Agent": "Ngoma",
        "webhook-id": signed.event,
        "webhook-timestamp": signed.timestamp,
        "webhook-signature": signed.signatures,
    }
    waits = {"connect": CONNECT_S, "read": TOTAL_S, "write": TOTAL_S, "pool": CONNECT_S}
    return httpcore.Request(
        "POST",
        url,
        headers=[(name.encode(), value.encode()) for name, value in headers.items()],
        content=signed.body,
        extensions={"timeout": waits},
    )


async def _read(response: httpcore.Response, *, rest_s: float) -> tuple[bytes, bool]:
    """Read an answer's beginning, and say whether that was all of it."""
    body = bytearray()
    with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout(rest_s):
            async for piece in response.aiter_stream():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    return bytes(body[:ANSWER_BYTES_MAX]), False
            return bytes(body), True
    return bytes(body), False


async def _close(connection: httpcore.AsyncHTTPConnection) -> None:
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
        await connection.aclose()


def _shown(beginning: bytes) -> str:
    """Give the beginning of an answer as it is kept: no number in it that could be a person's."""
    text = _UNPRINTABLE.sub("", beginning.decode("utf-8", "replace"))
    return _DIGITS.sub("…", text[: 2 * ANSWER_CHARACTERS_KEPT])[:ANSWER_CHARACTERS_KEPT]


def _seconds(written: str) -> int | None:
    """Read Retry-After in seconds; a date is not heeded."""
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        return None
    return min(int(written), RETRY_AFTER_MAX_S)
