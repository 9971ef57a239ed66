"""A fall below the low balance is on record in the save of what took the credits."""

from typing import Any

import pytest

from application.accounts import ChooseLowBalance, MoveCredits
from application.books.actors import Actor
from domain.errors import InsufficientCredits, NotFound, NotPermitted
from domain.values import Credits
from domain.wallet import CreditWallet
from tests.application.conftest import Account
from tests.support.virtual import open_account

STAFF = Actor("os:test@host")


def choose(account: Account, credits: int | None, *, actor: Actor = STAFF) -> int | None:
    at = account.gateway.clock.now()
    return account.gateway.run(ChooseLowBalance(account.number, credits, actor=actor, at=at))


def log(account: Account) -> list[tuple[int, Any]]:
    account.gateway.watch.follow()
    return list(account.gateway.watch.events)


def test_the_fall_stands_beside_what_took_the_credits_and_before_its_messages(
    account: Account,
) -> None:
    choose(account, 90)
    account.send(count=9)
    account.send(count=3)
    names = [type(event).TOPIC for _, event in log(account)[-5:]]
    assert names == ["CreditWallet.Reserved", "CreditWallet.FellLow", *["Message.Queued"] * 3]
    positions = [position for position, _ in log(account)[-5:]]
    assert positions == list(range(positions[0], positions[0] + 5))
    fell = log(account)[-4][1]
    assert (fell.account, fell.available, fell.low_balance) == (account.number, 88, 90)


def test_a_refused_send_records_no_fall(account: Account) -> None:
    choose(account, 90)
    with pytest.raises(InsufficientCredits):
        account.send(count=101)
    assert not any(isinstance(event, CreditWallet.FellLow) for _, event in log(account))


def test_an_adjustment_that_takes_credits_counts_too(account: Account) -> None:
    choose(account, 90)
    change = MoveCredits(
        account.number,
        Credits(-20),
        is_grant=False,
        actor=STAFF,
        reason="r",
        alone_max=0,
        at=account.gateway.clock.now(),
    )
    account.gateway.run(change)
    assert type(log(account)[-1][1]) is CreditWallet.FellLow


def test_the_same_again_is_no_event_and_only_the_account_and_staff_choose(
    account: Account,
) -> None:
    choose(account, 90)
    head = account.gateway.system.store.head()
    choose(account, 90)
    assert account.gateway.system.store.head() == head
    other, _ = open_account(account.gateway, credits=1, name="Other")
    with pytest.raises(NotPermitted):
        choose(account, 5, actor=Actor.of(other))
    assert choose(account, 5, actor=Actor.of(account.number)) == 5
    nobody = Account(account.gateway, 999, "")
    with pytest.raises(NotFound):
        choose(nobody, 5)
