"""Carries events from the log into projections: a batch is one transaction."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import Final

from eventsourcing.utils import TopicError, get_topic
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from domain.events import Event
from projections import positions
from projections.driver import Driver, driver_of
from projections.log import Events, Log, Point, Stretch
from projections.positions import Position
from projections.projection import Batch, Projection
from projections.rows import Rows, write

_log = logging.getLogger("ngoma.projections")

BATCH_EVENTS: Final = 2_000

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, TopicError)


class Overtaken(Exception):
    """Another runner moved a position first, so nothing was written: look where it is now."""


class Astray(Exception):
    """Projections stand at an event that the log does not have (there): it is another log."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class _Stumbled(Exception):
    """Events could not be folded, and nothing was written; the cause is the exception."""


def is_of_the_store(error: BaseException) -> bool:
    """Whether the read store is in trouble, and not what it was asked.

    Damage to a file of SQLite is a plain ``DatabaseError``; bad values have kinds of their own.
    """
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def _ignore(names: Sequence[str], point: Point) -> None:
    """Tell nobody that projections moved."""


def _handed_out(
    events: Events, projections: Sequence[Projection]
) -> Iterator[tuple[Projection, Events]]:
    """Give each projection the events that it asked for, unless there are none.

    Whom an event is for is asked once for all of its kind: most batches have few kinds.
    """
    kinds = {type(event) for _, event in events}
    for projection in projections:
        wanted = kinds & projection.events
        if wanted == kinds:
            yield projection, events
        elif wanted:
            yield projection, [pair for pair in events if type(pair[1]) in wanted]


class Fold:
    """Folds a log into some projections, whose tables' names end in ``suffix``."""

    def __init__(
        self,
        log: Log,
        projections: Sequence[Projection],
        *,
        suffix: str = "",
        batch_events: int = BATCH_EVENTS,
        moved: Callable[[Sequence[str], Point], None] = _ignore,
    ) -> None:
        self._log = log
        self._projections = projections
        self._suffix = suffix
        self._batch_events = batch_events
        self._moved = moved

    def step(self, connection: Connection, at: Mapping[str, Position]) -> int:
        """Advance every projection by a batch at most, from where it stands; count the events.

        Those that stand together share a batch. One that lags behind moves up to the next one's
        position, where they join, and never holds up those before it. Whoever stands still, has
        stopped, or belongs to other code than this is left alone.

        Raises:
            Overtaken: something does not stand where ``at`` says.
            Astray: something does not stand in this log.
        """
        groups: dict[Point, list[Projection]] = defaultdict(list)
        for projection in self._projections:
            row = at.get(projection.name + self._suffix)
            if row is not None and row.error is None and row.version == projection.version:
                groups[row.point].append(projection)
        handled = 0
        order = sorted(groups, key=attrgetter("position"))
        for after, until in zip_longest(order, order[1:]):
            members = groups[after]
            stretch = self._read(connection, members, after)
            if until is not None:
                stretch = self._up_to(until.position, stretch)
            handled += len(stretch.events)
            self._advance(connection, members, stretch, after)
            if until is not None and stretch.events and stretch.end == until:
                groups[until].extend(members)
        return handled

    def _advance(
        self, connection: Connection, members: list[Projection], stretch: Stretch, after: Point
    ) -> None:
        """Commit a batch for all; when that fails, for each alone; who fails alone, event by event.

        Who stumbles leaves ``members``, so that the others do not wait for it.
        """
        if not stretch.events or not members:
            return
        try:
            self._commit(connection, members, stretch.events, after=after, to=stretch.end)
        except _Stumbled:
            if len(members) == 1:
                self._advance_one(connection, members.pop(), stretch, after)
                return
            for projection in tuple(members):
                alone = [projection]
                self._advance(connection, alone, stretch, after)
                if not alone:
                    members.remove(projection)

    def _advance_one(
        self, connection: Connection, projection: Projection, stretch: Stretch, after: Point
    ) -> None:
        """Fold event by event, as far as the one that cannot be folded."""
        for position, event in stretch.events:
            point = Point(position, self._log.mark(position))
            try:
                self._commit(connection, [projection], [(position, event)], after=after, to=point)
            except _Stumbled as stumbled:
                what = f"{position} ({get_topic(type(event))})"
                self._stop(connection, [projection], after, what, stumbled.__cause__)
                return
            after = point

    def _commit(
        self,
        connection: Connection,
        projections: Sequence[Projection],
        events: Events,
        *,
        after: Point,
        to: Point,
    ) -> None:
        """Fold events into projections that stand at ``after``, with their positions, or nothing.

        Raises:
            Overtaken: they do not stand there any more.
            _Stumbled: one of them cannot be folded, says the cause.
            DBAPIError: the read store does not answer, or is damaged.
        """
        versions = {each.name + self._suffix: each.version for each in projections}
        with connection.begin():
            with driver_of(connection) as driver:
                if not positions.move(driver, versions, after=after, to=to):
                    raise Overtaken
            try:
                with driver_of(connection) as driver:
                    self._apply(driver, projections, events)
            except Exception as error:  # whatever a fold meets, its projection stops there
                if is_of_the_store(error):
                    raise
                raise _Stumbled from error
        self._moved(list(versions), to)

    def _apply(self, driver: Driver, projections: Sequence[Projection], events: Events) -> None:
        touched: list[Rows] = []
        for projection, wanted in _handed_out(events, projections):
            projection.apply(Batch(driver, wanted, self._suffix, touched))
        write(driver, touched)

    def _read(self, connection: Connection, members: list[Projection], after: Point) -> Stretch:
        """Read a batch; less when an event in it cannot be decoded."""
        try:
            stretch = self._log.read(after.position, self._batch_events)
        except _UNREADABLE:
            self._must_be_in(after, self._log.mark(after.position), members)
            return self._read_one_by_one(connection, members, after)
        self._must_be_in(after, stretch.before, members)
        return stretch

    def _must_be_in(self, after: Point, mark: str, members: list[Projection]) -> None:
        if mark != after.mark:
            raise Astray([each.name for each in members])

    def _read_one_by_one(
        self, connection: Connection, members: list[Projection], after: Point
    ) -> Stretch:
        events: list[tuple[int, Event]] = []
        mark = ""
        while len(events) < self._batch_events:
            last = events[-1][0] if events else after.position
            try:
                following = self._log.read(last, 1)
            except _UNREADABLE as error:
                if not events:
                    self._stop(connection, members, after, f"the first after {last}", error)
                    members.clear()
                break
            if not following.events:
                break
            events.extend(following.events)
            mark = following.last
        return Stretch(after.mark, events, mark)

    def _up_to(self, position: int, stretch: Stretch) -> Stretch:
        """Give the part that ends at a position; those who lag are few, and lag rarely."""
        if not stretch.events or stretch.end.position <= position:
            return stretch
        events = [pair for pair in stretch.events if pair[0] <= position]
        mark = self._log.mark(events[-1][0]) if events else ""
        return Stretch(stretch.before, events, mark)

    def _stop(
        self,
        connection: Connection,
        projections: Sequence[Projection],
        after: Point,
        what: str,
        error: BaseException | None,
    ) -> None:
        names = [each.name + self._suffix for each in projections]
        text = f"stopped at event {what}: {type(error).__name__}: {error}"
        with connection.begin():
            positions.stop(connection, names, after=after.position, error=text)
        _log.error("%s %s", ", ".join(names), text)
