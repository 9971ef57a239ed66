"""Two modems of one network, one unplugged in the middle: the other carries what was not begun."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.message import State
from domain.message_states import OPEN
from tests.support.virtual import IN_MEMORY
from tests.worker.modem_fleet import ModemFleet, modem_fleet

GONE = ["unplug:back=900000:after=3"]
"""Takes three segments, and is pulled out with the fourth handed over."""
PULLED_OUT_EARLY = ["unplug:at=prompt:back=900000:after=3"]


@pytest.fixture(params=[GONE, PULLED_OUT_EARLY], ids=["after Ctrl-Z", "before the prompt"])
def fleet(request: pytest.FixtureRequest) -> Iterator[ModemFleet]:
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
        modem_fleet(Path(folder), [request.param, []], seed=11) as running,
    ):
        yield running


@pytest.mark.slow
def test_what_was_not_begun_moves_and_the_rest_is_settled_or_in_doubt(fleet: ModemFleet) -> None:
    fleet.send(for_each_modem=12)
    sims = {number: fleet.message(number).sim for number in fleet.numbers}
    assert set(sims.values()) == {None}
    fleet.run(600.0)
    gone, stays = fleet.sims
    assert (gone.status.state, stays.status.state) == ("offline", "online")
    states = fleet.states()
    bound = [n for n in fleet.numbers if fleet.message(n).state in {State.QUEUED, State.SENDING}]
    assert all(fleet.message(number).accepted for number in bound)  # begun by the SIM that is gone
    assert len(bound) + states[State.IN_DOUBT] <= 1
    carried = states[State.SENT] + states[State.DELIVERED] + states[State.CANCELLED]
    assert carried >= len(fleet.numbers) - 1
    fleet.end()
    assert not OPEN & fleet.states().keys()
    assert not fleet.violations()
