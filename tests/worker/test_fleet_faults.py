"""Eight modems with combinations of faults: invariants hold, and the healthy keep their pace."""

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.adapters.modems.fault_list import ALL_THROUGH, DEALT
from tests.support.counts import soak_count
from tests.support.virtual import IN_MEMORY
from tests.worker.modem_fleet import LATENCY_S, PER_MINUTE, PLACES, modem_fleet

WINDOW_S: Final = 90.0
SHARE_MIN: Final = 0.9
SPARE: Final = 5
"""Segments more than that: a backlog waits all through, though some of it is cancelled."""
DUE: Final = int(PER_MINUTE * (1 + WINDOW_S / 60))
"""What the pace of one modem allows in the window: a full bucket, and what flows in."""


def dealt(dice: random.Random) -> Sequence[Sequence[str]]:
    """Deal faults to some of the modems; at least one of each network stays healthy."""
    faults: list[list[str]] = [[] for _ in PLACES]
    for place in dice.sample((0, 1, 2, 4, 6), dice.randint(2, 5)):
        struck = [f"{spec}:p=0.3" for spec in dice.sample(DEALT, dice.randint(1, 3))]
        faults[place] = [*struck, *dice.sample(ALL_THROUGH, dice.randint(0, 2))]
    return faults


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_no_combination_of_faults_breaks_an_invariant_or_slows_a_healthy_modem(
    report_count: Callable[..., None],
) -> None:
    assert DUE * LATENCY_S < WINDOW_S  # the pace is what holds a modem up, and not the network
    runs = soak_count(500)
    first = random.randrange(1_000_000)
    for seed in range(first, first + runs):
        faults = dealt(random.Random(seed))
        with (
            tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
            modem_fleet(Path(folder), faults, seed=seed) as fleet,
        ):
            fleet.send(for_each_modem=DUE + SPARE)
            fleet.run(WINDOW_S)
            healthy = [place for place, specs in enumerate(faults) if not specs]
            shares = {place: fleet.share_of_pace(place) for place in healthy}
            assert min(shares.values()) >= SHARE_MIN, (seed, faults, shares)
            fleet.heal()
            fleet.run(30.0)
            fleet.end()
            violations = fleet.violations()
            assert not violations, (seed, faults, violations)
    report_count("combinations of faults on eight modems", runs, 0, first)
