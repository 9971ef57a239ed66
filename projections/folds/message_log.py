"""Folds the message log and its totals."""

from application.ports.queries import PUBLIC_STATUS
from domain.causes import OwnCause
from domain.message.events import (
    AttemptStarted,
    Cancelled,
    Delivered,
    Event,
    Expired,
    Failed,
    Queued,
    Sent,
)
from projections import catalogue
from projections.folds.states import STATE_EVENTS, state_after
from projections.message_log import MESSAGES, TOTALS
from projections.projection import Batch, Projection
from projections.rows import Row, Rows


class MessageLog(Projection):
    """Folds the events of messages into ``message_log`` and its totals."""

    name, version = catalogue.MESSAGE_LOG
    tables = (MESSAGES, TOTALS)
    events = STATE_EVENTS

    def apply(self, batch: Batch) -> None:
        """Fold a batch of messages' events."""
        new = {event.number for _, event in batch.events if type(event) is Queued}
        messages = batch.rows(MESSAGES)
        messages.load(event.number for _, event in batch.events if event.number not in new)
        totals = batch.rows(TOTALS)
        accounts = {event.account for _, event in batch.events if type(event) is Queued}
        accounts.update(messages[number]["account"] for number in messages)
        totals.load(accounts)
        for account in accounts.difference(totals):
            totals.add({"account": account, "queued": 0, "sent": 0, "failed": 0})
        for position, event in batch.events:
            if type(event) is Queued:
                messages.add(_new_row(position, event))
                totals[event.account]["queued"] += 1
            else:
                _change(messages[event.number], event, totals)


def _new_row(position: int, event: Queued) -> Row:
    return {
        "number": event.number,
        "account": event.account,
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
        case Delivered():
            row["delivered_at"] = event.at
        case Failed():
            _refund(row, event.credits, event.cause)
        case Expired():
            _refund(row, event.credits, str(OwnCause.EXPIRED))
        case Cancelled():
            _refund(row, event.credits, str(OwnCause.CANCELLED))


def _refund(row: Row, credits: int, code: str) -> None:
    row["credits_refunded"] = credits
    row["failure_code"] = code
