"""Whose history has no end is read from a snapshot on, however long it has become."""

import pytest

from application.accounts import AccountLimits, ChangeLimits
from application.books.actors import Actor
from application.books.codec import (
    AGGREGATES,
    CHANGES_BETWEEN,
    SNAPSHOTTED,
    event_mapper,
    fold,
    snapshot_of,
)
from domain.account import Account as AccountAggregate
from domain.account import account_id
from domain.allowance import Allowance
from domain.auditor_read import AuditorRead
from domain.claim import Claim
from domain.doubted_times import DoubtedTimes
from domain.events import Aggregate
from domain.inbound import Inbound
from domain.keyword_answers import KeywordAnswers
from domain.keywords import Keywords
from domain.manual_entry import ManualEntry
from domain.message import Message
from domain.oddity import Oddity
from domain.period import Period
from domain.ported_number import PortedNumber
from domain.receipt import Receipt
from domain.rehearsal import Rehearsal
from domain.roles import Role
from domain.sender_id import SenderId
from domain.sim import Sim
from domain.statement import Statement
from domain.stretch import Stretch
from domain.submission import Submission
from domain.suppression import Suppression
from domain.unknown_callbacks import UnknownCallbacks
from domain.values import Instant, Network
from tests.application.conftest import Account
from tests.support.money import a_payment as requested
from tests.support.virtual import Answer

AT = Instant(1_790_000_000_000_000)
END_BY_THEMSELVES = {
    *(AuditorRead, Claim, Inbound, ManualEntry, Message, Oddity, SenderId, Submission),
    *(Rehearsal, UnknownCallbacks),
}
"""A few decisions, or a day, and nothing more comes."""


def change(account: Account, bulk: int) -> Answer[AccountLimits]:
    limits: dict[str, int | None] = {"bulk": bulk}
    command = ChangeLimits(account.number, limits, actor=Actor("test"), reason="r", at=AT)
    return account.gateway.submit(command)


def test_a_setting_that_is_changed_without_end_makes_an_account_no_slower(
    account: Account,
) -> None:
    store, key = account.gateway.system.store, account_id(account.number)
    read: list[int] = []
    tail = store.tail
    for bulk in range(1, 4 * CHANGES_BETWEEN + 1):
        answer = change(account, bulk)
        account.gateway.step()
        answer.unwrap()
        snapshot = store.snapshot(key)
        read.append(len(tail(key, snapshot.originator_version if snapshot else 0)))
    assert len(tail(key, 0)) > 4 * CHANGES_BETWEEN
    assert max(read) <= CHANGES_BETWEEN
    found = account.gateway.system.reader.find(AccountAggregate, key)
    whole: AccountAggregate | None = fold(event_mapper(), tail(key, 0), None)
    assert found is not None
    assert whole is not None
    assert vars(found) == vars(whole)
    assert found.limits["bulk"] == 4 * CHANGES_BETWEEN


def test_changes_that_are_saved_together_make_one_snapshot(account: Account) -> None:
    store, key = account.gateway.system.store, account_id(account.number)
    answers = [change(account, bulk) for bulk in range(1, 3 * CHANGES_BETWEEN + 1)]
    account.gateway.step()
    assert all(answer.outcome.error is None for answer in answers)
    snapshot = store.snapshot(key)
    assert snapshot is not None
    assert snapshot.originator_version == len(store.tail(key, 0))


def an_account() -> Aggregate:
    account = AccountAggregate.register(1, person="p", at=AT)
    account.issue_key("ABCDEFGH", actor="a", at=AT)
    account.suspend(actor="a", reason="", at=AT)
    account.grant_role(Role.AUDITOR, actor="a", reason="", approver=None, entry=None, at=AT)
    return account


def a_day() -> Aggregate:
    allowance = Allowance.open("account:1", 9, at=AT)
    allowance.use(7, at=AT)
    return allowance


def a_sim() -> Aggregate:
    sim = Sim.register(1, imsi="645000000000001", network="mtn", content="c", at=AT)
    sim.quarantine(actor="a", reason="it is lost", at=AT)
    return sim


def a_payment() -> Aggregate:
    payment = requested(at=AT)
    payment.initiate(at=AT)
    return payment


def a_receipt() -> Aggregate:
    receipt = Receipt.open("mtn/main", "T1", at=AT)
    receipt.see_on_statement(
        statement="f", line=1, amount_ngwee=50, fee_ngwee=1, happened_at=AT, at=AT
    )
    receipt.match(rule="id", receipts=[str(receipt.id)], at=AT)
    return receipt


def a_period() -> Aggregate:
    return Period.open("mtn/main", "2026-11", at=AT)


def a_statement() -> Aggregate:
    return Statement.open(1, provider_account="mtn/main", sha256="ab", at=AT)


def some_doubted_times() -> DoubtedTimes:
    made = DoubtedTimes.open("a", at=AT)
    for host in ("a", "b"):
        made.doubt(host, from_at=Instant(AT - 9), until_at=AT, at=AT)
    made.settle("a", Stretch(AT - 9, AT - 5, 7, None), at=AT)
    return made


def a_suppression() -> Suppression:
    made = Suppression.suppress(1, digest="d", account=7, content="c", inbound=3, at=AT)
    made.lift(inbound=4, at=AT)
    return made


def some_keywords() -> Keywords:
    made = Keywords.open(7, at=AT)
    for digest in ("d", "e"):
        made.set_rule(digest, "1/c", actor="a", at=AT)
        made.leave_unanswered(digest, inbound=3, cause="InsufficientCredits", at=AT)
    made.delete_rule("d", actor="a", at=AT)
    return made


def some_answers() -> KeywordAnswers:
    made = KeywordAnswers.begin("d", account=7, inbound=3, message=4, at=AT)
    made.give(inbound=5, message=6, at=AT)
    return made


def a_ported_number() -> PortedNumber:
    by = {"content": "c", "actor": "a", "reason": "1/r"}
    made = PortedNumber.override(1, Network.MTN, digest="d", at=AT, **by)
    made.lift(actor="a", reason="2/r", at=AT)
    return made


MADE = [
    an_account(),
    a_day(),
    a_sim(),
    a_payment(),
    a_receipt(),
    a_period(),
    a_statement(),
    some_doubted_times(),
    a_suppression(),
    some_keywords(),
    some_answers(),
    a_ported_number(),
]


@pytest.mark.parametrize("made", MADE, ids=lambda one: one.TOPIC)
def test_a_snapshot_gives_back_what_it_was_taken_of(made: Aggregate) -> None:
    made.collect_events()
    mapper = event_mapper()
    restored: Aggregate | None = fold(mapper, [snapshot_of(mapper, made, AT)], None)
    assert restored is not None
    assert type(restored) is type(made)
    assert vars(restored) == vars(made)


def test_every_aggregate_has_an_end_or_snapshots() -> None:
    assert set(AGGREGATES) - set(SNAPSHOTTED) == END_BY_THEMSELVES
