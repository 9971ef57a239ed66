"""A carrier needs no modem: what pulls takes from the same desk and tells the same log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.modems.simulated.network_log import SegmentOnAir
from adapters.modems.simulated.sim_card import iccid_for, imsi_for
from application.fleet.means import Means
from application.messages.carrier import Carrier
from application.ports import SimIdentity
from domain.causes import OwnCause
from domain.message import State
from domain.reports import Accepted, InDoubt, NotSent, SubmitOutcome
from domain.tpdu import decode_submit
from tests.worker.gateway import FAST, Gateway, gateway


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path / "data") as running:
        yield running


class PullingPhone:
    """Asks for a segment when it likes, sends it by itself, and tells later what became of it."""

    def __init__(self, gw: Gateway, name: str, *, per_day: int = 0) -> None:
        self.gw = gw
        self.imsi = imsi_for(name)
        system = gw.system
        self.carrier = Carrier(
            name,
            means=Means(
                store=system.store,
                reader=system.reader,
                queries=system.queries,
                committer=system.committer,
                randomness=system.committer.saver.randomness,
                clock=gw.clock,
                alarms=gw.alarms,
                waits=FAST,
            ),
            desk=gw.desk(),
            holder=name,
            segments_per_minute=0,
            segments_per_day=per_day,
        )

    def sign_on(self) -> None:
        """Say whose SIM is in it."""
        identity = SimIdentity(iccid_for(self.imsi), self.imsi, "35", "phone", "14")
        assert self.carrier.lease.take(identity) is None
        self.carrier.past.reopen()

    def pull(self) -> bytes | None:
        """Ask for a segment; what it gets has begun, as far as the log knows."""
        carrier = self.carrier
        assert carrier.carrying.tie_up(1.0)
        assert carrier.lease.keep(answered_at=self.gw.clock.now(), is_fit=True)
        if not carrier.is_ready(timeout_s=1.0):
            return None
        carrier.drop_what_may_not_go_on()
        if carrier.pause_s(is_fit=True) > 0 or not (carrier.is_busy or carrier.take()):
            return None
        tpdu = carrier.carrying.segment()
        if tpdu is None:
            return None
        if not carrier.carrying.start():
            carrier.carrying.settle(NotSent(OwnCause.WITHHELD, "not now"))
            return None
        return tpdu

    def send(self, tpdu: bytes) -> None:
        """Send what was pulled, as a phone does by itself."""
        pdu = b"\0" + tpdu
        self.gw.air.append(
            SegmentOnAir.of_submit(
                decode_submit(pdu),
                time=self.gw.clock.now(),
                imsi=self.imsi,
                message_reference=1,
                pdu=pdu,
            )
        )

    def tell(self, outcome: SubmitOutcome) -> None:
        self.carrier.carrying.settle(outcome)

    def work(self) -> None:
        """Pull, send and tell, once."""
        tpdu = self.pull()
        if tpdu is not None:
            self.send(tpdu)
            self.tell(Accepted(7))


@pytest.fixture
def phone(gw: Gateway) -> PullingPhone:
    phone = PullingPhone(gw, "phone")
    phone.sign_on()
    return phone


def pulled(gw: Gateway, phone: PullingPhone) -> bytes:
    """Pull until there is something."""
    found: list[bytes] = []

    def has_found() -> bool:
        tpdu = phone.pull()
        found.extend([tpdu] if tpdu is not None else [])
        return bool(found)

    gw.until(has_found)
    return found[0]


def test_a_phone_that_pulls_and_a_modem_share_a_desk(gw: Gateway, phone: PullingPhone) -> None:
    modem = gw.sim(gw.driver("a"))
    gw.online(modem)
    numbers = gw.send(gw.account(), count=20)

    def all_sent() -> bool:
        phone.work()
        return all(gw.message(number).state is State.SENT for number in numbers)

    gw.until(all_sent, modem)
    assert sorted(gw.recipients()) == list(range(1, 21))
    imsis = [segment.imsi for segment in gw.air.segments]
    assert set(imsis) == {phone.imsi, imsi_for("a")}


def test_what_is_pulled_has_begun_in_the_log_before_it_can_be_sent(
    gw: Gateway, phone: PullingPhone
) -> None:
    (number,) = gw.send(gw.account(), "x" * 200)
    first = pulled(gw, phone)
    assert gw.events(number) == ["AttemptStarted"]
    phone.tell(Accepted(1))
    assert gw.events(number) == ["AttemptStarted", "SegmentAccepted"]
    second = pulled(gw, phone)
    assert second != first
    phone.tell(Accepted(2))
    assert gw.message(number).state is State.SENT


def test_a_phone_that_falls_silent_leaves_a_doubt_for_whoever_holds_its_sim_next(
    gw: Gateway, phone: PullingPhone
) -> None:
    (number,) = gw.send(gw.account())
    pulled(gw, phone)
    again = PullingPhone(gw, "phone")
    again.sign_on()

    def is_doubted() -> bool:
        assert again.pull() is None
        return gw.message(number).state is State.IN_DOUBT

    gw.until(is_doubted)


def test_a_phone_that_does_not_know_what_became_of_it_says_so(
    gw: Gateway, phone: PullingPhone
) -> None:
    (number,) = gw.send(gw.account())
    pulled(gw, phone)
    phone.tell(InDoubt(OwnCause.NO_ANSWER, "the app was killed"))
    assert gw.events(number) == ["AttemptStarted", "InDoubt"]


def test_the_quota_of_a_phone_is_counted_from_the_log_as_a_modems_is(gw: Gateway) -> None:
    gw.send(gw.account(), count=5)
    for _ in range(3):  # the app starts anew each time
        phone = PullingPhone(gw, "phone", per_day=2)
        phone.sign_on()
        gw.reached()
        for _ in range(20):
            phone.work()
        phone.carrier.let_go("closed")
    assert len(gw.air.segments) == 2
