"""How often the log is looked at: often while other processes write, rarely while none does."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.follower import BATCH_EVENTS
from tests.worker.gateway import Gateway, gateway
from worker.parts.following import (
    MANY_EVENTS,
    POLL_S,
    RARE_POLL_S,
    REST_S,
    WHILE_S,
    Following,
    cadence_s,
)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway without a follower of its own."""
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        yield gw


@pytest.fixture
def following(alone: Gateway) -> Following:
    """One that has followed to the end, and met no other process for a while."""
    system = alone.system
    following = Following(system.follower, alone.clock, system.signals.committed)
    _to_the_end(following, alone)
    alone.clock.advance(WHILE_S)
    return following


def test_a_process_that_writes_alone_looks_rarely(alone: Gateway, following: Following) -> None:
    assert following.pause_s == RARE_POLL_S
    following.step()
    alone.account()  # which is told
    _to_the_end(following, alone)
    assert following.pause_s == RARE_POLL_S


def test_it_looks_often_for_a_while_once_another_has_written(
    alone: Gateway, following: Following
) -> None:
    alone.system.committer.saver.on_commit = lambda: None  # as of another process
    following.step()
    alone.account()
    _to_the_end(following, alone)
    assert following.pause_s == POLL_S
    alone.clock.advance(WHILE_S)
    assert following.pause_s == RARE_POLL_S


def _to_the_end(following: Following, gw: Gateway) -> None:
    head = gw.system.store.head()
    while not gw.system.queries.reached(head, timeout_s=0.0, projection="dispatch"):
        following.step()


def test_what_comes_alone_is_hardly_rested_after() -> None:
    assert cadence_s(0) == 0.0
    assert cadence_s(3) == pytest.approx(0.003)


def test_what_comes_fast_gathers_for_a_bounded_while() -> None:
    assert cadence_s(120) == cadence_s(MANY_EVENTS - 1) == REST_S


def test_a_backlog_is_not_rested_in() -> None:
    assert cadence_s(MANY_EVENTS) == cadence_s(BATCH_EVENTS) == 0.0


def test_the_next_step_waits_until_more_has_gathered(alone: Gateway, following: Following) -> None:
    account = alone.account()
    for _ in range(20):
        alone.send(account)
    began_s = time.monotonic()
    following.step()
    assert time.monotonic() - began_s >= 0.02
    assert alone.system.follower.step() == 0  # all of it was folded in the one step
