"""Messages: every event from every state, as the design's table says, and nothing else.

The table is written out here once more, from the design, so that an error in the code's own
table is found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.books.codec import event_mapper
from domain.causes import OwnCause
from domain.errors import TooLate
from domain.events import Aggregate
from domain.message import Extent, Message
from domain.values import SECOND, Instant
from tests.support.outcomes import cms

START = Instant(1_765_000_000_000_000)
VALID_S = 24 * 3600
DOUBT_S = 24 * 3600
MAPPER = event_mapper()
A = TypeVar("A", bound=Aggregate)

OPEN = ("queued", "sending", "in_doubt")
ENDED_UNSENT = ("failed", "expired", "cancelled")

# (state, call) -> state afterwards; what is not here is too late.
TABLE: dict[tuple[str, str], str] = {
    ("queued", "start"): "sending",
    ("queued", "fail"): "failed",
    ("queued", "expire"): "expired",
    ("queued", "cancel"): "cancelled",
    ("sending", "accept"): "sent",
    ("sending", "accept_part"): "sending",
    ("sending", "fail_attempt"): "queued",
    ("sending", "fail"): "failed",
    ("sending", "doubt"): "in_doubt",
    ("in_doubt", "accept"): "sent",
    ("in_doubt", "accept_part"): "queued",
    ("in_doubt", "fail_attempt"): "queued",
    ("in_doubt", "start"): "sending",
    ("in_doubt", "fail"): "failed",
    ("in_doubt", "give_up"): "failed",
    ("in_doubt", "resolve_sent"): "sent",
    ("in_doubt", "resolve_not_sent"): "failed",
    ("sent", "deliver"): "delivered",
    ("sent", "undeliver"): "undelivered",
    **{(state, "report_late"): state for state in ENDED_UNSENT},
    **{(state, "erase"): state for state in (*ENDED_UNSENT, "sent", "delivered", "undelivered")},
}
QUIET = {("deliver", state) for state in ("delivered", "undelivered", *OPEN, *ENDED_UNSENT)} | {
    ("undeliver", state) for state in ("delivered", "undelivered", *OPEN, *ENDED_UNSENT)
}
"""A report that fits no state is not an error: it changes nothing."""


def new_message(*, segments: int = 1, lane: str = "normal") -> Message:
    return Message.queue(
        1,
        at=START,
        account=7,
        content="seal",
        network="mtn",
        plan="published-1",
        tariff="2026-1",
        encoding="GSM-7",
        segments=segments,
        credits=segments,
        lane=lane,
        send_at=None,
        expires_at=START + VALID_S * SECOND,
        batch=None,
        submission=None,
        offline=False,
    )


Call = Callable[[Message, Instant], None]


def _accept(message: Message, at: Instant) -> None:
    message.accept_segment(message.next_index, message_reference=1, evidence="modem", at=at)


CALLS: dict[str, Call] = {
    "start": lambda m, at: m.start_attempt(sim=2, fence=1, concat_ref=9, at=at),
    "accept": _accept,
    "accept_part": _accept,
    "fail_attempt": lambda m, at: m.fail_attempt(cause=cms(331), retry_at=at, at=at),
    "doubt": lambda m, at: m.doubt(cause=OwnCause.NO_ANSWER, at=at),
    "fail": lambda m, at: m.fail(cause=cms(21), at=at),
    "expire": lambda m, at: m.expire(at=at),
    "cancel": lambda m, at: m.cancel(actor="test", at=at),
    "give_up": lambda m, at: m.give_up_doubt(at=at),
    "resolve_sent": lambda m, at: m.resolve(sent=True, actor="test", reason="1/x", at=at),
    "resolve_not_sent": lambda m, at: m.resolve(sent=False, actor="test", reason="1/x", at=at),
    "deliver": lambda m, at: m.report(delivered=True, tp_status=0, at=at),
    "undeliver": lambda m, at: m.report(delivered=False, tp_status=0x40, at=at),
    "report_late": lambda m, at: m.report_late(evidence="report", at=at),
    "erase": lambda m, at: m.erase_content(Extent.ALL, actor="test", reason=None, at=at),
}


def _sim_one(message: Message, at: Instant) -> None:
    message.start_attempt(sim=1, fence=1, concat_ref=9, at=at)


PATHS: dict[str, tuple[Call, ...]] = {
    "queued": (),
    "sending": (_sim_one,),
    "in_doubt": (_sim_one, CALLS["doubt"]),
    "sent": (_sim_one, CALLS["accept"]),
    "delivered": (_sim_one, CALLS["accept"], CALLS["deliver"]),
    "undelivered": (_sim_one, CALLS["accept"], CALLS["undeliver"]),
    "failed": (CALLS["fail"],),
    "expired": (lambda m, at: m.expire(at=Instant(m.expires_at)),),
    "cancelled": (CALLS["cancel"],),
}


def in_state(state: str, **fields: Any) -> Message:
    message = new_message(**fields)
    for call in PATHS[state]:
        call(message, START)
    assert message.state == state
    message.collect_events()
    return message


def fold_again(aggregate: A, events: list[Any]) -> A:
    """Replay an aggregate from its stored events."""
    replayed: Any = None
    for event in events:
        decoded: Any = MAPPER.to_domain_event(MAPPER.to_stored_event(event))
        replayed = decoded.mutate(replayed)
    return cast("A", replayed)


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
    return START


# -- what else a start, an end and a part ask for -----------------------------------------------


def test_a_message_waits_for_its_retry_and_starts_then() -> None:
    message = in_state("sending")
    message.fail_attempt(cause=cms(42), retry_at=Instant(START + 5), at=START)
    with pytest.raises(TooLate):
        CALLS["start"](message, Instant(START + 4))
    CALLS["start"](message, Instant(START + 5))


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
    _accept(message, START)
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
    _accept(message, START)
    with pytest.raises(TooLate):
        message.accept_segment(index, message_reference=1, evidence="modem", at=START)


def test_a_doubt_starts_again_only_for_an_otp_on_another_sim_and_once() -> None:
    normal, otp = in_state("in_doubt"), in_state("in_doubt", lane="otp")
    with pytest.raises(TooLate):
        CALLS["start"](normal, START)
    with pytest.raises(TooLate):
        _sim_one(otp, START)
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


def test_a_second_report_changes_nothing() -> None:
    message = in_state("delivered")
    CALLS["undeliver"](message, START)
    assert message.state == "delivered"


# -- histories ----------------------------------------------------------------------------------


@dataclass
class Expected:
    """The few things beside the state on which the table's guards depend."""

    state: str = "queued"
    accepted: int = 0
    sim: int | None = None
    bound_sim: int | None = None
    due: int = START
    last_attempt: int = 0
    is_resent: bool = False
    erased: Extent | None = None


class MessageHistories(RuleBasedStateMachine):
    """Any call at any moment: as predicted, and the same from its events."""

    @initialize(segments=st.integers(1, 4), lane=st.sampled_from(["otp", "normal", "bulk"]))
    def queue(self, segments: int, lane: str) -> None:
        self.message = new_message(segments=segments, lane=lane)
        self.events: list[Any] = list(self.message.collect_events())
        self.expected = Expected()
        self.at = START

    @rule(seconds=st.sampled_from([0, 1, 60, 3600, 6 * 3600, 13 * 3600]))
    def wait(self, seconds: int) -> None:
        self.at = Instant(self.at + seconds * SECOND)

    @rule(sim=st.integers(1, 3))
    def start(self, sim: int) -> None:
        e, m = self.expected, self.message
        may = e.bound_sim in {None, sim} and self.at < m.expires_at
        if e.state == "queued":
            may = may and e.due <= self.at
        else:
            may = may and m.lane == "otp" and not e.is_resent and sim != e.sim
        is_resend = e.state == "in_doubt"
        if self.call(
            "start",
            lambda m, at: m.start_attempt(sim=sim, fence=1, concat_ref=9, at=at),
            may=may,
        ):
            e.sim, e.last_attempt, e.is_resent = sim, self.at, e.is_resent or is_resend

    @rule()
    def accept(self) -> None:
        e = self.expected
        is_part = e.accepted < self.message.segments - 1
        if self.call("accept_part" if is_part else "accept", _accept):
            e.accepted += 1
            if is_part:
                e.bound_sim = e.sim

    @rule(pause_s=st.sampled_from([0, 30, 7_200]))
    def fail_attempt(self, pause_s: int) -> None:
        retry_at = Instant(self.at + pause_s * SECOND)
        if self.call(
            "fail_attempt", lambda m, at: m.fail_attempt(cause=cms(42), retry_at=retry_at, at=at)
        ):
            self.expected.due = retry_at

    @rule(name=st.sampled_from(["doubt", "fail", "deliver", "undeliver", "report_late"]))
    def simple(self, name: str) -> None:
        self.call(name, CALLS[name])

    @rule(what=st.sampled_from(Extent))
    def erase(self, what: Extent) -> None:
        e = self.expected

        def erase(message: Message, at: Instant) -> None:
            message.erase_content(what, actor="test", reason=None, at=at)

        if e.state not in OPEN and e.erased in {what, Extent.ALL}:
            version = self.message.version
            erase(self.message, self.at)
            assert self.message.version == version
        elif self.call("erase", erase):
            e.erased = what

    @rule()
    def expire(self) -> None:
        self.call("expire", CALLS["expire"], may=self.at >= self.message.expires_at)

    @rule()
    def cancel(self) -> None:
        self.call("cancel", CALLS["cancel"], may=not self.expected.accepted)

    @rule()
    def give_up(self) -> None:
        limit = self.expected.last_attempt + DOUBT_S * SECOND
        self.call("give_up", CALLS["give_up"], may=self.at >= limit)

    @rule(sent=st.booleans())
    def resolve(self, sent: bool) -> None:
        e = self.expected
        name = "resolve_sent" if sent else "resolve_not_sent"
        is_part = sent and e.accepted < self.message.segments - 1
        if self.call(name, CALLS[name], to="queued" if is_part else None) and sent:
            e.accepted += 1
            if is_part:
                e.bound_sim = e.sim

    def call(self, name: str, call: Call, *, may: bool = True, to: str | None = None) -> bool:
        """Make a call; say whether it was to happen, after checking that it did or did not."""
        e, version = self.expected, self.message.version
        after = TABLE.get((e.state, name))
        if after is not None and may:
            call(self.message, self.at)
            e.state = to or after
            assert self.message.version > version
            self.events.extend(self.message.collect_events())
            return True
        if (name, e.state) in QUIET:
            call(self.message, self.at)
        else:
            with pytest.raises(TooLate):
                call(self.message, self.at)
        assert self.message.version == version
        return False

    @invariant()
    def it_stands_where_it_should(self) -> None:
        assert self.message.state == self.expected.state
        assert self.message.accepted == self.expected.accepted
        assert self.message.is_open == (self.expected.state in OPEN)

    @invariant()
    def its_events_give_the_same_message(self) -> None:
        assert self.message.pending_events == []
        assert fold_again(self.message, self.events) == self.message


TestMessageHistories = MessageHistories.TestCase
