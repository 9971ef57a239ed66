"""Questions about what accounts are told, and about their webhooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from application.ports.queries.inbox import InboundRow
from domain.feed import FeedType
from domain.values import Instant


class FeedRow(NamedTuple):
    """An event of an account's feed; what is personal comes from contents, None once erased.

    A tuple, since a page makes a thousand of them.
    """

    sequence: int
    """Runs from 1 without a gap in each account."""
    id: str
    position: int
    """Of the event in the log that it is about."""
    type: FeedType
    number: int
    """Of what it is about."""
    at: Instant
    details: Mapping[str, Any]
    recipient: str | None = None
    client_reference: str | None = None
    name: str | None = None
    inbound: InboundRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """How a webhook stands."""

    account: int
    epoch: int
    """Changes with each decision about it: what was begun before one counts no more."""
    state: str
    """active, paused or gone."""
    types: Sequence[FeedType]
    """Of what it is told; none are all."""
    delivered: int
    """The sequence up to which it was told."""
    tries: int
    """How often the next event was tried in vain."""
    due_at: Instant
    attempts: int
    """How many there were."""
    last: int
    """The newest sequence of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt to tell."""

    number: int
    event: str
    type: str
    sequence: int
    at: Instant
    took_ms: int
    status: int | None
    error: str | None
    answer: str


class FeedQueries(Protocol):
    """What accounts are told."""

    def feed(
        self, account: int, *, after: int, limit: int, types: Sequence[FeedType] = ()
    ) -> Sequence[FeedRow]:
        """List an account's events after a sequence, oldest first; no types are all.

        Raises:
            StoreDown: what one of them says is not there yet.
        """

    def feed_ends(self, accounts: Sequence[int]) -> Mapping[int, int]:
        """Give the newest sequence of each account that has one."""

    def marks(self, accounts: Sequence[int]) -> Mapping[int, int]:
        """Give of each account a number that grows with its wallet and with its feed."""

    def webhook(self, account: int) -> WebhookRow | None:
        """Say how an account's webhook stands."""

    def due_webhooks(self, now: Instant, *, limit: int) -> Sequence[WebhookRow]:
        """List webhooks that have something to be told now, longest due first."""

    def paused_webhooks(self, *, limit: int) -> Sequence[WebhookRow]:
        """List webhooks whose receivers took nothing for days, by account."""

    def webhooks_waiting(self) -> Mapping[str, int]:
        """Count the webhooks that have something to be told, by their state."""

    def webhook_attempts(self, account: int, *, before: int, limit: int) -> Sequence[AttemptRow]:
        """List the attempts that are kept, newest first."""
