"""Phones that pull: sent once, asked for, given back, doubted; whatever is lost on the way."""

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from domain.message_states import State
from domain.values import Network
from tests.support.counts import soak_count
from tests.support.virtual import IN_MEMORY
from tests.worker.phone_shelf import Shelf, phone_shelf

MTN: Final = {1: Network.MTN}
FAULTS: Final = (
    "lost-pull:p=0.2",
    "lost-report:p=0.4",
    "lost-answer:p=0.4",
    "twice:p=0.5",
    "late:p=0.4",
    "foreign:p=0.3",
    "restart:p=0.2",
    "forget:p=0.1",
    "clock=900:p=0.2",
    "clock=-900:p=0.2",
    "silent=400:p=0.05",
    "no-result:p=0.2",
    "result=1:p=0.2",
    "result=4:p=0.2",
    "half:p=0.3",
    "no-report:p=0.3",
    "undelivered:p=0.2",
)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder, phone_shelf(Path(folder)) as made:
        yield made


def test_a_phone_sends_each_message_once_and_says_what_became_of_it(shelf: Shelf) -> None:
    shelf.add_phone(MTN)
    shelf.send(8)
    shelf.run(400)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_no_schedule_of_bad_phones_breaks_an_invariant(report_count: Callable[..., None]) -> None:
    runs, first = soak_count(500), random.randrange(1_000_000)
    for seed in range(first, first + runs):
        chance = random.Random(seed)
        with (
            tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
            phone_shelf(Path(folder), seed=seed) as shelf,
        ):
            faults = [chance.sample(FAULTS, chance.randint(1, 4)) for _ in range(2)]
            shelf.add_phone(MTN, *faults[0])
            shelf.add_phone({1: Network.AIRTEL, 2: Network.MTN}, *faults[1])
            shelf.add_modem()
            shelf.send(10)
            shelf.send(4, network=Network.AIRTEL)
            shelf.run(chance.choice((60, 300)))
            if chance.random() < 0.3:
                shelf.restart()
            shelf.phones[chance.randrange(2)].is_off = chance.random() < 0.5
            shelf.run(400)
            for phone in shelf.phones:
                phone.faults.heal()
                phone.skew_s = 0.0
            shelf.run(300)
            shelf.end()
            violations = shelf.violations()
            assert not violations, f"seed {seed} {faults} {violations}"
    report_count("schedules of bad phones", runs, 0, first)
