"""Where an account wants to be told of its events, and how that goes."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from domain.errors import NotFound
from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def webhook_id(account: int) -> UUID:
    """Give the id of an account's webhook."""
    return aggregate_id("webhook", account)


class Webhook(Aggregate):
    """The one webhook of an account. Its address and its secrets stand beside the log.

    What was delivered stands beside the log, too: it is known again by asking the receiver.
    """

    TOPIC = "Webhook"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Webhook.Event"

    class Opened(Event, Aggregate.Created):
        """The account has a webhook for the first time."""

        TOPIC = "Webhook.Opened"
        account: int

    class WebhookSet(Event):
        """The account said where it wants to be told, and of what: no types are all of them.

        ``after`` is the sequence of the last event before it began; one that was set already goes
        on where it was.
        """

        TOPIC = "Webhook.WebhookSet"
        account: int
        events: list[str]
        after: int
        actor: str

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin("active")

    class SecretRotated(Event):
        """It has another secret; for a while the one before signs as well."""

        TOPIC = "Webhook.SecretRotated"
        account: int
        actor: str

    class Replayed(Event):
        """All after sequence ``after`` is told once more, and what was paused begins again."""

        TOPIC = "Webhook.Replayed"
        account: int
        after: int
        actor: str

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin("active")

    class EndpointPaused(Event):
        """Every try of event ``sequence`` failed: nothing is lost, and it is asked every hour."""

        TOPIC = "Webhook.EndpointPaused"
        account: int
        sequence: int
        cause: str

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin("paused")

    class EndpointResumed(Event):
        """It took event ``sequence``, after it had paused."""

        TOPIC = "Webhook.EndpointResumed"
        account: int
        sequence: int

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin("active")

    class EndpointGone(Event):
        """It answered event ``sequence`` with 410 Gone: it is told nothing until set again."""

        TOPIC = "Webhook.EndpointGone"
        account: int
        sequence: int

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin("gone")

    class WebhookRemoved(Event):
        """The account wants to be told no more; address and secrets went."""

        TOPIC = "Webhook.WebhookRemoved"
        account: int
        actor: str

        def apply(self, webhook: "Webhook") -> None:
            webhook.begin(None)

    def __init__(self, account: int) -> None:
        self.account = account
        self.state: str | None = None
        self.epoch = 0
        """Changes with each decision about how it is told: what was begun before counts no more."""

    def begin(self, state: str | None) -> None:
        """Be in a state from now on; None is removed."""
        self.state = state
        self.epoch += 1

    @classmethod
    def open(cls, account: int, *, at: Instant) -> Self:
        """Begin; it is told nothing yet."""
        return cls._create(cls.Opened, id=webhook_id(account), timestamp=at, account=account)

    def set(self, events: Sequence[str], *, after: int, actor: str, at: Instant) -> None:
        """Say of what it wants to be told."""
        self._record(
            self.WebhookSet,
            at=at,
            account=self.account,
            events=list(events),
            after=after,
            actor=actor,
        )

    def rotate(self, *, actor: str, at: Instant) -> None:
        """Have another secret.

        Raises:
            NotFound: it was removed.
        """
        self._require()
        self._record(self.SecretRotated, at=at, account=self.account, actor=actor)

    def replay(self, *, after: int, actor: str, at: Instant) -> None:
        """Be told once more.

        Raises:
            NotFound: it was removed.
        """
        self._require()
        self._record(self.Replayed, at=at, account=self.account, after=after, actor=actor)

    def pause(self, sequence: int, *, cause: str, at: Instant) -> None:
        """Every try failed."""
        self._record(
            self.EndpointPaused, at=at, account=self.account, sequence=sequence, cause=cause
        )

    def resume(self, sequence: int, *, at: Instant) -> None:
        """It is up again."""
        self._record(self.EndpointResumed, at=at, account=self.account, sequence=sequence)

    def be_gone(self, sequence: int, *, at: Instant) -> None:
        """It says that it is gone."""
        self._record(self.EndpointGone, at=at, account=self.account, sequence=sequence)

    def remove(self, *, actor: str, at: Instant) -> None:
        """Be told no more.

        Raises:
            NotFound: it was removed already.
        """
        self._require()
        self._record(self.WebhookRemoved, at=at, account=self.account, actor=actor)

    def _require(self) -> None:
        if self.state is None:
            msg = "There is no webhook."
            raise NotFound(msg)
