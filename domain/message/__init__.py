"""One SMS on its way out: its states, its events, and what may follow what."""

from domain.message.aggregate import Message, message_id
from domain.message_states import MAY_FOLLOW, OPEN, REFUNDED, SPENT, Extent, State

__all__ = [
    "MAY_FOLLOW",
    "OPEN",
    "REFUNDED",
    "SPENT",
    "Extent",
    "Message",
    "State",
    "message_id",
]
