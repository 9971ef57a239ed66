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
        totals = batch.rows(TOTALS)
        accounts = {_log_of(event) for _, event in batch.events if type(event) in _BEGINS}
        accounts.update(messages[number]["account"] for number in messages)
        totals.load(accounts)
        for account in accounts.difference(totals):
            totals.add({"account": account, "queued": 0, "sent": 0, "failed": 0})
        counts: Counter[_Counted] = Counter()
        for position, event in batch.events:
            if type(event) in _BEGINS:
                row = messages.add(_new_row(position, event))
                totals[_log_of(event)]["queued"] += 1
            else:
                row = messages[event.number]
                counts[_counted(row)] -= 1
                _change(row, event, totals)
            counts[_counted(row)] += 1
        _count(batch.rows(ACTIVITY), counts)
        _count_traffic(batch, messages)
        tests = [event for _, event in batch.events if type(event) in TEST_EVENTS]
        if tests:
            _remember(batch.rows(REHEARSALS), tests)


def _counted(row: Row) -> _Counted:
    return row["account"], day_of(row["queued_at"]), row["network"], row["state"]


def _count(rows: Rows, counts: Counter[_Counted]) -> None:
    """Move what stands how; what nothing is left of goes."""
    moved = {key: messages for key, messages in counts.items() if messages}
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
    networks = {messages[event.number]["network"] for event in counted}
    traffic.load(networks)
    for network in networks.difference(traffic):
        traffic.add({"network": network, **_NO_TRAFFIC})
    for event in counted:
        row = traffic[messages[event.number]["network"]]
        row[_COUNTED[type(event)]] += 1
        if isinstance(event, Failed | Expired | Cancelled):
            row["credits_refunded"] += event.credits


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
    return log_of(event.account, Mode.LIVE if type(event) is Queued else Mode.TEST)


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


def _change(row: Row, event: Event, totals: Rows) -> None:
    state = state_after(event, row["state"])
    row["state"] = state.value
    status = PUBLIC_STATUS[state]
    if status != row["status"]:
        total = totals[row["account"]]
        total[row["status"]] -= 1
        total[status] += 1
        row["status"] = status
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
