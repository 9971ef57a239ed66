"""A batch whose saver is gone is given to another one: saved once, and told as it is."""

from typing import Any
from uuid import UUID

import pytest

from application.books.commands import Command, Outcome
from application.books.line import Waiting
from domain.errors import OutcomeUnknown
from tests.application.conftest import Account
from tests.support.savers import OtherSaver, reserved
from tests.support.virtual import Fault

SAVE: UUID = UUID(int=77)


def waiting(account: Account, *commands: Command[Any]) -> list[Waiting[object]]:
    deadline_s = account.gateway.clock.monotonic_s() + 4
    return [Waiting(command, lambda _: None, deadline_s) for command in commands]


def outcome(each: Waiting[object]) -> Outcome[object]:
    assert each.outcome is not None
    return each.outcome


def test_what_the_one_before_had_saved_is_not_saved_again_and_told_as_unknown(
    account: Account,
) -> None:
    commands = [account.command(), account.command()]
    OtherSaver(account.gateway, 1).save(
        waiting(account, *commands), SAVE
    )  # and it dies before it can say so
    saved = reserved(account.gateway)
    again = waiting(account, account.command(), account.command())
    OtherSaver(account.gateway, 2).save(again, SAVE, after_loss=True)
    assert [type(outcome(each).error) for each in again] == [OutcomeUnknown] * 2
    assert reserved(account.gateway) == saved
    assert len(saved) == 2


def test_what_the_one_before_had_not_saved_is_saved_now(account: Account) -> None:
    again = waiting(account, account.command(), account.command())
    OtherSaver(account.gateway, 2).save(again, SAVE, after_loss=True)
    assert [outcome(each).error for each in again] == [None, None]
    assert len(reserved(account.gateway)) == 2


def test_while_the_store_is_away_it_is_looked_for_until_nobody_can_tell(account: Account) -> None:
    other, again = OtherSaver(account.gateway, 2), waiting(account, account.command())
    said: list[str] = []
    other.on_away = lambda error: said.append(str(error))
    other.numbers.take("message", 1)  # a block of them is here: only the save meets the fault
    account.gateway.store.faults.extend([Fault.DOWN] * 2_000)
    other.save(again, SAVE, after_loss=True)
    assert isinstance(outcome(again[0]).error, OutcomeUnknown)
    assert set(said) == {"planted"}
    assert reserved(account.gateway) == []


def test_who_saves_in_parts_says_so_before_the_first_of_them(account: Account) -> None:
    class Bad(Command[None]):
        def __init__(self) -> None:
            self.at = account.gateway.clock.now()

        def touches(self) -> list[UUID]:
            return []

        def decide(self, books: object) -> None:
            raise ZeroDivisionError

    other, told = OtherSaver(account.gateway, 2), list[int]()
    other.on_parts = lambda: told.append(len(reserved(account.gateway)))
    batch = waiting(account, account.command(), Bad())
    other.save(batch, SAVE)
    assert told == [0]
    assert outcome(batch[0]).error is None
    with pytest.raises(ZeroDivisionError):
        outcome(batch[1]).unwrap()
