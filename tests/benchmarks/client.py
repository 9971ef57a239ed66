"""The bundled load generator: raw sockets on uvloop, for machines without wrk.

``python -m tests.benchmarks.client SPEC`` reads what ``load.fire`` wrote and prints one line of
JSON, as the script for wrk does.
"""

import asyncio
import json
import re
import sys
import time
from array import array
from itertools import cycle
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import uvloop

from tests.benchmarks.load import NUMBERS, SEPARATOR

_CHUNKED: Final = b"transfer-encoding: chunked"
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Requests:
    """Makes requests: everything but the recipients is laid out beforehand."""

    def __init__(self, host: str, shots: list[dict[str, Any]], first: int) -> None:
        self._number = first
        self._shots = cycle([self._laid_out(host, shot) for shot in shots])

    @staticmethod
    def _laid_out(host: str, shot: dict[str, Any]) -> tuple[bytes, bytes, int]:
        count = shot["count"]
        recipients_bytes = 7 * count + len(SEPARATOR) * (count - 1)
        head, tail = shot["head"].encode(), shot["tail"].encode()
        fields = [f"Host: {host}"]
        fields += [f"{name}: {value}" for name, value in shot["headers"].items()]
        if shot["is_get"]:
            end = "\r\n".join([" HTTP/1.1", *fields, "", ""])
            return f"GET {shot['path']}".encode() + head, tail + end.encode(), count
        lines = [f"POST {shot['path']} HTTP/1.1", *fields]
        lines += [f"Content-Length: {len(head) + recipients_bytes + len(tail)}", "", ""]
        return "\r\n".join(lines).encode() + head, tail, count

    def next(self) -> bytes:
        head, tail, count = next(self._shots)
        if count == 1:
            self._number = (self._number + 1) % NUMBERS
            return b"%b%07d%b" % (head, self._number, tail)
        numbers = [f"{(self._number + place) % NUMBERS:07}" for place in range(1, count + 1)]
        self._number += count
        return head + SEPARATOR.join(numbers).encode() + tail


class _Totals:
    """What all connections saw."""

    def __init__(self) -> None:
        self.is_over = False
        self.answers = self.refused = self.broken = 0
        self.latencies_s = array("d")

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3 if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self, requests: _Requests, totals: _Totals) -> None:
        self._requests = requests
        self._totals = totals
        self._received = b""
        self._sent_at_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._totals.broken += not self._totals.is_over

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        if not _is_whole(received, end):
            return
        if self._totals.is_over:
            return
        self._totals.latencies_s.append(time.perf_counter() - self._sent_at_s)
        self._totals.answers += 1
        self._totals.refused += received[9:10] not in b"23"
        self._received = b""
        self._send()

    def _send(self) -> None:
        self._sent_at_s = time.perf_counter()
        self._transport.write(self._requests.next())


def _is_whole(received: bytes, end: int) -> bool:
    """Whether all of an answer is there whose head ends at ``end``."""
    length = _LENGTH.search(received, 0, end)
    if length is None and _CHUNKED in received[:end].lower():
        return received.endswith(_LAST_CHUNK)
    return len(received) >= end + 4 + (int(length[1]) if length else 0)


async def run(spec: dict[str, Any]) -> dict[str, float]:
    """Fire for the time that the spec says."""
    address = urlsplit(spec["base_url"])
    requests = _Requests(address.netloc, spec["shots"], spec["first"])
    totals = _Totals()
    loop = asyncio.get_running_loop()
    started_s = time.perf_counter()
    for _ in range(spec["connections"]):
        await loop.create_connection(
            lambda: _Connection(requests, totals), address.hostname, address.port
        )
    await asyncio.sleep(spec["seconds"])
    totals.is_over = True
    return {
        "seconds": time.perf_counter() - started_s,
        "answers": totals.answers,
        "refused": totals.refused,
        "broken": totals.broken,
        "p50_ms": totals.percentile_ms(0.50),
        "p99_ms": totals.percentile_ms(0.99),
    }


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(json.loads(Path(sys.argv[1]).read_text())))))
