"""Sealing and verifying a million events, beside reading and decoding them and nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.histories import fill_postgres, fill_sqlite
from tests.benchmarks.load import ROOT
from tests.benchmarks.table import Figure, Row

EVENTS: Final = 1_000_000
STARTED: Final = (
    sys.executable,
    "-c",
    "import sys; from tests.benchmarks.proof import main; main(*sys.argv[1:])",
)
RATE_MIN: Final = 100_000
RATIO_MIN: Final = 0.65
PROOF_MAX_MS: Final = 5.0
MEMORY_MAX_MIB: Final = 150


def proofs(bench: Bench) -> Iterator[Row]:
    """On each store: sealing all of it, verifying it, and proving single events."""
    for store in STORES:
        with bench.place(store) as place:
            bench.say(f"sealing and verifying {EVENTS:,} events, {store}")
            if place.database_url:
                fill_postgres(place.database_url, EVENTS)
            else:
                fill_sqlite(place.folder / "store.db", EVENTS)
            sealed = _measured("seal", place)
            yield Row(
                what=f"seal {EVENTS:,} events, {store}",
                figure=Figure(value=sealed["head"] / sealed["seal_s"], unit="/s"),
                notes=f"{sealed['seals']} seals, each saved",
            )
            yield from _rows(store, _measured("verify", place))


def _rows(store: str, found: dict[str, Any]) -> Iterator[Row]:
    rate, alone = found["events"] / found["verify_s"], found["events"] / found["read_s"]
    untagged = found["events"] / found["untagged_s"]
    faults = f", FAULTS: {found['faults']}" if found["faults"] else ""
    yield Row(
        what=f"verify {EVENTS:,} events with tags and seals, {store}",
        figure=Figure(value=rate, unit="/s"),
        baseline=Figure(value=alone, unit="/s", what="read and decoded"),
        aim=f"at least {RATE_MIN:,} a second, and {RATIO_MIN} of reading",
        is_met=rate >= RATE_MIN and rate >= RATIO_MIN * alone and not found["faults"],
        notes=(
            f"{found['processes']} processes that hash; by one process alone"
            f" {found['events'] / found['alone_s']:,.0f} a second, without the writer's key"
            f" {untagged:,.0f}; of CPU time"
            f" {found['events'] / found['verify_cpu_s']:,.0f} a second, and"
            f" {found['read_cpu_s'] / found['verify_cpu_s']:.2f} of reading, alone"
            f" {found['read_cpu_s'] / found['alone_cpu_s']:.2f}{faults}"
        ),
    )
    yield Row(
        what=f"prove one of {EVENTS:,} events, {store}",
        figure=Figure(value=found["proof_ms"], unit="ms"),
        aim=f"at most {PROOF_MAX_MS:.0f} ms",
        is_met=found["proof_ms"] <= PROOF_MAX_MS,
        notes=f"{found['proof_cpu_ms']:.1f} ms of CPU",
    )
    yield Row(
        what=f"memory of verifying {EVENTS:,} events, {store}: all processes together",
        figure=Figure(value=found["memory_mib"], unit="MiB"),
        aim=f"at most {MEMORY_MAX_MIB} MiB",
        is_met=found["memory_mib"] <= MEMORY_MAX_MIB,
    )


def _measured(what: str, place: Place) -> dict[str, Any]:
    url = place.database_url or str(place.folder / "store.db")
    done = subprocess.run(
        [*STARTED, what, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
