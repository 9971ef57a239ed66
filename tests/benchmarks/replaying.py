"""Replaying a million events from the log, beside reading and decoding them and nothing else."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from application.audit.dialects import Plain
from application.audit.journal import write_journal
from domain.month import Month
from tests.benchmarks.bench import SQLITE, STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.histories import fill_postgres, fill_sqlite, history
from tests.benchmarks.load import ROOT
from tests.benchmarks.table import Figure, Row
from tests.conformance.stores import stores_at

EVENTS: Final = 1_000_000
RATE_MIN: Final = 100_000
RATIO_MIN: Final = 0.65
MEMORY_MAX_MIB: Final = 150
JOURNAL_EVENTS: Final = 200_000
"""About half of them post: 100,000 transactions."""
JOURNAL_MAX_S: Final = 60.0
TIMES_HLEDGER: Final = 2.0


def replaying(bench: Bench) -> Iterator[Row]:
    """On each store: replay, the second count, and what a process of its own needs."""
    for store in STORES:
        with bench.place(store) as place:
            bench.say(f"a log of {EVENTS:,} events, {store}")
            _fill(place, EVENTS)
            yield from _rows(store, _measured(place))
    yield from _beside_hledger(bench)


def _rows(store: str, found: dict[str, Any]) -> Iterator[Row]:
    rate, alone = EVENTS / found["replay_s"], EVENTS / found["read_s"]
    posting = EVENTS / found["read_posting_s"]
    yield Row(
        what=f"replay of {EVENTS:,} events, {store}",
        figure=Figure(value=rate, unit="/s"),
        baseline=Figure(value=alone, unit="/s", what="read and decoded, all of them"),
        aim=f"at least {RATE_MIN:,}/s, and {RATIO_MIN} of the baseline",
        is_met=rate >= RATE_MIN and rate / alone >= RATIO_MIN,
        notes=f"reading and decoding only those that post: {posting:,.0f}/s",
    )
    yield Row(
        what=f"the second count, in SQL, {store}",
        figure=Figure(value=EVENTS / found["recount_s"], unit="/s"),
    )
    yield Row(
        what=f"memory of a replay, {store}",
        figure=Figure(value=found["memory_mib"], unit="MiB"),
        aim=f"at most {MEMORY_MAX_MIB} MiB",
        is_met=found["memory_mib"] <= MEMORY_MAX_MIB,
    )


def _fill(place: Place, events: int) -> None:
    if place.database_url is None:
        fill_sqlite(place.folder / "store.db", events)
    else:
        fill_postgres(place.database_url, events)


def _measured(place: Place) -> dict[str, Any]:
    url = place.database_url or str(place.folder / "store.db")
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.replay", url],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    if not found["is_equal"]:
        msg = "the two counts differ"
        raise AssertionError(msg)
    return found


def _beside_hledger(bench: Bench) -> Iterator[Row]:
    """Replay a history, and let hledger check the journal of the same."""
    what = f"replay of {JOURNAL_EVENTS:,} events beside hledger"
    with bench.place(SQLITE) as place:
        _fill(place, JOURNAL_EVENTS)
        journal = bench.folder / "history.journal"
        started_s, began_cpu_s = time.perf_counter(), time.process_time()
        transactions = _write_journals(place, journal)
        journal_s, cpu_s = time.perf_counter() - started_s, time.process_time() - began_cpu_s
        yield _journal_row(journal_s, cpu_s)
        if shutil.which("hledger") is None:
            bench.say("NOT MEASURED: hledger is not installed (apt-get install hledger)")
            yield Row(what=what, figure=None, notes="**hledger is not installed**: not measured")
            return
        bench.say(f"hledger check of {transactions:,} transactions")
        started_s = time.perf_counter()
        subprocess.run(["hledger", "-f", str(journal), "check"], check=True)
        theirs_s = time.perf_counter() - started_s
        ours_s = _measured(place)["replay_s"]
    ours, theirs = transactions / ours_s, transactions / theirs_s
    yield Row(
        what=what,
        figure=Figure(value=ours, unit="/s", what="transactions"),
        baseline=Figure(value=theirs, unit="/s", what="hledger check"),
        aim=f"at least {TIMES_HLEDGER:.0f} times",
        is_met=ours >= TIMES_HLEDGER * theirs,
        notes=f"{transactions:,} transactions of one month's journal",
    )


def _journal_row(journal_s: float, cpu_s: float) -> Row:
    messages = sum(row[2] == "Message.Queued" for row in history(JOURNAL_EVENTS))
    return Row(
        what=f"journal of {messages:,} messages, SQLite",
        figure=Figure(value=messages / journal_s, unit="/s", what="messages"),
        aim=f"1,000,000 in {JOURNAL_MAX_S:.0f} s",
        is_met=1_000_000 * journal_s / messages <= JOURNAL_MAX_S,
        notes=f"1,000,000 would take {1_000_000 * journal_s / messages:.0f} s,"
        f" {1_000_000 * cpu_s / messages:.0f} s of CPU",
    )


def _write_journals(place: Place, journal: Path) -> int:
    """Write the month that the history begins in, which has most of it."""
    month = Month(2026, 1)
    with stores_at(str(place.folder / "store.db")) as stores, journal.open("w") as file:
        written = write_journal(
            stores.open(is_server=False), month, Plain(month.first_day), file.write
        )
    return written.transactions
