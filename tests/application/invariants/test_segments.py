"""The segments of SIMs are counted from the log, against what was sold; N8 finds what cannot be."""

from collections.abc import Callable
from typing import Any

import pytest

from application.invariants import InvariantChecker
from domain.causes import OwnCause
from domain.days import day_of
from domain.message import Message
from domain.sim_segments import SegmentBook
from domain.values import SECOND, Credits, Instant
from tests.application.invariants.test_checker import History
from tests.support.outcomes import cms

DAY_S = 24 * 3_600


class Sims(History):
    """A log of messages and the SIMs that took them."""

    def __init__(self) -> None:
        super().__init__()
        self.today = day_of(self.at)

    def attempt(self, number: int, *, sim: int = 1) -> None:
        self._do(number, lambda m: m.start_attempt(sim=sim, fence=1, concat_ref=5, at=self.at))

    def accept(self, number: int, index: int = 0) -> None:
        self._do(
            number,
            lambda m: m.accept_segment(index, message_reference=1, evidence="modem", at=self.at),
        )

    def doubt(self, number: int) -> None:
        self._do(number, lambda m: m.doubt(cause=OwnCause.NO_ANSWER, at=self.at))

    def refuse(self, number: int) -> None:
        self._do(number, lambda m: m.fail_attempt(cause=cms(38), retry_at=self.at, at=self.at))

    def give_up(self, number: int) -> None:
        self.at = Instant(self.at + 25 * 3_600 * SECOND)
        self._do(number, lambda m: m.give_up_doubt(at=self.at))
        self.wallet.refund(Credits(1), number=number, cause="UNCONFIRMED", at=self.at)
        self.keep(self.wallet)

    def _do(self, number: int, what: Callable[[Message], None]) -> None:
        self.tick()
        what(self.messages[number])
        self.keep(self.messages[number])

    def rows(self) -> list[dict[str, Any]]:
        """Give the counts of each SIM and day that are not 0."""
        book = SegmentBook()
        for event in self.events:
            if isinstance(event, Message.Event) and event.TOPIC in book.topics:
                assert book.feed(event.TOPIC, event) is None
        names = ("submitted", "in_doubt", "failed", "under_way", "credits_sold")
        shown = []
        for row in sorted(book.rows.values(), key=lambda row: (row.day, row.sim)):
            counts = {name: getattr(row, name) for name in names if getattr(row, name)}
            assert row.begun == row.submitted + row.in_doubt + row.failed + row.under_way
            shown.append({"sim": row.sim, "day": row.day - self.today, **counts})
        return shown

    def n8(self) -> list[str]:
        return [v.what for v in self.violations() if v.name == "N8"]


@pytest.fixture
def sims() -> Sims:
    sims = Sims()
    sims.send(1)
    sims.send(2, segments=3)
    return sims


# -- counts ----------------------------------------------------------------------------------------


def test_each_segment_of_a_sold_message_was_submitted(sims: Sims) -> None:
    sims.attempt(1)
    sims.accept(1)
    sims.attempt(2, sim=2)
    for index in range(3):
        sims.accept(2, index)
    assert sims.rows() == [
        {"sim": 1, "day": 0, "submitted": 1, "credits_sold": 1},
        {"sim": 2, "day": 0, "submitted": 3, "credits_sold": 3},
    ]
    assert sims.violations() == []


def test_what_did_not_leave_failed_and_what_left_by_another_sim_is_its_own(sims: Sims) -> None:
    sims.attempt(1)
    sims.refuse(1)
    sims.attempt(1, sim=2)
    assert sims.rows() == [
        {"sim": 1, "day": 0, "failed": 1},
        {"sim": 2, "day": 0, "under_way": 1},
    ]
    sims.accept(1)
    assert sims.rows()[1] == {"sim": 2, "day": 0, "submitted": 1, "credits_sold": 1}


def test_a_doubt_stands_until_it_is_settled(sims: Sims) -> None:
    sims.attempt(1)
    sims.doubt(1)
    assert sims.rows() == [{"sim": 1, "day": 0, "in_doubt": 1}]
    sims.accept(1)
    assert sims.rows() == [{"sim": 1, "day": 0, "submitted": 1, "credits_sold": 1}]


def test_a_doubt_that_nothing_settled_stays_one_and_sells_nothing(sims: Sims) -> None:
    sims.attempt(1)
    sims.doubt(1)
    sims.give_up(1)
    assert sims.rows() == [{"sim": 1, "day": 0, "in_doubt": 1}]
    assert sims.violations() == []


def test_an_operator_says_what_became_of_a_doubt(sims: Sims) -> None:
    sims.attempt(1)
    sims.doubt(1)
    message = sims.messages[1]
    message.resolve(sent=False, actor="x", reason="1/x", at=sims.at)
    sims.keep(message)
    assert sims.rows() == [{"sim": 1, "day": 0, "failed": 1}]


def test_a_resent_otp_is_sold_once_and_its_first_segment_stays_in_doubt(sims: Sims) -> None:
    sims.messages[1].lane = "otp"
    sims.attempt(1)
    sims.doubt(1)
    sims.attempt(1, sim=2)
    sims.accept(1)
    assert sims.rows() == [
        {"sim": 1, "day": 0, "in_doubt": 1},
        {"sim": 2, "day": 0, "submitted": 1, "credits_sold": 1},
    ]
    assert sims.n8() == []


def test_a_segment_counts_on_the_day_on_which_it_began(sims: Sims) -> None:
    sims.attempt(2)
    sims.accept(2)
    sims.at = Instant(sims.at + DAY_S * SECOND)
    sims.accept(2, 1)
    sims.accept(2, 2)
    assert sims.rows() == [
        {"sim": 1, "day": 0, "submitted": 2},
        {"sim": 1, "day": 1, "submitted": 1, "credits_sold": 3},
    ]


def test_what_a_restore_held_is_sold_on_a_persons_word(sims: Sims) -> None:
    message = sims.messages[2]
    message.hold(generation=1, at=sims.at)
    message.resolve(sent=True, actor="x", reason="1/x", at=sims.at)
    sims.keep(message)
    assert sims.rows() == []
    assert sims.n8() == []


# -- planted breaks ------------------------------------------------------------------------------


def test_n8_finds_a_message_sold_with_fewer_segments_than_it_has(sims: Sims) -> None:
    sims.messages[2].segments = 2  # the aggregate is fooled, the log is not
    sims.attempt(2)
    sims.accept(2, 0)
    sims.accept(2, 1)
    assert sims.n8() == ["message 2 was sold with 3 segments, of which 2 were submitted"]


@pytest.mark.parametrize("lost", ["accept", "doubt", "refuse"])
def test_n8_finds_what_became_of_a_segment_that_never_began(sims: Sims, lost: str) -> None:
    sims.attempt(1)
    getattr(sims, lost)(1)
    sims.drop(Message.AttemptStarted)
    assert sims.n8() == ["no segment of message 1 was under way"]


def test_n8_finds_a_segment_of_another_sim(sims: Sims) -> None:
    sims.attempt(1)
    sims.messages[1].sim = 9
    sims.accept(1)
    assert sims.n8() == ["message 1 began on SIM 1, not on 9"]


def test_n8_finds_a_segment_that_begins_while_one_is_under_way(sims: Sims) -> None:
    sims.attempt(1)
    sims.refuse(1)
    sims.attempt(1)
    sims.drop(Message.AttemptFailed)
    assert sims.n8() == ["message 1 began while a segment was under way"]


def test_n8_finds_what_comes_after_the_end(sims: Sims) -> None:
    sims.attempt(1)
    sims.accept(1)
    sims.events.append(sims.events[-1])
    assert sims.n8() == ["message 1 has ended, or was never queued"]


def test_events_of_others_are_nothing_to_it() -> None:
    checker = InvariantChecker()
    for position, event in enumerate(History().events, start=1):
        checker.feed(position, event)
    assert checker.violations == []
