"""Three days of a fleet with a fault a minute, under a virtual clock: nothing stays behind."""

import logging
import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from adapters.store import read_engine
from adapters.store.sqlite import connections
from domain.message_states import OPEN
from tests.support.virtual import IN_MEMORY
from tests.worker.modem_fleet import modem_fleet

HOURS: Final = 72
WARM_HOURS: Final = 24
"""After so many the process has all that it needs."""
MINUTE_S: Final = 60.0
GROWTH_MAX: Final = 1.15
CACHE_KIB: Final = 256
MODEMS: Final = 5
"""Four of MTN, one of Airtel."""


def resident_pages() -> int:
    """Give how much of the process is in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.fixture
def is_bounded_soon(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Take away what grows beside the gateway, and what grows in it for weeks, and ends.

    Pytest keeps every line that is logged until a test is over. SQLite keeps what it has seen of
    its files, up to tens of megabytes a connection; here it has all that it may within an hour.
    """
    caplog.set_level(logging.CRITICAL + 1, logger="ngoma")
    for module in (connections, read_engine):
        monkeypatch.setattr(module, "WRITER_CACHE_KIB", CACHE_KIB)
        monkeypatch.setattr(module, "READER_CACHE_KIB", CACHE_KIB)


@pytest.mark.soak
@pytest.mark.usefixtures("is_bounded_soon")
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
