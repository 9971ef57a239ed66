"""What becomes of a batch whose child ends in the middle of it, told by what its senders hear."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from application.books.line import Waiting
from application.messages.accepted import Accepted
from domain.errors import OutcomeUnknown
from tests.application.conftest import Account
from tests.support.savers import OtherSaver, reserved
from tests.support.virtual import Answer as Heard
from tests.support.virtual import open_account, virtual_gateway
from worker.apart.batches import Answer, Order, Settled, packed, unpacked
from worker.apart.cradle import Cradle
from worker.apart.line import HungUp
from worker.apart.pipe import Pipe
from worker.parts.committer_apart import CommitterApart

Script = Callable[["Child", Order], bool]
"""What a child does with its batch; False: it ends after it."""


class Child:
    """A thread that is a child for its line, and a process that can be killed for it."""

    def __init__(self, account: Account, number: int, end: socket.socket, script: Script) -> None:
        self.saver = OtherSaver(account.gateway, number)
        self.pipe = Pipe(end)
        self.process = subprocess.Popen(["sleep", "600"])
        self._script = script
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.pipe.say(packed(Answer()))
            while (frame := self.pipe.hear(None)) and self._script(self, unpacked(frame)):
                pass
        except HungUp:
            pass
        self.pipe.close()
        self.process.kill()

    def saves(self, order: Order) -> list[Settled]:
        """Save a batch; give what is to be said of it."""
        batch = [Waiting(command, lambda _: None, until_s) for command, until_s, _ in order.asked]
        self.saver.save(batch, order.save_id, after_loss=order.after_loss)
        outcomes = [cast("Any", each.outcome) for each in batch]
        return [(place, one.result, one.error) for place, one in enumerate(outcomes)]


def works(child: Child, order: Order) -> bool:
    child.pipe.say(packed(Answer(is_last=True, settled=child.saves(order))))
    return True


def ends_before(_: Child, __: Order) -> bool:
    return False


def ends_after(child: Child, order: Order) -> bool:
    child.saves(order)
    return False


def ends_in_parts(child: Child, _: Order) -> bool:
    child.pipe.say(packed(Answer(in_parts=True)))
    return False


def babbles(child: Child, order: Order) -> bool:
    child.saves(order)
    child.pipe.say(b"\x80 what?")
    return True


class Nursery:
    """A cradle whose children do what the scripts say, one after the other."""

    def __init__(self, account: Account, *scripts: Script) -> None:
        self.names = {"committer"}
        self.made: list[Child] = []
        self._account = account
        self._scripts = iter(scripts)

    def make(self, _: str, its: socket.socket) -> int:
        number = len(self.made) + 100
        self.made.append(Child(self._account, number, its.dup(), next(self._scripts)))
        return self.made[-1].process.pid

    def ended(self, pid: int, wait_s: float) -> int | None:
        (process,) = [one.process for one in self.made if one.process.pid == pid]
        return process.wait(max(wait_s, 10.0))


@pytest.fixture
def account() -> Iterator[Account]:
    with virtual_gateway() as gateway:
        yield Account(gateway, *open_account(gateway, credits=100))
        gateway.watch.follow()
        assert gateway.watch.checker.violations == []


def sent(account: Account, *scripts: Script) -> tuple[list[Heard[Accepted]], Nursery]:
    """Have three sends saved by such children."""
    nursery = Nursery(account, *scripts)
    apart = CommitterApart(cast("Cradle", nursery), account.gateway.system)
    answers = [account.submit() for _ in range(3)]
    account.gateway.step()
    apart._end()
    return answers, nursery


def errors_of(answers: list[Heard[Accepted]]) -> list[type[BaseException]]:
    return [type(answer.outcome.error) for answer in answers if answer.outcome.error]


def test_a_batch_of_a_child_that_ended_before_it_saved_is_saved_by_the_next_one(
    account: Account,
) -> None:
    answers, nursery = sent(account, ends_before, works)
    assert [answer.unwrap().credits_remaining for answer in answers] == [99, 98, 97]
    assert len(reserved(account.gateway)) == 3
    assert len(nursery.made) == 2


@pytest.mark.parametrize("script", [ends_after, babbles])
def test_a_batch_of_a_child_that_had_saved_it_is_not_saved_again_and_told_as_unknown(
    account: Account, script: Script
) -> None:
    answers, nursery = sent(account, script, works)
    assert errors_of(answers) == [OutcomeUnknown] * 3
    assert len(reserved(account.gateway)) == 3
    assert len(nursery.made) == 2


def test_a_batch_of_a_child_that_ended_while_it_saved_in_parts_is_given_to_nobody(
    account: Account,
) -> None:
    answers, nursery = sent(account, ends_in_parts)
    assert errors_of(answers) == [OutcomeUnknown] * 3
    assert reserved(account.gateway) == []
    assert len(nursery.made) == 1


def test_a_batch_that_two_children_ended_with_is_not_given_to_a_third(account: Account) -> None:
    answers, nursery = sent(account, ends_before, ends_before)
    assert errors_of(answers) == [OutcomeUnknown] * 3
    assert len(nursery.made) == 2


def test_the_next_batch_after_one_that_was_lost_is_saved(account: Account) -> None:
    nursery = Nursery(account, ends_before, ends_before, works)
    apart = CommitterApart(cast("Cradle", nursery), account.gateway.system)
    lost = account.submit()
    account.gateway.step()
    kept = account.submit()
    account.gateway.step()
    apart._end()
    assert errors_of([lost]) == [OutcomeUnknown]
    assert kept.unwrap().credits_remaining == 99
    assert apart.faults == 2
