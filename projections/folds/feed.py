"""Folds what accounts are told of, numbered for each account without a gap."""

import json
from functools import lru_cache
from typing import Any, Final

from domain.causes import OwnCause
from domain.events import Event
from domain.feed import FeedType, feed_id
from domain.inbound import Inbound
from domain.message.events import Cancelled, Delivered, Expired, Failed, Sent, Undelivered
from domain.payment import Payment
from domain.rehearsal import Rehearsal
from domain.sender_id import SenderId
from domain.wallet import CreditWallet
from projections import catalogue
from projections.feed import ENDS, FEED
from projections.projection import Batch, Projection

Told = tuple[FeedType, int | None, dict[str, Any]]
"""The type of an event in the feed, whose it is, and what it says that is not personal."""

_SAYS_NOTHING_MORE: Final[dict[type[Event], FeedType]] = {
    Delivered: FeedType.MESSAGE_DELIVERED,
    Undelivered: FeedType.MESSAGE_UNDELIVERED,
    Rehearsal.Delivered: FeedType.MESSAGE_DELIVERED,
    SenderId.Approved: FeedType.SENDER_ID_APPROVED,
    SenderId.Rejected: FeedType.SENDER_ID_REJECTED,
}


class Feed(Projection):
    """Folds events of accounts into ``feed`` and where each account's feed ends."""

    name, version = catalogue.FEED
    tables = (FEED, ENDS)
    events = frozenset(
        {
            *(Sent, Failed, Expired, Cancelled, Inbound.Gathered, Payment.Confirmed),
            CreditWallet.FellLow,
            *(Rehearsal.Sent, Rehearsal.Failed, Rehearsal.Cancelled),
            *_SAYS_NOTHING_MORE,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Add a row for each event that is somebody's."""
        found: list[tuple[int, Any, Told]] = [
            (position, event, _told(event)) for position, event in batch.events
        ]
        rows, ends = batch.rows(FEED), batch.rows(ENDS)
        accounts = {told[1] for _, _, told in found if told[1] is not None}
        ends.load(accounts)
        for account in accounts.difference(ends):
            ends.add({"account": account, "last": 0})
        for position, event, (type_, whose, details) in found:
            if whose is None:  # nobody's, or of a log that does not say whose
                continue
            end = ends[whose]
            end["last"] += 1
            rows.append(
                whose,
                end["last"],
                feed_id(event.originator_id, event.originator_version, event.at),
                position,
                type_.value,
                whose if type_ is FeedType.BALANCE_LOW else event.number,
                event.at,
                _json(*_marked(event, details).items()),
            )


@lru_cache(1_000)
def _json(*details: tuple[str, Any]) -> str:
    """Write details down; most messages say what others said."""
    return json.dumps(dict(details), separators=(",", ":"))


def _marked(event: Any, details: dict[str, Any]) -> dict[str, Any]:
    """Say of an event of test mode that it is one."""
    return {**details, "test": True} if isinstance(event, Rehearsal.Event) else details


def _told(event: Any) -> Told:
    """Say what an event is in the feed."""
    match event:
        case Sent() | Rehearsal.Sent():
            details = {"network": event.network, "credits": event.credits}
            return FeedType.MESSAGE_SENT, event.account, details
        case Failed() | Expired() | Cancelled() | Rehearsal.Failed() | Rehearsal.Cancelled():
            details = {"network": event.network, "credits": event.credits, "code": _code(event)}
            return FeedType.MESSAGE_FAILED, event.account, details
        case Inbound.Gathered():
            details = {"missing": event.missing, "word": event.word}
            return FeedType.MESSAGE_INBOUND, event.account, details
        case Payment.Confirmed():
            details = {
                "amount_ngwee": event.amount_ngwee,
                "credits": event.credits,
                "price_list": event.price_list,
            }
            return FeedType.TOPUP_CONFIRMED, event.account, details
        case CreditWallet.FellLow():
            return FeedType.BALANCE_LOW, event.account, {"available": event.available}
        case _:
            return _SAYS_NOTHING_MORE[type(event)], event.account, {}


def _code(event: Any) -> str:
    match event:
        case Expired():
            return str(OwnCause.EXPIRED)
        case Cancelled() | Rehearsal.Cancelled():
            return str(OwnCause.CANCELLED)
        case _:
            return str(event.cause)
