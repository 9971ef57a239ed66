"""TLS between a connection and its socket: a protocol to the one, a transport to the other.

asyncio has such a layer, too. Under that one a connection is nobody's until its handshake is
over, and who writes is not told what a client does not read; here every bound of ``bounds.py``
holds from the first byte on (decision 61). The cryptography is OpenSSL's.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Final, cast

from worker.web.refusals import PLAIN_HTTP

READ_BYTES: Final = 64 * 1024
"""Of what was decrypted, at once."""
FAILED: Final = "tls_failed"
"""For the metric: the client and we found no way to speak TLS."""


class _Stage(Enum):
    """What may be said."""

    HANDSHAKE = auto()
    """Nothing yet."""
    OPEN = auto()
    """Anything."""
    OVER = auto()
    """Nothing more: what still comes is thrown away."""


class Tls(asyncio.Protocol, asyncio.Transport):
    """Carries one connection; that one's deadline for a head holds for the handshake, too."""

    def __init__(
        self,
        *,
        connect: Callable[..., asyncio.Protocol],
        context: Callable[[], ssl.SSLContext],
        note: Callable[[str], None],
        **given: Any,
    ) -> None:
        """Make the connection by ``connect``, with what uvicorn gives one.

        ``context`` says what is in force when a handshake begins; ``note`` counts those that fail.
        """
        super().__init__()
        self._connection = connect(**given)
        self._context = context
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._stage = _Stage.HANDSHAKE
        self._is_read_paused = False
        self._has_eof = False
        self._is_kept_open = False
        """After that, for an answer."""

    # -- a protocol: from the socket -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have the connection counted before anything is spent on it."""
        self._socket = cast("asyncio.Transport", transport)
        self._connection.connection_made(self)
        if not self._socket.is_closing():
            self._tls = self._context().wrap_bio(self._incoming, self._outgoing, server_side=True)

    def data_received(self, data: bytes) -> None:
        """Decrypt, unless nothing is listened to any more."""
        if self._stage is not _Stage.OVER:
            self._incoming.write(data)
            self._read()

    def eof_received(self) -> bool:
        """Tell the connection, once, that nothing more comes."""
        if not self._has_eof:
            self._has_eof = True
            self._is_kept_open = bool(self._connection.eof_received())
        return self._is_kept_open

    def pause_writing(self) -> None:
        """Tell the connection that the client does not read."""
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """Tell the connection that the client has read."""
        self._connection.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the connection."""
        self._stage = _Stage.OVER
        self._connection.connection_lost(exc)

    # -- a transport: from the connection --------------------------------------------------------

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Give what the socket's transport says of itself."""
        return self._socket.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """Give the bytes that the system has not taken yet, encrypted."""
        return self._socket.get_write_buffer_size()

    def is_closing(self) -> bool:
        """Whether nothing can be said any more."""
        return self._socket.is_closing()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Encrypt and send."""
        if self._stage is not _Stage.OPEN:
            return
        for data in list_of_data:
            rest = memoryview(data)
            while rest:  # a record takes 16 KiB
                rest = rest[self._tls.write(rest) :]
        self._flush()

    def pause_reading(self) -> None:
        """Decrypt no more for now."""
        self._is_read_paused = True
        self._socket.pause_reading()

    def resume_reading(self) -> None:
        """Go on, with what has arrived already first."""
        self._is_read_paused = False
        self._socket.resume_reading()
        self._loop.call_soon(self._read)

    def write_eof(self) -> None:
        """Say that nothing more comes, and let the client read what has."""
        self._say_last()
        self._socket.write_eof()

    def close(self) -> None:
        """Close once what was said is out; for the other side's last word nobody waits."""
        self._say_last()
        self._socket.close()

    def abort(self) -> None:
        """Close now."""
        self._stage = _Stage.OVER
        self._socket.abort()

    # -- between them ----------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            if self._stage is _Stage.HANDSHAKE:
                self._tls.do_handshake()
                self._stage = _Stage.OPEN
            while self._stage is _Stage.OPEN and not self._is_read_paused:
                data = self._tls.read(READ_BYTES)
                if data:
                    self._connection.data_received(data)
                elif not self.eof_received():
                    self.close()
                else:
                    break
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._fail(error)
        self._flush()

    def _fail(self, error: ssl.SSLError) -> None:
        """Close, having told the client why where TLS has words for that."""
        if self._stage is _Stage.HANDSHAKE:
            self._note(FAILED)
        if error.reason == "HTTP_REQUEST":
            self._outgoing.write(PLAIN_HTTP)
        self._stage = _Stage.OVER
        self._flush()
        self._socket.close()

    def _say_last(self) -> None:
        if self._stage is _Stage.OPEN:
            with suppress(ssl.SSLError):  # it would like to hear the same from the other side
                self._tls.unwrap()
            self._flush()
        self._stage = _Stage.OVER

    def _flush(self) -> None:
        if self._outgoing.pending and not self._socket.is_closing():
            self._socket.write(self._outgoing.read())
