"""One HTTP request and its answer as plain values: nothing here knows the framework."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec

from application.accounts.principal import Principal
from application.ports import Asker, Quota, never

JSON: Final = b"application/json"
NO_STORE: Final = b"no-store"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]


HUNG_UP: Final = "ngoma.hung_up"
"""The extension of the scope by which our server says whether the client may be gone."""


class ClientGone(Exception):
    """The client went away before its request was complete."""


class Call:
    """One request, read: what endpoints work with."""

    __slots__ = (
        *("asker", "body", "has_hung_up", "headers", "is_counted", "is_head", "is_https", "marks"),
        *("noted_id", "params", "path", "peer", "principal", "query", "quotas", "request_id"),
    )

    def __init__(
        self,
        *,
        headers: Mapping[bytes, bytes],
        body: bytes = b"",
        query: bytes = b"",
        params: Mapping[str, Any] | None = None,
        peer: str | None = None,
        request_id: str = "",
        noted_id: str | None = None,
        has_hung_up: Callable[[], bool] = never,
        path: str = "",
        is_https: bool = False,
        is_counted: bool = False,
        is_head: bool = False,
        asker: Asker | None = None,
        principal: Principal | None = None,
    ) -> None:
        self.headers = headers
        self.body = body
        self.query = query
        self.params = params or {}
        self.peer = peer
        """The address of the other end of the connection; None on a Unix socket."""
        self.request_id = request_id
        """What the answer's ``X-Request-Id`` and the logs call this request."""
        self.noted_id = noted_id
        """The same, or our own where the client's may say something of a person: for events."""
        self.has_hung_up = has_hung_up
        """Says, in any thread, whether nobody may be there for the answer any more."""
        self.path = path
        self.is_https = is_https
        """Whether it came to this process over TLS."""
        self.is_counted = is_counted
        """Whether it is part of a page's request, whose address was counted already."""
        self.is_head = is_head
        """Whether nobody is to have the body of the answer."""
        self.asker = asker or Asker()
        self.principal = principal
        """Whose session it is, where it is part of a page's request that found that out."""
        self.quotas: list[tuple[str, Quota]] = []
        """The limits under which this request was counted, by policy."""
        self.marks: set[str] = set()
        """What was found out of it on its way (``api.door.caller.Caller.marks``)."""

    def header(self, name: bytes) -> str | None:
        """Give a header's value; ``name`` in lower case."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1").strip()


def call_of(scope: Scope) -> Call:
    """Give the request of an ASGI scope; its body is read later, where a route has one."""
    client = scope.get("client")
    return Call(
        headers=scope["ngoma.headers"],
        query=scope["query_string"],
        params=scope.get("path_params"),
        peer=client[0] if client else None,
        request_id=scope["ngoma.request_id"].decode("ascii"),
        noted_id=scope["ngoma.noted_id"].decode("ascii"),
        has_hung_up=scope.get("extensions", {}).get(HUNG_UP, never),
        path=scope["path"],
        is_https=scope.get("scheme") == "https",
        is_head=scope["ngoma.is_head"],
        asker=scope["ngoma.asker"],
    )


class Answer(NamedTuple):
    """One answer, ready to be written."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON
    cache_control: bytes = NO_STORE
    """Nothing is kept on its way unless whoever makes the answer says so."""
    file: BinaryIO | None = None
    """What the body is read from, where it may be too large to be held; closed behind it."""


class Streamed(NamedTuple):
    """An answer that goes on until its client leaves, or the process does."""

    chunks: AsyncIterator[bytes]
    end: Callable[[], None]
    """Lets ``chunks`` come to their end; called when the client has left."""
    content_type: bytes
    status: int = 200
    headers: Headers = ((b"x-accel-buffering", b"no"),)
    """A proxy that knows the word passes on what comes at once."""


def answer(content: object, *, status: int = 200, headers: Headers = ()) -> Answer:
    """Make an answer of a schema's value."""
    return Answer(status, encode(content), headers)


def marked(answer: Answer) -> Answer:
    """Say in an answer that it is one of test mode: a last field ``test`` of its JSON object."""
    if answer.content_type != JSON or not answer.body.endswith(b"}"):
        return answer
    comma = b"" if answer.body == b"{}" else b","
    return answer._replace(body=answer.body[:-1] + comma + b'"test":true}')


def encode(content: object) -> bytes:
    """Write JSON; what is given back as the client sent it may hold half a surrogate pair."""
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(content), separators=(",", ":")).encode()
