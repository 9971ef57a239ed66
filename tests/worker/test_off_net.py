"""A SIM that may send off-net helps networks that have no SIM online, and only those."""

from pathlib import Path

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from application.fleet.liveness import FleetWatch
from application.fleet.rounds import Rounds
from domain.message import State
from domain.values import Network
from tests.worker.gateway import Gateway
from tests.worker.processes import all_online, running
from worker.sims import SimRunner

AIRTEL, MTN = Network.AIRTEL, Network.MTN


def helper(gw: Gateway, driver: SimulatedModemDriver) -> SimRunner:
    """A SIM of MTN that may carry messages to Airtel."""
    watch = FleetWatch(gw.system.store, gw.clock)
    rounds = Rounds(gw.desk(MTN), [gw.desk(AIRTEL)], without_sim=watch.offline)
    return gw.sim(driver, "a", desk=rounds)


@pytest.mark.processes
def test_a_network_without_a_sim_is_served_by_one_that_may_send_off_net(tmp_path: Path) -> None:
    with running(tmp_path, off_net=True) as gw:
        all_online(gw)
        assert gw.system.fleet.offline() == frozenset()
        (number,) = gw.send(gw.account(), network=AIRTEL)
        gw.until(lambda: gw.message(number).state is State.SENT)


def test_without_leave_it_waits_for_a_sim_of_its_own_network(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    (number,) = gw.send(gw.account(), network=AIRTEL)
    gw.steps(50, sim)
    assert gw.message(number).state is State.QUEUED


def test_the_own_network_comes_first(gw: Gateway) -> None:
    sim, sender = helper(gw, gw.driver("a")), gw.account()
    gw.online(sim)
    gw.send(sender, first=1, network=AIRTEL)
    gw.send(sender, count=2, first=2, network=MTN)
    gw.until(lambda: len(gw.air.segments) == 3, sim)
    assert gw.recipients() == [2, 3, 1]


def test_a_network_with_a_sim_online_is_left_to_it(gw: Gateway) -> None:
    sim = helper(gw, gw.driver("a"))
    theirs = gw.sim(gw.driver("b", network=AIRTEL), "b", network=AIRTEL)
    gw.online(sim, theirs)
    gw.clock.advance(1)
    (number,) = gw.send(gw.account(), network=AIRTEL)
    gw.steps(50, sim)
    assert gw.message(number).state is State.QUEUED
    gw.until(lambda: gw.message(number).state is State.SENT, theirs)


def test_a_long_message_that_was_begun_off_net_is_ended_so(gw: Gateway) -> None:
    sim = helper(gw, gw.driver("a", "no-prompt:after=1:times=1"))
    gw.online(sim)
    (number,) = gw.send(gw.account(), "x" * 300, network=AIRTEL)
    gw.until(lambda: gw.message(number).bound_sim is not None, sim)
    theirs = gw.sim(gw.driver("b", network=AIRTEL), "b", network=AIRTEL)
    gw.online(theirs)
    gw.clock.advance(60)
    gw.until(lambda: gw.message(number).state is State.SENT, theirs, sim)
    assert {segment.imsi for segment in gw.air.segments} == {gw.driver("a")._imsi}
