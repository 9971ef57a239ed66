"""Both stores say whose turn has come, longest due first, and what a command finds of it."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from application.ports import PaymentPoll, Save, Store, Turn
from domain.values import Instant
from tests.conformance.stores import NOW, change

POLL = PaymentPoll(1, "ab" * 16, "mtn", 0, due_at=NOW, asked_at=NOW)


def later(seconds: int) -> Instant:
    return Instant(NOW + seconds)


def test_turns_that_have_come_are_named_longest_due_first(store: Store) -> None:
    change(
        store,
        replace(POLL, due_at=later(2)),
        replace(POLL, number=2, round=7, due_at=later(1)),
        replace(POLL, number=3, due_at=None),
        replace(POLL, number=4, due_at=later(9)),
    )
    assert store.due_polls(later(2), limit=10) == [(2, 7), (1, 0)]
    assert store.due_polls(later(2), limit=1) == [(2, 7)]
    assert store.due_polls(NOW, limit=10) == []


def test_a_command_reads_the_last_one_kept(store: Store) -> None:
    change(store, POLL)
    change(store, moved := replace(POLL, round=1, due_at=None, callbacks=3))
    found: list[Mapping[int, PaymentPoll]] = []

    def look(turn: Turn) -> Save:
        found.append(turn.payment_polls([1, 2]))
        return Save(save_id=uuid4(), at=NOW)

    store.transact(look)
    assert found == [{1: moved}]
