"""Each delivery invariant finds the break that is planted for it in the networks' lines."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from application.invariants import DeliveryChecker, Violation
from application.ports.queries import Balance
from domain.causes import OwnCause
from domain.message import Message
from domain.values import SECOND
from tests.application.invariants.test_checker import ACCOUNT, History
from tests.support.outcomes import cms

RECIPIENT = "260971234567"
IMSIS = {1: "645020000000001", 2: "645020000000002"}
TEXTS = {1: ["one"], 2: ["two, first", "two, second"], 3: ["three"], 4: ["three"]}


class Air:
    """A history, its messages' contents, and the lines that the networks wrote."""

    def __init__(self) -> None:
        self.history = History()
        self.lines: list[Mapping[str, Any]] = []
        for number, texts in TEXTS.items():
            self.history.send(number, segments=len(texts))

    def attempt(self, number: int, *, sim: int = 1) -> None:
        history = self.history
        history.tick()
        history.messages[number].start_attempt(sim=sim, fence=1, concat_ref=5, at=history.at)
        history.keep(history.messages[number])

    def radiate(self, number: int, index: int = 0, *, sim: int = 1, late_s: int = 0) -> None:
        texts = TEXTS[number]
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=self.history.at + late_s * SECOND
        )
        self.lines.append(
            {
                "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "imsi": IMSIS[sim],
                "recipient": f"+{RECIPIENT}",
                "text": texts[index],
                "part": index + 1,
                "of": len(texts),
                "reference": None,
                "mr": 1,
                "pdu": "00",
            }
        )

    def accept(self, number: int, index: int = 0) -> None:
        history = self.history
        history.tick()
        message = history.messages[number]
        message.accept_segment(index, message_reference=1, evidence="modem", at=history.at)
        history.keep(message)

    def doubt(self, number: int) -> None:
        history = self.history
        history.tick()
        history.messages[number].doubt(cause=OwnCause.NO_ANSWER, at=history.at)
        history.keep(history.messages[number])

    def disprove(self, number: int) -> None:
        history = self.history
        history.tick()
        message = history.messages[number]
        message.fail_attempt(cause=cms(331), retry_at=history.at, at=history.at)
        history.keep(message)

    def violations(self, *balances: Balance) -> list[Violation]:
        checker = DeliveryChecker()
        for position, event in enumerate(self.history.events, start=1):
            checker.feed(position, event)
        return checker.check(
            self.lines,
            contents={number: (RECIPIENT, texts) for number, texts in TEXTS.items()},
            imsis=IMSIS,
            balances=balances,
        )

    def names(self) -> set[str]:
        return {violation.name for violation in self.violations()}


@pytest.fixture
def air() -> Air:
    """Message 1 is sent, message 2 in two parts too; 3 and 4 are alike and wait."""
    air = Air()
    air.attempt(1)
    air.radiate(1)
    air.accept(1)
    air.attempt(2, sim=2)
    air.radiate(2, 0, sim=2)
    air.accept(2, 0)
    air.radiate(2, 1, sim=2)
    air.accept(2, 1)
    return air


def test_what_really_happened_breaks_nothing(air: Air) -> None:
    assert air.violations() == []


# -- N1, N2 -----------------------------------------------------------------------------------


def test_n1_finds_a_segment_that_is_on_the_air_twice(air: Air) -> None:
    air.radiate(2, 1, sim=2)
    found = air.violations()
    assert [v.name for v in found] == ["N1"]
    assert "segment 1 of message 2 was on the air 2 times" in found[0].what


def test_n1_finds_a_doubt_that_was_resent_outside_the_otp_lane(air: Air) -> None:
    air.history.messages[3].lane = "otp"  # the aggregate is fooled, the log is not
    air.attempt(3, sim=1)
    air.radiate(3, sim=1)
    air.doubt(3)
    air.attempt(3, sim=2)
    air.radiate(3, sim=2)
    air.accept(3)
    air.history.fail(4)
    air.lines.append(air.lines[-1])
    assert air.names() == {"N1"}


def test_n1_lets_two_messages_with_the_same_text_leave(air: Air) -> None:
    for number in (3, 4):
        air.attempt(number)
        air.radiate(number)
        air.accept(number)
    assert air.violations() == []
    air.radiate(3)
    assert air.names() == {"N1"}


def test_n2_allows_the_recorded_resend_of_an_otp_and_no_more(air: Air) -> None:
    air.history.messages[3].lane = "otp"
    queued = next(e for e in air.history.events if isinstance(e, Message.Queued) and e.number == 3)
    air.history.events[air.history.events.index(queued)] = _with_lane(queued, "otp")
    air.attempt(3, sim=1)
    air.radiate(3, sim=1)
    air.doubt(3)
    air.attempt(3, sim=2)
    air.radiate(3, sim=2)
    air.accept(3)
    assert air.violations() == []
    air.radiate(3, sim=2)  # message 4 has the same text: one more could be its own
    air.radiate(3, sim=2)
    assert air.names() == {"N2"}


def _with_lane(event: Any, lane: str) -> Any:
    return type(event)(**{**vars(event), "lane": lane})


# -- N3 ---------------------------------------------------------------------------------------


def test_n3_finds_a_segment_of_a_message_that_nobody_started(air: Air) -> None:
    air.radiate(3)
    assert air.names() == {"N3"}


def test_n3_finds_another_sim_than_the_one_that_started(air: Air) -> None:
    air.attempt(3, sim=1)
    air.radiate(3, sim=2)
    assert air.names() == {"N3"}


def test_n3_finds_a_segment_that_left_before_the_attempt_was_committed(air: Air) -> None:
    air.attempt(3)
    air.radiate(3, late_s=-1)
    assert air.names() == {"N3"}


def test_n3_finds_a_text_that_nobody_queued(air: Air) -> None:
    air.radiate(1)
    air.lines[-1] = {**air.lines[-1], "text": "never asked for"}
    assert air.names() == {"N3"}


# -- N4 ---------------------------------------------------------------------------------------


def test_n4_finds_a_refused_message_on_the_air(air: Air) -> None:
    air.attempt(3)
    air.radiate(3)
    air.history.fail(3)
    air.history.fail(4)
    assert air.names() == {"N4"}


def test_n4_allows_the_segments_before_the_refused_one() -> None:
    air = Air()
    air.attempt(2)
    air.radiate(2, 0)
    air.accept(2, 0)
    air.history.fail(2)
    assert air.violations() == []
    air.radiate(2, 1)
    assert air.names() == {"N4"}


def test_n4_allows_a_segment_whose_doubt_nobody_settled() -> None:
    air = Air()
    air.attempt(1)
    air.radiate(1)
    air.doubt(1)
    air.history.fail(1)
    assert air.violations() == []


def test_n4_finds_a_segment_that_was_proved_not_to_have_left() -> None:
    air = Air()
    air.attempt(1)
    air.radiate(1)
    air.doubt(1)
    air.disprove(1)
    air.history.fail(1)
    assert air.names() == {"N4"}


# -- N5 ---------------------------------------------------------------------------------------


def balance(*, reserved: int = 2, spent: int = 3, refunded: int = 0) -> Balance:
    return Balance(ACCOUNT, 0, reserved, spent, refunded, 1)


def test_n5_finds_a_message_that_ended_without_its_credits_coming_back(air: Air) -> None:
    air.history.fail(3)
    assert air.violations() == []
    air.history.events.pop()
    assert air.names() == {"N5"}


@pytest.mark.parametrize(
    "shown", [balance(spent=4), balance(refunded=1), balance(reserved=1)], ids=str
)
def test_n5_finds_a_balance_that_its_messages_do_not_bear_out(air: Air, shown: Balance) -> None:
    assert {v.name for v in air.violations(shown)} == {"N5"}


def test_n5_keeps_what_is_in_doubt_reserved(air: Air) -> None:
    air.attempt(3)
    air.doubt(3)
    assert air.violations(balance()) == []


# -- what it says -----------------------------------------------------------------------------


def test_no_violation_shows_a_number_or_a_text(air: Air) -> None:
    air.radiate(1)
    air.radiate(3)
    air.lines.append({**air.lines[0], "text": "never asked for"})
    said = " ".join(str(violation) for violation in air.violations(balance(spent=9)))
    assert said
    for personal in (RECIPIENT, *IMSIS.values(), "never asked for", "one", "three"):
        assert personal not in said.split()
        assert f"'{personal}'" not in said
