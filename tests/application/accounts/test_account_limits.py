"""An account's own limits, and what it may spend in a day, which ends at midnight in Lusaka."""

import pytest

from application.accounts import AccountLimits, ChangeLimits
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from domain.days import until_midnight_s
from domain.errors import RateLimited
from tests.application.conftest import Account


def limit(account: Account, credits: int | None) -> None:
    account.gateway.run(
        ChangeLimits(
            account.number,
            {"daily_credits": credits},
            actor=Actor("os:root@host"),
            reason="new",
            at=account.gateway.clock.now(),
        )
    )


def test_over_the_limit_nothing_is_accepted_until_midnight(account: Account) -> None:
    clock = account.gateway.clock
    limit(account, 3)
    for _ in range(3):
        account.send()
    head = account.gateway.system.store.head()
    with pytest.raises(RateLimited, match="3 credits a day") as caught:
        account.send()
    assert caught.value.retry_after_s == until_midnight_s(clock.now())
    assert account.gateway.system.store.head() == head
    clock.pass_s(caught.value.retry_after_s)
    account.send()
    assert account.available == 96


def test_a_bulk_counts_whole_and_is_refused_whole(account: Account) -> None:
    limit(account, 5)
    account.send()
    with pytest.raises(RateLimited):
        account.send(count=5)
    account.send(count=4)


def test_a_refund_does_not_make_room(account: Account) -> None:
    limit(account, 1)
    accepted = account.send()
    now = account.gateway.clock.now()
    account.gateway.run(
        CancelMessage(accepted.first_number, account=account.number, actor=Actor("x"), at=now)
    )
    with pytest.raises(RateLimited):
        account.send()


def test_the_days_sum_survives_a_restart(account: Account) -> None:
    limit(account, 600)
    for _ in range(100):
        account.send()
    account.gateway.system.committer.saver._cache = type(
        account.gateway.system.committer.saver._cache
    )()
    limit(account, 100)
    with pytest.raises(RateLimited):
        account.send()


def test_without_a_limit_a_day_has_none(account: Account) -> None:
    limit(account, None)
    for _ in range(50):
        account.send()


def test_limits_that_two_people_change_at_once_all_hold(account: Account) -> None:
    gateway = account.gateway

    def change(**limits: int | None) -> ChangeLimits:
        at = gateway.clock.now()
        return ChangeLimits(account.number, limits, actor=Actor("test"), reason="r", at=at)

    answers = [gateway.submit(change(single=600)), gateway.submit(change(bulk=0))]
    gateway.step()
    assert answers[1].unwrap() == AccountLimits(600, 0, None, None)
    assert gateway.run(change(single=None, daily_credits=0)) == AccountLimits(None, 0, None, None)
