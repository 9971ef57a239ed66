"""At every thousandth position of a long log the invariants hold, and all counts are equal."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.store.recount.sqlite import SqliteRecount
from application.audit.books import Books
from application.audit.posting import Poster
from application.audit.replay import differing
from application.books.codec import event_mapper
from application.invariants import InvariantChecker
from tests.support.counts import is_soak, soak_count
from tests.support.logged_money import sqlite_log
from tests.support.whole_history import whole_log

SEED: Final = 8
STEPS: Final = soak_count(82_000, 900)
"""Of a history with everything in it; each makes about 2.4 events."""
EVERY: Final = 1_000
COUNTED_IN_SQL: Final = 3
COUNTED_UP_TO: Final = 20_000
"""Of three accounts with thousands of open lots the count in SQL takes too long further on."""


@pytest.mark.timeout(3_600)
def test_the_invariants_hold_and_trial_balances_are_equal_at_every_thousandth_position(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    log = whole_log(SEED, STEPS)
    held, wrong = followed(log)
    sqlite_log(tmp_path, log).close()
    recount = SqliteRecount(tmp_path / "store.db")
    early = [position for position in held if position <= COUNTED_UP_TO]
    for position in early[:: max(1, len(early) // COUNTED_IN_SQL)]:
        wrong += bool(differing(held[position], recount.balances(position)))
    report_count(f"positions of {len(log):,} events", len(held), wrong, SEED)
    assert len(held) >= len(log) // EVERY - 1 > 0
    assert len(log) >= 200_000 or not is_soak()


def followed(log: Sequence[Any]) -> tuple[dict[int, dict[str, int]], int]:
    """Give what the ledger held at every thousandth position, and where something was wrong.

    A position counts at the end of its save: within one some things may be open.
    """
    encode, checker, poster = event_mapper().to_stored_event, InvariantChecker(), Poster()
    topics, books, wrong = set(poster.topics), Books(), 0
    held: dict[int, dict[str, int]] = {}
    for position, event in enumerate(log, start=1):
        checker.feed(position, event)
        stored = encode(event)
        if stored.topic in topics:
            books.add([poster.post(position, stored.topic, stored.state)])
        is_end = position == len(log) or log[position].at != event.at
        if is_end and position // EVERY > len(held):
            held[position] = dict(books.balances)
            checker.settle()
            wrong += bool(checker.violations or differing(books.balances, checker.ledger.balances))
            wrong += sum(books.balances.values()) != 0
    return held, wrong
