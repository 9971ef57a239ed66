"""What an event of the feed says: the same for the feed, the webhook, and at every try."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from application.ports.queries import FeedRow
from domain.causes import meaning_of
from domain.feed import FeedType
from domain.public_ids import feltech_id, inbound_id, iso_time, top_up_id

Data = dict[str, Any]


def told(row: FeedRow) -> Data:
    """Give an event as accounts read it."""
    event = {
        "id": row.id,
        "sequence": row.sequence,
        "type": str(row.type),
        "created_at": iso_time(row.at),
        "data": _DATA[row.type](row),
    }
    if row.details.get("test"):
        event["test"] = True
    return event


def written(event: Data) -> bytes:
    """Give an event as it is posted."""
    return orjson.dumps(event)


def _message(row: FeedRow) -> Data:
    return {
        "message_id": feltech_id(row.number),
        "recipient": row.recipient,
        "client_reference": row.client_reference,
    }


def _sent(row: FeedRow) -> Data:
    return {**_message(row), "network": row.details["network"], "credits": row.details["credits"]}


def _failed(row: FeedRow) -> Data:
    code = row.details["code"]
    return {
        **_message(row),
        "network": row.details["network"],
        "credits_refunded": row.details["credits"],
        "failure": {"code": code, "message": meaning_of(code).words},
    }


def _inbound(row: FeedRow) -> Data:
    found = row.inbound
    if found is None:
        msg = "an event about a message that came in has that message"
        raise TypeError(msg)
    return {
        "id": inbound_id(row.number),
        "sender": found.sender,
        "recipient": found.recipient,
        "message": found.text,
        "parts": found.parts,
        "missing": found.missing,
        "keyword": row.details["word"],
        "received_at": iso_time(found.received_at),
    }


def _sender_id(row: FeedRow) -> Data:
    return {"id": row.number, "name": row.name}


def _top_up(row: FeedRow) -> Data:
    return {
        "topup_id": top_up_id(row.number),
        "amount_ngwee": row.details["amount_ngwee"],
        "credits": row.details["credits"],
        "price_list": row.details["price_list"],
    }


def _balance(row: FeedRow) -> Data:
    return dict(row.details)


_DATA: Final[Mapping[FeedType, Callable[[FeedRow], Data]]] = {
    FeedType.MESSAGE_SENT: _sent,
    FeedType.MESSAGE_DELIVERED: _message,
    FeedType.MESSAGE_UNDELIVERED: _message,
    FeedType.MESSAGE_FAILED: _failed,
    FeedType.MESSAGE_INBOUND: _inbound,
    FeedType.BALANCE_LOW: _balance,
    FeedType.SENDER_ID_APPROVED: _sender_id,
    FeedType.SENDER_ID_REJECTED: _sender_id,
    FeedType.TOPUP_CONFIRMED: _top_up,
}
