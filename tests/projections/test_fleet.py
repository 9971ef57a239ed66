"""The fleet as operators see it."""

from application.ports.queries import SimRow
from domain.causes import OwnCause
from domain.days import day_of
from domain.phone import PACE_SEGMENTS
from domain.sim import Sim
from domain.values import Instant, Network
from tests.projections.history import START, at, message, send, sim, start, wallet_of
from tests.projections.truth import Truth

NOW = at(1_000)


def online(number: int = 1) -> Sim:
    answering = sim(number)
    answering.come_online(
        network="mtn", modem="/dev/ttyUSB0", imei="35", fence=4, host="gw", at=at(10)
    )
    return answering


def row_of(truth: Truth, now: Instant = NOW) -> SimRow:
    return truth.follow().sims(now)[0]


def test_a_sim_shows_where_it_is_and_who_it_is(truth: Truth) -> None:
    truth.save(online())
    truth.put("sim", 1, {"iccid": "8926", "imsi": "645"}, msisdn="+260970000001")
    assert row_of(truth) == SimRow(
        number=1,
        network=Network.MTN,
        modem="/dev/ttyUSB0",
        msisdn="+260970000001",
        iccid="8926",
        imsi="645",
        imei="35",
        host="gw",
        fence=4,
        came_online=True,
        quarantined=False,
        reason=None,
        since=at(10),
        sent_segments=0,
        sent_messages=0,
    )


def test_a_sim_that_went_offline_says_why_until_it_comes_back(truth: Truth) -> None:
    gone = online()
    gone.go_offline(reason="unplugged", at=at(20))
    truth.save(gone)
    row = row_of(truth)
    assert (row.came_online, row.reason, row.since) == (False, "unplugged", at(20))
    gone.come_online(network="mtn", modem="m", imei="35", fence=5, host="gw", at=at(30))
    truth.save(gone)
    row = row_of(truth)
    assert (row.came_online, row.reason, row.since, row.fence) == (True, None, at(30), 5)


def test_the_reason_of_a_quarantine_comes_first(truth: Truth) -> None:
    kept = online()
    kept.quarantine(actor="staff", reason="blocked", at=at(20))
    kept.go_offline(reason="unplugged", at=at(21))
    truth.save(kept)
    row = row_of(truth)
    assert (row.came_online, row.quarantined, row.reason) == (False, True, "blocked")
    kept.release(actor="staff", reason="r", at=at(22))
    truth.save(kept)
    assert row_of(truth).reason == "unplugged"


def test_segments_and_messages_are_counted_when_the_message_is_sent(truth: Truth) -> None:
    unsent = start(message(3))
    unsent.doubt(cause=OwnCause.NO_ANSWER, at=at(3))
    truth.save(wallet_of(1), online(1), online(2))
    truth.save(send(message(1, segments=3)), send(message(2)), unsent)
    first, second = truth.follow().sims(START)
    assert (first.sent_messages, first.sent_segments) == (2, 4)
    assert (second.sent_messages, second.sent_segments) == (0, 0)


def test_what_a_sim_begins_is_counted_by_the_day_in_lusaka(truth: Truth) -> None:
    """A history begins there at 00:13:20, so that a day later is 86,400 s later, less 800 s."""
    long, refused = start(message(1, segments=3)), start(message(2), when=2)
    truth.save(wallet_of(1), online(1))
    long.accept_segment(0, message_reference=1, evidence="modem", at=at(3))
    refused.fail(cause=OwnCause.NO_PROMPT, at=at(3))
    truth.save(long, refused)
    day = day_of(START)
    assert truth.follow().begun_on(day, sim=1) == row_of(truth).begun_today == 3
    assert truth.queries().begun_on(day + 1, sim=1) == 0
    assert truth.queries().sims(at(86_400))[0].begun_today == 0
    truth.save(start(message(3, when=86_000), when=86_000))
    assert truth.follow().begun_on(day + 1, sim=1) == 1
    assert truth.queries().begun_on(day, sim=1) == 1  # the next counts too: the clock went back


def test_a_message_that_a_phone_takes_whole_is_as_many_segments_once_it_is_sent(
    truth: Truth,
) -> None:
    in_phone = sim(1)
    in_phone.come_online(
        network="mtn", modem="phone-1/1", imei="d", fence=4, host="d", takes_whole=True, at=at(1)
    )
    given = start(message(1, segments=3))
    truth.save(wallet_of(1), in_phone, given)
    assert row_of(truth).begun_today == 1
    given.accept_whole(evidence="phone", at=at(3))
    truth.save(given)
    row = row_of(truth)
    assert (row.begun_today, row.sent_segments) == (3, 3)


def test_what_a_clock_counted_that_was_days_ahead_uses_up_no_day(truth: Truth) -> None:
    truth.save(wallet_of(1), online(1))
    ahead = 60 * 86_400
    truth.save(start(message(1, when=ahead), when=ahead))
    day = day_of(START)
    assert truth.follow().begun_on(day, sim=1) == 0
    truth.save(start(message(2), when=2))
    assert truth.follow().begun_on(day, sim=1) == 1


def test_what_a_sim_in_a_phone_was_given_is_kept_as_far_as_its_pace_counts(truth: Truth) -> None:
    in_phone, in_modem = sim(1), online(2)
    in_phone.come_online(
        network="mtn", modem="phone-1/1", imei="d", fence=4, host="d", takes_whole=True, at=at(1)
    )
    given = [start(message(number), when=number) for number in range(1, PACE_SEGMENTS + 3)]
    truth.save(wallet_of(1), in_phone, in_modem, start(message(90), sim=2), *given)
    lately = truth.follow().begun_lately(1)
    assert lately == [(number, at(number)) for number in range(3, PACE_SEGMENTS + 3)]
    assert not truth.queries().begun_lately(2)


def test_a_sim_that_is_registered_again_under_its_imsi_keeps_its_row(truth: Truth) -> None:
    old = online(1)
    truth.save(wallet_of(1), old, send(message(1)))
    new = Sim.register(1, imsi="645", network="mtn", content="c", at=at(20))
    old.give_way(new, at=at(20))
    truth.save(old, new)
    row = row_of(truth)
    assert (row.number, row.sent_messages, row.since) == (1, 1, at(10))


def test_a_sim_whose_card_has_another_number_says_so(truth: Truth) -> None:
    old, new = online(1), online(2)
    old.quarantine(actor="staff", reason="fraud", at=at(20))
    old.give_way(new, at=at(21))
    truth.save(old, new)
    gone, kept = truth.follow().sims(NOW)
    assert (gone.came_online, gone.quarantined, gone.reason) == (False, False, "its card is SIM 2")
    assert (kept.quarantined, kept.reason) == (True, "fraud")
