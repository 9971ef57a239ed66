"""A store with a history of money and messages in its log, as commands would have left it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from adapters.store.sqlite import SqliteStore
from application.books.codec import event_mapper
from application.ports import Save, Store
from domain.events import Event
from tests.projections.history import START, sim
from tests.properties.test_money_histories import drawn_from
from tests.support.money_history import MoneyHistory

SAVED_AT_ONCE = 5_000


@cache
def money_log(seed: int = 3, length: int = 500, *, slower: int = 1) -> Sequence[Event]:
    """Give a log with everything in it that moves credits or money.

    ``slower`` makes it last so many times as long: 500 steps take three hours and a half.
    """
    events: list[Any] = [*sim(1).collect_events()]
    MoneyHistory(events.extend).happen(drawn_from(seed, length))
    if slower == 1:
        return tuple(events)
    return tuple(replace(one, timestamp=START + (one.at - START) * slower) for one in events)


def put_log(store: Store, events: Sequence[Any]) -> None:
    """Store events in their order; positions begin at 1 in an empty store."""
    encode = event_mapper().to_stored_event
    for first in range(0, len(events), SAVED_AT_ONCE):
        stored = [encode(event) for event in events[first : first + SAVED_AT_ONCE]]
        _keep(store, Save(uuid4(), START, events=stored))


def _keep(store: Store, save: Save) -> None:
    store.transact(lambda _: save)


def sqlite_log(folder: Path, events: Sequence[Any]) -> SqliteStore:
    """Make a store in a data folder, with a log; who gets it closes it."""
    store = SqliteStore(folder / "store.db", is_server=False)
    store.migrate()
    put_log(store, events)
    return store
