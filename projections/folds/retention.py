"""Folds what is still kept of each message's content, and what was erased by whom."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from application.ports.queries import Kept
from domain.account import Account
from domain.contents import reason_number
from domain.days import day_of
from domain.events import Event
from domain.message.events import ContentErased, Queued
from domain.rehearsal import Rehearsal
from projections import catalogue
from projections.projection import Batch, Projection
from projections.retention import CONTENTS_KEPT, ERASED
from projections.rows import Rows

_ALL: Final = Kept.ALL.value
_BEGINS: Final[frozenset[type[Event]]] = frozenset({Queued, Rehearsal.Accepted})
_ERASES: Final[frozenset[type[Event]]] = frozenset({ContentErased, Rehearsal.ContentErased})


class RetentionDates(Projection):
    """Folds acceptance and erasure into ``retention``."""

    name, version = catalogue.RETENTION
    tables = (CONTENTS_KEPT, ERASED)
    events = _BEGINS | _ERASES | {Account.ContentErased}

    def apply(self, batch: Batch) -> None:
        """Add, change or remove a row for each event, and count what was erased."""
        rows = batch.rows(CONTENTS_KEPT)
        gone = [(position, event) for position, event in batch.events if type(event) not in _BEGINS]
        rows.load({event.number for _, event in gone if type(event) in _ERASES})
        for _, event in batch.events:
            if type(event) in _BEGINS:
                rows.add({"number": event.number, "queued_at": event.at, "kept": _ALL})
            elif type(event) in _ERASES:
                _erase(rows, event)
        if gone:
            _count(batch.rows(ERASED), gone)


def _erase(rows: Rows, event: Any) -> None:
    if event.what == "all":
        rows.remove(event.number)
    else:
        rows[event.number]["kept"] = Kept.NUMBER.value


def _count(rows: Rows, gone: Sequence[tuple[int, Any]]) -> None:
    """Count what was erased for the day on which it was."""
    rows.load(_keys(event for _, event in gone))
    for position, event in gone:
        (key,) = _keys([event])
        if key not in rows:
            day, what, actor = key
            named = {"day": day, "what": what, "actor": actor}
            rows.add({**named, "place": position, "count": 0, "last_at": event.at, "reason": None})
        row = rows[key]
        row["count"] += 1
        row["last_at"] = event.at
        row["reason"] = reason_number(event.reason) or row["reason"]


def _keys(events: Iterable[Any]) -> list[tuple[int, str, str]]:
    return [(day_of(one.at), _what(one), one.actor) for one in events]


def _what(event: Any) -> str:
    return "account" if type(event) is Account.ContentErased else str(event.what)
