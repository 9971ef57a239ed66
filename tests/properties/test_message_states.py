"""Messages: every event from every state, as the design's table says, and nothing else."""

import pytest

from domain.errors import TooLate
from domain.message import Message
from domain.values import SECOND, Instant
from tests.properties.message_states import (
    CALLS,
    DOUBT_S,
    OPEN,
    PATHS,
    QUIET,
    START,
    TABLE,
    VALID_S,
    accept,
    in_state,
    sim_one,
)
from tests.support.outcomes import cms

# -- every event from every state ---------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("state", PATHS)
def test_a_call_does_what_the_table_says_and_else_leaves_no_event(state: str, call: str) -> None:
    # An otp in doubt may start on another SIM; what can run out has run out by then.
    segments = 2 if call == "accept_part" and state in OPEN else 1
    message = in_state(state, segments=segments, lane="otp")
    at = _moment(message, call)
    expected = TABLE.get((state, call))
    version = message.version
    if expected is not None:
        CALLS[call](message, at)
        assert message.state == expected
        assert message.version > version
        return
    if (call, state) in QUIET:
        CALLS[call](message, at)
    else:
        with pytest.raises(TooLate):
            CALLS[call](message, at)
    assert (message.state, message.version) == (state, version)
    assert message.pending_events == []


def _moment(message: Message, call: str) -> Instant:
    if call == "expire":
        return Instant(message.expires_at)
    if call == "give_up":
        return Instant(START + DOUBT_S * SECOND)
    if call == "redate":  # the clock went back
        return Instant(START - SECOND)
    return START


# -- what else a start, an end and a part ask for -----------------------------------------------


def test_a_message_waits_for_its_retry_and_starts_then() -> None:
    message = in_state("sending")
    message.fail_attempt(cause=cms(42), retry_at=Instant(START + 5), at=START)
    with pytest.raises(TooLate):
        CALLS["start"](message, Instant(START + 4))
    CALLS["start"](message, Instant(START + 5))


def right(dated_at: Instant) -> Instant:
    """Say of a clock that it was not behind."""
    return dated_at


def test_what_a_clock_dated_that_was_ahead_waits_as_long_from_now_on() -> None:
    message = in_state("sending")
    message.fail_attempt(cause=cms(42), retry_at=Instant(START + 5), at=Instant(START + 2))
    now = Instant(START - 1_000)
    message.redate(right, at=now)
    assert message.expires_at - now == VALID_S * SECOND
    with pytest.raises(TooLate):
        CALLS["start"](message, Instant(now + 2))
    CALLS["start"](message, Instant(now + 3))
    with pytest.raises(TooLate, match="a clock that was right"):
        message.redate(right, at=Instant(now + 3))


def test_what_was_accepted_before_a_clock_was_ahead_keeps_its_validity() -> None:
    message = in_state("sending")
    later = Instant(START + 86_400 * SECOND)
    message.fail_attempt(cause=cms(42), retry_at=Instant(later + 5), at=later)
    message.redate(right, at=Instant(START + 7))
    assert message.expires_at == START + VALID_S * SECOND
    CALLS["start"](message, Instant(START + 12))


def test_a_doubt_of_a_clock_that_was_ahead_is_kept_for_a_day_from_now_on() -> None:
    message = in_state("in_doubt")
    now = Instant(START - 60 * 86_400 * SECOND)
    message.redate(right, at=now)
    with pytest.raises(TooLate):
        message.give_up_doubt(at=Instant(now + DOUBT_S * SECOND - 1))
    message.give_up_doubt(at=Instant(now + DOUBT_S * SECOND))


def test_nothing_starts_once_its_validity_is_over() -> None:
    message = in_state("queued")
    with pytest.raises(TooLate):
        CALLS["start"](message, Instant(message.expires_at))


def test_nothing_expires_while_it_is_valid() -> None:
    message = in_state("queued")
    with pytest.raises(TooLate):
        message.expire(at=Instant(message.expires_at - 1))


def test_a_doubt_is_kept_for_a_day_after_the_last_attempt() -> None:
    message = in_state("in_doubt")
    with pytest.raises(TooLate):
        message.give_up_doubt(at=Instant(START + DOUBT_S * SECOND - 1))


def test_what_has_left_in_part_goes_on_with_its_sim_and_its_reference_and_is_not_cancelled() -> (
    None
):
    message = in_state("sending", segments=2)
    accept(message, START)
    message.fail_attempt(cause=cms(42), retry_at=START, at=START)
    with pytest.raises(TooLate):
        message.cancel(actor="test", at=START)
    with pytest.raises(TooLate):
        message.start_attempt(sim=2, fence=1, concat_ref=9, at=START)
    message.start_attempt(sim=1, fence=2, concat_ref=77, at=START)
    assert message.concat_ref == 9


@pytest.mark.parametrize("index", [0, 2])
def test_only_the_segment_in_flight_is_accepted(index: int) -> None:
    message = in_state("sending", segments=3)
    accept(message, START)
    with pytest.raises(TooLate):
        message.accept_segment(index, message_reference=1, evidence="modem", at=START)


def test_a_doubt_starts_again_only_for_an_otp_on_another_sim_and_once() -> None:
    normal, otp = in_state("in_doubt"), in_state("in_doubt", lane="otp")
    with pytest.raises(TooLate):
        CALLS["start"](normal, START)
    with pytest.raises(TooLate):
        sim_one(otp, START)
    CALLS["start"](otp, START)
    CALLS["doubt"](otp, START)
    with pytest.raises(TooLate):
        otp.start_attempt(sim=3, fence=1, concat_ref=9, at=START)


def test_an_otp_is_resent_once_in_its_life() -> None:
    otp = in_state("in_doubt", lane="otp")
    CALLS["start"](otp, START)
    CALLS["fail_attempt"](otp, START)
    otp.start_attempt(sim=3, fence=1, concat_ref=9, at=START)
    CALLS["doubt"](otp, START)
    with pytest.raises(TooLate):  # it may be on the air of SIM 1 and of SIM 3 already (N2)
        otp.start_attempt(sim=4, fence=1, concat_ref=9, at=START)


@pytest.mark.parametrize("state", ["sending", "in_doubt"])
def test_what_had_been_handed_over_before_it_was_held_is_in_doubt_when_it_is_released(
    state: str,
) -> None:
    message = in_state(state)
    CALLS["hold"](message, START)
    CALLS["release"](message, START)
    assert message.state == "in_doubt"


def test_an_operator_who_says_that_a_held_message_was_sent_means_all_of_it() -> None:
    message = in_state("held", segments=3)
    CALLS["resolve_sent"](message, START)
    assert (message.state, message.accepted) == ("sent", 3)


def test_a_second_report_changes_nothing() -> None:
    message = in_state("delivered")
    CALLS["undeliver"](message, START)
    assert message.state == "delivered"
