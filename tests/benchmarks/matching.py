"""Matching a month of 300,000 payments in memory, its CSV read included, beside a plain join."""

import csv
import gc
import importlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from domain.matching import Expected, Line, LineKind, Standing, Terms, match_lines
from domain.values import SECOND, Instant
from tests.benchmarks.bench import Bench
from tests.benchmarks.table import Figure, Row
from worker.cli.finance_match import GARBAGE_OBJECTS

PAYMENTS: Final = 300_000
WITHIN_S: Final = 5.0
TIMES_MAX: Final = 3.0
ROUNDS: Final = 3
COLUMNS: Final = (
    "receipt", "reference", "amount_ngwee", "fee_ngwee", "payer", "at", "kind", "narration",
)  # fmt: skip


def matching(bench: Bench) -> Iterator[Row]:
    """All payments by their receipts but one in ten, which only the payer tells."""
    bench.say(f"matching {PAYMENTS:,} payments with as many lines")
    gc.set_threshold(GARBAGE_OBJECTS)  # as the command line does
    statement, books = bench.folder / "lines.csv", bench.folder / "books.csv"
    expected = _write(statement, books)
    took_s = min(_match_s(statement, expected) for _ in range(ROUNDS))
    pandas = _pandas()
    peer = None
    if pandas is not None:
        peer_s = min(_merge_s(pandas, statement, books) for _ in range(ROUNDS))
        peer = Figure(value=peer_s, unit="s", what="pandas merge on the receipt")
    is_near = peer is None or took_s <= TIMES_MAX * peer.value
    yield Row(
        what=f"match {PAYMENTS:,} payments with {PAYMENTS:,} lines, CSV read included",
        figure=Figure(value=took_s, unit="s"),
        baseline=peer,
        aim=f"at most {WITHIN_S:.0f} s, and {TIMES_MAX:.0f} times a plain merge",
        is_met=took_s <= WITHIN_S and is_near,
        notes="" if peer else "pandas is not installed: nothing to compare with",
    )


def _write(statement: Path, books: Path) -> list[Expected]:
    choice = random.Random(7)
    expected = []
    with (
        statement.open("w", encoding="utf-8", newline="") as lines,
        books.open("w", encoding="utf-8", newline="") as ours,
    ):
        line_writer, our_writer = csv.writer(lines), csv.writer(ours)
        line_writer.writerow(COLUMNS)
        our_writer.writerow(("reference", "receipt", "amount_ngwee"))
        rows = []
        for number in range(PAYMENTS):
            at = Instant((1_767_218_400 + number * 8) * SECOND)
            receipt, reference = f"{10**11 + number}", f"order-{number}"
            amount, payer = choice.randrange(5, 500) * 100, f"097{number % 60_000:07}"
            known = receipt if number % 10 else ""
            expected.append(Expected(reference, "", known, amount, payer, at, Standing.CONFIRMED))
            our_writer.writerow((reference, known, amount))
            rows.append((receipt, "", amount, 0, payer, at + 30 * SECOND, "payment", ""))
        choice.shuffle(rows)
        line_writer.writerows(rows)
    return expected


def _match_s(statement: Path, expected: list[Expected]) -> float:
    started_s = time.perf_counter()
    kinds = {kind.value: kind for kind in LineKind}
    with statement.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        lines = [
            Line(receipt, ours, int(amount), int(fee), payer, Instant(int(at)), kinds[kind], words)
            for receipt, ours, amount, fee, payer, at, kind, words in reader
        ]
    outcome = match_lines(expected, lines, Terms(until=Instant(2_000_000_000 * SECOND)))
    took_s = time.perf_counter() - started_s
    if len(outcome.matches) < PAYMENTS * 0.99:
        msg = f"only {len(outcome.matches):,} matches"
        raise AssertionError(msg)
    return took_s


def _pandas() -> ModuleType | None:
    try:
        return importlib.import_module("pandas")
    except ImportError:
        return None


def _merge_s(pandas: ModuleType, statement: Path, books: Path) -> float:
    started_s = time.perf_counter()
    lines = pandas.read_csv(statement, dtype={"receipt": str, "payer": str})
    ours = pandas.read_csv(books, dtype={"receipt": str})
    merged = ours.merge(lines, on="receipt", how="outer", indicator=True)
    took_s = time.perf_counter() - started_s
    if len(merged) < PAYMENTS:
        msg = "the merge lost rows"
        raise AssertionError(msg)
    return took_s
