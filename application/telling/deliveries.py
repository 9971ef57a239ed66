"""What became of deliveries: how far a webhook is, and what changes because of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.ports import Change, WebhookAttempt, WebhookStanding
from domain.values import SECOND, Instant
from domain.webhook import Webhook, webhook_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a webhook is after a delivery."""

    account: int
    epoch: int
    delivered: int
    tries: int
    due_at: Instant
    attempts: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A webhook pauses, is up again, or says that it is gone, because of how an event was taken."""

    turn: Literal["pause", "resume", "gone"]
    sequence: int
    cause: str = ""


@dataclass(slots=True)
class Delivery:
    """What became of a webhook's deliveries so far."""

    standing: Standing
    attempts: list[WebhookAttempt] = field(default_factory=list)
    """Those that nobody has stored yet."""
    turned: Turned | None = None

    def new_attempts(self) -> Sequence[WebhookAttempt]:
        """Give the attempts since the last call."""
        new, self.attempts = self.attempts, []
        return new

    def put_off(self, now: Instant, wait_s: int) -> None:
        """Let it wait for a while."""
        self.standing = replace(self.standing, due_at=Instant(now + wait_s * SECOND))


class RecordDeliveries(Command[None]):
    """Note how far webhooks are, and the attempts that were made: of many at once."""

    def __init__(self, changes: Sequence[Change], *, at: Instant) -> None:
        self.at = at
        self._changes = changes

    def touches(self) -> Iterable[UUID]:
        """Nothing: how far a webhook is counts only if nothing was decided about it meanwhile."""
        return ()

    def decide(self, books: Books) -> None:
        """Note it."""
        for change in self._changes:
            books.change(change)


class TurnWebhook(Command[bool]):
    """Turn a webhook as a delivery asks for."""

    def __init__(self, delivery: Delivery, *, at: Instant) -> None:
        self.at = at
        self._standing = delivery.standing
        self._turned = delivery.turned

    def touches(self) -> Iterable[UUID]:
        """The webhook."""
        yield webhook_id(self._standing.account)

    def decide(self, books: Books) -> bool:
        """Turn it; False when something was decided about it meanwhile."""
        found, turned = self._standing, self._turned
        webhook = books.find(Webhook, webhook_id(found.account))
        if turned is None or webhook is None or webhook.epoch != found.epoch:
            return False
        match turned.turn:
            case "pause":
                webhook.pause(turned.sequence, cause=turned.cause, at=self.at)
            case "resume":
                webhook.resume(turned.sequence, at=self.at)
            case "gone":
                webhook.be_gone(turned.sequence, at=self.at)
        books.record(webhook)
        books.change(
            WebhookStanding(
                account=found.account,
                was=found.epoch,
                epoch=webhook.epoch,
                state=webhook.state or "",
                delivered=found.delivered,
                tries=found.tries,
                due_at=found.due_at,
                attempts=found.attempts,
            )
        )
        return True
