"""The committer: one save for a batch, and nobody pays for another's fault."""

import threading
from collections.abc import Iterable
from uuid import UUID

import pytest

from application.books.books import Books
from application.books.codec import SNAPSHOT_EVERY
from application.books.commands import Command, Preparing
from application.books.committer import Committer
from application.books.line import BATCH_MESSAGES_MAX
from application.ports import VersionConflict
from domain.errors import (
    InsufficientCredits,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    StoreDown,
)
from domain.values import Credits, Instant
from domain.wallet import CreditWallet, wallet_id
from tests.application.conftest import Account
from tests.support.savers import OtherSaver
from tests.support.virtual import Answer, Fault, Gateway, open_account


class Grant(Command[int]):
    """Give an account credits; each step of it can be made to fail."""

    def __init__(
        self,
        account: int,
        at: Instant,
        *,
        weight: int = 1,
        fails_in: dict[str, Exception] | None = None,
        forgets: bool = False,
    ) -> None:
        self.at = at
        self.weight = weight
        self._account = account
        self._fails_in = fails_in or {}
        self._forgets = forgets

    def _fail(self, where: str) -> None:
        if where in self._fails_in:
            raise self._fails_in[where]

    def prepare(self, tools: Preparing) -> None:
        self._fail("prepare")

    def touches(self) -> Iterable[UUID]:
        self._fail("touches")
        return [wallet_id(self._account)]

    def digests(self) -> Iterable[bytes]:
        self._fail("digests")
        return ()

    def decide(self, books: Books) -> int:
        wallet = books.get(CreditWallet, wallet_id(self._account))
        self._fail("decide")
        wallet.grant(Credits(1), actor="test", reason="1/x", at=self.at)
        self._fail("applied")
        if not self._forgets:
            books.record(wallet)
        self._fail("recorded")
        return wallet.available


def granting(account: Account, **faults: object) -> Answer[int]:
    command = Grant(account.number, account.gateway.clock.now(), **faults)  # type: ignore[arg-type]
    return account.gateway.submit(command)


# -- one batch --------------------------------------------------------------------------------


def test_what_waits_is_one_save_and_each_caller_gets_its_own_answer(
    gateway: Gateway, account: Account
) -> None:
    before = gateway.store.transactions
    answers = [account.submit() for _ in range(20)]
    assert gateway.step() == 20
    assert gateway.store.transactions == before + 1
    remaining = [answer.unwrap().credits_remaining for answer in answers]
    assert remaining == list(range(99, 79, -1))
    assert account.available == 80


def test_a_refusal_touches_only_its_own_command(gateway: Gateway, account: Account) -> None:
    before = gateway.store.transactions
    answers = [account.submit(count=60) for _ in range(3)]
    small = account.submit(count=40)
    gateway.step()
    gateway.step()
    assert answers[0].unwrap().credits_used == 60
    for refused in answers[1:]:
        with pytest.raises(InsufficientCredits):
            refused.unwrap()
    assert small.unwrap().credits_remaining == 0
    assert gateway.store.transactions == before + 1


def test_a_step_without_work_does_nothing(gateway: Gateway) -> None:
    assert gateway.step() == 0
    assert gateway.store.transactions == 0


def test_a_batch_of_refusals_leaves_no_event(gateway: Gateway, account: Account) -> None:
    head = gateway.system.store.head()
    answers = [account.submit(count=101) for _ in range(4)]
    gateway.step()
    assert all(isinstance(a.outcome.error, InsufficientCredits) for a in answers)
    assert gateway.system.store.head() == head


# -- bad commands -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["prepare", "touches", "digests", "decide", "applied", "recorded"]
)
@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), InvalidRequest("no"), NotFound("no")])
@pytest.mark.slow
def test_a_command_that_fails_anywhere_hurts_only_itself(
    account: Account, where: str, error: Exception
) -> None:
    gateway = account.gateway
    before = gateway.store.transactions
    good = [granting(account) for _ in range(30)]
    bad = granting(account, fails_in={where: error})
    more = [granting(account) for _ in range(30)]
    gateway.step()
    assert [answer.unwrap() for answer in good + more] == list(range(101, 161))
    assert bad.outcome.error is not None
    assert account.available == 160
    assert gateway.store.transactions - before <= 14  # halves, not one save for each command


def test_two_bad_commands_hurt_only_themselves(account: Account) -> None:
    bug = {"decide": ZeroDivisionError("bug")}
    answers = [granting(account, fails_in=bug if n in {3, 11} else None) for n in range(16)]
    account.gateway.step()
    failed = [n for n, answer in enumerate(answers) if answer.outcome.error]
    assert failed == [3, 11]
    assert account.available == 114


def test_a_command_that_refuses_after_it_recorded_stores_nothing(account: Account) -> None:
    head = account.gateway.system.store.head()
    for where in ("applied", "recorded"):
        answer = granting(account, fails_in={where: InvalidRequest("too late to refuse")})
        account.gateway.step()
        with pytest.raises(RuntimeError, match="I12"):
            answer.unwrap()
    assert account.gateway.system.store.head() == head
    assert account.available == 100


def test_a_command_that_forgets_to_record_does_not_poison_the_wallet(account: Account) -> None:
    forgetful = granting(account, forgets=True)
    good = granting(account)
    account.gateway.step()
    with pytest.raises(RuntimeError, match="did not record"):
        forgetful.unwrap()
    assert good.unwrap() == 101
    later = granting(account)
    account.gateway.step()
    assert later.unwrap() == 102 == account.available


def test_a_caller_that_fails_does_not_keep_others_from_their_answers(account: Account) -> None:
    gateway = account.gateway

    def fail(outcome: object) -> None:
        raise RuntimeError("Event loop is closed")

    gateway.system.committer.submit(Grant(account.number, gateway.clock.now()), fail)
    answer = granting(account)
    gateway.step()
    assert answer.unwrap() == 102
    later = granting(account)
    gateway.step()
    assert later.unwrap() == 103


# -- after the commit -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [VersionConflict("snapshot"), StoreDown("snapshot"), ZeroDivisionError("snapshot")]
)
def test_a_snapshot_that_cannot_be_kept_repeats_nothing(account: Account, error: Exception) -> None:
    account.gateway.store.snapshot_error = error
    answers = [granting(account) for _ in range(SNAPSHOT_EVERY)]
    account.gateway.step()
    assert [answer.unwrap() for answer in answers] == list(range(101, 101 + SNAPSHOT_EVERY))
    assert account.available == 100 + SNAPSHOT_EVERY


def test_a_follower_that_cannot_be_told_repeats_nothing(account: Account) -> None:
    def fail() -> None:
        raise ZeroDivisionError("on_commit")

    account.gateway.system.committer.saver.on_commit = fail
    answer = granting(account)
    account.gateway.step()
    assert answer.unwrap() == 101 == account.available


def test_a_wallet_is_snapshotted_when_it_passes_a_multiple_of_five_hundred(
    gateway: Gateway, account: Account
) -> None:
    store = gateway.system.store
    key = wallet_id(account.number)
    for count in (SNAPSHOT_EVERY - 3, 5, 5):
        answers = [granting(account) for _ in range(count)]
        gateway.step()
        assert all(answer.outcome.error is None for answer in answers)
    snapshot = store.snapshot(key)
    assert snapshot is not None
    assert snapshot.originator_version == SNAPSHOT_EVERY + 4
    whole = gateway.system.reader.find(CreditWallet, key)
    assert whole is not None
    assert (whole.version, whole.available) == (SNAPSHOT_EVERY + 9, 607)
    assert len(store.tail(key, 0)) == SNAPSHOT_EVERY + 9


# -- conflicts --------------------------------------------------------------------------------


def test_a_conflict_is_decided_again_on_what_is_there_now(account: Account) -> None:
    account.gateway.store.faults.append(Fault.CONFLICT)
    sent, granted = account.submit(), granting(account)
    account.gateway.step()
    assert sent.unwrap().credits_remaining == 99
    assert granted.unwrap() == 100
    assert account.available == 100


def test_conflicts_without_end_are_told_and_the_committer_goes_on(account: Account) -> None:
    before = account.gateway.store.transactions
    account.gateway.store.faults.extend([Fault.CONFLICT] * 9)
    answers = [granting(account), granting(account)]
    account.gateway.step()
    assert [type(answer.outcome.error) for answer in answers] == [VersionConflict] * 2
    assert account.gateway.store.transactions - before == 9
    later = granting(account)
    account.gateway.step()
    assert later.unwrap() == 101


# -- the line ---------------------------------------------------------------------------------


def test_a_full_line_refuses_and_stores_nothing(account: Account) -> None:
    committer, head = account.gateway.system.committer, account.gateway.system.store.head()
    granting(account, weight=50_000)
    for weight in (1, 500):
        with pytest.raises(Overloaded):
            granting(account, weight=weight)
    assert committer.waiting == 50_000
    account.gateway.step()
    assert committer.waiting == 0
    assert account.gateway.system.store.head() == head + 1
    granting(account)
    assert account.gateway.step() == 1


def test_a_batch_is_bounded_by_its_messages(account: Account) -> None:
    for _ in range(7):
        granting(account, weight=200)
    sizes = []
    while size := account.gateway.step():
        sizes.append(size)
    assert sizes == [2, 2, 2, 1]


def test_a_command_heavier_than_a_batch_is_taken_all_the_same(account: Account) -> None:
    big = granting(account, weight=3 * BATCH_MESSAGES_MAX)
    other = granting(account, weight=3 * BATCH_MESSAGES_MAX)
    assert account.gateway.step() == 1
    assert big.is_there
    assert not other.is_there
    assert account.gateway.step() == 1
    assert other.is_there


def test_a_single_send_waits_for_one_batch_of_the_bulks_in_the_line(account: Account) -> None:
    bulks = [granting(account, weight=BATCH_MESSAGES_MAX) for _ in range(40)]
    for _ in range(3):
        single, steps = granting(account), 0
        while not single.is_there:
            account.gateway.step()
            steps += 1
        assert steps <= 2
    assert sum(bulk.is_there for bulk in bulks) <= 3
    steps = 0
    while account.gateway.step():
        steps += 1
    assert all(bulk.is_there for bulk in bulks)
    assert steps <= 40


def test_a_bulk_waits_for_one_batch_of_the_single_sends_in_the_line(account: Account) -> None:
    singles = [granting(account) for _ in range(5_000)]
    bulk = granting(account, weight=BATCH_MESSAGES_MAX)
    account.gateway.step()
    account.gateway.step()
    assert bulk.is_there
    assert sum(single.is_there for single in singles) == BATCH_MESSAGES_MAX
    steps = 2
    while account.gateway.step():
        steps += 1
    assert steps == 11


def test_commands_of_one_weight_keep_their_order(account: Account) -> None:
    answers = [granting(account) for _ in range(2_500)]
    while account.gateway.step():
        pass
    assert [answer.unwrap() for answer in answers] == list(range(101, 2_601))


def test_a_closed_line_takes_nobody_in_and_what_waits_is_still_committed(
    account: Account,
) -> None:
    answers = [granting(account) for _ in range(3)]
    account.gateway.system.committer.stop()
    with pytest.raises(StoreDown):
        granting(account)
    account.gateway.system.committer.run()
    assert [answer.unwrap() for answer in answers] == [101, 102, 103]


# -- threads ----------------------------------------------------------------------------------


def test_a_caller_that_waits_too_long_is_told_that_nobody_knows(account: Account) -> None:
    command = Grant(account.number, account.gateway.clock.now())
    with pytest.raises(OutcomeUnknown):
        account.gateway.system.committer.execute(command, timeout_s=0.01)
    account.gateway.step()
    assert account.available == 101


def test_a_thread_that_runs_the_committer_answers_other_threads(account: Account) -> None:
    committer = account.gateway.system.committer
    running = threading.Thread(target=committer.run)
    running.start()
    try:
        command = Grant(account.number, account.gateway.clock.now())
        assert committer.execute(command, timeout_s=10) == 101
        with pytest.raises(ZeroDivisionError):
            committer.execute(
                Grant(account.number, command.at, fails_in={"decide": ZeroDivisionError()}),
                timeout_s=10,
            )
        assert running.is_alive()
    finally:
        committer.stop()
        running.join(10)
    assert not running.is_alive()


def test_each_caller_of_a_failed_batch_gets_an_error_of_its_own(account: Account) -> None:
    account.gateway.store.is_down = True
    answers = [granting(account) for _ in range(5)]
    account.gateway.step()
    errors = [answer.outcome.error for answer in answers]
    assert all(isinstance(error, StoreDown) for error in errors)
    assert len({id(error) for error in errors}) == 5


def test_a_foreign_grant_is_seen_before_a_refusal(gateway: Gateway) -> None:
    account = Account(gateway, *open_account(gateway, credits=1))
    account.send()
    answers = Answer[int]()
    other = Committer(OtherSaver(gateway, 9), clock=gateway.clock)
    other.submit(Grant(account.number, gateway.clock.now()), answers.outcomes.append)
    other.step(0)
    assert answers.unwrap() == 1
    assert account.send().credits_remaining == 0
    with pytest.raises(InsufficientCredits):
        account.send()
