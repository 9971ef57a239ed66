"""Turns that are taken together are taken as if each were alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TypeVar
from uuid import uuid4

import pytest

from application.books.commands import Command
from domain.errors import NotFound, StoreDown
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.topups import Till, till

R = TypeVar("R")


@pytest.fixture
def shop() -> Iterator[Till]:
    with till(KINDS["mtn"]) as opened:
        opened.publish(50)
        opened.new_account("shop")
        yield opened


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_turn_that_cannot_be_taken_keeps_no_other_from_its_own(shop: Till, place: int) -> None:
    numbers = [shop.request() for _ in range(3)]
    with closing(sqlite3.connect(shop.folder / "store.db")) as file, file:
        file.execute(
            "UPDATE payment_polls SET payment = ? WHERE number = ?",
            (str(uuid4()), numbers[place]),
        )
    with pytest.raises(NotFound):
        shop.take_turns()
    asked = [one.note for one in shop.served.payments]
    assert len(asked) == len(set(asked)) == 2
    others = [number for number in numbers if number != numbers[place]]
    assert [shop.shown(number).state for number in others] == ["pending", "pending"]


def test_turns_taken_twice_at_once_are_taken_once(shop: Till) -> None:
    shop.request()
    (due,) = shop.system.store.due_polls(shop.clock.now(), limit=9)
    assert shop.turns.take([due, due], shop.execute) == 1
    assert shop.turns.take([due], shop.execute) == 0
    assert len(list(shop.served.payments)) == 1


def test_an_answer_that_cannot_be_recorded_keeps_no_other_from_being_heard(shop: Till) -> None:
    numbers = [shop.request() for _ in range(2)]
    due = shop.system.store.due_polls(shop.clock.now(), limit=9)
    asked = 0

    def failing_second(command: Command[R]) -> R:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise StoreDown("planted")
        return shop.execute(command)

    with pytest.raises(StoreDown):
        shop.turns.take(due, failing_second)
    assert [shop.shown(number).state for number in numbers] == ["requested", "pending"]
    shop.run()
    assert [shop.shown(number).state for number in numbers] == ["confirmed", "confirmed"]
    assert len(list(shop.served.payments)) == 2
