"""What accounts are told: webhooks of many at a receiver that takes its time, pages of a feed."""

import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from application.telling.told import told, written
from domain.feed import FEED_PAGE_MAX
from tests.benchmarks.bench import SQLITE, Bench
from tests.benchmarks.fill import Filler
from tests.benchmarks.gateways import Guest, wait_until_followed
from tests.benchmarks.load import ROOT
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import wait_until_ready
from tests.end_to_end.waiting import wait_until
from tests.support.hooks import webhook_command
from tests.support.processes import reaper
from tests.support.servers import free_port

DELAY_S: Final = 0.05
ACCOUNTS: Final = 100
EACH: Final = 100
RATE_AIM: Final = 500
TIMES_AIM: Final = 20
ONE_AFTER_THE_OTHER: Final = 60
WITHIN_S: Final = 180
PAGES: Final = 60
REAL: Final = 20_000
"""Messages that a long feed is of; ten minutes would go by before as many were as it has events."""
PAGE_AIM_MS: Final = 20


def webhooks(bench: Bench) -> Iterator[Row]:
    """Events of many accounts, told by one process, against one client one after the other."""
    with bench.place(SQLITE) as place, _receiver() as url:
        with place.guest() as guest:
            bench.say(f"{ACCOUNTS * EACH:,} events for {ACCOUNTS} webhooks")
            for number in range(ACCOUNTS):
                account = guest.create_account(f"told-{number}")
                guest.run(webhook_command(guest.system, account.number, f"{url}/{number}")[0])
                Filler(guest, account).fill(EACH, bench.say)
        alone = _one_after_the_other(url)
        httpx.delete(url, trust_env=False)
        port = free_port()
        serve = place.process("serve", "--port", port, name="serve")
        serve.settings["NGOMA_WEBHOOKS_ALLOW_PRIVATE"] = "127.0.0.0/8"
        with serve:
            wait_until_ready(serve, f"http://127.0.0.1:{port}")
            wait_until(
                lambda: _said(url)["count"] >= ACCOUNTS * EACH,
                within_s=WITHIN_S,
                poll_s=0.5,
                what="every event is told",
            )
        rate = ACCOUNTS * EACH / _said(url)["took_s"]
    yield Row(
        what=f"webhooks to a receiver that takes {DELAY_S * 1_000:.0f} ms, one process, SQLite",
        figure=Figure(value=rate, unit="deliveries/s"),
        baseline=Figure(value=alone, unit="posts/s", what="by httpx"),
        aim=f"≥ {RATE_AIM:,}/s, ≥ {TIMES_AIM} times",
        is_met=rate >= RATE_AIM and rate >= TIMES_AIM * alone,
        notes=f"{ACCOUNTS} webhooks with {EACH} events each, in order for each",
    )


def feed_pages(bench: Bench) -> Iterator[Row]:
    """Pages of the largest size, anywhere in a long feed, as they are written."""
    with bench.place(SQLITE) as place, place.guest() as guest:
        account = guest.create_account("Reader")
        real = min(REAL, bench.messages)
        Filler(guest, account).fill(real, bench.say)
        bench.say("following")
        while guest.system.follower.step():
            pass
        wait_until_followed(guest)
        bench.say(f"{bench.messages:,} events in bulk")
        _repeat(place.folder / "read.db", times=bench.messages // real)
        whole_ms, read_ms = _pages(guest, account.number)
    yield Row(
        what=f"page of {FEED_PAGE_MAX:,} events of the feed at {bench.messages:,} events, SQLite",
        figure=Figure(value=whole_ms, unit="ms"),
        aim=f"≤ {PAGE_AIM_MS} ms",
        is_met=whole_ms <= PAGE_AIM_MS,
        notes=f"median of {PAGES}, written as JSON; read alone {read_ms:.1f} ms; "
        f"of {real:,} messages, told again and again",
    )


def _repeat(read_db: Path, *, times: int) -> None:
    """Have what stands in the feed stand there so many times, one after the other."""
    columns = "id || ?, position, type, number, at, details FROM feed WHERE sequence <= ?"
    with closing(sqlite3.connect(read_db)) as connection, connection:
        (end,) = connection.execute("SELECT max(sequence) FROM feed").fetchone()
        for time_ in range(1, times):
            connection.execute(
                f"INSERT INTO feed SELECT account, sequence + ?, {columns}",
                (time_ * end, time_, end),
            )
        connection.execute("UPDATE feed_ends SET last = ?", (times * end,))


def _pages(guest: Guest, account: int) -> tuple[float, float]:
    queries = guest.system.queries
    end = queries.feed_ends([account])[account]
    whole, read = [], []
    for number in range(PAGES):
        after = (end - FEED_PAGE_MAX) * number // PAGES
        begun_s = time.perf_counter()
        rows = queries.feed(account, after=after, limit=FEED_PAGE_MAX)
        read.append(time.perf_counter() - begun_s)
        written({"data": [told(row) for row in rows]})
        whole.append(time.perf_counter() - begun_s)
        assert len(rows) == FEED_PAGE_MAX
    return statistics.median(whole) * 1_000, statistics.median(read) * 1_000


@contextmanager
def _receiver() -> Iterator[str]:
    port = free_port()
    arguments = [sys.executable, "-m", "tests.benchmarks.slow_receiver", str(port), str(DELAY_S)]
    process = subprocess.Popen(arguments, cwd=ROOT, start_new_session=True)
    reaper().own_process(process.pid)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(partial(_answers, url), within_s=30, what="the receiver listens", poll_s=0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)
        reaper().forget_process(process.pid)


def _answers(url: str) -> bool:
    try:
        return bool(_said(url))
    except httpx.HTTPError:
        return False


def _said(url: str) -> dict[str, float]:
    found: dict[str, float] = httpx.get(url, trust_env=False).json()
    return found


def _one_after_the_other(url: str) -> float:
    with httpx.Client(trust_env=False) as client:
        begun_s = time.monotonic()
        for _ in range(ONE_AFTER_THE_OTHER):
            client.post(url, json={"type": "message.sent"})
        return ONE_AFTER_THE_OTHER / (time.monotonic() - begun_s)
