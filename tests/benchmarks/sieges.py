"""What hostile neighbours cost an honest client: how long its sends take, beside each and all."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles
from typing import Any, Final

from tests.benchmarks.bench import Bench
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.honest import Honest
from tests.end_to_end.hostile import Attack, SmallDemo, every_attack

TIMES: Final = 12
"""A siege goes on for so many times as long as other figures: for a minute."""
MESSAGES: Final = 200_000
"""Of the tenant that searches."""
STRIKES: Final = 1_000_000
"""At most, of one attack."""
CREDITS: Final = 1_000_000
P99_MS: Final = 100
BEGUN_S: Final = 0.5
ENDED_S: Final = 60


def sieges(bench: Bench) -> Iterator[Row]:
    """An honest client's sends beside each attack, beside all, and while nobody reads the log."""
    seconds = TIMES * bench.seconds
    with SmallDemo(bench.folder / "siege") as demo:
        honest = _rich(demo)
        honest.go(seconds)
        alone = _p99(honest)
        bench.say("a long log for the tenant that searches")
        every = every_attack(demo, messages=min(MESSAGES, bench.messages), strikes=STRIKES)
        together = {name: [attack] for name, attack in every.items()}
        for name, attacks in {**together, "all of them": list(every.values())}.items():
            with _under_attack(attacks):
                faults = honest.go(seconds)
            yield _row(f"beside {name}", honest, faults, alone)
    with SmallDemo(bench.folder / "unread", is_unread=True) as demo:
        honest = _rich(demo)
        faults = honest.go(seconds)
        yield _row("while nobody reads the log", honest, faults, alone)


def _rich(demo: SmallDemo) -> Honest:
    demo.cli("wallet", "grant", demo.account, CREDITS, "--reason", "for the sieges")
    return Honest(demo)


def _row(where: str, honest: Honest, faults: Sequence[str], alone_ms: float) -> Row:
    p99_ms = _p99(honest)
    wrong = f"; {len(faults)} answers wrong, as {faults[0]}" if faults else ""
    median_ms = quantiles(honest.sends_ms, n=100)[49]
    return Row(
        what=f"an honest client's sends {where}",
        figure=Figure(value=p99_ms, unit="ms", what="p99"),
        baseline=Figure(value=alone_ms, unit="ms", what="p99 alone"),
        aim=f"p99 ≤ {P99_MS} ms, every answer right",
        is_met=p99_ms <= P99_MS and not faults,
        notes=f"p50 {median_ms:.1f} ms, {len(honest.sends_ms):,} sends{wrong}",
    )


def _p99(honest: Honest) -> float:
    return quantiles(honest.sends_ms, n=100)[98]


@contextmanager
def _under_attack(attacks: Sequence[Attack]) -> Iterator[None]:
    """Attack from a process of its own each, so that nobody waits for our own interpreter."""
    ways: Any = multiprocessing.get_context("fork")  # an attack holds what cannot be sent along
    stop = ways.Event()
    processes = [ways.Process(target=attack, args=(stop,), daemon=True) for attack in attacks]
    for process in processes:
        process.start()
    time.sleep(BEGUN_S)
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.join(ENDED_S)
            process.kill()
