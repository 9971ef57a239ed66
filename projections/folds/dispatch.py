"""How messages' events change what waits, and whose turn it is."""

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from domain.message import OPEN, State
from domain.message.doubt import given_up_at
from domain.message.events import (
    AttemptFailed,
    AttemptStarted,
    Delivered,
    Event,
    Queued,
    SegmentAccepted,
    Undelivered,
)
from domain.message.retimed import Postponed, Redated
from domain.message.waiting import due_from
from domain.quiet_hours import QuietHours
from domain.values import Instant, Lane
from projections import catalogue
from projections.dispatch.tables import LANES, MESSAGES, TURNS
from projections.folds.states import STATE_EVENTS, state_after
from projections.projection import Batch, Projection
from projections.rows import Key, Row, Rows

_PLACES: Final = {lane.value: place for place, lane in enumerate(LANES)}


class Dispatch(Projection):
    """Folds the events of messages into ``dispatch_messages`` and ``dispatch_turns``."""

    name, version = catalogue.DISPATCH
    tables = (MESSAGES, TURNS)
    events = (STATE_EVENTS - {Delivered, Undelivered}) | {Redated, Postponed}

    def apply(self, batch: Batch) -> None:
        """Fold a batch of messages' events."""
        new = {event.number for _, event in batch.events if type(event) is Queued}
        messages = batch.rows(MESSAGES)
        messages.load(event.number for _, event in batch.events if event.number not in new)
        turns = _turns(batch, messages)
        _count(turns, messages, -1)
        for position, event in batch.events:
            if type(event) is Queued:
                messages.add(_new_row(position, event))
                continue
            row = messages[event.number]
            if type(event) is AttemptStarted:
                turns[_turn_of(row)]["served"] = position
            if (state := state_after(event, row["state"])) in OPEN:
                _change(row, event, state)
            else:
                messages.remove(event.number)
        for row in messages.values():
            _settle(row)
        _count(turns, messages, 1)


def _turns(batch: Batch, messages: Rows) -> Rows:
    """Load the turns that the batch touches, making those that are new.

    They are asked for after the messages: what is written to them looks at the messages.
    """
    touched = {
        (event.network, _PLACES[event.lane], event.account)
        for _, event in batch.events
        if type(event) is Queued
    }
    touched.update(map(_turn_of, messages.values()))
    turns = batch.rows(TURNS)
    turns.load(touched)
    for turn in touched.difference(turns):
        fields = dict(zip(("network", "lane", "account"), turn, strict=True))
        counts = dict.fromkeys((state.value for state in OPEN), 0)
        turns.add({**fields, "served": 0, "waiting_segments": 0, **counts})
    return turns


_turn_of: Final[Callable[[Row], Key]] = itemgetter("network", "lane", "account")


def _count(turns: Rows, messages: Rows, times: int) -> None:
    """Count messages in their states: out before the events, and in again after them."""
    for row in messages.values():
        turn = turns[_turn_of(row)]
        turn[row["state"]] += times
        if row["state"] == "queued":
            turn["waiting_segments"] += times * row["segments"]


def _new_row(position: int, event: Queued) -> Row:
    due_at = due_from(event.quiet, event.at, event.send_at)
    return {
        "number": event.number,
        "account": event.account,
        "network": event.network,
        "lane": _PLACES[event.lane],
        "position": position,
        "expires_at": event.expires_at,
        "offline": event.offline,
        "state": "queued",
        "dated_at": event.at,
        "due_at": due_at,
        "sim": None,
        "bound_sim": None,
        "fence": 0,
        "attempts": 0,
        "last_attempt_at": None,
        "resent": False,
        "quiet": event.quiet,
        "segments": event.segments,
        "ready_at": None,
        "overdue_at": None,
        "held_by": None,
    }


def _change(row: Row, event: Event, state: str) -> None:
    match event:
        case AttemptStarted():
            row["resent"] = row["state"] == State.IN_DOUBT
            row["sim"] = event.sim
            row["fence"] = event.fence
            row["attempts"] = event.attempt
            row["last_attempt_at"] = event.at
        case SegmentAccepted():
            row["bound_sim"] = row["sim"]
        case AttemptFailed():
            row["due_at"] = max(row["due_at"], event.retry_at)
        case Redated():
            row["due_at"] = event.due_at
            row["expires_at"] = event.expires_at
            row["last_attempt_at"] = event.attempted_at(row["last_attempt_at"])
        case Postponed():
            row["due_at"] = event.due_at
            row["expires_at"] = event.expires_at
    row["dated_at"] = event.at
    row["state"] = state


def _settle(row: Row) -> None:
    """Set the columns that stand in an index only while they matter."""
    ready_at = overdue_at = held_by = None
    match row["state"]:
        case State.QUEUED:
            ready_at, overdue_at = row["due_at"], _waits_until(row)
        case State.SENDING:
            held_by = row["sim"]
        case State.IN_DOUBT:
            overdue_at = given_up_at(row["last_attempt_at"])
            if LANES[row["lane"]] is Lane.OTP and not row["resent"]:
                ready_at = row["due_at"]
    row["ready_at"], row["overdue_at"], row["held_by"] = ready_at, overdue_at, held_by


def _waits_until(row: Row) -> int:
    """Give when time asks something of a queued message: it expires, or its quiet hours begin."""
    if row["quiet"] is None or row["bound_sim"] is not None:
        return int(row["expires_at"])
    quiet_at = QuietHours.read(row["quiet"]).begin_after(Instant(row["due_at"]))
    return min(int(row["expires_at"]), quiet_at)
