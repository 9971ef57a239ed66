"""An honest client beside hostile ones: its sends go on, it may come in, the balancer sees 200."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end import hostile
from tests.end_to_end.honest import Honest
from tests.end_to_end.hostile import Attack, SmallDemo, under_attack
from tests.support.counts import soak_count

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(1_800, quick=180))]

SECONDS: Final = soak_count(60, quick=0)
"""For which an honest client goes on, if its rounds are over before."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[SmallDemo]:
    with SmallDemo(tmp_path / "demo") as demo:
        yield demo


def test_an_honest_client_goes_on_beside_each_and_all_of_them(
    demo: SmallDemo, report_count: Callable[..., None]
) -> None:
    honest = Honest(demo)
    assert honest.go(SECONDS) == []
    every = hostile.every_attack(demo)
    faults = {
        f"beside {name}": told for name, attack in every.items() if (told := beside(honest, attack))
    }
    if told := beside(honest, *every.values()):
        faults["beside all"] = told
    for name, told in faults.items():
        print(name, len(told), told[:3])
    report_count(
        "rounds of an honest client beside hostile ones", honest.rounds, len(faults), "none"
    )
    assert not any(faults.values())
    assert honest.go(SECONDS) == []


def beside(honest: Honest, *attacks: Attack) -> list[str]:
    """Let an honest client go beside attacks; give what went wrong for it."""
    with under_attack(*attacks):
        time.sleep(0.5)  # until it has begun
        return honest.go(SECONDS)


def test_a_log_that_nobody_reads_stops_nobody(tmp_path: Path) -> None:
    with SmallDemo(tmp_path / "demo", is_unread=True) as demo:
        honest = Honest(demo)
        with under_attack(hostile.look_whether_it_is_ready(demo.place["base_url"])):
            assert honest.go(SECONDS) == []
