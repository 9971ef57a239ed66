"""Accepting messages: keys, suspension, sender IDs, repeats under a key and of decision 8."""

import json
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from application.accounts import (
    DecideSenderId,
    IssueKey,
    NewKey,
    RequestSenderId,
    RevokeKey,
    SetSuspension,
)
from application.books.actors import Actor
from application.fleet.duty import BringOnline, OnDuty
from application.messages.accept import SendMessages
from application.messages.attempts import StartAttempt
from application.ports import SimIdentity
from domain.contents import ContentKind
from domain.errors import (
    AccountSuspended,
    IdempotencyConflict,
    InsufficientCredits,
    InvalidKey,
    SenderIdNotApproved,
)
from domain.message import Message
from domain.repeats import REPEATS_KEPT_S
from domain.submission import Submission
from domain.values import Lane, Network
from domain.wallet import CreditWallet
from tests.application.conftest import Account
from tests.application.sending import recipient, repeatable
from tests.support.virtual import Fault, Gateway, open_account

DAY_S = 24 * 3600
OFFLINE = frozenset({Network.MTN})


def events(gateway: Gateway, kind: type) -> list[Any]:
    gateway.watch.follow()
    return [event for _, event in gateway.watch.events if isinstance(event, kind)]


# -- all or nothing ---------------------------------------------------------------------------


def test_a_bulk_is_one_reservation_and_takes_all_its_credits_or_none(account: Account) -> None:
    accepted = account.send(count=33, segments=3)
    assert (accepted.credits_each, accepted.credits_used, accepted.credits_remaining) == (3, 99, 1)
    assert accepted.batch is not None
    with pytest.raises(InsufficientCredits) as caught:
        account.send(count=2)
    assert (caught.value.required, caught.value.available) == (2, 1)
    (reserved,) = events(account.gateway, CreditWallet.Reserved)
    assert (reserved.credits, reserved.count, reserved.batch) == (99, 33, accepted.batch)
    assert len(events(account.gateway, Message.Queued)) == 33


def test_events_hold_no_number_and_no_text(account: Account) -> None:
    account.send(text="a very private text", idempotency_key="k1")
    for _, event in account.gateway.system.store.events_after(0, limit=1_000):
        for personal in (b"260", b"a very private", b"example.test"):
            assert personal not in event.state


# -- who may send -----------------------------------------------------------------------------


def test_nothing_is_accepted_with_a_revoked_key(account: Account) -> None:
    gateway = account.gateway
    gateway.run(
        RevokeKey(account.number, account.key_id, actor=Actor("test"), at=gateway.clock.now())
    )
    head = gateway.system.store.head()
    with pytest.raises(InvalidKey):
        account.send()
    assert gateway.system.store.head() == head


def test_a_key_that_is_revoked_in_the_same_batch_counts_as_revoked(account: Account) -> None:
    gateway = account.gateway
    before = account.submit()
    gateway.submit(
        RevokeKey(account.number, account.key_id, actor=Actor("test"), at=gateway.clock.now())
    )
    after = account.submit()
    gateway.step()
    assert before.outcome.error is None
    assert isinstance(after.outcome.error, InvalidKey)


def test_a_regenerated_key_works_and_the_old_one_no_longer(account: Account) -> None:
    gateway = account.gateway
    new = NewKey("NEWKEY01", "fast:x", "second")
    gateway.run(
        IssueKey(
            account.number, new, revoke=account.key_id, actor=Actor("test"), at=gateway.clock.now()
        )
    )
    with pytest.raises(InvalidKey):
        account.send()
    assert replace(account, key_id="NEWKEY01").send().credits_remaining == 99
    row = gateway.system.store.credential(account.key_id)
    assert row is not None
    assert row.revoked_at == gateway.clock.now()


def test_a_suspended_account_may_not_send_until_it_is_reinstated(account: Account) -> None:
    gateway = account.gateway
    for suspended in (True, True, False):
        gateway.run(
            SetSuspension(
                account.number,
                suspended=suspended,
                actor=Actor("test"),
                reason="a reason",
                at=gateway.clock.now(),
            )
        )
        if suspended:
            with pytest.raises(AccountSuspended):
                account.send()
    assert account.send().credits_remaining == 99


def test_a_suspended_account_may_still_read_the_answer_under_its_key(account: Account) -> None:
    gateway = account.gateway
    first = account.send(idempotency_key="k1")
    gateway.run(
        SetSuspension(
            account.number, suspended=True, actor=Actor("test"), reason="r", at=gateway.clock.now()
        )
    )
    assert account.send(idempotency_key="k1") == replace(first, replayed=True)


def test_a_sender_id_must_be_approved_where_the_dialect_asks_for_it(account: Account) -> None:
    gateway = account.gateway
    asked = {"asked_sender": "MyShop", "require_approved_sender": True}
    with pytest.raises(SenderIdNotApproved):
        account.send(**asked)
    gateway.run(
        RequestSenderId(account.number, name="MYSHOP", use_case="x", at=gateway.clock.now())
    )
    with pytest.raises(SenderIdNotApproved):
        account.send(**asked)
    for approved in (False, True):
        gateway.run(
            DecideSenderId(
                account.number,
                "myshop",
                approved=approved,
                actor=Actor("test"),
                reason="r",
                at=gateway.clock.now(),
            )
        )
        if not approved:
            with pytest.raises(SenderIdNotApproved):
                account.send(**asked)
    accepted = account.send(**asked)
    row = gateway.system.store.content(ContentKind.MESSAGE, accepted.first_number)
    assert row is not None
    assert row.sender == "MyShop"


def test_a_sender_id_of_another_account_is_not_approved(account: Account) -> None:
    open_account(account.gateway, name="Other", sender_ids=("MyShop",))
    asked = {"asked_sender": "MyShop", "require_approved_sender": True}
    with pytest.raises(SenderIdNotApproved):
        account.send(**asked)
    assert account.send(asked_sender="MyShop").credits_remaining == 99


# -- idempotency keys (contract decision 7) ------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"count": 5}], ids=["single", "bulk"])
def test_the_same_command_under_a_key_is_answered_again_and_charged_once(
    account: Account, fields: dict[str, Any]
) -> None:
    first = account.send(idempotency_key="k1", **fields)
    account.send(count=first.credits_remaining)
    assert account.available == 0
    again = account.send(idempotency_key="k1", **fields)
    assert again == replace(first, replayed=True)
    assert account.available == 0
    assert len(events(account.gateway, Submission.Accepted)) == 1


def test_an_answer_that_an_earlier_version_stored_is_given_again(account: Account) -> None:
    first = account.send(idempotency_key="k1")
    with sqlite3.connect(account.gateway.folder / "store.db") as store:
        (text,) = store.execute("SELECT body FROM contents WHERE kind = 'submission'").fetchone()
        stored = json.loads(text) | {"repeated": False}
        del stored["is_all_offline"], stored["places"]
        store.execute(
            "UPDATE contents SET body = ? WHERE kind = 'submission'", [json.dumps(stored)]
        )
    store.close()
    assert account.send(idempotency_key="k1") == replace(first, replayed=True)


def test_two_commands_under_one_key_in_one_batch_are_one(account: Account) -> None:
    answers = [account.submit(idempotency_key="k1") for _ in range(5)]
    account.gateway.step()
    accepted = [answer.unwrap() for answer in answers]
    assert [one.replayed for one in accepted] == [False, True, True, True, True]
    assert {replace(one, replayed=False) for one in accepted} == {accepted[0]}
    assert account.available == 99


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Muli shani"},
        {"recipients": [recipient(9)]},
        {"count": 2},
        {"is_bulk": True},
        {"asked_sender": "X"},
        {"lane": Lane.OTP},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_command_under_a_key_is_refused(account: Account, other: dict[str, Any]) -> None:
    account.send(idempotency_key="k1")
    head = account.gateway.system.store.head()
    with pytest.raises(IdempotencyConflict):
        account.send(**{"idempotency_key": "k1", **other})
    assert account.gateway.system.store.head() == head
    assert account.send(idempotency_key="k2", **other).credits_used >= 1


def test_a_key_belongs_to_its_account(account: Account) -> None:
    other = Account(account.gateway, *open_account(account.gateway, credits=5, name="Other"))
    first = account.send(idempotency_key="k1")
    assert other.send(idempotency_key="k1").first_number != first.first_number


def test_a_refusal_is_not_kept_under_its_key(account: Account) -> None:
    with pytest.raises(InsufficientCredits):
        account.send(count=101, idempotency_key="k1")
    assert account.send(count=100, idempotency_key="k1").credits_remaining == 0


def test_a_key_is_kept_for_a_day_and_then_stands_for_whatever_comes(account: Account) -> None:
    first = account.send(idempotency_key="k1")
    account.gateway.clock.pass_s(DAY_S - 0.000_001)
    assert account.send(idempotency_key="k1").first_number == first.first_number
    account.gateway.clock.pass_s(0.000_001)
    second = account.send(idempotency_key="k1", text="Muli shani")
    assert not second.replayed
    assert second.first_number != first.first_number
    assert account.send(idempotency_key="k1", text="Muli shani") == replace(second, replayed=True)
    with pytest.raises(IdempotencyConflict):
        account.send(idempotency_key="k1")
    (renewed,) = events(account.gateway, Submission.Renewed)
    assert renewed.first_number == second.first_number
    assert account.available == 98


def test_an_answer_under_a_key_survives_a_lost_answer_of_the_store(account: Account) -> None:
    account.gateway.store.faults.extend([Fault.LOST_AFTER_COMMIT])
    first = account.send(idempotency_key="k1")
    assert account.send(idempotency_key="k1") == replace(first, replayed=True)
    assert account.available == 99


# -- the same request again after a 503 (contract decision 8) ------------------------------------


def repeated(account: Account, **fields: Any) -> SendMessages:
    """Ask as dialect wilcybertek does, with the MTN SIMs away."""
    fields = {"at": account.gateway.clock.now(), "offline": OFFLINE, **fields}
    return repeatable(account.number, account.key_id, **fields)


@pytest.mark.parametrize("count", [1, 3], ids=["single", "bulk"])
def test_repeats_in_one_batch_are_one(account: Account, count: int) -> None:
    answers = [account.gateway.submit(repeated(account, count=count)) for _ in range(4)]
    account.gateway.step()
    accepted = [answer.unwrap() for answer in answers]
    assert [one.replayed for one in accepted] == [False, True, True, True]
    assert {replace(one, replayed=False, places=None) for one in accepted} == {accepted[0]}
    assert account.available == 100 - count


def test_a_repeated_bulk_says_where_each_recipient_stood_first(account: Account) -> None:
    gateway = account.gateway
    recipients = [recipient(index) for index in range(4)]
    gateway.run(repeated(account, recipients=recipients, is_bulk=True))
    again = gateway.run(
        repeated(account, recipients=[recipients[n] for n in (2, 0, 3, 1)], is_bulk=True)
    )
    assert [again.number(place) for place in range(4)] == [3, 1, 4, 2]


def test_a_message_on_its_way_is_still_the_same_acceptance(account: Account) -> None:
    gateway = account.gateway
    first = gateway.run(repeated(account))
    duty = come_online(gateway)
    gateway.run(
        StartAttempt(
            first.first_number,
            duty=duty,
            concat_ref=None,
            at=gateway.clock.now(),
        )
    )
    gateway.clock.pass_s(REPEATS_KEPT_S + 1)
    assert gateway.run(repeated(account)).first_number == first.first_number
    assert account.available == 99


def come_online(gateway: Gateway) -> OnDuty:
    identity = SimIdentity("8926001", "645020000000001", "35", "E173", "11")
    return gateway.run(
        BringOnline(
            identity, network=Network.MTN, modem="m1", holder="host", at=gateway.clock.now()
        )
    )


def test_a_later_acceptance_under_a_key_takes_the_place_of_an_earlier_one(account: Account) -> None:
    gateway = account.gateway
    gateway.run(repeated(account))
    second = gateway.run(repeated(account, idempotency_key="k1"))
    assert not second.replayed
    assert gateway.run(repeated(account)).first_number == second.first_number


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE_COMMIT, Fault.LOST_AFTER_COMMIT])
def test_a_request_is_known_although_the_stores_answer_was_lost(
    account: Account, fault: Fault
) -> None:
    account.gateway.store.faults.extend([fault])
    first = account.gateway.run(repeated(account, count=3))
    again = account.gateway.run(repeated(account, count=3))
    assert again.replayed
    assert again.batch == first.batch
    assert account.available == 97
