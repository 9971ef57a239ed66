"""What a modem refuses, leaves open or never says decides about message, SIM and credits."""

from collections.abc import Sequence
from functools import partial

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from application.fleet.leases import LEASE_S
from application.messages.settling import BACK_OFF_S
from domain.message import State
from domain.reports import Accepted, LateAnswer, ModemReport, SubmitOutcome
from tests.worker.gateway import Gateway


def test_a_message_that_can_never_be_sent_fails_and_is_refunded_once(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    (number,) = gw.send(sender)
    sim = gw.sim(gw.driver("a", "cms=1:times=1"))
    gw.until(lambda: gw.message(number).state is State.FAILED, sim)
    gw.steps(30, sim)
    assert gw.events(number) == ["AttemptStarted", "Failed"]
    assert gw.available(sender) == 10
    assert gw.message(number).cause == "CMS_1"
    (next_one,) = gw.send(sender)  # the SIM is none the worse
    gw.until(lambda: gw.message(next_one).state is State.SENT, sim)


def test_a_busy_network_is_tried_again_after_a_while(gw: Gateway) -> None:
    (number,) = gw.send(gw.account())
    sim = gw.sim(gw.driver("a", "cms=42:times=1"))
    gw.until(lambda: "AttemptFailed" in gw.events(number), sim)
    gw.reached()
    gw.steps(50, sim)
    assert gw.events(number) == ["AttemptStarted", "AttemptFailed"]
    gw.clock.advance(BACK_OFF_S[0] + 1)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.recipients() == [1]


def test_a_sim_that_is_barred_rests_and_its_message_goes_by_another(gw: Gateway) -> None:
    barred = gw.sim(gw.driver("a", "cms=21"), "a")
    gw.online(barred)
    (number,) = gw.send(gw.account())
    gw.until(lambda: barred.status.state == "resting", barred)
    healthy = gw.sim(gw.driver("b"), "b")
    gw.until(lambda: gw.message(number).state is State.SENT, barred, healthy)
    assert gw.events(number) == ["AttemptStarted", "AttemptFailed", "AttemptStarted", "Sent"]
    assert "modem a" in gw.alarms.standing()


def test_a_rest_ends_by_itself_and_its_alarm_with_the_next_success(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "cms=10:times=1"))
    gw.online(sim)
    (number,) = gw.send(gw.account())
    gw.until(lambda: sim.status.state == "resting", sim)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.alarms.standing() == {}


@pytest.mark.parametrize("fault", ["cms=38", "cms=500", "cme=100", "error"])
def test_three_vague_errors_in_a_row_make_a_sim_rest(gw: Gateway, fault: str) -> None:
    sim = gw.sim(gw.driver("a", f"{fault}:times=3"))
    numbers = gw.send(gw.account(), count=4)
    gw.until(lambda: sim.status.state == "resting", sim)
    assert sim.counts["Rejected"] == 3
    assert gw.events(numbers[3]) == []


def test_what_is_vague_in_one_table_is_not_in_the_other(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "cme=38:times=3"))
    numbers = gw.send(gw.account(), count=4)
    gw.until(lambda: gw.message(numbers[3]).state is State.SENT, sim)
    assert sim.counts["Rejected"] == 3
    assert sim.status.state == "online"


def test_an_error_that_is_our_fault_ends_the_message_and_raises_an_alarm(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    (number,) = gw.send(sender)
    sim = gw.sim(gw.driver("a", "cms=304"))
    gw.until(lambda: gw.message(number).state is State.FAILED, sim)
    assert gw.available(sender) == 10
    assert "our encoding is wrong" in gw.alarms.standing()["modem modem"]
    assert sim.status.state == "resting"


def test_a_silent_modem_leaves_its_messages_to_the_others(gw: Gateway) -> None:
    silent = gw.sim(gw.driver("a", "no-prompt"), "a")
    healthy = gw.sim(gw.driver("b"), "b")
    gw.online(silent, healthy)
    numbers = gw.send(gw.account(), count=10)
    gw.until(lambda: silent.status.reason == "no prompt", silent, healthy)
    gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers), silent, healthy)
    assert all(gw.events(n) == ["AttemptStarted", "Sent"] for n in numbers)


@pytest.mark.parametrize("sent", ["yes", "no"])
def test_no_answer_is_doubt_and_is_never_sent_again(gw: Gateway, sent: str) -> None:
    (number,) = gw.send(gw.account())
    sim = gw.sim(gw.driver("a", f"no-answer:times=1:sent={sent}"))
    other = gw.sim(gw.driver("b"), "b")
    gw.until(lambda: gw.message(number).state is State.IN_DOUBT, sim)
    gw.clock.advance(60)
    gw.reached()
    gw.steps(50, sim, other)
    assert gw.events(number) == ["AttemptStarted", "InDoubt"]
    assert len(gw.air.segments) == (sent == "yes")


def test_two_doubts_in_a_row_make_a_sim_rest(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "no-answer"))
    numbers = gw.send(gw.account(), count=3)
    gw.until(lambda: sim.status.state == "resting", sim)
    assert sim.counts["InDoubt"] == 2
    assert gw.events(numbers[2]) == []
    assert "ask its balance" in gw.alarms.standing()["modem modem"]


def test_a_late_answer_settles_the_doubt(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "late=0.2:times=1"))
    (number,) = gw.send(gw.account())
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "InDoubt", "Sent"]
    assert gw.recipients() == [1]


def test_a_late_refusal_puts_the_message_back(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "cms=41:delay=0.2:times=1"))
    (number,) = gw.send(gw.account())
    gw.until(lambda: gw.message(number).retry_at is not None, sim)
    gw.clock.advance(BACK_OFF_S[0] + 1)
    gw.reached()
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == [
        "AttemptStarted", "InDoubt", "AttemptFailed", "AttemptStarted", "Sent"
    ]  # fmt: skip
    assert gw.recipients() == [1]


def test_a_late_refusal_for_good_ends_the_message(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a", "cms=28:delay=0.2:times=1"))
    (number,) = gw.send(gw.account())
    gw.until(lambda: gw.message(number).state is State.FAILED, sim)
    assert gw.events(number) == ["AttemptStarted", "InDoubt", "Failed"]
    assert gw.recipients() == []


def test_a_late_answer_for_a_middle_segment_lets_the_rest_follow_by_the_same_sim(
    gw: Gateway,
) -> None:
    sim = gw.sim(gw.driver("a", "late=0.2:times=1"))
    (number,) = gw.send(gw.account(), "x" * 300)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert [segment.part for segment in gw.air.segments] == [1, 2]
    assert len({segment.reference for segment in gw.air.segments}) == 1


def test_an_answer_that_nobody_waits_for_changes_nothing(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    (number,) = gw.send(gw.account())
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    driver.receive(LateAnswer(Accepted(7)))
    gw.steps(10, sim)
    assert gw.events(number) == ["AttemptStarted", "Sent"]


class Crash(BaseException):
    """The process is gone."""


class Crashes(SimulatedModemDriver):
    """Takes the process along when a segment was handed over."""

    def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
        super().submit(tpdu, start=start)  # type: ignore[arg-type]
        raise Crash


def _crashed(gw: Gateway) -> int:
    """Have a process crash with a message under way."""
    sim = gw.sim(gw.driver("a", kind=Crashes))
    gw.online(sim)
    (number,) = gw.send(gw.account())
    with pytest.raises(Crash):
        gw.until(lambda: False, sim)
    assert gw.events(number) == ["AttemptStarted"]
    return number


def test_a_crash_after_the_start_is_doubted_by_the_next_holder(gw: Gateway) -> None:
    number = _crashed(gw)
    restarted = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(number).state is State.IN_DOUBT, restarted)
    gw.online(restarted)
    gw.steps(20, restarted)
    assert gw.events(number) == ["AttemptStarted", "InDoubt"]
    assert gw.recipients() == [1]


@pytest.mark.slow
def test_a_doubt_that_is_refused_since_the_lease_ran_out_is_recorded_later(
    gw: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    number = _crashed(gw)
    restarted = gw.sim(gw.driver("a"))
    gw.steps(1, restarted)
    assert restarted.status.state == "waiting for the read models"
    gw.reached()
    gw.store.is_down = True
    gw.clock.advance(LEASE_S + 1)
    gw.until(lambda: "cannot be stored yet" in caplog.text, restarted)  # nor was the renewal
    gw.store.is_down = False
    gw.until(lambda: gw.message(number).state is State.IN_DOUBT, restarted)


def test_a_fault_of_ours_costs_the_sim_its_fence_and_the_message_its_certainty(
    gw: Gateway,
) -> None:
    class Breaks(SimulatedModemDriver):
        def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
            outcome = super().submit(tpdu, start=start)  # type: ignore[arg-type]
            if len(gw.air.segments) == 1:
                raise ValueError
            return outcome

    sim = gw.sim(gw.driver("a", kind=Breaks))
    gw.online(sim)
    first, second = gw.send(gw.account(), count=2)
    with pytest.raises(ValueError):  # noqa: PT011 - as a bug would look
        gw.until(lambda: False, sim)
    gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert gw.events(first) == ["AttemptStarted", "InDoubt"]
    assert gw.recipients() == [1, 2]


def test_attempts_are_bounded_and_the_last_failure_refunds(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    (number,) = gw.send(sender)
    sim = gw.sim(gw.driver("a", "cms=42"))

    def has_failed(attempts: int) -> bool:
        message = gw.message(number)
        return message.attempt == attempts and message.state is not State.SENDING

    for attempts in range(1, 9):
        gw.until(partial(has_failed, attempts), sim)
        gw.clock.advance(BACK_OFF_S[-1] + 1)
    assert gw.message(number).state is State.FAILED
    assert gw.events(number).count("AttemptStarted") == 8
    assert gw.available(sender) == 10


def test_a_fault_of_ours_while_the_store_is_away_leaves_no_message_under_an_old_fence(
    gw: Gateway,
) -> None:
    class Breaks(SimulatedModemDriver):
        breaks = False

        def step(self, timeout_s: float) -> Sequence[ModemReport]:
            if Breaks.breaks:
                Breaks.breaks = False
                raise ValueError
            return super().step(timeout_s)

    class TakesStoreAway(MemoryNetworkLog):
        def append(self, segment: SegmentOnAir) -> None:
            super().append(segment)
            gw.store.is_down = Breaks.breaks = len(self.segments) == 1

    gw.air = TakesStoreAway()
    sim = gw.sim(gw.driver("a", kind=Breaks))
    gw.online(sim)
    (number,) = gw.send(gw.account(), "x" * 200)
    with pytest.raises(ValueError):  # noqa: PT011 - as a bug would look
        gw.until(lambda: False, sim)
    gw.until(lambda: sim.status.state == "offline", sim)
    gw.store.is_down = False
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == [
        "AttemptStarted", "SegmentAccepted", "AttemptFailed", "AttemptStarted", "Sent"
    ]  # fmt: skip
    assert [segment.part for segment in gw.air.segments] == [1, 2]


def test_a_message_that_meets_a_fault_of_ours_does_not_hold_up_the_others(gw: Gateway) -> None:
    class Breaks(SimulatedModemDriver):
        def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
            if tpdu[7:10].hex() == "000010":  # the first recipient
                raise ValueError
            return super().submit(tpdu, start=start)  # type: ignore[arg-type]

    sim = gw.sim(gw.driver("a", kind=Breaks))
    gw.online(sim)
    first, second = gw.send(gw.account(), count=2)
    with pytest.raises(ValueError):  # noqa: PT011 - as a bug would look
        gw.until(lambda: False, sim)
    gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert gw.events(first) == []
    gw.clock.advance(61)
    with pytest.raises(ValueError):  # noqa: PT011 - it is tried again
        gw.until(lambda: False, sim)
