"""Calls a provider over HTTP: every wait has a limit, nothing is followed, answers are bounded."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx

from adapters.mobile_money.wire.blanking import Blanking
from application.ports import Clock, WireExchange, WireLog

ANSWER_BYTES_MAX: Final = 256 * 1024
IDLE_S: Final = 2.5
"""How long a connection is kept for another call: servers keep theirs for 5 s and longer."""
CONNECTIONS_MAX: Final = 64
UNSENDABLE: Final = (
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
    UnicodeError,
)
"""An address, a header or a key that cannot be written."""
ALWAYS: Final = {"User-Agent": "Ngoma", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long each step of a call may take."""

    connect_s: float = 5.0
    write_s: float = 10.0
    answer_s: float = 30.0
    """For each piece of an answer, and for all of it after its head."""
    pool_s: float = 5.0
    """For a free connection."""


class CallFailed(Exception):
    """There is no answer; says why, in words for operators."""


class NotDelivered(CallFailed):
    """Nothing of the request has left."""


class NoAnswer(CallFailed):
    """The request may have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One call; ``path`` begins with a slash and follows the provider's base URL."""

    method: str
    path: str
    purpose: str
    reference: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    answer_s: float | None = None
    """How long the answer may take, where it is not as usual."""

    def with_headers(self, headers: Mapping[str, str]) -> "WireRequest":
        """Give the same call with headers more."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came back; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Name it for operators: ``HTTP 503, text/html``."""
        kind = self.headers.get("content-type", "").partition(";")[0]
        return f"HTTP {self.status}{f', {kind}' if kind else ''}"


class Caller:
    """Calls one provider and keeps what was said."""

    def __init__(
        self,
        *,
        provider: str,
        base_url: str,
        clock: Clock,
        log: WireLog,
        secrets: Sequence[str] = (),
        waits: Waits | None = None,
    ) -> None:
        self.clock = clock
        self._provider = provider
        self._base_url = base_url.rstrip("/")
        self._log = log
        self._blanking = Blanking(secrets)
        self._waits = waits or Waits()
        # A transport of httpx rather than its client: nothing is followed and no cookie kept, and
        # a call costs a third less.
        self._transport = httpx.HTTPTransport(
            trust_env=False,  # no certificates that nobody set here
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX,
                max_keepalive_connections=CONNECTIONS_MAX,
                keepalive_expiry=IDLE_S,
            ),
        )

    @property
    def authority(self) -> str:
        """The host, and the port if it is not the scheme's own, in lower case."""
        place = urlsplit(self._base_url)
        return place.netloc.lower().removesuffix(":443" if place.scheme == "https" else ":80")

    def path_of(self, request: WireRequest) -> str:
        """Give the path as the provider sees it, without the query."""
        return urlsplit(self._base_url).path + request.path

    def call(self, request: WireRequest) -> WireAnswer:
        """Make one call.

        Raises:
            NotDelivered: nothing has left.
            NoAnswer: there is no answer, or one that is too long or encoded.
        """
        at, started_s = self.clock.now(), time.monotonic()
        shown = "nothing"
        try:
            answer = self._exchange(request)
            shown = "\n".join(
                [
                    f"HTTP {answer.status}",
                    *self._blanking.headers(answer.headers),
                    self._blanking.body(answer.body),
                ]
            )
        except CallFailed as error:
            shown = str(error)
            raise
        else:
            return answer
        finally:
            self._log.note(
                WireExchange(
                    at=at,
                    provider=self._provider,
                    reference=request.reference,
                    purpose=request.purpose,
                    request=self._shown(request),
                    answer=shown,
                    took_ms=round((time.monotonic() - started_s) * 1_000),
                )
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def _exchange(self, request: WireRequest) -> WireAnswer:
        answer_s = request.answer_s or self._waits.answer_s
        waits = {
            "connect": self._waits.connect_s,
            "read": answer_s,
            "write": self._waits.write_s,
            "pool": self._waits.pool_s,
        }
        try:
            response = self._transport.handle_request(
                httpx.Request(
                    request.method,
                    self._url(request),
                    headers={**ALWAYS, **request.headers},
                    content=request.body or None,
                    extensions={"timeout": waits},
                )
            )
            with closing(response):
                body = _read(response, deadline_s=time.monotonic() + answer_s)
                return WireAnswer(response.status_code, body, dict(response.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            msg = f"It could not be reached ({type(error).__name__})."
            raise NotDelivered(msg) from error
        except UNSENDABLE as error:
            msg = f"What was to be sent cannot be sent ({type(error).__name__})."
            raise NotDelivered(msg) from error
        except httpx.HTTPError as error:  # its own words may quote the address, with its query
            msg = f"It gave no answer ({type(error).__name__})."
            raise NoAnswer(msg) from error

    def _url(self, request: WireRequest) -> str:
        query = f"?{urlencode(request.query)}" if request.query else ""
        return f"{self._base_url}{request.path}{query}"

    def _shown(self, request: WireRequest) -> str:
        line = f"{request.method} {self._blanking.blank(self._url(request))}"
        lines = [line, *self._blanking.headers(request.headers)]
        return "\n".join([*lines, self._blanking.body(request.body)] if request.body else lines)


def _read(response: httpx.Response, *, deadline_s: float) -> bytes:
    """Read an answer's body.

    Raises:
        NoAnswer: it is encoded, too long, or does not come to its end in time.
    """
    if "content-encoding" in response.headers:
        msg = "Its answer was compressed although that was not asked for."
        raise NoAnswer(msg)
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            msg = "Its answer was too long."
            raise NoAnswer(msg)
        if time.monotonic() > deadline_s:
            msg = "Its answer did not end in time."
            raise NoAnswer(msg)
    return bytes(body)
