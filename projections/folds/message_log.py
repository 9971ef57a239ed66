"""Folds the message log and its totals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.ports.queries import PUBLIC_STATUS
from domain.causes import OwnCause
from domain.days import day_of
from domain.events import Event
from domain.message.events import (
    AttemptStarted,
    Cancelled,
    Delivered,
    Expired,
    Failed,
    Queued,
    Sent,
    Undelivered,
)
from domain.mode import Mode, log_of
from domain.rehearsal import Rehearsal
from projections import catalogue
from projections.folds.states import STATE_EVENTS, TEST_EVENTS, state_after
from projections.message_log import ACTIVITY, MESSAGES, REHEARSALS, TOTALS, TRAFFIC
from projections.projection import Batch, Projection
from projections.rows import Row, Rows

_BEGINS: Final = frozenset({Queued, Rehearsal.Accepted})
_Counted = tuple[int, int, str, str]
"""What ``message_log_activity`` counts messages by: account, day, network and state."""
_COUNTED: Final[Mapping[type[Event], str]] = {
    Queued: "accepted",
    Sent: "sent",
    Delivered: "delivered",
    Undelivered: "undelivered",
    Failed: "failed",
    Expired: "expired",
    Cancelled: "cancelled",
}
"""The columns of the traffic; of these, tests have none."""
_STATUSES: Final = {state.value: status for state, status in PUBLIC_STATUS.items()}
_REFUNDS: Final = frozenset({Failed, Expired, Cancelled})
_NO_TRAFFIC: Final = dict.fromkeys((*_COUNTED.values(), "credits_refunded"), 0)


class MessageLog(Projection):
    """Folds the events of messages, and of tests, into ``message_log`` and its totals."""

    name, version = catalogue.MESSAGE_LOG
    tables = (MESSAGES, TOTALS, ACTIVITY, TRAFFIC, REHEARSALS)
    events = STATE_EVENTS | TEST_EVENTS

    def apply(self, batch: Batch) -> None:
        """Fold a batch of messages' events."""
        new = {event.number for _, event in batch.events if type(event) in _BEGINS}
        messages = batch.rows(MESSAGES)
        messages.load(event.number for _, event in batch.events if event.number not in new)
        before = Counter(map(_counted, messages.values()))
        for position, event in batch.events:
            if type(event) in _BEGINS:
                messages.add(_new_row(position, event))
            else:
                _change(messages[event.number], event)
        counts = Counter(map(_counted, messages.values()))
        counts.subtract(before)
        moved = {counted: messages for counted, messages in counts.items() if messages}
        _count_statuses(batch.rows(TOTALS), moved)
        _count(batch.rows(ACTIVITY), moved)
        _count_traffic(batch, messages)
        tests = [event for _, event in batch.events if type(event) in TEST_EVENTS]
        if tests:
            _remember(batch.rows(REHEARSALS), tests)


def _counted(row: Row) -> _Counted:
    return row["account"], day_of(row["queued_at"]), row["network"], row["state"]


def _count_statuses(totals: Rows, moved: Mapping[_Counted, int]) -> None:
    accounts = {account for account, _, _, _ in moved}
    totals.load(accounts)
    for account in accounts.difference(totals):
        totals.add({"account": account, "queued": 0, "sent": 0, "failed": 0})
    for (account, _, _, state), messages in moved.items():
        totals[account][_STATUSES[state]] += messages


def _count(rows: Rows, moved: Mapping[_Counted, int]) -> None:
    """Move what stands how; what nothing is left of goes."""
    rows.load(moved)
    for key, messages in moved.items():
        if key not in rows:
            rows.add(dict(zip(ACTIVITY.c.keys(), (*key, messages), strict=True)))
            continue
        rows[key]["messages"] += messages
        if not rows[key]["messages"]:
            rows.remove(key)


def _count_traffic(batch: Batch, messages: Rows) -> None:
    """Count what became of messages by network; a batch touches few networks."""
    counted = [event for _, event in batch.events if type(event) in _COUNTED]
    if not counted:
        return
    traffic = batch.rows(TRAFFIC)
    counts = Counter((messages[event.number]["network"], type(event)) for event in counted)
    networks = {network for network, _ in counts}
    traffic.load(networks)
    for network in networks.difference(traffic):
        traffic.add({"network": network, **_NO_TRAFFIC})
    for (network, kind), times in counts.items():
        traffic[network][_COUNTED[kind]] += times
    for event in counted:
        if type(event) in _REFUNDS:
            traffic[messages[event.number]["network"]]["credits_refunded"] += event.credits


def _remember(rows: Rows, events: Sequence[Any]) -> None:
    """Keep when something is to become of test messages, as long as something is."""
    new = {event.number for event in events if type(event) is Rehearsal.Accepted}
    rows.load(event.number for event in events if event.number not in new)
    for event in events:
        match event:
            case Rehearsal.Accepted():
                rows.add({"number": event.number, "due_at": event.due_at})
            case Rehearsal.InDoubt():
                rows[event.number]["due_at"] = event.due_at
            case _ if event.number in rows:  # Delivered comes after Sent
                rows.remove(event.number)


def _log_of(event: Queued | Rehearsal.Accepted) -> int:
    return event.account if type(event) is Queued else log_of(event.account, Mode.TEST)


def _new_row(position: int, event: Queued | Rehearsal.Accepted) -> Row:
    return {
        "number": event.number,
        "account": _log_of(event),
        "position": position,
        "batch": event.batch,
        "network": event.network,
        "encoding": event.encoding,
        "segments": event.segments,
        "credits": event.credits,
        "queued_at": event.at,
        "credits_refunded": 0,
        "state": "queued",
        "status": "queued",
        "sim": None,
        "sent_at": None,
        "delivered_at": None,
        "failure_code": None,
    }


def _change(row: Row, event: Event) -> None:
    row["state"] = state = state_after(event, row["state"])
    row["status"] = _STATUSES[state]
    match event:
        case AttemptStarted():
            row["sim"] = event.sim
        case Sent():
            row["sim"] = event.sim
            row["sent_at"] = event.at
        case Rehearsal.Sent():
            row["sent_at"] = event.at
        case Delivered() | Rehearsal.Delivered():
            row["delivered_at"] = event.at
        case Failed() | Rehearsal.Failed():
            _refund(row, event.credits, event.cause)
        case Expired():
            _refund(row, event.credits, str(OwnCause.EXPIRED))
        case Cancelled() | Rehearsal.Cancelled():
            _refund(row, event.credits, str(OwnCause.CANCELLED))


def _refund(row: Row, credits: int, code: str) -> None:
    row["credits_refunded"] = credits
    row["failure_code"] = code
