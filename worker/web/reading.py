"""Reads requests: we find where each ends, httptools reads it, and both have to agree.

The parser never sees a byte behind the request under way, so that what follows it, a second
request or anything else, waits until the first is answered.
"""

import re
from typing import Final, NamedTuple

import httptools

from worker.web.bounds import HEAD_BYTES_MAX, HEAD_LINES_MAX
from worker.web.chunks import ChunkFinder
from worker.web.refusals import HeadTooLarge, Unreadable

_HEAD_END: Final = b"\r\n\r\n"
_OFFER: Final = re.compile(rb"(?<=\n)upgrade(?=[ \t]*:)", re.IGNORECASE)


class Head(NamedTuple):
    """A request without its body."""

    method: str
    target: bytes
    version: str
    headers: list[tuple[bytes, bytes]]
    """Names in lower case; a field of several lines is there several times."""
    keeps_alive: bool
    expects_continue: bool


class RequestReader:
    """Reads one request of a connection after the other."""

    __slots__ = (
        "_chunks",
        "_expects",
        "_headers",
        "_held",
        "_is_head_over",
        "_is_wanted",
        "_keeps_alive",
        "_left",
        "_parser",
        "_target",
        "body",
        "head",
        "is_complete",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self.body = bytearray()
        """What has arrived of the body, and nobody has taken yet."""
        self.start()

    def start(self) -> None:
        """Begin with the next request."""
        self.head: Head | None = None
        self.is_complete = False
        self._is_wanted = True
        self.body.clear()
        self._held = b""
        self._left = 0
        self._chunks: ChunkFinder | None = None
        self._is_head_over = False
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._expects = False
        self._keeps_alive = False

    def throw_away(self) -> None:
        """Keep nothing more of this request's body."""
        self._is_wanted = False
        self.body.clear()

    def close(self) -> None:
        """Let go of the parser, which points back here."""
        del self._parser

    def take(self, data: bytes) -> bytes:
        """Read on, to the end of this request at most; give what is behind it.

        Raises:
            HeadTooLarge: the head is over its bounds.
            Unreadable: this is no HTTP request.
        """
        if self.head is None:
            data = self._take_head(data)
        if data and self.head is not None and not self.is_complete:
            data = self._take_body(data)
        return data

    # -- where things end --------------------------------------------------------------------------

    def _take_head(self, data: bytes) -> bytes:
        held = self._held
        if not held:  # blank lines before a request are allowed (RFC 9112, 2.2)
            data = data.lstrip(b"\r\n")
        before = len(held)
        whole = held + data
        end = whole.find(_HEAD_END, max(before - len(_HEAD_END) + 1, 0))
        size = len(whole) if end < 0 else end + len(_HEAD_END)
        if size > HEAD_BYTES_MAX:
            raise HeadTooLarge
        part = data[: size - before]
        self._held = held + part
        self._feed(part)
        if self._is_head_over is not (end >= 0):
            raise Unreadable
        if end >= 0:
            self._read_head()
        return data[size - before :]

    def _read_head(self) -> None:
        if not self.is_complete:
            headers = dict(self._headers)
            if b"transfer-encoding" in headers:
                self._chunks = ChunkFinder()
            else:
                self._left = int(headers[b"content-length"])
        version = self._parser.get_http_version()
        self.head = Head(
            method=self._parser.get_method().decode("ascii"),
            target=self._target,
            version=version,
            headers=self._headers,
            keeps_alive=version == "1.1" and self._keeps_alive,
            expects_continue=version == "1.1" and self._expects,
        )
        self._held = b""

    def _take_body(self, data: bytes) -> bytes:
        if self._chunks is not None:
            size = self._chunks.find(data)
            is_over = self._chunks.is_over
        else:
            size = min(self._left, len(data))
            self._left -= size
            is_over = not self._left
        self._feed(data[:size] if size < len(data) else data)
        if self.is_complete is not is_over:
            raise Unreadable
        return data[size:]

    # -- the parser --------------------------------------------------------------------------------

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._ignore_offer()
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, HeadTooLarge):
                raise error.__context__ from None
            raise Unreadable from error

    def _ignore_offer(self) -> None:
        """Read the head again as if no other protocol were offered (RFC 9110, 7.8).

        Once a parser has seen an offer it takes the body for the other protocol's.
        """
        held = self._held
        self.start()
        self._held = held
        self._parser = httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(_OFFER.sub(b"offered", held))
        except (httptools.HttpParserUpgrade, httptools.HttpParserError) as error:
            raise Unreadable from error  # CONNECT, which is for proxies

    def on_message_begin(self) -> None:
        """Refuse a second request where the first should end (the parser calls this)."""
        if self.is_complete:
            raise Unreadable

    def on_url(self, part: bytes) -> None:
        """Take some of the target (the parser calls this)."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header (the parser calls this); what comes in the trailer section is none."""
        if self._is_head_over:
            return
        if len(self._headers) >= HEAD_LINES_MAX:
            raise HeadTooLarge
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self._expects = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Know that the head is over (the parser calls this)."""
        self._is_head_over = True
        self._keeps_alive = self._parser.should_keep_alive()  # forgotten once a request is over

    def on_body(self, part: bytes) -> None:
        """Keep some of the body (the parser calls this)."""
        if self._is_wanted:
            self.body += part

    def on_message_complete(self) -> None:
        """Know that the request is over (the parser calls this)."""
        self.is_complete = True
