"""Each invariant of the log finds the break that is planted for it, and no sound log breaks any."""

from dataclasses import replace
from typing import Any, cast

import pytest

from application.invariants import InvariantChecker, Violation
from domain.events import Aggregate, Event
from domain.message import Message
from domain.sim import Sim
from domain.tariff import FIRST_TARIFF, TARIFFS, Tariff
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.support.outcomes import cms

ACCOUNT = 7
START = Instant(1_765_000_000_123_456)


class History:
    """A log in the making: each call is one command, a second after the one before."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.at = START
        self.wallet = CreditWallet.open(ACCOUNT, at=self.at)
        self.messages: dict[int, Message] = {}
        self.keep(self.wallet)
        self.tick()
        self.wallet.grant(Credits(100), actor="test", reason="1/x", at=self.at)
        self.keep(self.wallet)

    def tick(self) -> None:
        self.at = Instant(self.at + SECOND)

    def keep(self, *aggregates: Aggregate) -> None:
        for aggregate in aggregates:
            self.events.extend(cast("list[Event]", aggregate.collect_events()))

    def send(self, *numbers: int, segments: int = 1) -> None:
        self.tick()
        self.wallet.reserve(
            Credits(segments * len(numbers)),
            first_number=numbers[0],
            count=len(numbers),
            batch=None,
            at=self.at,
        )
        self.keep(self.wallet)
        for number in numbers:
            message = self.messages[number] = queued(number, at=self.at, segments=segments)
            self.keep(message)

    def start(self, number: int) -> None:
        self.tick()
        self.messages[number].start_attempt(sim=1, fence=1, concat_ref=None, at=self.at)
        self.keep(self.messages[number])

    def deliver(self, number: int) -> None:
        self.start(number)
        self.tick()
        message = self.messages[number]
        message.accept_segment(0, message_reference=1, evidence="modem", at=self.at)
        self.keep(message)

    def fail(self, number: int) -> None:
        self.tick()
        message = self.messages[number]
        message.fail(cause=cms(21), at=self.at)
        self.wallet.refund(Credits(message.credits), number=number, cause="CMS_21", at=self.at)
        self.keep(message, self.wallet)

    def violations(self) -> list[Violation]:
        checker = InvariantChecker()
        for position, event in enumerate(self.events, start=1):
            checker.feed(position, event)
        checker.settle()
        return checker.violations

    def names(self) -> set[str]:
        return {violation.name for violation in self.violations()}

    def change(self, kind: type[Event], **fields: Any) -> None:
        """Falsify the first event of a kind."""
        place = next(i for i, event in enumerate(self.events) if isinstance(event, kind))
        self.events[place] = changed(self.events[place], **fields)

    def drop(self, kind: type[Event]) -> None:
        """Lose the first event of a kind."""
        del self.events[next(i for i, e in enumerate(self.events) if isinstance(e, kind))]


def changed(event: Any, **fields: Any) -> Any:
    return replace(event, **fields)


def queued(
    number: int,
    *,
    at: Instant,
    segments: int = 1,
    credits: int | None = None,
    tariff: str = FIRST_TARIFF,
) -> Message:
    return Message.queue(
        number,
        at=at,
        account=ACCOUNT,
        content="seal",
        network="mtn",
        plan="published/1",
        tariff=tariff,
        encoding="GSM-7",
        segments=segments,
        credits=segments if credits is None else credits,
        lane="normal",
        send_at=None,
        expires_at=at + 3600 * SECOND,
        batch=None,
        submission=None,
        offline=False,
        category="transactional",
        client_reference=None,
        quiet=None,
        request_id=None,
    )


@pytest.fixture
def history() -> History:
    """A wallet of 100 credits; messages 1 to 4: sent, refunded, and two that wait."""
    history = History()
    history.send(1)
    history.deliver(1)
    history.send(2, 3, 4, segments=2)
    history.fail(3)
    return history


def test_a_sound_log_breaks_nothing(history: History) -> None:
    assert history.violations() == []


def test_an_empty_log_breaks_nothing() -> None:
    checker = InvariantChecker()
    checker.settle()
    assert checker.violations == []


# -- I2 ---------------------------------------------------------------------------------------


def test_i2_finds_a_balance_that_is_not_the_fold(history: History) -> None:
    history.change(CreditWallet.Granted, available=101)
    assert "I2" in history.names()


def test_i2_finds_a_negative_balance(history: History) -> None:
    history.change(CreditWallet.Granted, credits=2, available=2)
    assert "I2" in history.names()


def test_i2_finds_a_reservation_that_nothing_covers() -> None:
    history = History()
    history.wallet.available = 1_000  # as a stale copy would have it
    history.send(1, *range(2, 150))
    found = history.violations()
    assert any(v.name == "I2" and "reserved 149 of 100 credits" in v.what for v in found)


# -- I3 ---------------------------------------------------------------------------------------


def test_i3_finds_an_end_without_a_refund(history: History) -> None:
    history.drop(CreditWallet.Refunded)
    history.send(9)
    assert "I3" in history.names()


def test_i3_finds_a_refund_in_another_save(history: History) -> None:
    refund = next(e for e in history.events if isinstance(e, CreditWallet.Refunded))
    place = history.events.index(refund)
    history.events[place] = changed(refund, timestamp=refund.at + 1)
    assert "I3" in history.names()


def test_i3_finds_a_second_refund(history: History) -> None:
    history.tick()
    history.wallet.refund(Credits(2), number=3, cause="CMS_21", at=history.at)
    history.keep(history.wallet)
    found = history.violations()
    assert any(v.name == "I3" and "while it was refunded" in v.what for v in found)


def test_i3_finds_a_refund_of_a_message_that_was_sent(history: History) -> None:
    history.tick()
    history.wallet.refund(Credits(1), number=1, cause="CMS_21", at=history.at)
    history.keep(history.wallet)
    found = history.violations()
    assert any(v.name == "I3" and "while it was sent" in v.what for v in found)


def test_i3_finds_a_message_that_is_sent_after_its_refund(history: History) -> None:
    sent = next(e for e in history.events if isinstance(e, Message.Sent))
    late = changed(sent, number=3, credits=2, timestamp=history.at + 1)
    history.events.append(late)
    found = history.violations()
    assert any(v.name == "I3" and "sent, and refunded before" in v.what for v in found)


def test_i3_finds_a_refund_of_another_size(history: History) -> None:
    history.change(CreditWallet.Refunded, credits=1, available=96)
    assert "I3" in history.names()


def test_i3_finds_a_message_that_spends_more_than_it_reserved(history: History) -> None:
    history.change(Message.Sent, credits=2)
    assert "I3" in history.names()


def test_i3_finds_credits_that_are_reserved_for_nothing(history: History) -> None:
    history.drop(Message.Queued)
    assert {"I3", "I14"} <= history.names()


# -- I4 ---------------------------------------------------------------------------------------


def test_i4_finds_credits_from_nowhere(history: History) -> None:
    history.drop(CreditWallet.Granted)
    assert "I4" in history.names()


def test_i4_says_so_once_for_each_change(history: History) -> None:
    history.drop(CreditWallet.Granted)
    for number in range(10, 20):
        history.send(number)
    assert [v.name for v in history.violations()].count("I4") == 1


def test_i4_finds_credits_that_vanish(history: History) -> None:
    history.tick()
    history.wallet.expire(Credits(5), lot=1, at=history.at)
    history.keep(history.wallet)
    assert history.violations() == []
    history.change(CreditWallet.CreditsExpired, credits=4)
    assert {"I2", "I4"} <= history.names()


# -- N7 ---------------------------------------------------------------------------------------


def test_n7_finds_an_attempt_by_a_sim_in_quarantine_and_none_before_or_after(
    history: History,
) -> None:
    sim = Sim.register(1, imsi="645", network="mtn", content="seal", at=START)
    other = Sim.register(2, imsi="646", network="mtn", content="seal", at=START)
    history.start(2)  # before
    for each in (sim, other):
        each.quarantine(actor="test", reason="1/x", at=history.at)
        history.keep(each)
    sim.release(actor="test", reason="1/x", at=history.at)
    history.keep(sim)
    history.start(4)  # by SIM 1, which was released
    assert history.violations() == []
    place = next(i for i, e in enumerate(history.events) if isinstance(e, Sim.Released))
    history.events[place:] = [history.events[-1]]
    found = [violation for violation in history.violations() if violation.name == "N7"]
    assert [str(each) for each in found] == [
        f"N7 at {len(history.events)}: message 4 started on SIM 1, which is in quarantine"
    ]


# -- I10 --------------------------------------------------------------------------------------


def test_i10_finds_a_lost_event(history: History) -> None:
    history.start(2)
    history.drop(Message.AttemptStarted)
    assert "I10" in history.names()


def test_i10_finds_a_version_that_comes_twice(history: History) -> None:
    history.events.append(history.events[-1])
    assert "I10" in history.names()


def test_i10_finds_positions_that_fall_and_allows_holes(history: History) -> None:
    checker = InvariantChecker()
    for place, event in enumerate(history.events):
        checker.feed(10 * place + 1, event)
    assert checker.violations == []
    history.tick()
    history.wallet.grant(Credits(1), actor="test", reason="1/x", at=history.at)
    history.keep(history.wallet)
    checker.feed(10 * len(history.events) - 30, history.events[-1])
    assert {violation.name for violation in checker.violations} == {"I10"}


def test_i10_finds_an_event_in_another_messages_stream(history: History) -> None:
    history.start(2)
    other = Message.queued(4, _fields(), at=history.at)
    history.change(Message.AttemptStarted, originator_id=other.originator_id)
    assert "I10" in history.names()


def _fields() -> dict[str, Any]:
    event = queued(1, at=START).pending_events[0]
    skipped = ("originator_id", "originator_version", "timestamp", "originator_topic", "number")
    return {key: value for key, value in vars(event).items() if key not in skipped}


# -- I14 --------------------------------------------------------------------------------------


def test_i14_finds_a_message_that_costs_more_than_its_segments() -> None:
    history = History()
    history.tick()
    history.wallet.reserve(Credits(3), first_number=1, count=1, batch=None, at=history.at)
    history.keep(history.wallet, queued(1, at=history.at, segments=2, credits=3))
    assert history.names() == {"I14"}


DOUBLE = Tariff("double", Credits(2))


def charged(credits: int, tariff: str) -> list[Violation]:
    """Charge a message of two segments under a tariff, and check it."""
    history = History()
    history.tick()
    history.wallet.reserve(Credits(credits), first_number=1, count=1, batch=None, at=history.at)
    message = queued(1, at=history.at, segments=2, credits=credits, tariff=tariff)
    history.keep(history.wallet, message)
    checker = InvariantChecker(tariffs={**TARIFFS, DOUBLE.version: DOUBLE})
    for position, event in enumerate(history.events, start=1):
        checker.feed(position, event)
    checker.settle()
    return checker.violations


@pytest.mark.parametrize(("tariff", "credits"), [(FIRST_TARIFF, 2), ("double", 4)])
def test_i14_takes_the_price_of_the_tariff_that_the_event_names(tariff: str, credits: int) -> None:
    assert charged(credits, tariff) == []


@pytest.mark.parametrize(("tariff", "credits"), [(FIRST_TARIFF, 4), ("double", 2), ("none", 2)])
def test_i14_finds_a_charge_that_its_tariff_does_not_give(tariff: str, credits: int) -> None:
    (found,) = charged(credits, tariff)
    assert found.name == "I14"
    assert f"tariff {tariff}" in found.what


def test_i14_finds_a_reservation_of_more_messages_than_follow(history: History) -> None:
    history.send(11, 12, 13)
    del history.events[-1]
    found = history.violations()
    assert any(v.name == "I14" and "13 to 13 are reserved, not queued" in v.what for v in found)


def test_i14_finds_a_message_that_nothing_reserved(history: History) -> None:
    history.tick()
    history.keep(queued(20, at=history.at))
    found = history.violations()
    assert any(v.name == "I14" and "no reservation covers message 20" in v.what for v in found)


def test_i14_finds_a_bulk_that_reserves_more_than_its_messages(history: History) -> None:
    history.tick()
    history.wallet.reserve(Credits(5), first_number=11, count=2, batch=None, at=history.at)
    history.keep(
        history.wallet, queued(11, at=history.at, segments=2), queued(12, at=history.at, segments=2)
    )
    found = history.violations()
    assert any(v.name == "I14" and "differs from its messages by 1" in v.what for v in found)


# -- what it says -----------------------------------------------------------------------------


def test_a_violation_says_where_and_never_holds_more_than_it_needs(history: History) -> None:
    history.drop(CreditWallet.Granted)
    violation = next(v for v in history.violations() if v.name == "I4")
    assert str(violation).startswith(f"I4 at {violation.position}: account {ACCOUNT}")


def test_a_broken_log_fills_no_memory(history: History) -> None:
    checker = InvariantChecker()
    for _ in range(5_000):
        checker.feed(1, history.events[1])
    assert len(checker.violations) == 1_000


def test_numbers_may_be_far_apart() -> None:
    history = History()
    history.send(1)
    history.send(10**12)
    history.deliver(10**12)
    assert history.violations() == []
