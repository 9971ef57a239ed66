"""What messages say is read in groups, and what was read ahead decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from application.books.actors import Actor
from application.fleet.desk import Desk
from application.messages.by_hand import CancelMessage
from application.messages.pages import FRESH_S, Pages
from application.ports.queries import Waiting
from domain.message import State
from tests.conformance.stores import Stores
from tests.worker.gateway import Gateway, gateway

AHEAD = 31


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path / "data") as running:
        yield running


def pages(gw: Gateway) -> Pages:
    return Pages(gw.store, gw.system.reader, gw.clock, ahead_max=AHEAD)


def take(desk: Desk, sim: int = 1) -> Waiting:
    waiting = desk.take(sim)
    assert waiting is not None
    return waiting


def reads(gw: Gateway, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many messages each read of the log is of."""
    found: list[int] = []
    original = gw.store.tails

    def counted(since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        found.append(len(since))
        return original(since)

    monkeypatch.setattr(gw.store, "tails", counted)
    return found


def test_what_is_taken_next_is_read_with_what_is_taken_first(
    gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, found = gw.send(gw.account(), count=5), reads(gw, monkeypatch)
    desk, ahead = gw.desk(), pages(gw)
    got = [ahead.read(take(desk), desk.next_up) for _ in numbers]
    assert [page and page.message.number for page in got] == list(numbers)
    assert [page and page.content and page.content.body for page in got] == ["hello"] * 5
    assert found == [5]


def test_who_is_alone_reads_nothing_ahead(gw: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    gw.send(gw.account(), count=5)
    found, desk = reads(gw, monkeypatch), gw.desk()
    Pages(gw.store, gw.system.reader, gw.clock).read(take(desk), desk.next_up)
    assert found == [1]


@pytest.mark.parametrize("change", ["time", "a try"])
def test_what_may_be_old_is_read_anew(
    gw: Gateway, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    gw.send(gw.account(), count=2)
    desk, ahead = gw.desk(), pages(gw)
    ahead.read(take(desk), desk.next_up)
    waiting = take(desk)
    if change == "time":
        gw.clock.advance(2 * FRESH_S)
    else:
        waiting = replace(waiting, last_attempt_at=gw.clock.now())
    found = reads(gw, monkeypatch)
    assert ahead.read(waiting, desk.next_up) is not None
    assert found == [1]


def test_a_message_that_was_cancelled_since_it_was_read_is_not_sent(gw: Gateway) -> None:
    sender, ahead = gw.account(), pages(gw)
    first, second = gw.send(sender, count=2)
    sim = gw.sim(gw.driver("a"), per_minute=1, pages=ahead)
    gw.until(lambda: gw.message(first).state is State.SENT, sim)
    gw.execute(
        CancelMessage(second, account=sender.account, actor=Actor("test"), at=gw.clock.now())
    )
    gw.clock.advance(61)
    gw.steps(20, sim)
    assert gw.message(second).state is State.CANCELLED
    assert len(gw.air.segments) == 1


def test_an_odd_message_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        first, odd = gw.send(gw.account(), count=2)
        desk, ahead = gw.desk(), pages(gw)
        waiting, next_one = take(desk), take(desk)
        desk.put_back(next_one)
        stores = Stores(str(tmp_path / "data" / "store.db"))
        key = gw.message(odd).id.hex
        stores.execute(f"UPDATE stored_events SET state = x'7b7d' WHERE originator_id = '{key}'")
        page = ahead.read(waiting, desk.next_up)
        assert page is not None
        assert page.message.number == first
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever an odd message is met with
            ahead.read(next_one, desk.next_up)
