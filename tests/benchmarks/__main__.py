"""Measures what the gateway does, with durable settings: ``python -m tests.benchmarks``.

Nothing here passes or fails: each figure stands beside a baseline from the same run on the same
machine. Run it on a quiet machine, and compare only ratios.
"""

import argparse
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks import (
    bulks,
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
}


def main() -> None:
    """Run what was asked for and print it."""
    asked = _arguments()
    names = asked.only or list(BENCHMARKS)
    generator = Generator(asked.generator) if asked.generator else Generator.best()
    with Bench(seconds=asked.seconds, messages=asked.messages, generator=generator) as bench:
        found = _facts(bench)
        rows = [row for name in names for row in _run(bench, name)]
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
    parser.add_argument(
        "--only", nargs="+", choices=list(BENCHMARKS), metavar="NAME", help=", ".join(BENCHMARKS)
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
