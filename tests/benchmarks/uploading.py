"""A list of 100,000 rows at a server: previewed, and put into the queue, beside what it costs."""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.waiting import wait_until
from tests.support.processes import tree
from tests.support.uploads import HELLO, csv_list

ROWS: Final = 100_000
PREVIEW_MAX_S: Final = 5
QUEUED_RATE: Final = 10_000
MEMORY_MAX_MIB: Final = 150
KIB_IN_MIB: Final = 1_024
WITHIN_S: Final = 300
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """What something took, and what the server computed for it."""

    wall_s: float
    cpu_s: float


def uploading(bench: Bench) -> Iterator[Row]:
    """On each store: the preview, the rows in the queue, and the memory for both."""
    for store in STORES:
        with bench.place(store) as place:
            bench.say(f"a list of {ROWS:,} rows, {store}")
            previewed, queued, memory_mib = _measured(place)
        yield Row(
            what=f"preview of {ROWS:,} rows, {store}",
            figure=Figure(value=previewed.wall_s, unit="s"),
            aim=f"≤ {PREVIEW_MAX_S} s",
            is_met=previewed.wall_s <= PREVIEW_MAX_S,
            notes=f"{previewed.cpu_s:.1f} s of the server's CPU",
        )
        yield Row(
            what=f"rows of an uploaded list queued, {store}",
            figure=Figure(value=ROWS / queued.wall_s, unit="/s"),
            baseline=bench.commits(store),
            aim=f"≥ {QUEUED_RATE:,}/s",
            is_met=queued.wall_s * QUEUED_RATE <= ROWS,
            notes=f"{ROWS / queued.cpu_s:,.0f} a second of the server's CPU, read models included",
        )
        yield Row(
            what=f"memory of serve with a list of {ROWS:,} rows, {store}",
            figure=Figure(value=memory_mib, unit="MiB", what="at most, of its largest process"),
            aim=f"≤ {MEMORY_MAX_MIB} MiB",
            is_met=memory_mib <= MEMORY_MAX_MIB,
        )


def _measured(place: Place) -> tuple[Cost, Cost, float]:
    with place.guest() as guest:
        account = guest.create_account()
    with place.measured_web("all") as (url, pid):
        headers = {"Authorization": f"Bearer {account.key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=WITHIN_S, trust_env=False) as web:
            began = _spent(pid)
            made = web.post(
                "/api/v1/uploads",
                data={"template": HELLO, "column": "phone"},
                files={"file": csv_list(ROWS)},
            ).raise_for_status()
            previewed = _since(began, pid)
            path = f"/api/v1/uploads/{made.json()['data']['upload_id']}"
            began = _spent(pid)
            web.post(f"{path}/start").raise_for_status()
            wait_until(
                partial(_is_done, web, path), within_s=WITHIN_S, poll_s=0.1, what="all is queued"
            )
            queued = _since(began, pid)
        return previewed, queued, max(map(_peak_mib, _all(pid)))


def _is_done(web: httpx.Client, path: str) -> bool:
    told: dict[str, Any] = web.get(path).raise_for_status().json()["data"]
    return bool(told["state"] == "done")


def _spent(pid: int) -> Cost:
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2] for one in _all(pid)]
    ticks = sum(sum(map(int, told.split()[11:13])) for told in fields)
    return Cost(time.perf_counter(), ticks / TICKS)


def _since(began: Cost, pid: int) -> Cost:
    now = _spent(pid)
    return Cost(now.wall_s - began.wall_s, now.cpu_s - began.cpu_s)


def _all(pid: int) -> tuple[int, ...]:
    return tuple(tree(pid))


def _peak_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / KIB_IN_MIB
    return 0.0
