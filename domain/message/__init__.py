"""One SMS on its way out: its states, its events, and what may follow what."""

from domain.message.aggregate import Message, message_id
from domain.message.states import MAY_FOLLOW, OPEN, REFUNDED, SPENT, State

__all__ = ["MAY_FOLLOW", "OPEN", "REFUNDED", "SPENT", "Message", "State", "message_id"]
