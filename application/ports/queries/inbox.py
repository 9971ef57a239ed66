"""Questions about messages that came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.gathering import Piece
from domain.inbound import Word
from domain.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRow:
    """A message that came in, whole or as far as it came; None is what was erased."""

    number: int
    account: int | None
    """Whose it is; None: nobody's but the operator's."""
    sim: int
    received_at: Instant
    sender: str | None
    """A number (+260…), or a name as networks and shops have one."""
    recipient: str | None
    """The SIM's own number, where it is known."""
    text: str | None
    """``…`` stands for what is missing of it. None, too, where it is no text."""
    is_exact: bool
    """Whether the text is what was written, as far as the octets tell."""
    parts: int
    missing: int
    word: Word | None
    """What it asks for by a word alone."""


class InboxQueries(Protocol):
    """Messages that came in."""

    def pieces(self, since: Instant, *, limit: int) -> Sequence[Piece]:
        """List what nobody has put together yet, and the parts since then that somebody has."""

    def pieces_of(self, numbers: Sequence[int]) -> Sequence[Piece]:
        """Find some of them."""

    def inbound_ids(self, numbers: Sequence[int]) -> Sequence[tuple[UUID, int]]:
        """Find the records of some, each with its position in the log, in that order."""

    def last_sent(self, sim: int, msisdn: str, *, since: Instant, until: Instant) -> int | None:
        """Find the message that a SIM sent last to a number in that time."""

    def inbox(
        self, account: int | None, *, unowned: bool = False, before: int, limit: int
    ) -> Sequence[InboundRow]:
        """List what came in for an account, or for all (None), newest first.

        ``unowned``: only what is no account's.
        """

    def inbound_of(self, account: int, *, after: int, limit: int) -> Sequence[int]:
        """List the PDUs of what came in for an account, by number."""

    def old_inbound(
        self, before: Instant, *, with_numbers: bool, after: int, limit: int
    ) -> Sequence[int]:
        """List PDUs of which there is a text (or also a number) that came before a time."""
