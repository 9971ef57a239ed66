"""What became of deliveries: how far a webhook is, and what changes because of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.ports import Change, WebhookStanding
from domain.values import Instant
from domain.webhook import Webhook, webhook_id

Turn = Literal["pause", "resume", "gone"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a webhook is after a delivery."""

    account: int
    epoch: int
    delivered: int
    tries: int
    due_at: Instant
    attempts: int


class TurnWebhook(Command[bool]):
    """A webhook pauses, is up again, or says that it is gone, by how a delivery went."""

    def __init__(
        self, turn: Turn, standing: Standing, *, sequence: int, cause: str, at: Instant
    ) -> None:
        self.at = at
        self._turn = turn
        self._standing = standing
        self._sequence = sequence
        self._cause = cause

    def touches(self) -> Iterable[UUID]:
        """The webhook."""
        yield webhook_id(self._standing.account)

    def decide(self, books: Books) -> bool:
        """Turn it; False when something was decided about it meanwhile."""
        found = self._standing
        webhook = books.find(Webhook, webhook_id(found.account))
        if webhook is None or webhook.epoch != found.epoch:
            return False
        match self._turn:
            case "pause":
                webhook.pause(self._sequence, cause=self._cause, at=self.at)
            case "resume":
                webhook.resume(self._sequence, at=self.at)
            case "gone":
                webhook.be_gone(self._sequence, at=self.at)
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
