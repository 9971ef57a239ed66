"""The demo: how soon it is ready, and what it takes while nothing happens."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Final

from tests.benchmarks.bench import ROUNDS, Bench, echo_process
from tests.benchmarks.machine import shared_mib
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import UNLIMITED, Demo

READY_S: Final = 3.0
IDLE_MIB: Final = 200
IDLE_FOR_S: Final = 5.0


def demo(bench: Bench) -> Iterator[Row]:
    """``serve --demo`` in a new folder, beside a bare Litestar process."""
    ready_s: list[float] = []
    again_s: list[float] = []
    idle_mib: list[float] = []
    echo_s: list[float] = []
    echo_mib: list[float] = []
    for number in range(1, ROUNDS + 1):
        started_s = time.monotonic()
        with echo_process(bench.folder / "echo.log") as (_, pid):
            echo_s.append(time.monotonic() - started_s)
            echo_mib.append(shared_mib(pid))
        folder = bench.folder / f"demo-{number}"
        for found in (ready_s, again_s):
            started_s = time.monotonic()
            with Demo(folder, settings=UNLIMITED) as process:
                found.append(time.monotonic() - started_s)
                if found is ready_s:
                    time.sleep(IDLE_FOR_S)
                    idle_mib.append(shared_mib(process.pid))
        bench.say(f"demo: round {number}: ready in {ready_s[-1]:.2f} s, {idle_mib[-1]:.0f} MiB")
    yield Row(
        what="serve --demo: ready",
        figure=Figure(value=median(ready_s), unit="s", what="new folder"),
        baseline=Figure(value=median(echo_s), unit="s", what="bare Litestar"),
        aim=f"≤ {READY_S:.0f} s",
        is_met=median(ready_s) <= READY_S,
        notes=f"{median(again_s):.2f} s when started again",
    )
    yield Row(
        what="serve --demo: idle memory",
        figure=Figure(value=median(idle_mib), unit="MiB", what="of all its processes"),
        baseline=Figure(value=median(echo_mib), unit="MiB", what="bare Litestar"),
        aim=f"≤ {IDLE_MIB} MiB",
        is_met=median(idle_mib) <= IDLE_MIB,
        notes=f"{IDLE_FOR_S:.0f} s after it was ready",
    )
