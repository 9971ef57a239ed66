"""Who holds a SIM and whether it is online is told by renewals, on both stores, and by no clock."""

from dataclasses import replace

import pytest

from application.fleet.leases import LEASE_S, NOT_ONLINE, RELEASED
from application.fleet.liveness import LeaseWatch
from application.ports import Lease, Store
from domain.online import ANSWERS_WITHIN_S
from domain.values import SECOND, Instant, Network
from tests.conformance.stores import LEASE, change
from tests.conformance.test_clock_watch import STEPS_S, HostClock

EVERY_S = 30.0


def renewed(clock: HostClock) -> Lease:
    """Give a lease as its host writes it, by the clock of that host."""
    now = clock.now()
    return replace(LEASE, expires_at=Instant(now + LEASE_S * SECOND), answered_at=now)


@pytest.mark.parametrize("off_s", STEPS_S)
def test_a_sim_that_is_renewed_stays_held_and_online_whatever_a_clock_does(
    store: Store, off_s: float
) -> None:
    ours, theirs = HostClock(), HostClock()
    change(store, renewed(theirs))
    watch = LeaseWatch(store, ours)
    for turn in range(30):
        if turn == 5:
            ours.off_s += off_s
        if turn == 15:
            theirs.off_s += off_s
        for clock in (ours, theirs):
            clock.pass_s(EVERY_S)
        change(store, renewed(theirs))
        assert watch.online() == {Network.MTN}
        assert list(watch.lapsed()) == []


@pytest.mark.parametrize("off_s", STEPS_S)
def test_a_sim_whose_host_is_gone_is_over_in_its_time_whatever_a_clock_does(
    store: Store, off_s: float
) -> None:
    ours, theirs = HostClock(), HostClock(off_s=off_s)
    watch = LeaseWatch(store, ours)
    watch.look()
    lease = renewed(theirs)
    change(store, lease)
    assert watch.online() == {Network.MTN}
    ours.off_s -= off_s
    ours.pass_s(ANSWERS_WITHIN_S)
    assert watch.online() == {Network.MTN}
    ours.pass_s(1)
    assert watch.online() == frozenset()
    ours.pass_s(LEASE_S - ANSWERS_WITHIN_S - 2)
    assert list(watch.lapsed()) == []
    ours.pass_s(1)
    assert list(watch.lapsed()) == [lease]


def test_who_begins_waits_a_whole_lease_before_it_calls_one_over(store: Store) -> None:
    change(store, renewed(HostClock(off_s=-86_400)))
    clock = HostClock()
    watch = LeaseWatch(store, clock)
    assert watch.online() == frozenset()  # by the clocks, until it is renewed
    assert list(watch.lapsed()) == []
    clock.pass_s(LEASE_S)
    assert len(watch.lapsed()) == 1


def test_a_lease_that_was_given_back_is_over_at_once_and_a_silent_sim_is_not_online(
    store: Store,
) -> None:
    clock = HostClock()
    watch = LeaseWatch(store, clock)
    silent = replace(renewed(clock), sim=2, answered_at=NOT_ONLINE)
    back = replace(renewed(clock), expires_at=RELEASED)
    change(store, silent, back)
    assert watch.online() == frozenset()
    assert list(watch.lapsed()) == [back]
    assert watch.held() == {1, 2}
