"""One webhook's deliveries: its events in order, one at a time, until one is not taken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from application.books.reader import Reader
from application.ports import Clock, Posted, Poster, SealedTexts, SecretKind, WebhookAttempt
from application.ports.queries import FeedRow, Queries, WebhookRow
from application.telling.deliveries import Delivery, Standing, Turned
from application.telling.endpoint import Endpoint
from application.telling.told import told, written
from domain.values import SECOND, Instant
from domain.webhook_rules import (
    ATTEMPTS_KEPT,
    PAUSED_ASK_EVERY_S,
    RETRY_AFTER_S,
    TRIES,
)

PAGE: Final = 50
SHARE_S: Final = 2.0
"""After so long the next page is another webhook's first."""
GONE: Final = 410


class Deliverer:
    """Delivers what one webhook is to be told."""

    def __init__(
        self,
        *,
        queries: Queries,
        reader: Reader,
        poster: Poster,
        texts: SealedTexts,
        clock: Clock,
        bad: Callable[[FeedRow, Exception], None],
    ) -> None:
        """``bad`` notes an event that cannot be written: the next one is told all the same."""
        self._queries = queries
        self._reader = reader
        self._poster = poster
        self._texts = texts
        self._clock = clock
        self._bad = bad

    async def deliver(self, webhook: WebhookRow, delivery: Delivery) -> None:
        """Tell it what there is, and put down in ``delivery`` what became of it.

        Raises:
            StoreDown: the store is away, or what is to be told is not followed yet.
        """
        row = self._reader.secret(SecretKind.WEBHOOK, str(webhook.account))
        if row is None:  # removed meanwhile, or not as we wrote it: nothing leaves
            delivery.put_off(self._clock.now(), PAUSED_ASK_EVERY_S)
            return
        endpoint, until_s = Endpoint.read(row), self._clock.monotonic_s() + SHARE_S
        while self._clock.monotonic_s() < until_s:
            rows = self._queries.feed(
                webhook.account,
                after=delivery.standing.delivered,
                limit=PAGE,
                types=webhook.types,
            )
            for event in rows:
                is_taken = await self._tell(event, webhook, endpoint, delivery)
                if not is_taken or delivery.turned or self._clock.monotonic_s() >= until_s:
                    return
            if len(rows) < PAGE:
                end = max(delivery.standing.delivered, webhook.last)
                delivery.standing = replace(delivery.standing, delivered=end)
                return

    async def _tell(
        self, row: FeedRow, webhook: WebhookRow, endpoint: Endpoint, delivery: Delivery
    ) -> bool:
        """Tell it one event; False when it did not take it."""
        try:
            body = written(told(row))
        except Exception as error:  # noqa: BLE001 - the next event can be told all the same
            self._bad(row, error)
            delivery.standing = replace(delivery.standing, delivered=row.sequence)
            return True
        at = self._clock.now()
        posted = await self._poster.post(
            self._texts.unseal(endpoint.sealed_url),
            event=row.id,
            signed_with=[self._texts.unseal(each.sealed) for each in endpoint.in_force(at)],
            body=body,
        )
        standing = replace(delivery.standing, attempts=delivery.standing.attempts + 1)
        delivery.attempts.append(attempt(standing, row, posted, at=at))
        is_paused = webhook.state == "paused"
        if posted.is_taken:
            now = self._clock.now()
            delivery.standing = replace(standing, delivered=row.sequence, tries=0, due_at=now)
            delivery.turned = Turned("resume", row.sequence) if is_paused else None
            return True
        tries, cause = standing.tries + 1, posted.error or f"HTTP_{posted.status}"
        due_at = self._again_at(tries, posted, is_paused=is_paused)
        delivery.standing = replace(standing, tries=tries, due_at=due_at)
        if posted.status == GONE:
            delivery.turned = Turned("gone", row.sequence, cause)
        elif tries >= TRIES and not is_paused:
            delivery.turned = Turned("pause", row.sequence, cause)
        return False

    def _again_at(self, tries: int, posted: Posted, *, is_paused: bool) -> Instant:
        wait_s = PAUSED_ASK_EVERY_S
        if not is_paused and tries < TRIES:
            wait_s = max(RETRY_AFTER_S[tries - 1], posted.retry_after_s or 0)
        return Instant(self._clock.now() + wait_s * SECOND)


def attempt(standing: Standing, row: FeedRow, posted: Posted, *, at: Instant) -> WebhookAttempt:
    """Give an attempt as it is kept; ``standing`` counts it already."""
    return WebhookAttempt(
        account=standing.account,
        slot=standing.attempts % ATTEMPTS_KEPT,
        number=standing.attempts,
        event=row.id,
        type=row.type.value,
        sequence=row.sequence,
        at=at,
        took_ms=posted.took_ms,
        status=posted.status,
        error=posted.error,
        answer=posted.answer,
    )
