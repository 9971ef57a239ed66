"""What an account sees of its webhook, and how it is tried, for HTTP and the command line."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.books.reader import Reader
from application.ports import Clock, Posted, Poster, Randomness, SecretKind, Webhooks
from application.ports.queries import Queries, WebhookRow
from application.telling.endpoint import Endpoint
from application.telling.told import Data, written
from domain.errors import NotFound
from domain.public_ids import iso_time
from domain.values import Instant
from domain.webhook_rules import SECRET_BYTES, SECRET_PREFIX

TEST: Final = "webhook.test"
"""The type of the event by which a webhook is tried; it is in no feed."""


@dataclass(frozen=True, slots=True)
class ShownWebhook:
    """A webhook as its account sees it."""

    url: str
    row: WebhookRow
    old_secret_until: Instant | None
    """Until when a secret that was rotated signs, too."""

    @property
    def next_try_at(self) -> Instant | None:
        """When it is told what is next; None where nothing waits, or it wants no more."""
        waits = self.row.last > self.row.delivered and self.row.state != "gone"
        return self.row.due_at if waits else None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test came to."""

    event: str
    posted: Posted


@dataclass(frozen=True, kw_only=True)
class WebhookDesk:
    """Shows webhooks, draws their secrets, tries them."""

    queries: Queries
    reader: Reader
    webhooks: Webhooks
    randomness: Randomness
    clock: Clock

    def shown(self, account: int) -> ShownWebhook:
        """Show an account's webhook.

        Raises:
            NotFound: it has none.
        """
        row, endpoint = self.queries.webhook(account), self._endpoint(account)
        if row is None or endpoint is None:
            msg = "There is no webhook."
            raise NotFound(msg)
        ends = [each.until for each in endpoint.in_force(self.clock.now()) if each.until]
        until = Instant(max(ends)) if ends else None
        return ShownWebhook(self.webhooks.texts.unseal(endpoint.sealed_url), row, until)

    def draw_secret(self) -> tuple[str, str]:
        """Draw a secret: as its account keeps it, and sealed."""
        secret = SECRET_PREFIX + b64encode(self.randomness.token(SECRET_BYTES)).decode()
        return secret, self.webhooks.texts.seal(secret)

    def end_of_feed(self, account: int) -> int:
        """Give the newest sequence of an account."""
        return self.queries.feed_ends([account]).get(account, 0)

    def target(self, account: int) -> tuple[str, Sequence[str]]:
        """Give where a webhook is, and the secrets that sign.

        Raises:
            NotFound: it has none.
        """
        endpoint = self._endpoint(account)
        if endpoint is None:
            msg = "There is no webhook."
            raise NotFound(msg)
        texts = self.webhooks.texts
        signings = endpoint.in_force(self.clock.now())
        return texts.unseal(endpoint.sealed_url), [texts.unseal(one.sealed) for one in signings]

    async def try_out(self, target: tuple[str, Sequence[str]], poster: Poster) -> Tried:
        """Post a test to a webhook."""
        url, signed_with = target
        event: Data = {
            "id": f"evt_{self.randomness.token(16).hex()}",
            "sequence": 0,
            "type": TEST,
            "created_at": iso_time(self.clock.now()),
            "data": {},
        }
        name, body = event["id"], written(event)
        posted = await poster.post(url, event=name, signed_with=signed_with, body=body)
        return Tried(name, posted)

    def _endpoint(self, account: int) -> Endpoint | None:
        row = self.reader.secret(SecretKind.WEBHOOK, str(account))
        return None if row is None else Endpoint.read(row)
