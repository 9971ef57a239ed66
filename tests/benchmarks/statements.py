"""A month's statement of 300,000 lines by the command line, and what is decided about lines."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.money.matching import Decided, RecordMatching
from application.money.reconciling import A_SAVE
from domain.matching import Rule
from domain.receipt import Receipt, receipt_id
from domain.values import Credits, Instant
from tests.benchmarks.bench import SQLITE, STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.load import ROOT
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import environment
from worker.cli import GARBAGE_OBJECTS

LINES: Final = 300_000
MEMORY_MAX_MIB: Final = 200
DECISIONS: Final = 50_000
DECISIONS_RATE: Final = 10_000
KIB_IN_MIB: Final = 1_024
WALLET: Final = "mtn/main"
_IMPORT: Final = ("finance", "import", "--provider", "mtn", "--wallet", "main")
_HEADINGS: Final = "Id,Date,Status,From,From name,Amount,Fee,Balance\n"


def statements(bench: Bench) -> Iterator[Row]:
    """``ngoma finance import`` in a process of its own, then decisions on each store."""
    yield from _imported(bench)
    for store in STORES:
        with bench.place(store) as place:
            bench.say(f"{DECISIONS:,} decisions on {store}")
            wall_s, cpu_s = _decided(place)
        yield Row(
            what=f"decisions about lines recorded, {A_SAVE} a save, {store}",
            figure=Figure(value=DECISIONS / wall_s, unit="/s"),
            baseline=bench.commits(store),
            aim=f"≥ {DECISIONS_RATE:,}/s",
            is_met=wall_s * DECISIONS_RATE <= DECISIONS,
            notes=f"{DECISIONS / cpu_s:,.0f} a second of this process's CPU",
        )


def _imported(bench: Bench) -> Iterator[Row]:
    file = bench.folder / "statement.csv"
    _write(file, LINES)
    with bench.place(SQLITE) as place:
        bench.say(f"importing {LINES:,} lines")
        started_s = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", *_IMPORT, str(file)],
            env=environment(place.environment),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started_s
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"the import ended with {process.returncode}"
        raise RuntimeError(msg)
    memory_mib = used.ru_maxrss / KIB_IN_MIB
    cpu_s = used.ru_utime + used.ru_stime
    yield Row(
        what=f"memory of a CSV import of {LINES:,} lines, embedded",
        figure=Figure(value=memory_mib, unit="MiB", what="at most"),
        aim=f"≤ {MEMORY_MAX_MIB} MiB",
        is_met=memory_mib <= MEMORY_MAX_MIB,
        notes=f"{LINES / seconds:,.0f} lines/s, {LINES / cpu_s:,.0f} a second of CPU",
    )


def _write(path: Path, lines: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADINGS)
        for n in range(lines):
            at = f"2026-02-{1 + n * 28 // lines:02} 12:{n // 60 % 60:02}:{n % 60:02}"
            file.write(f"{10**11 + n},{at},Successful,26097{n:07},Mwila Banda,50,0,\n")


def _decided(place: Place) -> tuple[float, float]:
    """Give the seconds by the clock and of CPU that it takes to record that lines are theirs."""
    gc.set_threshold(GARBAGE_OBJECTS)  # as the command line does
    keys = [receipt_id(WALLET, str(n)) for n in range(DECISIONS)]
    with place.guest() as guest:
        for first in range(0, DECISIONS, A_SAVE):
            guest.run(_Given(range(first, first + A_SAVE)))
        with place.guest() as fresh:  # as the command line: nothing is remembered
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            for first in range(0, DECISIONS, A_SAVE):
                some = [
                    Decided(key, (key,), Rule.RECEIPT, ("receipt",))
                    for key in keys[first : first + A_SAVE]
                ]
                recorded = fresh.run(RecordMatching(some, at=Instant(2)))
                assert recorded.matched == len(some)
            return time.perf_counter() - wall_s, time.process_time() - cpu_s


class _Given(Command[None]):
    """Receipts of K50 that credited an account and that a statement shows."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.at = Instant(1)
        self._numbers = numbers

    def touches(self) -> Iterable[UUID]:
        return [receipt_id(WALLET, str(n)) for n in self._numbers]

    def decide(self, books: Books) -> None:
        for n in self._numbers:
            receipt = Receipt.open(WALLET, str(n), at=self.at)
            receipt.see_by_api(amount_ngwee=5_000, payment=None, at=self.at)
            receipt.credit(
                payment="p",
                account=1,
                credits=Credits(100),
                amount_ngwee=5_000,
                vat_ngwee=0,
                at=self.at,
            )
            receipt.see_on_statement(
                statement="s",
                line=n,
                amount_ngwee=5_000,
                fee_ngwee=0,
                happened_at=self.at,
                at=self.at,
            )
            books.record(receipt)
