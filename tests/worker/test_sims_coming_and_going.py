"""A SIM comes up, holds its lease while it answers, and lets go when it cannot send."""

from dataclasses import replace

import pytest

from adapters.modems.simulated.driver import SIGNAL_DBM, SimulatedModemDriver
from application.books.actors import Actor
from application.fleet.duty import BringOnline, SetQuarantine
from application.fleet.leases import LEASE_S
from application.ports import Lease, ModemHealth, ModemUnavailable, SimIdentity
from domain.contents import ContentKind
from domain.message import State
from domain.online import ANSWERS_WITHIN_S
from domain.reports import (
    InboundReceived,
    LinkLost,
    Place,
    RegistrationChanged,
    StatusReportReceived,
)
from domain.sim import Sim, sim_id
from domain.values import Network
from tests.worker.gateway import FAST, Gateway


def lease_of(gw: Gateway) -> Lease:
    (lease,) = gw.system.store.leases()
    return lease


def history(gw: Gateway, driver: SimulatedModemDriver) -> list[str]:
    return [type(event).__name__ for event in gw.system.reader.events(sim_id(driver.open().imsi))]


def quarantine(gw: Gateway, *, quarantined: bool = True) -> None:
    number, actor, now = lease_of(gw).sim, Actor("ops"), gw.clock.now()
    gw.execute(SetQuarantine(number, quarantined=quarantined, actor=actor, reason="odd", at=now))


class Sulks(SimulatedModemDriver):
    """Does not come up for so many tries."""

    tries = 3
    permanent = False

    def open(self) -> SimIdentity:
        self.tries -= 1
        if self.tries >= 0:
            raise ModemUnavailable("not now", permanent=self.permanent)
        return super().open()


def test_a_modem_that_does_not_come_up_is_tried_again_after_a_pause(gw: Gateway) -> None:
    driver = gw.driver("a", kind=Sulks)
    assert isinstance(driver, Sulks)
    sim = gw.sim(driver)
    sim.step(0.0)
    assert (sim.status.state, sim.status.reason) == ("offline", "not now")
    gw.steps(20, sim)
    assert driver.tries == 2  # the pause holds
    gw.online(sim)
    assert lease_of(gw).fence == 1


def test_a_modem_that_needs_a_person_is_not_tried_again(gw: Gateway) -> None:
    driver = gw.driver("a", kind=Sulks)
    assert isinstance(driver, Sulks)
    driver.permanent = True
    sim = gw.sim(driver)
    for _ in range(5):
        sim.step(0.0)
        gw.clock.advance(3_600)
    assert sim.status.state == "needs a person"
    assert driver.tries == 2
    assert "not now" in gw.alarms.standing()["modem modem down"]


def test_a_sim_on_another_host_is_left_alone_until_its_lease_runs_out(gw: Gateway) -> None:
    gw.online(gw.sim(gw.driver("a"), holder="first"))
    second = gw.sim(gw.driver("a"), holder="second")
    gw.steps(5, second)
    assert second.status.state == "offline"
    assert "leased to another host" in (second.status.reason or "")
    gw.clock.advance(LEASE_S + 1)
    gw.online(second)
    assert lease_of(gw).fence == 2


def test_a_lease_is_renewed_while_its_modem_answers(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    for _ in range(20):
        before = lease_of(gw).expires_at
        gw.clock.advance(31)
        gw.until(lambda before=before: lease_of(gw).expires_at > before, sim)  # type: ignore[misc]
        assert gw.system.fleet.offline() == frozenset(Network) - {Network.MTN}
    assert lease_of(gw).fence == 1


@pytest.mark.slow
def test_a_lease_that_was_lost_stops_the_sim_at_once(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    taken = BringOnline(
        driver.open(), network=Network.MTN, modem="x", holder="host", at=gw.clock.now()
    )
    duty = gw.system.committer.execute(taken)
    (number,) = gw.send(gw.account())
    gw.until(lambda: sim.status.state == "offline", sim)
    assert sim.status.reason == "the lease was lost"
    assert gw.air.segments == []
    assert lease_of(gw).fence == duty.fence
    gw.until(lambda: gw.message(number).state is State.SENT, sim)  # it comes back in time
    assert lease_of(gw).fence == duty.fence + 1


def test_nothing_is_sent_while_the_lease_could_end_under_way(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"), waits=replace(FAST, submit_s=LEASE_S + 1.0))
    gw.online(sim)
    (number,) = gw.send(gw.account())
    gw.steps(50, sim)
    assert gw.events(number) == []


def test_a_lost_link_is_brought_up_anew_with_a_higher_fence(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    driver.receive(LinkLost("unplugged"))
    gw.until(lambda: sim.status.state == "offline", sim)
    assert lease_of(gw).expires_at <= gw.clock.now()
    gw.online(sim)
    assert lease_of(gw).fence == 2
    assert history(gw, driver) == ["Registered", "CameOnline", "WentOffline", "CameOnline"]


def test_an_unplugged_modem_leaves_its_segment_in_doubt_and_sends_on_when_back(
    gw: Gateway,
) -> None:
    sim = gw.sim(gw.driver("a", "unplug:times=1:back=0.1"))
    first, second = gw.send(gw.account(), count=2)
    gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert gw.events(first) == ["AttemptStarted", "InDoubt"]


class Deaf(SimulatedModemDriver):
    """Answers no questions."""

    is_deaf = False

    def health(self) -> ModemHealth | None:
        return None if self.is_deaf else super().health()


def test_a_modem_that_stops_answering_counts_no_longer_as_online(gw: Gateway) -> None:
    driver = gw.driver("a", kind=Deaf)
    assert isinstance(driver, Deaf)
    sim = gw.sim(driver)
    gw.online(sim)
    driver.is_deaf = True
    gw.clock.advance(ANSWERS_WITHIN_S + 1)
    assert Network.MTN in gw.system.fleet.offline()
    gw.until(lambda: sim.status.state == "offline", sim)
    assert sim.status.reason == "the modem does not answer"
    driver.is_deaf = False
    gw.online(sim)
    gw.clock.advance(1)
    assert Network.MTN not in gw.system.fleet.offline()


def test_without_network_a_sim_takes_nothing_and_does_not_count(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    driver.receive(RegistrationChanged(registered=False))
    gw.until(lambda: lease_of(gw).answered_at == 0, sim)
    (number,) = gw.send(gw.account())
    gw.steps(20, sim)
    assert gw.events(number) == []
    driver.receive(RegistrationChanged(registered=True))
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    gw.until(lambda: lease_of(gw).answered_at > 0, sim)


def test_an_idle_modem_tells_how_well_it_hears_its_network(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"), "a")
    gw.online(sim)
    assert gw.system.reception.of("a") is None
    gw.clock.advance(31)
    gw.until(lambda: gw.system.reception.of("a") == SIGNAL_DBM, sim)


class Lost(SimulatedModemDriver):
    """Has no network."""

    def health(self) -> ModemHealth | None:
        return ModemHealth(registered=False, signal_dbm=None)


def test_a_sim_without_network_for_long_is_brought_up_anew(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", kind=Lost))
    gw.online(sim)
    gw.clock.advance(31)
    gw.until(lambda: sim.status.state == "without network", sim)
    gw.clock.advance(31)
    gw.steps(5, sim)
    assert sim.status.state == "without network"
    gw.clock.advance(31)
    gw.until(lambda: sim.status.state == "offline", sim)
    assert sim.status.reason == "the modem has no network"


@pytest.mark.slow
def test_a_quarantined_sim_is_held_but_sends_nothing_until_released(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver, waits=replace(FAST, renew_s=0.02))
    gw.online(sim)
    quarantine(gw)
    gw.until(lambda: sim.status.state == "quarantined", sim)
    gw.until(lambda: lease_of(gw).answered_at == 0, sim)
    (number,) = gw.send(gw.account())
    gw.steps(50, sim)
    assert gw.events(number) == []
    assert lease_of(gw).expires_at > gw.clock.now()
    quarantine(gw, quarantined=False)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    gw.until(lambda: lease_of(gw).answered_at > 0, sim)


def test_a_release_is_noticed_within_seconds(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    quarantine(gw)
    gw.clock.advance(31)
    gw.until(lambda: sim.status.state == "quarantined", sim)
    (number,) = gw.send(gw.account())
    quarantine(gw, quarantined=False)
    gw.clock.advance(6)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)


def test_a_quarantine_between_two_segments_lets_go_of_the_message(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver, per_minute=1, waits=replace(FAST, renew_s=0.02))
    (number,) = gw.send(gw.account(), "x" * 200)
    gw.until(lambda: len(gw.air.segments) == 1, sim)
    quarantine(gw)
    gw.until(lambda: gw.message(number).state is State.QUEUED, sim)
    assert gw.message(number).bound_sim is not None


@pytest.mark.parametrize(
    "report", [StatusReportReceived(b"\0" * 30), InboundReceived(b"\0" * 30, Place("SM", 1))]
)
def test_what_comes_in_is_counted_and_kept_on_the_sim(
    gw: Gateway, report: StatusReportReceived | InboundReceived
) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    driver.receive(report)
    gw.until(lambda: sim.counts[type(report).__name__] == 1, sim)
    assert sim.status.state == "online"


def test_the_settings_number_stands_for_a_sim_that_does_not_know_its_own(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver, msisdn="+260960000009")
    gw.online(sim)
    aggregate = gw.system.reader.find(Sim, sim_id(driver.open().imsi))
    assert aggregate is not None
    row = gw.system.store.content(ContentKind.SIM, aggregate.number)
    assert row is not None
    assert row.msisdn == "+260960000009"


def test_sending_waits_until_the_projection_shows_what_was_under_way(
    gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doubt of a restart is settled before anything is sent."""
    seen: list[str] = []
    original = gw.system.queries.held_by

    def held_by(number: int) -> object:
        seen.append("held_by")
        return original(number)

    monkeypatch.setattr(gw.system.queries, "held_by", held_by)
    sim = gw.sim(gw.driver("a"))
    gw.send(gw.account())
    gw.until(lambda: bool(gw.air.segments), sim)
    assert seen == ["held_by"]
