"""Saves whose answer is lost, and stores that are away: once, surely, and in time."""

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import pytest

from application.books.saver import REDO_PAUSE_S
from application.ports import AnswerLost
from domain.errors import OutcomeUnknown, StoreDown
from domain.message import Message
from domain.wallet import CreditWallet
from tests.application.conftest import Account
from tests.support.counts import is_soak, soak_count
from tests.support.virtual import Answer, Fault, Gateway, open_account, virtual_gateway

STORE_WAIT_S = 4.0
LOST_ANSWER_WAIT_S = 60.0

Report = Callable[..., None]


def sends_in(gateway: Gateway) -> list[tuple[int, int]]:
    """Give number and credits of each reservation in the log, checking the log meanwhile."""
    gateway.watch.follow()
    assert gateway.watch.checker.violations == []
    return [
        (event.first_number, event.credits)
        for _, event in gateway.watch.events
        if isinstance(event, CreditWallet.Reserved)
    ]


# -- lost answers -----------------------------------------------------------------------------


def test_a_lost_answer_of_a_commit_that_came_through_is_a_success(account: Account) -> None:
    gateway = account.gateway
    gateway.store.faults.append(Fault.LOST_AFTER_COMMIT)
    answers = [account.submit() for _ in range(3)]
    gateway.step()
    accepted = [answer.unwrap() for answer in answers]
    assert [one.credits_remaining for one in accepted] == [99, 98, 97]
    assert sends_in(gateway) == [(one.first_number, 1) for one in accepted]


def test_a_lost_answer_of_a_commit_that_never_came_is_tried_again_with_the_same_numbers(
    account: Account,
) -> None:
    gateway = account.gateway
    gateway.store.faults.extend([Fault.LOST_BEFORE_COMMIT, Fault.DOWN, Fault.LOST_BEFORE_COMMIT])
    answers = [account.submit() for _ in range(3)]
    gateway.step()
    accepted = [answer.unwrap() for answer in answers]
    assert [one.first_number for one in accepted] == [1, 2, 3]
    assert [one.credits_remaining for one in accepted] == [99, 98, 97]
    assert sends_in(gateway) == [(1, 1), (2, 1), (3, 1)]


def test_whatever_order_faults_come_in_every_send_is_charged_once() -> None:
    """All lists of up to two faults; of up to three in a soak."""
    lengths = range(4 if is_soak() else 3)
    lists = [faults for length in lengths for faults in product(Fault, repeat=length)]
    for faults in lists:
        # Three conflicts of one save split the batch, which is another test's matter.
        if faults.count(Fault.CONFLICT) == 3:
            continue
        with virtual_gateway() as gateway:
            account = Account(gateway, *open_account(gateway, credits=10))
            gateway.store.faults.extend(faults)
            answers = [account.submit() for _ in range(3)]
            gateway.step()
            accepted = [answer.unwrap() for answer in answers]
            assert [one.credits_remaining for one in accepted] == [9, 8, 7], faults
            assert sends_in(gateway) == [(one.first_number, 1) for one in accepted], faults


@pytest.mark.slow
def test_what_callers_are_told_is_what_the_log_says(report_count: Report) -> None:
    """Random traffic over random faults: told accepted = stored, told refused = not stored."""
    runs, violations, seed = soak_count(500, 20), 0, 20_261_122
    for run in range(runs):
        random = Random(seed + run)
        with virtual_gateway(seed=run) as gateway:
            account = Account(gateway, *open_account(gateway, credits=60))
            gateway.watch.follow()
            answers = []
            for _ in range(12):
                gateway.store.faults.extend(random.choices([None, *Fault], k=random.randint(0, 9)))
                batch = random.randint(1, 4)
                answers += [account.submit(count=random.randint(1, 4)) for _ in range(batch)]
                while gateway.step():
                    pass
                gateway.clock.pass_s(random.choice([0.0, 1.0, 90.0]))
            violations += not _is_true(gateway, answers)
    report_count("what callers are told under faults", runs, violations, seed)


def _is_true(gateway: Gateway, answers: list[Answer[Any]]) -> bool:
    stored = dict(sends_in(gateway))
    unknown = [a for a in answers if isinstance(a.outcome.error, OutcomeUnknown)]
    told = {
        answer.outcome.result.first_number: answer.outcome.result.credits_used
        for answer in answers
        if answer.outcome.result is not None
    }
    return told.items() <= stored.items() and len(stored) <= len(told) + len(unknown)


def test_an_answer_that_stays_lost_is_told_as_unknown_after_a_minute(account: Account) -> None:
    gateway = account.gateway
    gateway.store.faults.append(Fault.LOST_AFTER_COMMIT)
    gateway.store.faults.extend([Fault.DOWN] * 2_000)
    answer = account.submit()
    started_s = gateway.clock.monotonic_s()
    gateway.step()
    with pytest.raises(OutcomeUnknown) as caught:
        answer.unwrap()
    assert isinstance(caught.value.__cause__, StoreDown | AnswerLost)
    waited_s = gateway.clock.monotonic_s() - started_s
    assert LOST_ANSWER_WAIT_S <= waited_s < LOST_ANSWER_WAIT_S + 1
    gateway.store.faults.clear()
    assert account.send().credits_remaining == 98
    assert sends_in(gateway) == [(1, 1), (2, 1)]


def test_while_an_answer_is_looked_for_those_in_line_are_refused_in_time(account: Account) -> None:
    gateway = account.gateway
    told_at_s: list[float] = []
    in_line: list[Answer[Any]] = []

    def pause(seconds: float) -> None:
        if not in_line:  # they come while the answer is being looked for
            in_line.extend(account.submit(count=count) for count in (1, 2))
        gateway.clock.pass_s(seconds)
        if in_line[0].is_there and not told_at_s:
            told_at_s.append(gateway.clock.monotonic_s())

    gateway.system.committer.saver._pause = pause
    gateway.store.faults.append(Fault.LOST_AFTER_COMMIT)
    gateway.store.faults.extend([Fault.DOWN] * 2_000)
    started_s = gateway.clock.monotonic_s()
    in_doubt = account.submit()
    gateway.step()
    assert isinstance(in_doubt.outcome.error, OutcomeUnknown)
    assert [type(answer.outcome.error) for answer in in_line] == [StoreDown, StoreDown]
    assert told_at_s[0] - started_s < STORE_WAIT_S + 3 * REDO_PAUSE_S
    assert gateway.system.committer.waiting == 0
    assert sends_in(gateway) == [(1, 1)]


# -- a store that is away ---------------------------------------------------------------------


def test_a_store_that_is_away_is_told_in_time_and_nothing_is_stored(account: Account) -> None:
    gateway = account.gateway
    gateway.store.is_down = True
    answers = [account.submit(count=count) for count in (1, 1, 500)]
    started_s = gateway.clock.monotonic_s()
    gateway.step()
    assert [type(answer.outcome.error) for answer in answers] == [StoreDown] * 3
    assert STORE_WAIT_S <= gateway.clock.monotonic_s() - started_s < STORE_WAIT_S + 1
    gateway.store.is_down = False
    assert gateway.step() == 0
    assert sends_in(gateway) == []
    assert account.send().credits_remaining == 99


def test_a_store_that_comes_back_in_time_costs_nobody_anything(account: Account) -> None:
    gateway = account.gateway
    gateway.store.faults.extend([Fault.DOWN] * 20)
    answers = [account.submit() for _ in range(5)]
    gateway.step()
    assert [answer.unwrap().credits_remaining for answer in answers] == [99, 98, 97, 96, 95]


def test_each_command_waits_for_the_store_as_long_as_its_own_deadline_says(
    account: Account,
) -> None:
    gateway = account.gateway
    gateway.store.faults.extend([Fault.DOWN] * 35)
    early = account.submit()
    gateway.clock.pass_s(2.0)
    late = account.submit()
    gateway.step()
    assert isinstance(early.outcome.error, StoreDown)
    assert late.unwrap().credits_remaining == 99


def test_commands_that_came_during_an_outage_do_not_wait_for_one_another(
    account: Account,
) -> None:
    gateway = account.gateway
    gateway.store.is_down = True
    waited_s = []
    for _ in range(3):
        answers = [account.submit() for _ in range(4)]
        started_s = gateway.clock.monotonic_s()
        while not all(answer.is_there for answer in answers):
            gateway.step()
        waited_s.append(gateway.clock.monotonic_s() - started_s)
    assert max(waited_s) < STORE_WAIT_S + 1


def test_numbers_that_cannot_be_had_are_asked_for_again(account: Account) -> None:
    account.gateway.store.number_faults = 10
    assert account.send().credits_remaining == 99


def test_numbers_that_stay_away_refuse_a_whole_batch_at_its_deadline(account: Account) -> None:
    gateway = account.gateway
    gateway.store.is_down = True
    answers = [account.submit() for _ in range(100)]
    started_s = gateway.clock.monotonic_s()
    gateway.step()
    assert all(isinstance(answer.outcome.error, StoreDown) for answer in answers)
    assert gateway.clock.monotonic_s() - started_s < STORE_WAIT_S + 1
    gateway.store.is_down = False
    assert account.send().first_number >= 1


def test_the_wallet_in_memory_is_right_after_every_kind_of_fault(account: Account) -> None:
    gateway = account.gateway
    remaining = 100
    for fault in [None, *Fault] * 3:
        gateway.store.faults.append(fault)
        accepted = account.send(count=2)
        remaining -= 2
        assert accepted.credits_remaining == remaining == account.available
    queued = [e for _, e in _followed(gateway) if isinstance(e, Message.Queued)]
    assert len(queued) == 2 * 15


def _followed(gateway: Gateway) -> list[tuple[int, Any]]:
    sends_in(gateway)
    return list(gateway.watch.events)
