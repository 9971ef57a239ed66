"""When a queued message is likely to leave, against when it left, on the virtual clock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from application.messages.estimating import estimated_send_at
from application.ports import ModemSettings
from domain.message import Message
from domain.values import SECOND, Instant, Lane, Network
from tests.worker.modem_fleet import PER_MINUTE, ModemFleet, modem_fleet

LONG: Final = "x" * 300
"""Two segments."""
NEAR_S: Final = 25.0
BUCKET_S: Final = 60.0
"""SIMs that have rested send what their pace allows in a minute at once."""


def modems_of(fleet: ModemFleet, **fields: Any) -> Sequence[ModemSettings]:
    modem = ModemSettings("", "", Network.MTN, segments_per_minute=PER_MINUTE, segments_per_day=0)
    names = [lease.modem for lease in fleet.gw.system.store.leases()]
    return [replace(modem, name=name, **fields) for name in names]


def estimate(fleet: ModemFleet, number: int, **fields: Any) -> Instant | None:
    fleet.gw.reached()
    return estimated_send_at(
        number,
        queries=fleet.gw.system.queries,
        store=fleet.gw.system.store,
        clock=fleet.time,
        modems=modems_of(fleet, **fields),
    )


def left_at(fleet: ModemFleet, number: int) -> Instant:
    events = fleet.gw.system.reader.events(fleet.message(number).id)
    return next(event.at for event in events if isinstance(event, Message.AttemptStarted))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ModemFleet]:
    """Two modems of one network, online and idle."""
    with modem_fleet(tmp_path / "data", [[], []], seed=1) as running:
        running.run(10.0)
        yield running


@pytest.mark.slow
def test_a_backlog_leaves_when_it_was_said_to(fleet: ModemFleet) -> None:
    big, small = (fleet.gw.account(name, credits=1_000) for name in ("Big", "Small"))
    fleet.numbers += fleet.gw.send(big, LONG, count=14, lane=Lane.BULK)
    fleet.numbers += fleet.gw.send(small, count=4, first=15, lane=Lane.BULK)
    fleet.numbers += fleet.gw.send(small, count=4, first=19, lane=Lane.NORMAL)
    asked = [fleet.numbers[place] for place in (13, 17, 21)]
    rested = [when for number in asked if (when := estimate(fleet, number))]
    fleet.run(60.0)
    busy = estimate(fleet, asked[0])
    fleet.run(180.0)
    left = [left_at(fleet, number) for number in asked]
    late_s = [(told - then) / SECOND for told, then in zip(rested, left, strict=True)]
    assert min(late_s) >= -NEAR_S, late_s
    assert max(late_s) <= BUCKET_S + NEAR_S, late_s
    assert rested == sorted(rested, reverse=True)
    assert busy is not None
    assert abs(busy - left[0]) <= NEAR_S * SECOND, (busy - left[0]) / SECOND
    assert [estimate(fleet, number) for number in asked] == [None] * 3  # they are sent


def test_what_is_sent_later_leaves_no_earlier_than_its_time(fleet: ModemFleet) -> None:
    at = Instant(fleet.time.now() + 3_600 * SECOND)
    (later,) = fleet.gw.send(fleet.gw.account(), send_at=at)
    assert estimate(fleet, later) == at


def test_what_is_not_known_is_not_said(fleet: ModemFleet) -> None:
    sender = fleet.gw.account()
    waits = fleet.gw.send(sender, count=20, first=1)
    (other,) = fleet.gw.send(sender, first=99, network=Network.ZAMTEL)
    assert estimate(fleet, waits[-1]) is not None
    assert estimate(fleet, other) is None  # no SIM of its network
    assert estimate(fleet, waits[-1], segments_per_minute=0) is None
    assert estimate(fleet, waits[0], segments_per_day=9) is not None
    assert estimate(fleet, waits[-1], segments_per_day=9) is None  # not today
    assert estimate(fleet, 99_999) is None
    fleet.time.sleep(600.0)
    assert estimate(fleet, waits[-1]) is None  # no SIM has answered for so long
