"""Measures what the gateway does, with durable settings: ``python -m tests.benchmarks``.

Nothing here passes or fails: each figure stands beside a baseline from the same run on the same
machine. Run it on a quiet machine, and compare only ratios.
"""

import argparse
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.benchmarks import (
    bulks,
    cores,
    demo,
    logins,
    machine,
    many_modems,
    matching,
    million,
    modems,
    neighbours,
    pages,
    payments,
    phones,
    proofs,
    reading,
    replaying,
    sealed_sends,
    sends,
    side_by_side,
    sieges,
    statements,
    tagging,
    telling,
    tracing,
    uploading,
)
from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.load import Generator
from tests.benchmarks.table import Row, facts, failed, markdown, write

BENCHMARKS: Final[Mapping[str, Callable[[Bench], Iterator[Row]]]] = {
    "single": sends.single_sends,
    "two-processes": sends.two_processes,
    "bulk": bulks.bulks,
    "hot-wallet": sends.hot_wallet,
    "full-store": million.full_store,
    "first-byte": modems.first_byte,
    "end-to-end": modems.end_to_end,
    "silent-network": modems.silent_network,
    "busy-modems": many_modems.busy,
    "urgent": many_modems.urgent,
    "idle": many_modems.idle,
    "projections": reading.projections,
    "logins": logins.logins,
    "flooded-logins": logins.flooded_logins,
    "matching": matching.matching,
    "statements": statements.statements,
    "payments": payments.payments,
    "replay": replaying.replaying,
    "searches": neighbours.searches,
    "proofs": proofs.proofs,
    "tagging": tagging.tagging,
    "sealed-sends": sealed_sends.sealed_sends,
    "traces": tracing.traces,
    "sieges": sieges.sieges,
    "demo": demo.demo,
    "pages": pages.pages,
    "webhooks": telling.webhooks,
    "phones": phones.phones,
    "feed": telling.feed_pages,
    "uploads": uploading.uploading,
    "sends-side-by-side": side_by_side.sends_side_by_side,
    "bulks-side-by-side": side_by_side.bulks_side_by_side,
}
SETS: Final[Mapping[str, Sequence[str]]] = {
    "one-machine": ("sends-side-by-side", "bulks-side-by-side", "first-byte", "full-store"),
}
"""Names that stand for several."""


def main() -> None:
    """Run what was asked for and print it."""
    asked = _arguments()
    names = [one for name in asked.only or BENCHMARKS for one in SETS.get(name, (name,))]
    generator = Generator(asked.generator) if asked.generator else Generator.best()
    with Bench(
        seconds=asked.seconds,
        messages=asked.messages,
        generator=generator,
        before=asked.before,
    ) as bench:
        found = _facts(bench)
        rows = [row for count in asked.cores or [None] for row in run_on(bench, count, names)]
        rows += [
            Row(what=f"baseline: one-row commits, {store}", figure=bench.commits(store))
            for store in STORES
        ]
    if asked.json:
        print(json.dumps({"machine": dict(found), "rows": [row.as_json() for row in rows]}))
    else:
        print(f"{facts(found)}\n\n{markdown(rows)}")
    if asked.write:
        write(asked.write, f"\n{facts(found)}\n\n{markdown(rows)}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known = [*BENCHMARKS, *SETS]
    parser.add_argument("--only", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument(
        "--before", metavar="BUILD", help="to compare with: a folder or a git revision"
    )
    parser.add_argument(
        "--cores", nargs="+", type=int, metavar="N", help="all on so many cores, one after another"
    )
    parser.add_argument("--seconds", type=int, default=5, help="for each figure (default 5)")
    parser.add_argument(
        "--messages", type=int, default=1_000_000, help="in a full store (default 1,000,000)"
    )
    parser.add_argument(
        "--generator", choices=[str(one.value) for one in Generator], help="default: wrk, if there"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into FILE")
    return parser.parse_args()


def _facts(bench: Bench) -> Sequence[tuple[str, str]]:
    """Say what the machine is, before anything runs on it."""
    bench.say("looking at the machine")
    return (
        *machine.facts(),
        ("PostgreSQL", machine.postgres_version(bench.postgres_url)),
        ("fdatasync of 4 KiB", f"{machine.fdatasync_rate(bench.folder):,.0f}/s"),
        ("Argon2id verify of a key", f"{machine.argon2_verify_ms():.1f} ms"),
        ("load from", f"{bench.generator}, on the same cores as what it measures"),
        ("each figure", f"median of 3 runs of {bench.seconds} s, in turn with its baseline"),
    )


def run_on(bench: Bench, count: int | None, names: Sequence[str]) -> Iterator[Row]:
    """Run benchmarks, with everything that takes part on so many cores."""
    if count is None:
        yield from (row for name in names for row in _run(bench, name))
        return
    where = f"on {count} core{'s' if count > 1 else ''}"
    if count > cores.available():
        left_out = f"left out: this machine has {cores.available()}"
        yield Row(what=f"everything {where}", figure=None, notes=left_out)
        return
    bench.say(f"---- {where}")
    with cores.pinned(count):
        for row in (row for name in names for row in _run(bench, name)):
            yield replace(row, what=f"{row.what}, {where}")


def _run(bench: Bench, name: str) -> list[Row]:
    """Run one benchmark; when it fails the others still run."""
    bench.say(f"-- {name}")
    rows: list[Row] = []
    try:
        for row in BENCHMARKS[name](bench):
            bench.say(" | ".join(filter(None, row.cells)))
            rows.append(row)
    except Exception as error:  # noqa: BLE001 - a benchmark that fails says so in its row
        traceback.print_exc()
        rows.append(failed(name, error))
    return rows


if __name__ == "__main__":
    main()
