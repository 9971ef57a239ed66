"""``python -m tests.benchmarks.smsc PORT``: an SMSC that takes what it is given, by SMPP 3.4."""

import asyncio
import struct
import sys
from itertools import count
from typing import Final, cast

import uvloop

HEAD: Final = struct.Struct("!IIII")
"""Length, command, status and sequence number (SMPP 3.4, 3.2)."""
RESPONSE: Final = 0x8000_0000
BINDS: Final = (0x1, 0x2, 0x9)
SUBMIT_SM: Final = 0x4
LENGTH_MAX: Final = 65_536


class Taking(asyncio.Protocol):
    """One connection: each request is answered with success, a submission with a number."""

    def __init__(self) -> None:
        self._received = b""
        self._numbers = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer what is whole."""
        received, answers = self._received + data, b""
        while len(received) >= HEAD.size:
            length, command, _, sequence = HEAD.unpack_from(received)
            if not HEAD.size <= length <= LENGTH_MAX:
                self._transport.abort()
                return
            if len(received) < length:
                break
            received = received[length:]
            if not command & RESPONSE:
                answers += self._answer(command, sequence)
        self._received = received
        self._transport.write(answers)

    def _answer(self, command: int, sequence: int) -> bytes:
        body = b""
        if command in BINDS:
            body = b"bench\0"
        if command == SUBMIT_SM:
            body = b"%d\0" % next(self._numbers)
        return HEAD.pack(HEAD.size + len(body), command | RESPONSE, 0, sequence) + body


async def main(port: int) -> None:
    """Listen on the loopback until the process ends."""
    server = await asyncio.get_running_loop().create_server(Taking, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
