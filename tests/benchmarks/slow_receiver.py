"""A receiver that takes its time: ``python -m tests.benchmarks.slow_receiver PORT SECONDS``."""

import asyncio
import json
import sys
import time

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class SlowReceiver:
    """Takes each post after ``delay_s``; GET says how many came in which time, DELETE forgets."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._times_s: list[float] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"DELETE"):
                    self._times_s.clear()
                    writer.write(ANSWER)
                    continue
                if head.startswith(b"GET"):
                    times_s = self._times_s or [0.0]
                    said = {"count": len(self._times_s), "took_s": times_s[-1] - times_s[0]}
                    body = json.dumps(said).encode()
                    length = f"content-length: {len(body)}\r\n\r\n".encode()
                    writer.write(b"HTTP/1.1 200 OK\r\n" + length + body)
                    continue
                length_at = head.lower().index(b"content-length:") + 15
                await reader.readexactly(int(head[length_at:].split(b"\r\n", 1)[0]))
                await asyncio.sleep(self._delay_s)
                self._times_s.append(time.monotonic())
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main(port: int, delay_s: float) -> None:
    """Serve until the process is ended."""
    receiver = SlowReceiver(delay_s)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port, backlog=1_024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
