"""Messages: any call at any moment, as the design's table predicts."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.errors import TooLate
from domain.message import Extent, Message
from domain.values import SECOND, Instant
from tests.properties.message_states import (
    CALLS,
    DOUBT_S,
    OPEN,
    QUIET,
    START,
    TABLE,
    Call,
    accept,
    fold_again,
    new_message,
)
from tests.support.outcomes import cms


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
    was_queued: bool = False
    erased: Extent | None = None
    reported: set[int] = field(default_factory=set)


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
        if self.call("accept_part" if is_part else "accept", accept):
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

    @rule(name=st.sampled_from(["doubt", "fail", "report_late"]))
    def simple(self, name: str) -> None:
        self.call(name, CALLS[name])

    @rule(index=st.integers(0, 3), delivered=st.booleans())
    def report(self, index: int, *, delivered: bool) -> None:
        e, index = self.expected, index % self.message.segments

        def report(message: Message, at: Instant) -> None:
            message.report(index, delivered=delivered, tp_status=0 if delivered else 0x40, at=at)

        if e.state == "sent" and index in e.reported:
            self.changes_nothing(report)
            return
        is_part = delivered and len(e.reported) < self.message.segments - 1
        name = "deliver" if delivered else "undeliver"
        if self.call(name, report, to="sent" if is_part else None):
            e.reported.add(index)

    @rule(what=st.sampled_from(Extent))
    def erase(self, what: Extent) -> None:
        e = self.expected

        def erase(message: Message, at: Instant) -> None:
            message.erase_content(what, actor="test", reason=None, at=at)

        if e.state not in OPEN and e.erased in {what, Extent.ALL}:
            self.changes_nothing(erase)
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
        if e.state == "held":
            if self.call(name, CALLS[name]) and sent:
                e.accepted = self.message.segments
            return
        if self.call(name, CALLS[name], to="queued" if is_part else None) and sent:
            e.accepted += 1
            if is_part:
                e.bound_sim = e.sim

    @rule()
    def hold(self) -> None:
        was_queued = self.expected.state == "queued"
        if self.call("hold", CALLS["hold"]):
            self.expected.was_queued = was_queued

    @rule()
    def release(self) -> None:
        self.call(
            "release",
            CALLS["release"],
            to="queued" if self.expected.was_queued else "in_doubt",
        )

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
            self.changes_nothing(call)
        else:
            with pytest.raises(TooLate):
                call(self.message, self.at)
        assert self.message.version == version
        return False

    def changes_nothing(self, call: Call) -> None:
        version = self.message.version
        call(self.message, self.at)
        assert self.message.version == version

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
