"""The questions about what accounts are told and what they upload, from read models."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

import projections
from application.ports.queries import AttemptRow, FeedRow, InboundRow, UploadRow, WebhookRow
from domain.errors import StoreDown
from domain.feed import FeedType
from domain.values import Instant
from projections.catalogue import FEED, INBOX, UPLOADS, ReadModel

if TYPE_CHECKING:  # else each is imported when it is asked
    import projections.feed
    import projections.inbox
    import projections.uploads


class FeedReading(ABC):
    """Implements the queries of the feed, of webhooks and of uploads."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def feed(
        self, account: int, *, after: int, limit: int, types: Sequence[FeedType] = ()
    ) -> Sequence[FeedRow]:
        """List an account's events after a sequence, oldest first.

        Raises:
            StoreDown: what one of them says is not there yet.
        """
        with self._reading(FEED) as connection:
            rows = projections.feed.page(connection, account, after=after, limit=limit, types=types)
        inbound = self._as_gathered(projections.feed.inbound_of(rows))
        return projections.feed.completed(rows, inbound)

    def _as_gathered(self, rows: Mapping[int, Any]) -> Mapping[int, InboundRow]:
        """Read messages that came in, as they were told: the same at every try.

        Raises:
            StoreDown: another read model is not so far.
        """
        if not rows:
            return {}
        with self._reading(INBOX) as connection:
            found = projections.inbox.as_gathered(
                connection, {number: row.position for number, row in rows.items()}
            )
        for number, row in rows.items():
            if number not in found or found[number].missing != projections.feed.missing_of(row):
                msg = "A message that came in is not followed yet; try again."
                raise StoreDown(msg)
        return found

    def feed_ends(self, accounts: Sequence[int]) -> Mapping[int, int]:
        """Give the newest sequence of each account that has one."""
        with self._reading(FEED) as connection:
            return projections.feed.ends(connection, accounts)

    def marks(self, accounts: Sequence[int]) -> Mapping[int, int]:
        """Give of each account a number that grows with its wallet and with its feed."""
        with self._reading(FEED) as connection:
            return projections.feed.marks(connection, accounts)

    def webhook(self, account: int) -> WebhookRow | None:
        """Say how an account's webhook stands."""
        with self._reading(FEED) as connection:
            return projections.feed.webhook(connection, account)

    def due_webhooks(self, now: Instant, *, limit: int) -> Sequence[WebhookRow]:
        """List webhooks that have something to be told now, longest due first."""
        with self._reading(FEED) as connection:
            return projections.feed.due_webhooks(connection, now, limit=limit)

    def paused_webhooks(self, *, limit: int) -> Sequence[WebhookRow]:
        """List webhooks whose receivers took nothing for days, by account."""
        with self._reading(FEED) as connection:
            return projections.feed.paused_webhooks(connection, limit=limit)

    def webhooks_waiting(self) -> Mapping[str, int]:
        """Count the webhooks that have something to be told, by their state."""
        with self._reading(FEED) as connection:
            return projections.feed.webhooks_waiting(connection)

    def webhook_attempts(self, account: int, *, before: int, limit: int) -> Sequence[AttemptRow]:
        """List the attempts that are kept, newest first."""
        with self._reading(FEED) as connection:
            return projections.feed.attempts(connection, account, before=before, limit=limit)

    # -- uploads ----------------------------------------------------------------------------

    def uploads(
        self, log: int, states: Sequence[str], *, before: int, limit: int
    ) -> Sequence[UploadRow]:
        """List those of a log, newest first; no states are all."""
        with self._reading(UPLOADS) as connection:
            return projections.uploads.page(connection, log, states, before=before, limit=limit)

    def uploads_sending(self, *, limit: int) -> Sequence[int]:
        """Number those that are being sent, oldest first."""
        with self._reading(UPLOADS) as connection:
            return projections.uploads.sending(connection, limit=limit)

    def old_uploads(self, before: Instant, *, after: int, limit: int) -> Sequence[int]:
        """Number those that came before a time, and of which there is something to erase."""
        with self._reading(UPLOADS) as connection:
            return projections.uploads.kept(
                connection, None, before=before, after=after, limit=limit
            )

    def uploads_kept(self, account: int | None, *, after: int, limit: int) -> Sequence[int]:
        """Number those of an account, or of all (None), of which there is something to erase."""
        with self._reading(UPLOADS) as connection:
            return projections.uploads.kept(connection, account, after=after, limit=limit)
