"""Followers with effects: what acts on the log, goes on after a bad event, and says which it was.

A read model stops at an event that it cannot fold, because it could never be right again. What
tells others of events (webhooks, a feed) must not: one bad event would silence it for everybody.
It is noted with its position and reason, an alarm stands, and the next event is handled.
"""

import logging
from collections.abc import Sequence
from typing import Final, Protocol, cast
from uuid import UUID

from eventsourcing.domain import get_topic  # type: ignore[attr-defined]  # from its utils
from eventsourcing.persistence import Mapper, StoredEvent

from application.books.alarms import Alarms
from application.ports import BadEvent, Clock, Store
from application.ports.queries import ProjectionStatus
from domain.errors import NgomaError, Unavailable
from domain.events import Event
from domain.values import SECOND, Instant

BATCH_EVENTS: Final = 500
"""Events of one step."""
BATCH_S: Final = 1.0
"""After so long a step ends with the event in hand."""
TERM_S: Final = 5
"""For how long one runner leads, unless it goes on; then another may take over."""
SKIPPED_MAX: Final = 10_000
"""Events that do not matter to the effect, after which the position is kept all the same."""
AGAIN_MAX: Final = 500
"""Bad events that are tried again when a process starts."""

Events = Sequence[tuple[int, StoredEvent]]

logger = logging.getLogger("ngoma.effects")


class Effect(Protocol):
    """What is done about events, outside of the log."""

    events: frozenset[type[Event]]
    """The events that matter to it; it is handed no others."""
    is_retroactive: bool
    """Whether it begins with the first event of the log, not with the next one."""

    def handle(self, position: int, event: Event) -> None:
        """Do what the event asks for, within a few seconds.

        It may be called again for the same position: after a crash, and when another process
        took over. Its position is the key by which a second time can be told.

        Raises:
            Unavailable: not now; this event and all later ones wait.
            Exception: this event cannot be handled; the next one can.
        """


class EffectFollower:
    """Steps one effect through the log; starts no thread of its own.

    Of all runners one leads, for a term that it renews by going on. The position moves by
    compare-and-set once a batch was handled, so each event is handled at least once.
    """

    def __init__(
        self,
        name: str,
        effect: Effect,
        *,
        store: Store,
        mapper: Mapper[UUID],
        clock: Clock,
        alarms: Alarms,
        holder: str,
        batch_events: int = BATCH_EVENTS,
    ) -> None:
        """``name`` is for good: the position is kept under it. ``holder`` names the process."""
        self._name = name
        self._effect = effect
        self._topics = sorted(get_topic(event) for event in effect.events)
        self._store = store
        self._positions = store.effects
        self._mapper = mapper
        self._clock = clock
        self._alarms = alarms
        self._holder = holder
        self._batch_events = batch_events
        self._at: int | None = None
        """The position that is kept, as last seen; None when it has to be read."""
        self._seen = 0
        """What is after ``_at`` up to here does not matter to the effect."""
        self._leads_until_s = float("-inf")
        self._has_tried_again = False
        self._reasons: set[str] = set()

    def step(self) -> int:
        """Handle the next batch; give how many events it had, 0 at the end or standing by.

        Raises:
            Unavailable: the store or the effect is away; step again later.
        """
        if self._at is None:
            self._begin()
        if not self._has_tried_again:
            self._try_again()
        events, end = self._next()
        if not events:
            self._seen = end
            if end - (self._at or 0) >= SKIPPED_MAX and self._lead():
                self._keep(end, ())
            return 0
        seen = self._seen
        if not self._lead():
            return 0
        if self._seen != seen:  # another process was at work
            events, end = self._next()
        return self._handle(events, end)

    def close(self) -> None:
        """Let another process lead at once.

        Raises:
            StoreDown: the term has to run out.
        """
        if self._leads_until_s > self._clock.monotonic_s():
            self._leads_until_s = float("-inf")
            self._positions.release(self._name, self._holder)

    def _next(self) -> tuple[Events, int]:
        """Give the next events that matter, and up to where no others do."""
        head = self._store.head()
        events = self._store.events_after(self._seen, limit=self._batch_events, topics=self._topics)
        last = events[-1][0] if events else self._seen
        return events, last if len(events) == self._batch_events else max(last, head)

    # -- leading -------------------------------------------------------------------------------

    def _begin(self) -> None:
        first = 0 if self._effect.is_retroactive else self._store.head()
        self._at = self._seen = self._positions.begin(self._name, at=first)

    def _lead(self) -> bool:
        """Lead for at least half a term from now on; False while another process does."""
        now_s = self._clock.monotonic_s()
        if self._leads_until_s - now_s > TERM_S / 2:
            return True
        now = self._clock.now()
        at = self._positions.lead(self._name, self._holder, now=now, until=self._term_end())
        if at is None:
            return False
        is_new = self._leads_until_s <= now_s
        self._leads_until_s = now_s + TERM_S
        if at != self._at:
            self._at = self._seen = at
        if is_new:
            self._show_bad()
        return True

    def _term_end(self) -> Instant:
        return Instant(self._clock.now() + TERM_S * SECOND)

    # -- handling ------------------------------------------------------------------------------

    def _handle(self, events: Events, end: int) -> int:
        """Handle events until the time is up or the effect is away, and keep how far that was.

        Up to ``end`` no others matter.
        """
        until_s = self._clock.monotonic_s() + BATCH_S
        bad: list[BadEvent] = []
        reached, count, away = self._seen, 0, None
        for position, stored in events:
            try:
                found = self._try(position, stored)
            except Unavailable as error:
                away = error
                break
            bad += found
            reached, count = position, count + 1
            if self._clock.monotonic_s() >= until_s:
                break
        if count:
            self._keep(end if count == len(events) else reached, bad)
        if away is not None:
            self._alarms.set(f"{self._name} waits", type(away).__name__)
            raise away
        self._alarms.clear(f"{self._name} waits")
        return count

    def _try(self, position: int, stored: StoredEvent) -> Sequence[BadEvent]:
        """Handle one event; give it back when it is bad."""
        try:
            event = cast("Event", self._mapper.to_domain_event(stored))
            self._effect.handle(position, event)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the next event can be handled all the same
            reason = f"{stored.topic}: {type(error).__name__}"
            self._log(position, reason, error)
            return [BadEvent(self._name, position, reason, self._clock.now())]
        return ()

    def _log(self, position: int, reason: str, error: Exception) -> None:
        """Log a bad event, the first of its kind with all that helps to mend it."""
        is_new = reason not in self._reasons
        self._reasons.add(reason)
        level = logging.ERROR if is_new else logging.DEBUG
        told = error if is_new and not isinstance(error, NgomaError) else None
        logger.log(level, "%s: bad event %d (%s)", self._name, position, reason, exc_info=told)

    def _keep(self, reached: int, bad: Sequence[BadEvent]) -> None:
        kept = self._positions.advance(
            self._name,
            self._holder,
            after=self._at or 0,
            to=reached,
            until=self._term_end(),
            bad=bad,
        )
        if not kept:  # another process leads: it handles these as well
            self._at, self._leads_until_s = None, float("-inf")
            return
        self._at = self._seen = reached
        self._leads_until_s = self._clock.monotonic_s() + TERM_S
        if bad:
            self._show_bad()

    # -- what is bad ---------------------------------------------------------------------------

    def _try_again(self) -> None:
        """Try what was bad in an earlier process: its code may have been mended since."""
        bad = self._positions.bad_events(self._name, limit=AGAIN_MAX)
        if bad and not self._lead():
            return  # until this process leads
        until_s = self._clock.monotonic_s() + BATCH_S
        for each in bad:
            if self._clock.monotonic_s() >= until_s:
                break
            events = self._store.events_after(each.position - 1, limit=1, topics=self._topics)
            if not any(self._try(*event) for event in events if event[0] == each.position):
                self._positions.forget_bad(self._name, each.position)
        self._has_tried_again = True
        self._show_bad()

    def _show_bad(self) -> None:
        """Let the alarm stand for as long as something is noted."""
        alarm, count = f"{self._name} events", self._positions.count_bad(self._name)
        if count:
            self._alarms.set(alarm, f"{_words(count)} could not be handled")
        else:
            self._alarms.clear(alarm)


def effect_statuses(store: Store) -> Sequence[ProjectionStatus]:
    """Say where each follower with effects stands, and how much it could not handle."""
    head = store.head()
    found = []
    for standing in store.effects.standings():
        bad = store.effects.bad_events(standing.follower, limit=1)
        error = None
        if bad:
            count = _words(store.effects.count_bad(standing.follower))
            first = f"the first is {bad[0].position} ({bad[0].reason})"
            error = f"goes on, but {count} could not be handled; {first}"
        found.append(ProjectionStatus(standing.follower, standing.position, head, error))
    return found


def _words(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"
