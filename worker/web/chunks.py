"""Finds where a chunked body ends; what is in it, the parser reads."""

import re
from typing import Final

from worker.web.refusals import Unreadable

CHUNKS_MAX: Final = 4_096
"""Of one body; each costs as much work as a kilobyte, however small it is."""
LINE_BYTES_MAX: Final = 1_024
"""Of the line before a chunk, with extensions that nobody uses, or of one trailer field."""
TRAILER_LINES_MAX: Final = 100

_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,15}(?=[;\r\t ])")


class ChunkFinder:
    """Goes through one chunked body, its trailer section included (RFC 9112, 7.1)."""

    __slots__ = ("_chunks", "_is_in_trailer", "_left", "_line", "_trailer_lines", "is_over")

    def __init__(self) -> None:
        self.is_over = False
        self._chunks = 0
        self._left = 0
        """Bytes of the chunk under way, with the line end behind it."""
        self._line = b""
        self._is_in_trailer = False
        self._trailer_lines = 0

    def find(self, data: bytes) -> int:
        """Say how many bytes of ``data`` belong to the body.

        Raises:
            Unreadable: this is no chunked body, or one of crumbs.
        """
        at = 0
        while at < len(data) and not self.is_over:
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            at = end or len(data)
            if len(self._line) > LINE_BYTES_MAX:
                raise Unreadable
            if end:
                self._read_line()
        return at

    def _read_line(self) -> None:
        line, self._line = self._line, b""
        if self._is_in_trailer:
            self._trailer_lines += 1
            if self._trailer_lines > TRAILER_LINES_MAX:
                raise Unreadable
            self.is_over = line == b"\r\n"
            return
        self._chunks += 1
        found = _SIZE.match(line)
        if found is None or self._chunks > CHUNKS_MAX:
            raise Unreadable
        size = int(found[0], 16)
        self._left = size + 2 if size else 0
        self._is_in_trailer = not size
