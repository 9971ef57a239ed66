"""What waits, for whom, and whose turn it is."""

from collections.abc import Sequence

import pytest

from application.ports.queries import Backlog, Waiting
from domain.causes import OwnCause
from domain.message import State
from domain.quiet_hours import QuietHours
from domain.values import Instant, Lane, Network
from tests.projections.history import DAY, START, accept, at, message, send, start, world
from tests.projections.truth import Truth
from tests.support.outcomes import cms

NOW = at(100)


def numbers(waiting: Sequence[Waiting]) -> list[int]:
    return [each.number for each in waiting]


def best(truth: Truth, *, sim: int = 1, now: Instant = NOW, limit: int = 10) -> list[int]:
    return numbers(truth.follow().next_waiting(Network.MTN, sim=sim, now=now, limit=limit))


def test_a_waiting_message_says_all_that_dispatching_needs(truth: Truth) -> None:
    position = truth.save(message(7, account=2, lane="bulk", when=5))[0]
    assert truth.follow().next_waiting(Network.MTN, sim=1, now=NOW, limit=1) == [
        Waiting(
            number=7,
            account=2,
            network=Network.MTN,
            lane=Lane.BULK,
            state=State.QUEUED,
            position=position,
            due_at=at(5),
            expires_at=Instant(at(5) + DAY),
            sim=None,
            bound_sim=None,
            fence=0,
            last_attempt_at=None,
        )
    ]


def test_lanes_come_before_everything_else(truth: Truth) -> None:
    lanes = ["bulk", "normal", "otp", "normal", "otp"]
    truth.save(*(message(n, n, lane=lane) for n, lane in enumerate(lanes, start=1)))
    assert best(truth) == [3, 5, 2, 4, 1]


def test_each_account_has_its_turn_in_order_of_arrival(truth: Truth) -> None:
    accounts = [1, 1, 1, 2, 3, 3]
    truth.save(*(message(n, account) for n, account in enumerate(accounts, start=1)))
    assert best(truth) == [1, 4, 5, 2, 6, 3]
    assert best(truth, limit=3) == [1, 4, 5]


def test_who_was_served_longest_ago_comes_first(truth: Truth) -> None:
    truth.save(*(message(n, account=1) for n in range(1, 50)))
    truth.save(message(100, account=2), message(101, account=2), message(102, account=3))
    served = []
    for _ in range(5):
        taken = truth.follow().next_waiting(Network.MTN, sim=1, now=NOW, limit=1)[0]
        truth.save(start(message(taken.number, taken.account), when=50).collect_events()[1])
        served.append(taken.number)
    assert served == [1, 100, 102, 2, 101]


@pytest.mark.slow
def test_one_message_does_not_wait_behind_ten_thousand_of_another_account(truth: Truth) -> None:
    truth.save(*(message(n, account=1, lane="bulk") for n in range(1, 10_001)))
    truth.save(start(message(1, account=1, lane="bulk")).collect_events()[1])
    truth.save(message(10_001, account=2, lane="bulk"))
    assert best(truth, limit=3) == [10_001, 2, 3]


def test_what_is_not_due_waits_for_its_time(truth: Truth) -> None:
    retried = start(message(2, when=1), when=2)
    retried.fail_attempt(cause=cms(42), retry_at=at(60), at=at(3))
    truth.save(message(1, send_at=at(50)), retried)
    queries = truth.follow()
    for second, expected in ((49, []), (50, [1]), (60, [1, 2])):
        waiting = queries.next_waiting(Network.MTN, sim=1, now=at(second), limit=9)
        assert numbers(waiting) == expected
        assert queries.due_networks(at(second)) == ([Network.MTN] if expected else [])


def test_what_expired_is_not_offered_but_overdue(truth: Truth) -> None:
    truth.save(message(1, expires_at=at(40)), message(2))
    queries = truth.follow()
    assert numbers(queries.next_waiting(Network.MTN, sim=1, now=at(40), limit=9)) == [2]
    assert numbers(queries.overdue(at(39), limit=9)) == []
    assert numbers(queries.overdue(at(40), limit=9)) == [1]


def test_what_quiet_hours_hold_is_neither_offered_nor_due_in_them(truth: Truth) -> None:
    night = QuietHours("20:00", "07:00")  # every history starts at 00:13 in Lusaka
    seven = night.leaves_at(START)
    eight = night.begin_after(seven)
    truth.save(message(1, quiet=night.written, expires_at=seven + DAY), message(2))
    queries = truth.follow()

    def seen(now: int) -> tuple[list[int], list[int]]:
        moment = Instant(now)
        found = queries.next_waiting(Network.MTN, sim=1, now=moment, limit=9)
        return numbers(found), numbers(queries.overdue(moment, limit=9))

    assert seen(seven - 1) == ([2], [])
    assert seen(seven) == ([2, 1], [])
    assert seen(eight - 1) == ([2, 1], [])
    assert seen(eight) == ([2], [1])


def test_what_is_put_off_is_due_at_the_end_of_the_quiet_hours(truth: Truth) -> None:
    night = QuietHours("20:00", "07:00")
    eight = night.begin_after(night.leaves_at(START))
    put_off = message(1, quiet=night.written, expires_at=eight + 1)
    put_off.postpone(at=eight)
    truth.save(put_off)
    queries, again = truth.follow(), night.leaves_at(eight)
    assert numbers(queries.next_waiting(Network.MTN, sim=1, now=again, limit=9)) == [1]
    assert queries.due_networks(Instant(again - 1)) == []
    assert numbers(queries.overdue(again, limit=9)) == []
    assert numbers(queries.overdue(Instant(again + 1), limit=9)) == [1]


def test_a_message_in_parts_goes_on_with_the_sim_that_sent_the_first(truth: Truth) -> None:
    bound = accept(start(message(1, segments=2), sim=1), 0)
    bound.fail_attempt(cause=cms(42), retry_at=at(3), at=at(3))
    truth.save(bound, message(2, account=2))
    assert best(truth, sim=1) == [2, 1]
    assert best(truth, sim=2) == [2]


def test_messages_bound_elsewhere_do_not_hide_what_stands_behind_them(truth: Truth) -> None:
    for number in range(1, 31):
        bound = accept(start(message(number, number, segments=2), sim=1), 0)
        bound.fail_attempt(cause=cms(42), retry_at=at(3), at=at(3))
        truth.save(bound)
    truth.save(start(message(101, 99)), message(102, 99))  # account 99 was served last
    assert best(truth, sim=2, limit=1) == [102]
    assert best(truth, sim=2, limit=3) == [102]
    assert best(truth, sim=1, limit=2) == [1, 2]


def test_a_network_gets_only_its_own_messages(truth: Truth) -> None:
    truth.save(message(1), message(2, network="airtel"))
    queries = truth.follow()
    assert numbers(queries.next_waiting(Network.AIRTEL, sim=1, now=NOW, limit=9)) == [2]
    assert queries.next_waiting(Network.ZAMTEL, sim=1, now=NOW, limit=9) == []
    assert queries.due_networks(NOW) == [Network.MTN, Network.AIRTEL]


def test_a_taken_message_is_held_by_its_sim_until_it_ends(truth: Truth) -> None:
    taken = start(message(1), sim=2, when=30)
    truth.save(*world(), taken)
    queries = truth.follow()
    (held,) = queries.held_by(2)
    assert (held.number, held.state, held.sim, held.fence) == (1, State.SENDING, 2, 7)
    assert held.last_attempt_at == at(30)
    assert queries.held_by(1) == []
    assert best(truth) == []
    truth.save(accept(taken))
    assert truth.follow().held_by(2) == []


def test_messages_of_sims_that_nobody_holds_are_found(truth: Truth) -> None:
    truth.save(*(start(message(n), sim=n) for n in (1, 2, 3)))
    queries = truth.follow()
    assert numbers(queries.held_by_others({2}, limit=9)) == [1, 3]
    assert numbers(queries.held_by_others({2}, limit=1)) == [1]
    assert numbers(queries.held_by_others((), limit=9)) == [1, 2, 3]


def test_a_doubt_is_overdue_24_hours_after_its_last_attempt(truth: Truth) -> None:
    doubtful = start(message(1, expires_at=at(2 * 24 * 3600)), when=10)
    doubtful.doubt(cause=OwnCause.NO_ANSWER, at=at(70))
    truth.save(doubtful)
    queries = truth.follow()
    assert queries.overdue(Instant(at(10) + DAY - 1), limit=9) == []
    (overdue,) = queries.overdue(Instant(at(10) + DAY), limit=9)
    assert overdue.state == State.IN_DOUBT
    assert best(truth, sim=2) == []


def test_a_doubt_in_lane_otp_may_be_sent_once_more_by_another_sim(truth: Truth) -> None:
    doubtful = start(message(1, lane="otp"), sim=1)
    doubtful.doubt(cause=OwnCause.NO_ANSWER, at=at(30))
    truth.save(doubtful)
    assert best(truth, sim=1) == []
    assert best(truth, sim=2) == [1]
    assert best(truth, sim=2, now=Instant(START + DAY)) == []
    start(doubtful, sim=2, when=31).doubt(cause=OwnCause.NO_ANSWER, at=at(60))
    truth.save(doubtful)
    assert best(truth, sim=1) == best(truth, sim=3) == []


def test_a_message_that_ends_leaves_no_row(truth: Truth) -> None:
    failed, expired, cancelled = start(message(2)), message(3), message(4)
    failed.fail(cause=cms(28), at=at(2))
    expired.expire(at=Instant(START + DAY))
    cancelled.cancel(actor="account", at=at(2))
    truth.save(*world(), send(message(1)), failed, expired, cancelled)
    queries = truth.follow()
    assert queries.overdue(Instant(START + 9 * DAY), limit=9) == []
    assert queries.backlog() == [Backlog(network, 0, 0, 0, 0) for network in Network]


def test_the_backlog_counts_open_messages_by_network_and_state(truth: Truth) -> None:
    doubtful = start(message(4, network="zamtel"))
    doubtful.doubt(cause=OwnCause.NO_ANSWER, at=at(3))
    truth.save(message(1), message(2, account=2, lane="otp"), start(message(3)), doubtful)
    assert truth.follow().backlog() == [
        Backlog(Network.MTN, queued=2, sending=1, in_doubt=0, held=0),
        Backlog(Network.AIRTEL, queued=0, sending=0, in_doubt=0, held=0),
        Backlog(Network.ZAMTEL, queued=0, sending=0, in_doubt=1, held=0),
    ]


def test_nobody_takes_or_ends_a_message_that_is_held_until_it_is_released(truth: Truth) -> None:
    waiting, doubtful = message(1), start(message(2, lane="otp"))
    doubtful.doubt(cause=OwnCause.NO_ANSWER, at=at(2))
    for each in (waiting, doubtful):
        each.hold(generation=2, at=at(3))
    truth.save(waiting, doubtful)
    assert best(truth, sim=3) == []
    queries = truth.follow()
    assert queries.overdue(Instant(START + 9 * DAY), limit=9) == []
    assert numbers(queries.open_messages(State.HELD, after=0, limit=9)) == [1, 2]
    assert queries.backlog()[0] == Backlog(Network.MTN, queued=0, sending=0, in_doubt=0, held=2)
    for each in (waiting, doubtful):
        each.release(actor="staff", reason="1/r", at=at(4))
    truth.save(waiting, doubtful)
    assert best(truth, sim=3) == [2, 1]  # otp first
    assert numbers(truth.follow().overdue(Instant(START + 9 * DAY), limit=9)) == [1, 2]


def test_what_is_ahead_of_a_message_counts_segments_by_lane_and_turn(truth: Truth) -> None:
    truth.save(
        *world(),
        *(message(n, account=2, lane="bulk", when=n, segments=2) for n in range(1, 11)),
        *(message(n, account=1, lane="bulk", when=n, segments=3) for n in range(11, 15)),
        message(20, account=3, lane="otp", when=20),
        message(21, account=3, lane="normal", when=21, segments=4),
        message(22, account=2, lane="otp", network="zamtel", when=22),
        send(message(23, account=2, lane="otp", when=23), when=24),
    )
    queries = truth.follow()

    def segments(number: int) -> int | None:
        ahead = queries.ahead_of(number)
        return None if ahead is None else ahead.segments

    assert segments(20) == 0
    assert segments(21) == 1
    assert segments(11) == 1 + 4 + 2  # the first of its account: one of the other's
    assert segments(14) == 1 + 4 + 9 + 8
    assert segments(10) == 1 + 4 + 18 + 12
    assert segments(22) == 0
    assert (segments(23), segments(99)) == (None, None)
    taken = start(message(30, account=9), when=31)
    truth.save(taken)
    assert truth.follow().ahead_of(30) is None


def test_a_failed_attempt_goes_to_the_back_of_its_account(truth: Truth) -> None:
    retried = start(message(1, when=0), when=1)
    retried.fail_attempt(cause=cms(42), retry_at=at(20), at=at(2))
    truth.save(retried, message(2, when=5), message(3, when=30))
    assert best(truth, now=at(90)) == [2, 1, 3]
