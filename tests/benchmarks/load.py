"""Load on an HTTP server: by wrk where it is installed, else by a client of our own.

Both run as a process beside the server, keep their connections open, and send the next request
of a connection when its last one was answered. Recipients are distinct within a run.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).parents[2]
SEPARATOR: Final = '","077'
"""What stands between two recipients of a bulk: all are Airtel's, 077 and seven digits."""
NUMBERS: Final = 10_000_000

_LUA: Final = """
local place, number = 0, FIRST
local function digits()
  number = (number + 1) % NUMBERS
  return string.format("%07d", number)
end
function request()
  place = place % #shots + 1
  local shot = shots[place]
  local parts = {}
  for i = 1, shot.count do parts[i] = digits() end
  local body = shot.head .. table.concat(parts, SEPARATOR) .. shot.tail
  if shot.is_get then return wrk.format("GET", shot.path .. body, shot.headers) end
  return wrk.format("POST", shot.path, shot.headers, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\n{"seconds":%f,"answers":%d,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f}\\n',
    summary.duration / 1e6, summary.requests, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Generator(StrEnum):
    """What makes the load."""

    WRK = "wrk"
    OWN = "own"

    @classmethod
    def best(cls) -> Self:
        """Give wrk where it is installed."""
        return cls.WRK if shutil.which("wrk") else cls.OWN

    def __str__(self) -> str:
        return "wrk" if self is Generator.WRK else "the bundled asyncio client"


@dataclass(frozen=True, slots=True)
class Shot:
    """One kind of request: ``head``, then ``count`` recipients (seven digits each), then ``tail``.

    They are the body of a POST, or for a GET what stands behind the path.
    """

    path: str
    head: str
    tail: str
    headers: Mapping[str, str]
    count: int = 1
    is_get: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of a generator saw; ``refused`` are answers of 400 and above."""

    seconds: float
    answers: int
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        """How many requests were taken."""
        return self.answers - self.refused

    @property
    def rate(self) -> float:
        """Requests taken in a second."""
        return self.accepted / self.seconds

    @property
    def trouble(self) -> str:
        """What did not go well, for the notes; empty when all did."""
        if not (self.refused or self.broken):
            return ""
        return f"{self.refused:,} refused, {self.broken:,} broken"

    @property
    def times(self) -> str:
        """The latencies, for the notes."""
        return f"p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"


def trouble(name: str, loads: Sequence[Load]) -> str:
    """Say what somebody did not accept in all of these; empty when all was."""
    refused, broken = sum(load.refused for load in loads), sum(load.broken for load in loads)
    if not refused and not broken:
        return ""
    return f"{name}: {refused:,} refused, {broken:,} broken, not counted"


def typical(loads: Sequence[Load]) -> Load:
    """Give the run with the median rate (the lower of the two in the middle)."""
    return sorted(loads, key=lambda load: load.rate)[(len(loads) - 1) // 2]


class Firing:
    """A generator at work."""

    def __init__(self, command: Sequence[str], seconds: int) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )

    def result(self) -> Load:
        """Wait for its end.

        Raises:
            RuntimeError: it failed; with what it said.
        """
        said, _ = self._process.communicate(timeout=self._seconds + 60)
        line = said.strip().rpartition("\n")[2]
        if self._process.returncode != 0 or not line.startswith("{"):
            msg = f"the load generator failed: {said[-500:]}"
            raise RuntimeError(msg)
        return Load(**json.loads(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where to fire, what, and how much."""

    base_url: str
    shots: Sequence[Shot]
    connections: int
    seconds: int
    first: int
    """The number before the first recipient's."""


def fire(generator: Generator, aim: Aim, folder: Path) -> Firing:
    """Start a generator; its script is written to ``folder``."""
    name = f"load-{aim.first}-{aim.connections}"
    if generator is Generator.OWN:
        spec = folder / f"{name}.json"
        spec.write_text(json.dumps(asdict(aim)))
        return Firing([sys.executable, "-m", "tests.benchmarks.client", str(spec)], aim.seconds)
    script = folder / f"{name}.lua"
    script.write_text(_script(aim))
    options = ["-t1", f"-c{aim.connections}", f"-d{aim.seconds}s", "--timeout", "30s"]
    return Firing(["wrk", *options, "-s", str(script), aim.base_url], aim.seconds)


def _script(aim: Aim) -> str:
    shots = ",\n".join(_lua_shot(shot) for shot in aim.shots)
    text = f"local shots = {{\n{shots}\n}}\n{_LUA}"
    for name, value in (("NUMBERS", NUMBERS), ("FIRST", aim.first), ("SEPARATOR", SEPARATOR)):
        text = text.replace(name, _quoted(value) if isinstance(value, str) else str(value))
    return text


def _lua_shot(shot: Shot) -> str:
    headers = ", ".join(f"[{_quoted(k)}] = {_quoted(v)}" for k, v in shot.headers.items())
    return (
        f"{{path = {_quoted(shot.path)}, head = {_quoted(shot.head)},"
        f" tail = {_quoted(shot.tail)}, count = {shot.count},"
        f" is_get = {json.dumps(shot.is_get)}, headers = {{{headers}}}}}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # Lua reads these escapes as JSON does
