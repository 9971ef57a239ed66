"""Conversations: what an account sent to a number, and what came from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from application.ports.queries.inbox import InboundRow
from application.ports.queries.messages import LogEntry
from domain.values import Instant
from domain.written import NUMBER_MAX


@dataclass(frozen=True, slots=True)
class Older:
    """Where a conversation, or the list of them, goes on: what was sent, and came, before these.

    In a conversation ``sent`` is a message's number, in the list a position of the log.
    """

    sent: int = NUMBER_MAX
    came: int = NUMBER_MAX


NEWEST: Final = Older()


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation: one that was sent, or one that came in."""

    at: Instant
    """When it was accepted, or came."""
    message: LogEntry | InboundRow


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with one number, by the newest message of it."""

    msisdn: str
    last: Said


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of one conversation, newest first."""

    said: Sequence[Said]
    older: Older | None
    """None at its end."""


@dataclass(frozen=True, slots=True)
class ThreadList:
    """A page of an account's conversations, those with the newest message first."""

    threads: Sequence[Thread]
    older: Older | None
    """None at its end."""


class ThreadQueries(Protocol):
    """Conversations; what was erased is in none."""

    def thread(self, account: int, msisdn: str, *, before: Older, limit: int) -> ThreadPage:
        """Give a page of what an account and a number said to each other."""

    def threads(self, account: int, *, before: Older, limit: int) -> ThreadList:
        """Give a page of an account's conversations, as far as its newest messages tell."""
