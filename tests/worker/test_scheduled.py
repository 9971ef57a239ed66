"""A message that is to be sent later leaves at its time, whatever happens until then."""

from pathlib import Path

import pytest

from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from domain.errors import TooLate
from domain.message import State
from domain.values import SECOND, Instant
from tests.worker.gateway import Gateway, gateway

HOUR_S = 3600


def test_it_leaves_at_its_time_and_not_before(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    at = Instant(gw.clock.now() + HOUR_S * SECOND)
    (later,) = gw.send(sender, send_at=at)
    (now,) = gw.send(sender, first=2)
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(now).state is State.SENT, sim)
    gw.clock.advance(HOUR_S - 60)
    gw.steps(20, sim)
    assert gw.recipients() == [2]
    gw.clock.advance(60)
    gw.until(lambda: gw.message(later).state is State.SENT, sim)
    assert gw.recipients() == [2, 1]
    sent_at = gw.system.reader.events(gw.message(later).id)[-1].at
    assert at <= sent_at < at + 60 * SECOND
    assert gw.available(sender) == 8


def test_it_survives_a_restart(tmp_path: Path) -> None:
    with gateway(tmp_path / "data") as before:
        at = Instant(before.clock.now() + HOUR_S * SECOND)
        (later,) = before.send(before.account(), send_at=at)
    with gateway(tmp_path / "data") as after:
        sim = after.sim(after.driver("a"))
        after.online(sim)
        after.steps(20, sim)
        assert after.message(later).state is State.QUEUED
        after.clock.advance(HOUR_S)
        after.until(lambda: after.message(later).state is State.SENT, sim)
        assert after.recipients() == [1]


def test_it_may_be_cancelled_until_its_time(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    (later,) = gw.send(sender, send_at=Instant(gw.clock.now() + HOUR_S * SECOND))
    cancel = CancelMessage(later, account=sender.account, actor=Actor("x"), at=gw.clock.now())
    gw.execute(cancel)
    with pytest.raises(TooLate):
        gw.execute(cancel)
    sim = gw.sim(gw.driver("a"))
    gw.clock.advance(HOUR_S)
    gw.online(sim)
    gw.steps(20, sim)
    assert gw.events(later) == ["Cancelled"]
    assert gw.recipients() == []
    assert gw.available(sender) == 10
