"""Carries events from the log into projections: a batch is one transaction."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Final, Protocol

from eventsourcing.utils import TopicError, get_topic
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from domain.events import Event
from projections import positions
from projections.positions import Position
from projections.projection import Batch, Projection
from projections.rows import Rows, write

_log = logging.getLogger("ngoma.projections")

BATCH_EVENTS: Final = 500

Events = Sequence[tuple[int, Event]]


class Log(Protocol):
    """The event log, to be followed."""

    def read(self, after: int, limit: int) -> Events:
        """Give at most ``limit`` events after a position, in order, with their positions.

        Raises:
            ValueError, TypeError, LookupError, AttributeError, TopicError: an event among them
                cannot be decoded. Anything else means that the store does not answer.
        """

    def head(self) -> int:
        """Give the position of the newest event; 0 when there is none."""


_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, TopicError)


class Overtaken(Exception):
    """Another runner moved a position first, so nothing was written: look where it is now."""


class _Stumbled(Exception):
    """Events could not be folded, and nothing was written; the cause is the exception."""


def _ignore(names: Sequence[str], position: int) -> None:
    """Tell nobody that projections moved."""


class Fold:
    """Folds a log into some projections, whose tables' names end in ``suffix``."""

    def __init__(
        self,
        log: Log,
        projections: Sequence[Projection],
        *,
        suffix: str = "",
        batch_events: int = BATCH_EVENTS,
        moved: Callable[[Sequence[str], int], None] = _ignore,
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
        """
        groups: dict[int, list[Projection]] = defaultdict(list)
        for projection in self._projections:
            row = at.get(projection.name + self._suffix)
            if row is not None and row.error is None and row.version == projection.version:
                groups[row.position].append(projection)
        handled = 0
        order = sorted(groups)
        for after, until in zip_longest(order, order[1:]):
            events = self._read(connection, groups[after], after, until)
            handled += len(events)
            self._advance(connection, groups[after], events, after)
            if events and events[-1][0] == until:
                groups[until].extend(groups[after])
        return handled

    def _advance(
        self, connection: Connection, members: list[Projection], events: Events, after: int
    ) -> None:
        """Commit a batch for all; when that fails, for each alone; who fails alone, event by event.

        Who stumbles leaves ``members``, so that the others do not wait for it.
        """
        if not events or not members:
            return
        try:
            self._commit(connection, members, events, after=after, to=events[-1][0])
        except _Stumbled:
            if len(members) == 1:
                self._advance_one(connection, members.pop(), events, after)
                return
            for projection in tuple(members):
                alone = [projection]
                self._advance(connection, alone, events, after)
                if not alone:
                    members.remove(projection)

    def _advance_one(
        self, connection: Connection, projection: Projection, events: Events, after: int
    ) -> None:
        """Fold event by event, as far as the one that cannot be folded."""
        for position, event in events:
            try:
                self._commit(
                    connection, [projection], [(position, event)], after=after, to=position
                )
            except _Stumbled as stumbled:
                what = f"{position} ({get_topic(type(event))})"
                self._stop(connection, [projection], after, what, stumbled.__cause__)
                return
            after = position

    def _commit(
        self,
        connection: Connection,
        projections: Sequence[Projection],
        events: Events,
        *,
        after: int,
        to: int,
    ) -> None:
        """Fold events into projections that stand at ``after``, with their positions, or nothing.

        Raises:
            Overtaken: they do not stand there any more.
            _Stumbled: one of them cannot be folded, says the cause.
            OperationalError, InterfaceError: the store does not answer.
        """
        versions = {each.name + self._suffix: each.version for each in projections}
        with connection.begin():
            if not positions.move(connection, versions, after=after, to=to):
                raise Overtaken
            try:
                touched: list[Rows] = []
                for projection in projections:
                    wanted = [pair for pair in events if type(pair[1]) in projection.events]
                    if wanted:
                        projection.apply(Batch(connection, wanted, self._suffix, touched))
                write(connection, touched)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:  # whatever a fold meets, its projection stops there
                raise _Stumbled from error
        self._moved(list(versions), to)

    def _read(
        self, connection: Connection, members: list[Projection], after: int, until: int | None
    ) -> Events:
        """Read a batch, no further than ``until``; less when an event in it cannot be decoded."""
        try:
            events = self._log.read(after, self._batch_events)
        except _UNREADABLE:
            events = self._read_one_by_one(connection, members, after)
        if until is not None and events and events[-1][0] > until:
            events = [pair for pair in events if pair[0] <= until]
        return events

    def _read_one_by_one(
        self, connection: Connection, members: list[Projection], after: int
    ) -> Events:
        events: list[tuple[int, Event]] = []
        while len(events) < self._batch_events:
            last = events[-1][0] if events else after
            try:
                following = self._log.read(last, 1)
            except _UNREADABLE as error:
                if not events:
                    self._stop(connection, members, after, f"the first after {after}", error)
                    members.clear()
                break
            if not following:
                break
            events.extend(following)
        return events

    def _stop(
        self,
        connection: Connection,
        projections: Sequence[Projection],
        after: int,
        what: str,
        error: BaseException | None,
    ) -> None:
        names = [each.name + self._suffix for each in projections]
        text = f"stopped at event {what}: {type(error).__name__}: {error}"
        with connection.begin():
            positions.stop(connection, names, after=after, error=text)
        _log.error("%s %s", ", ".join(names), text)
