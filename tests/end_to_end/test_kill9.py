"""The whole server is killed or ended under load, again and again: nothing lost or doubled."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.siege import Moment, Siege
from tests.support.counts import soak_count

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(5_400, quick=200))]

PLAN = [Moment.ACCEPTING, Moment.PROMPTED, Moment.IN_BULK, Moment.PROMPTED, Moment.STARTING]


def test_a_server_asked_to_end_under_load_finishes_what_it_has_begun(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    siege = Siege(tmp_path / "demo", seed=seed, ends_in_order=True)
    siege.open()
    for moment in (Moment.PROMPTED, Moment.IN_BULK):
        siege.round(moment)
    siege.close()
    assert siege.said.accepted
    assert siege.faults == [], f"seed {seed}"


def test_a_server_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    kills = soak_count(200, quick=20)
    seed = random.SystemRandom().randrange(2**32)
    siege = Siege(tmp_path / "demo", seed=seed)
    siege.open()
    for moment in itertools.islice(itertools.cycle(PLAN), kills):
        siege.round(moment)
    siege.close()
    assert len(siege.said.accepted) > kills
    assert siege.doubts, "no kill came between a prompt and its answer"
    print(f"{len(siege.truth.histories)} messages, {siege.doubts} in doubt; seed {seed}")
    for fault in siege.faults[:20]:
        print(fault)
    report_count("kill -9 of the whole server under load", kills, len(siege.faults), seed)
