"""Folds what came in, which pieces are one message, and whose it is."""

from domain.inbound import Inbound, InboundKind
from projections import catalogue
from projections.inbox import INBOX, PIECES
from projections.projection import Batch, Projection


class Inbox(Projection):
    """Folds the events of messages that came in; reports are another read model's."""

    name, version = catalogue.INBOX
    tables = (PIECES, INBOX)
    events = frozenset({Inbound.Received, Inbound.Gathered, Inbound.Joined})

    def apply(self, batch: Batch) -> None:
        """Add a row for each PDU, and for each message that was put together."""
        pieces, inbox = batch.rows(PIECES), batch.rows(INBOX)
        pieces.load(e.number for _, e in batch.events if not isinstance(e, Inbound.Received))
        for position, event in batch.events:
            match event:
                case Inbound.Received() if event.kind == InboundKind.MESSAGE:
                    pieces.add(
                        {
                            "number": event.number,
                            "inbound": event.originator_id.hex,
                            "sim": event.sim,
                            "position": position,
                            "received_at": event.at,
                            "reference": event.reference,
                            "part": event.part or 1,
                            "of": event.of or 1,
                            "first": None,
                            "waiting_since": event.at,
                        }
                    )
                case Inbound.Gathered():
                    pieces[event.number].update(first=event.number, waiting_since=None)
                    inbox.add(
                        {
                            "number": event.number,
                            "account": event.account,
                            "word": event.word,
                        }
                    )
                case Inbound.Joined():
                    pieces[event.number].update(first=event.first, waiting_since=None)
