"""A desk hands out the best message, fairly, and each one to one SIM at a time."""

import threading
from pathlib import Path

import pytest

from application.fleet.desk import CANDIDATES_MAX, SOON_S, Desk, Desks
from application.fleet.duty import BringOnline, OnDuty
from application.messages.attempts import RecordOutcome, StartAttempt
from application.ports.queries import Queries
from domain.message import State
from domain.reports import Accepted, SubmitOutcome
from domain.values import Lane, Network
from tests.conformance.stores import Stores
from tests.support.outcomes import NO_PROMPT, SILENCE
from tests.worker.gateway import Gateway, gateway
from tests.worker.taking_turns import TakingTurns


def on_duty(gw: Gateway, name: str = "a") -> OnDuty:
    """Register a SIM, so that its number is known."""
    identity = gw.driver(name).open()
    return gw.system.committer.execute(
        BringOnline(identity, network=Network.MTN, modem=name, holder="h", at=gw.clock.now())
    )


def start(gw: Gateway, number: int, duty: OnDuty) -> None:
    gw.system.committer.execute(StartAttempt(number, duty=duty, concat_ref=1, at=gw.clock.now()))


def record(
    gw: Gateway, number: int, duty: OnDuty, outcome: SubmitOutcome, *, index: int = 0
) -> None:
    gw.system.committer.execute(
        RecordOutcome(
            number, sim=duty.sim, fence=duty.fence, index=index, outcome=outcome, at=gw.clock.now()
        )
    )


def test_an_account_with_one_message_waits_for_one_message_of_another(gw: Gateway) -> None:
    many = gw.send(gw.account("Many"), count=40, lane=Lane.NORMAL)
    (one,) = gw.send(gw.account("One"))
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(one).state is State.SENT, sim)
    sent = [number for number in many if gw.message(number).state is State.SENT]
    assert len(sent) <= 2


def test_every_account_gets_its_turn_while_new_messages_keep_coming(gw: Gateway) -> None:
    senders = [gw.account(name) for name in "abc"]
    sim = gw.sim(gw.driver("a"), per_minute=1)
    gw.online(sim)
    gw.send(senders[0], count=20, first=100, lane=Lane.NORMAL)
    for place in range(1, 4):
        for sender in (1, 2):
            gw.send(senders[sender], first=sender * 1_000 + place)
        for _ in range(3):
            gw.clock.advance(61)
            before = len(gw.air.segments)
            gw.until(lambda before=before: len(gw.air.segments) > before, sim)  # type: ignore[misc]
            gw.reached()
    served = [recipient // 1_000 for recipient in gw.recipients()]
    assert sorted(served) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_lanes_are_served_in_their_order(gw: Gateway) -> None:
    sender = gw.account()
    gw.send(sender, count=5, first=100)
    gw.send(sender, first=200, lane=Lane.NORMAL)
    gw.send(sender, first=300, lane=Lane.OTP)
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: len(gw.air.segments) == 7, sim)
    assert gw.recipients() == [300, 200, 100, 101, 102, 103, 104]


def test_an_urgent_message_overtakes_what_the_desk_holds_already(gw: Gateway) -> None:
    sender = gw.account()
    gw.send(sender, count=30, first=100)
    sim = gw.sim(gw.driver("a"), per_minute=1)
    gw.until(lambda: len(gw.air.segments) == 1, sim)
    gw.send(sender, first=900, lane=Lane.OTP)
    gw.desk().ring()  # as the relay's hint does
    gw.clock.advance(61)
    gw.until(lambda: len(gw.air.segments) == 2, sim)
    assert gw.recipients()[1] == 900


def test_accounts_take_turns_although_the_projection_does_not_know_it_yet(
    tmp_path: Path,
) -> None:
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        a, b = gw.account("a"), gw.account("b")
        of_a, of_b = gw.send(a, count=3), gw.send(b, count=3, first=10)
        desk, taken = gw.desk(), []
        for _ in range(6):
            waiting = desk.take(1)
            assert waiting is not None
            taken.append(waiting.number)
            desk.ring()  # each time the desk asks anew, and gets the same order
        assert taken == [n for pair in zip(of_a, of_b, strict=True) for n in pair]


def test_what_is_put_back_keeps_its_rank(gw: Gateway) -> None:
    sender = gw.account()
    gw.send(sender, count=5, first=100)
    (urgent,) = gw.send(sender, first=900, lane=Lane.OTP)
    desk = _desk(gw)
    taken = desk.take(1)
    assert taken is not None
    assert taken.number == urgent
    desk.put_back(taken)
    assert desk.take(1) == taken


def test_what_one_sim_has_no_other_gets(gw: Gateway) -> None:
    gw.send(gw.account())
    desk = gw.desk()
    taken = desk.take(1)
    assert taken is not None
    desk.ring()
    assert desk.take(2) is None


def test_what_is_put_back_goes_to_whoever_asks_next(gw: Gateway) -> None:
    gw.send(gw.account())
    desk = gw.desk()
    taken = desk.take(1)
    assert taken is not None
    desk.put_back(taken)
    again = desk.take(2)
    assert again is not None
    assert again.number == taken.number


def test_what_is_set_aside_comes_again_after_its_time(gw: Gateway) -> None:
    (number,) = gw.send(gw.account())
    desk = gw.desk()
    assert desk.take(1) is not None
    desk.settle(number, aside_s=100)
    desk.ring()
    assert desk.take(1) is None
    gw.clock.advance(101)
    assert desk.take(1) is not None


def test_a_message_to_hand_out_waits_for_no_question_about_what_was_settled(
    gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = gw.send(gw.account(), count=2)
    desk = gw.desk()
    assert desk.take(1) is not None
    desk.settle(first)
    desk.ring()
    asked: list[int] = []
    end = gw.store.head

    def head() -> int:
        asked.append(end())
        return asked[-1]

    monkeypatch.setattr(gw.store, "head", head)
    taken = desk.take(1)
    assert taken is not None
    assert (taken.number, asked) == (second, [])
    desk.ring()
    again = desk.take(1)
    assert again is not None
    assert again.number == first  # nobody began it
    assert asked


def test_what_was_settled_in_a_log_that_is_there_no_more_is_handed_out_again(
    tmp_path: Path,
) -> None:
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        (number,) = gw.send(gw.account())
        head = gw.system.store.head()
        desk = gw.desk()
        assert desk.take(1) is not None
        gw.account("Other")
        desk.settle(number)
        desk.ring()
        assert desk.take(1) is None
        Stores(str(tmp_path / "data" / "store.db")).execute(
            f"DELETE FROM stored_events WHERE rowid > {head}"
        )
        desk.ring()
        assert desk.take(1) is not None


def test_a_message_bound_to_a_sim_is_for_that_sim_alone(gw: Gateway) -> None:
    a, b = on_duty(gw, "a"), on_duty(gw, "b")
    (number,) = gw.send(gw.account(), "x" * 200)
    start(gw, number, a)
    record(gw, number, a, Accepted(1))
    record(gw, number, a, NO_PROMPT, index=1)
    gw.reached()
    desk = gw.desk()
    assert desk.take(b.sim) is None
    taken = desk.take(a.sim)
    assert taken is not None
    assert taken.bound_sim == a.sim


def test_a_doubted_otp_goes_to_another_sim_only(gw: Gateway) -> None:
    a, b = on_duty(gw, "a"), on_duty(gw, "b")
    (number,) = gw.send(gw.account(), lane=Lane.OTP)
    start(gw, number, a)
    record(gw, number, a, SILENCE)
    gw.reached()
    desk = gw.desk()
    assert desk.take(a.sim) is None
    assert desk.take(b.sim) is not None


def test_one_query_feeds_many_sims(gw: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    gw.send(gw.account(), count=20)
    looks = _count_looks(gw.system.queries, monkeypatch)
    desk = _desk(gw)
    assert desk.take(1) is not None
    looks.clear()
    taken = [desk.take(1) for _ in range(19)]
    assert None not in taken
    assert looks == []


def test_what_the_read_models_do_not_know_to_be_taken_keeps_no_sim_waiting(
    tmp_path: Path,
) -> None:
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        numbers = gw.send(gw.account(), count=CANDIDATES_MAX + 10)
        desk = gw.desk()
        taken = [desk.take(1) for _ in numbers]
        assert [waiting and waiting.number for waiting in taken] == list(numbers)


def test_a_desk_that_has_enough_is_not_made_to_look_by_every_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = TakingTurns()
    with gateway(tmp_path / "data", is_threaded=False, clock=clock) as gw:
        sender = gw.account()
        numbers = gw.send(sender, count=20)
        looks = _count_looks(gw.system.queries, monkeypatch)
        desk = _desk(gw)
        for number in numbers[:10]:
            waiting = desk.take(1)
            assert waiting is not None
            assert waiting.number == number
            desk.ring()
        assert len(looks) == 1
        (urgent,) = gw.send(sender, first=900, lane=Lane.OTP)
        desk.ring()
        clock.advance(SOON_S)
        waiting = desk.take(1)
        assert waiting is not None
        assert waiting.number == urgent


def test_a_ring_wakes_whoever_waits(gw: Gateway) -> None:
    desk = gw.desk()
    bell = desk.bell
    woken = threading.Event()

    def wait() -> None:
        desk.wait(bell, 10.0)
        woken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    desk.ring()
    assert woken.wait(5)
    waiting.join()


def test_a_ring_before_the_wait_is_not_missed(gw: Gateway) -> None:
    desk = gw.desk()
    bell = desk.bell
    desk.ring()
    desk.wait(bell, 60.0)  # returns at once, or the test times out


def test_a_hint_for_a_network_without_sims_here_means_nothing(gw: Gateway) -> None:
    desks = Desks([Network.MTN], queries=gw.system.queries, store=gw.store, clock=gw.clock)
    desks.ring(Network.ZAMTEL)
    assert desks.networks == {Network.MTN}


def _desk(gw: Gateway) -> Desk:
    """Give a desk as a process has it, which looks once a second."""
    desks = Desks([Network.MTN], queries=gw.system.queries, store=gw.store, clock=gw.clock)
    return desks.of(Network.MTN)


def _count_looks(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note each look of a desk."""
    looks: list[object] = []
    original = queries.next_waiting

    def counted(*args: object, **kwargs: object) -> object:
        looks.append(args)
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "next_waiting", counted)
    return looks
