"""What webhooks are told when receivers are down, slow, gone, or ask for something else."""

from itertools import pairwise
from typing import Any

import pytest

from application.books.actors import Actor
from application.telling.told import told as told_as_it_is
from application.telling.webhooks import RemoveWebhook
from domain.feed import FeedType
from domain.values import SECOND
from domain.webhook import webhook_id
from domain.webhook_rules import RETRY_AFTER_S, TRIES
from tests.support.receiver import Receiver, receiving
from tests.support.told import Telling, telling
from worker.webhooks import delivery


def events_of(told: Telling, account: int) -> list[str]:
    reader = told.gateway.system.reader
    return [type(event).__name__ for event in reader.events(webhook_id(account))]


def standing(told: Telling, account: int) -> Any:
    found = told.gateway.system.queries.webhook(account)
    assert found is not None
    return found


@pytest.mark.slow
def test_each_event_is_told_once_in_order_and_only_from_when_it_was_set() -> None:
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 3)
        told.settle()
        assert receiver.sequences == [1, 2, 3]
        late, _ = told.account(receiver.url)
        told.happen(late)
        told.settle()
        told.happen(account, 60)
        told.settle()
        assert receiver.sequences[4:] == list(range(4, 64))
        assert len({one.id for one in receiver.came}) == 64
        assert standing(told, account).delivered == 63


@pytest.mark.parametrize("hours", [76, 80])
@pytest.mark.slow
def test_a_receiver_down_for_days_gets_everything_once_up_in_order(hours: int) -> None:
    with telling() as told, receiving(status=500) as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 2)
        down_s, tried_at = 0.0, []
        while down_s < hours * 3_600:
            tries = len(receiver.came)
            told.settle()
            assert len(receiver.came) == tries + 1
            tried_at.append(down_s)
            wait_s = (standing(told, account).due_at - told.gateway.clock.now()) / SECOND
            told.gateway.clock.pass_s(wait_s)
            down_s += wait_s
            told.happen(account)
        gaps = [later - earlier for earlier, later in pairwise(tried_at)]
        assert gaps[: len(RETRY_AFTER_S)] == list(RETRY_AFTER_S)
        assert {round(gap) for gap in gaps[len(RETRY_AFTER_S) :]} <= {3_600}
        assert standing(told, account).state == "paused"
        assert "EndpointPaused" in events_of(told, account)
        assert len({one.id for one in receiver.came}) == 1
        assert len({one.body for one in receiver.came}) == 1
        failed = len(receiver.came)
        assert failed == TRIES + hours - 76
        receiver.status = 200
        told.settle()
        assert receiver.sequences[failed:] == list(range(1, standing(told, account).last + 1))
        assert len({one.id for one in receiver.came}) == standing(told, account).last
        assert standing(told, account).state == "active"
        assert events_of(told, account)[-1] == "EndpointResumed"


def test_retry_after_makes_the_wait_longer_and_not_shorter() -> None:
    with telling() as told, receiving(status=429, headers="retry-after: 90\r\n") as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account)
        told.settle()
        due = standing(told, account)
        assert (due.due_at - told.gateway.clock.now()) // SECOND == 90
        receiver.headers = "retry-after: 1\r\n"
        told.gateway.clock.pass_s(90)
        told.settle()
        due = standing(told, account)
        assert (due.due_at - told.gateway.clock.now()) // SECOND == RETRY_AFTER_S[1]


def test_a_slow_receiver_delays_nobody_else() -> None:
    with telling() as told, receiving(delay_s=5) as slow, receiving() as quick:
        waits, _ = told.account(slow.url)
        others = [told.account(quick.url)[0] for _ in range(3)]
        for account in (waits, *others):
            told.happen(account, 2)
        for _ in range(200):
            told.step()
            if len(quick.came) == 6:
                break
        assert len(quick.came) == 6
        assert not slow.came


def test_who_answers_410_is_told_nothing_until_it_is_set_again() -> None:
    with telling() as told, receiving(status=410) as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 2)
        told.settle()
        assert standing(told, account).state == "gone"
        told.gateway.clock.pass_s(30 * 3_600)
        told.settle()
        assert len(receiver.came) == 1
        receiver.status = 200
        told.set(account, receiver.url)
        told.settle()
        assert receiver.sequences == [1, 1, 2]
        assert events_of(told, account)[-2:] == ["EndpointGone", "WebhookSet"]


def test_only_the_types_that_were_asked_for_are_told() -> None:
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url, FeedType.MESSAGE_SENT)
        told.happen(account, 3)
        told.settle()
        assert receiver.came == []
        assert standing(told, account).delivered == 3
        told.set(account, receiver.url, FeedType.SENDER_ID_APPROVED)
        told.happen(account)
        told.settle()
        assert receiver.sequences == [4]


def test_everything_is_told_again_under_the_same_ids_when_that_is_asked_for() -> None:
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 4)
        told.settle()
        told.replay(account, 2)
        told.settle()
        assert receiver.sequences == [1, 2, 3, 4, 3, 4]
        assert receiver.came[2].id == receiver.came[4].id
        assert receiver.came[2].body == receiver.came[4].body


@pytest.mark.slow
def test_what_was_asked_for_during_a_delivery_counts_and_the_delivery_does_not() -> None:
    with telling() as told, receiving(delay_s=0.2) as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 2)
        told.step()
        told.replay(account, 0)
        told.settle()
        assert receiver.sequences[-2:] == [1, 2]
        assert standing(told, account).delivered == 2


def test_a_webhook_that_was_removed_is_told_nothing() -> None:
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account)
        actor, at = Actor.of(account), told.gateway.clock.now()
        told.gateway.run(RemoveWebhook(account, actor=actor, at=at))
        told.settle()
        assert receiver.came == []
        assert told.gateway.system.queries.webhook(account) is None


def test_an_event_that_cannot_be_written_is_noted_and_the_next_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told_or_not(row: Any) -> dict[str, Any]:
        if row.sequence == 2:
            raise KeyError("planted")
        return told_as_it_is(row)

    monkeypatch.setattr(delivery, "told", told_or_not)
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 3)
        told.settle()
        assert receiver.sequences == [1, 3]
        told.happen(account)
        told.settle()
        assert told.alarms.standing() == {"webhooks events": "1 could not be told"}
        (bad,) = told.gateway.system.store.effects.bad_events("webhooks", limit=5)
        assert bad.reason == "sender_id.approved: KeyError"


@pytest.mark.slow
def test_attempts_are_kept_bounded_with_what_was_answered_and_nothing_personal() -> None:
    def answers(one: Any) -> tuple[int, bytes]:
        return 500, b"no such customer as +260977123456 " + b"x" * 70_000

    with telling() as told, receiving(answers=answers) as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account)
        told.settle()
        queries = told.gateway.system.queries
        (attempt,) = queries.webhook_attempts(account, before=10**9, limit=10)
        assert (attempt.status, attempt.error, attempt.sequence) == (500, None, 1)
        assert attempt.event == receiver.came[0].id
        assert attempt.answer.startswith("no such customer as +… xxx")
        assert len(attempt.answer) == 500
        receiver.answers = None
        told.happen(account, 110)
        told.gateway.clock.pass_s(5)
        told.settle()
        kept = queries.webhook_attempts(account, before=10**9, limit=200)
        assert [one.number for one in kept] == list(range(112, 12, -1))


def test_nobody_listens_is_a_failure_as_any_other() -> None:
    with telling() as told:
        with receiving() as receiver:
            url = receiver.url
        account, _ = told.account(url)
        told.happen(account)
        told.settle()
        queries = told.gateway.system.queries
        (attempt,) = queries.webhook_attempts(account, before=10, limit=10)
        assert (attempt.status, attempt.error) == (None, "NOT_CONNECTED")


def test_one_connection_carries_many_events() -> None:
    with telling() as told, receiving() as receiver:
        account, _ = told.account(receiver.url)
        told.happen(account, 10)
        told.settle()
        assert isinstance(receiver, Receiver)
        assert receiver.connections == 1
