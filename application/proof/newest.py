"""Where the newest seal stands, and since when something waits for the next: read, not verified."""

from dataclasses import dataclass
from typing import Final

import orjson

from application.ports import Store
from domain.ledger_seal import CHAPTERS_MAX, LedgerSeal, ledger_seal_id
from domain.values import Instant

UNSEALED_MAX: Final = 20
"""So many events after a seal are looked at for one that waits to be sealed."""
BEFORE_SNAPSHOT: Final = 16
"""So many events before a snapshot one was a seal: keys are changed less often."""


@dataclass(frozen=True, slots=True)
class NewestSeal:
    """The log is sealed up to this position; None: nothing waits to be sealed."""

    position: int
    sealed_at: Instant
    unsealed_since: Instant | None


def newest_seal(store: Store) -> NewestSeal | None:
    """Find it, however long the log is; None before the first."""
    newest = None
    for number in range(1, CHAPTERS_MAX):
        chapter = ledger_seal_id(number)
        if not store.position_of(chapter):
            break
        snapshot = store.snapshot(chapter)
        version = snapshot.originator_version if snapshot else 0  # near the end of a long chapter
        for stored in store.tail(chapter, max(0, version - BEFORE_SNAPSHOT)):
            if stored.topic == LedgerSeal.Sealed.TOPIC:
                newest = orjson.loads(stored.state)
    if newest is None:
        return None
    waiting = store.events_after(newest["position"], limit=UNSEALED_MAX)
    unsealed = [each for _, each in waiting if each.topic != LedgerSeal.Sealed.TOPIC]
    return NewestSeal(
        newest["position"],
        Instant(newest["timestamp"]),
        Instant(orjson.loads(unsealed[0].state)["timestamp"]) if unsealed else None,
    )
