"""Three days of a fleet with a fault a minute, under a virtual clock: nothing stays behind."""

import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from domain.message_states import OPEN
from tests.support.virtual import IN_MEMORY
from tests.worker.modem_fleet import modem_fleet

HOURS: Final = 72
WARM_HOURS: Final = 24
"""After so many the process has all that it needs."""
MINUTE_S: Final = 60.0
GROWTH_MAX: Final = 1.15
MODEMS: Final = 5
"""Four of MTN, one of Airtel."""


def resident_pages() -> int:
    """Give how much of the process is in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.soak
@pytest.mark.timeout(4 * 3_600)
def test_after_three_days_with_a_fault_a_minute_every_message_is_final(
    report_count: Callable[..., None],
) -> None:
    hours = int(os.environ.get("NGOMA_SOAK_HOURS", HOURS))
    seed = random.randrange(1_000_000)
    pages = 0
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
        modem_fleet(Path(folder), [[]] * MODEMS, seed=seed) as fleet,
    ):
        for hour in range(hours):
            for minute in range(60):
                fleet.strike()
                if minute % 5 == 0:
                    fleet.send(for_each_modem=1)
                fleet.run(MINUTE_S, step_s=5.0)
            if hour + 1 == min(WARM_HOURS, hours):
                pages = resident_pages()
        grown = resident_pages() / pages
        fleet.heal()
        fleet.end()
        assert not fleet.states().keys() & OPEN
        violations = fleet.violations()
        assert not violations, (seed, violations)
        assert grown < GROWTH_MAX, (seed, grown)
    report_count("hours of a fleet with a fault a minute", hours, 0, seed)
