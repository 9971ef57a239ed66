"""A SIM is its IMSI: whatever is told of its ICCID, and where an old log has it by that."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import body_content, seal_of
from application.fleet.duty import BringOnline, OffDuty, OnDuty, SetQuarantine
from application.messages.attempts import RecordOutcome, StartAttempt
from application.ports import Lease, SimIdentity
from application.ports.queries import SimRow
from domain.contents import CardNote, ContentKind
from domain.errors import AlreadyExists, NotFound
from domain.events import aggregate_id
from domain.message import State
from domain.reports import Accepted, SubmitOutcome
from domain.sim import Sim, sim_id
from domain.values import SECOND, Instant, Network
from tests.support.outcomes import NO_PROMPT
from tests.worker.gateway import Gateway

CARD = SimIdentity("8926002000000000012", "645020000000012", "35", "E173", "11")
NO_ICCID = replace(CARD, iccid=None)


class WriteAsBefore(Command[OnDuty]):
    """What a gateway that keyed SIMs by ICCID, else IMSI, wrote when a modem came up."""

    def __init__(self, card: SimIdentity, *, at: Instant, holder: str = "host") -> None:
        self.at = at
        self._card = card
        self._holder = holder
        self._key = aggregate_id("sim", card.iccid or card.imsi)
        self._number = 0

    def prepare(self, tools: Preparing) -> None:
        self._number = tools.numbers.take("sim")

    def touches(self) -> Iterable[UUID]:
        yield self._key

    def decide(self, books: Books) -> OnDuty:
        note = CardNote(self._card.iccid, self._card.imsi)
        row = body_content(note, self._number, salt=b"s" * 32)
        sim = Sim.register(
            self._number,
            imsi=self._card.iccid or self._card.imsi,
            network="mtn",
            content=seal_of(row),
            at=self.at,
        )
        sim.come_online(network="mtn", modem="a", imei="35", fence=1, host=self._holder, at=self.at)
        books.record(sim)
        books.keep(row)
        ends_at = Instant(self.at + 180 * SECOND)
        books.grant_lease(Lease(self._number, "mtn", "a", self._holder, 1, ends_at, self.at))
        return OnDuty(self._number, self._key, 1, quarantined=False)


def bring_online(
    gw: Gateway,
    card: SimIdentity = CARD,
    *,
    holder: str = "host",
    lapsed: Collection[Lease] = (),
) -> OnDuty:
    return gw.execute(
        BringOnline(
            card,
            network=Network.MTN,
            modem="a",
            holder=holder,
            lapsed=lapsed,
            at=gw.clock.now(),
        )
    )


def quarantine(gw: Gateway, sim: int, *, quarantined: bool = True) -> None:
    actor, now = Actor("ops"), gw.clock.now()
    gw.execute(SetQuarantine(sim, quarantined=quarantined, actor=actor, reason="fraud", at=now))


def fleet(gw: Gateway) -> list[SimRow]:
    head = gw.store.head()
    assert gw.system.queries.reached(head, timeout_s=10, projection="fleet")
    return list(gw.system.queries.sims(gw.clock.now()))


def history(gw: Gateway, key: UUID) -> list[str]:
    return [type(event).__name__ for event in gw.system.reader.events(key)]


# -- a new log ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cards", [(CARD, NO_ICCID), (NO_ICCID, CARD)])
def test_a_card_is_one_sim_whether_its_iccid_was_told_or_not(
    gw: Gateway, cards: tuple[SimIdentity, ...]
) -> None:
    first, second = (bring_online(gw, card) for card in cards)
    assert (first.sim, first.key) == (second.sim, second.key)
    assert second.fence == first.fence + 1
    assert first.key == sim_id(CARD.imsi)


def test_the_same_number_in_a_new_card_is_the_same_sim(gw: Gateway) -> None:
    first = bring_online(gw)
    assert bring_online(gw, replace(CARD, iccid="8926002000000000099")).sim == first.sim


def test_a_card_in_quarantine_stays_there_when_its_iccid_is_not_told(gw: Gateway) -> None:
    quarantine(gw, bring_online(gw).sim)
    duty = bring_online(gw, NO_ICCID)
    assert duty.quarantined
    (number,) = gw.send(gw.account())
    with pytest.raises(OffDuty):
        gw.execute(StartAttempt(number, duty=duty, concat_ref=None, at=gw.clock.now()))


# -- an old log ---------------------------------------------------------------------------------


@pytest.mark.parametrize("card", [CARD, NO_ICCID])
def test_a_sim_of_an_old_log_goes_on_under_its_imsi(gw: Gateway, card: SimIdentity) -> None:
    old = gw.execute(WriteAsBefore(CARD, at=gw.clock.now()))
    duty = bring_online(gw, card)
    assert (duty.sim, duty.fence, duty.key) == (old.sim, 2, sim_id(CARD.imsi))
    assert history(gw, old.key) == ["Registered", "CameOnline", "Superseded"]
    assert history(gw, duty.key) == ["Registered", "CameOnline"]
    (row,) = fleet(gw)
    assert (row.number, row.came_online) == (old.sim, True)
    assert (row.iccid, row.imsi) == (CARD.iccid, CARD.imsi)


def test_what_is_taken_over_is_taken_over_once(gw: Gateway) -> None:
    old = gw.execute(WriteAsBefore(CARD, at=gw.clock.now()))
    duties = [bring_online(gw) for _ in range(3)]
    assert [duty.fence for duty in duties] == [2, 3, 4]
    assert history(gw, old.key).count("Superseded") == 1
    assert history(gw, duties[0].key).count("Registered") == 1


def test_a_quarantine_of_an_old_log_holds_until_it_is_released(gw: Gateway) -> None:
    old = gw.execute(WriteAsBefore(CARD, at=gw.clock.now()))
    quarantine(gw, old.sim)
    duty = bring_online(gw)
    assert duty.quarantined
    (row,) = fleet(gw)
    assert row.quarantined
    assert row.reason is not None
    assert gw.store.content(ContentKind.REASON, int(row.reason.partition("/")[0])) is not None
    quarantine(gw, row.number, quarantined=False)
    assert not bring_online(gw).quarantined


def test_a_card_that_tells_another_imsi_now_is_braked_by_its_number(gw: Gateway) -> None:
    old = gw.execute(WriteAsBefore(CARD, at=gw.clock.now()))
    card = replace(CARD, imsi="645020000000099")
    assert bring_online(gw, card).sim == old.sim
    quarantine(gw, old.sim)
    assert bring_online(gw, card).quarantined


def test_a_sim_that_was_never_seen_has_no_brake(gw: Gateway) -> None:
    with pytest.raises(NotFound, match=r"No such SIM\."):
        quarantine(gw, 77)


def test_a_sim_that_another_host_holds_is_not_taken_over_from_it(gw: Gateway) -> None:
    old = gw.execute(WriteAsBefore(CARD, at=gw.clock.now(), holder="other"))
    with pytest.raises(AlreadyExists):
        bring_online(gw)
    assert history(gw, old.key) == ["Registered", "CameOnline"]
    (lease,) = gw.store.leases()
    assert bring_online(gw, lapsed=[lease]).sim == old.sim


def test_two_sims_that_were_one_card_become_one_and_a_quarantine_stays(gw: Gateway) -> None:
    """The ICCID was told at first, and later not: an old gateway made two SIMs of it."""
    first = gw.execute(WriteAsBefore(CARD, at=gw.clock.now()))
    second = gw.execute(WriteAsBefore(NO_ICCID, at=gw.clock.now()))
    quarantine(gw, first.sim)
    duty = bring_online(gw, NO_ICCID)
    assert (duty.sim, duty.quarantined) == (second.sim, True)
    gone, kept = fleet(gw)
    assert (gone.number, gone.came_online, gone.reason) == (
        first.sim,
        False,
        f"its card is SIM {second.sim}",
    )
    assert kept.quarantined
    quarantine(gw, kept.number, quarantined=False)
    assert not bring_online(gw).quarantined


def test_a_message_under_way_over_an_old_sim_is_doubted_and_another_goes_on(gw: Gateway) -> None:
    driver: SimulatedModemDriver = gw.driver("a")
    card = driver.open()
    sender = gw.account()
    under_way, long = gw.send(sender)[0], gw.send(sender, "x" * 200, first=2)[0]
    old = gw.execute(WriteAsBefore(card, at=gw.clock.now()))
    now = gw.clock.now()
    for number in (under_way, long):
        gw.execute(StartAttempt(number, duty=old, concat_ref=9, at=now))
    outcomes: tuple[SubmitOutcome, ...] = (Accepted(1), NO_PROMPT)
    for index, outcome in enumerate(outcomes):
        told = RecordOutcome(
            long, sim=old.sim, fence=old.fence, index=index, outcome=outcome, at=now
        )
        gw.execute(told)
    sim = gw.sim(driver)
    gw.until(lambda: gw.message(under_way).state is State.IN_DOUBT, sim)
    gw.until(lambda: gw.message(long).state is State.SENT, sim)  # it was bound to this SIM
    assert [segment.part for segment in gw.air.segments] == [2]
