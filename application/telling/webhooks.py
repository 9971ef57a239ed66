"""An account sets its webhook, gives it another secret, asks for everything again, removes it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, R
from application.ports import (
    AttemptsForgotten,
    SecretKind,
    WebhookForgotten,
    WebhookReplayed,
    WebhookSet,
)
from application.telling.endpoint import Endpoint, Signing
from domain.account import Account, account_id
from domain.errors import NotFound
from domain.feed import FeedType
from domain.roles import Duty
from domain.values import Instant
from domain.webhook import Webhook, webhook_id


class _OfAccount(Command[R]):
    """A command about the webhook of an account, by itself or by staff."""

    def __init__(self, account: int, *, actor: Actor, at: Instant) -> None:
        self.at = at
        self._account = account
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account and its webhook."""
        yield account_id(self._account)
        yield webhook_id(self._account)

    def _permit(self, books: Books) -> None:
        """Refuse whom it is no business of.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
            NotPermitted: the actor may not.
        """
        require_key(books, self._actor)
        books.get(Account, account_id(self._account))
        if self._actor.account != self._account:
            permit(books, self._actor, Duty.RUN_ACCOUNTS)

    def _webhook(self, books: Books) -> tuple[Webhook, Endpoint]:
        """Give the webhook, and where it is.

        Raises:
            NotFound: there is none.
        """
        webhook = books.find(Webhook, webhook_id(self._account))
        row = books.secret(SecretKind.WEBHOOK, str(self._account))
        if webhook is None or row is None:
            msg = "There is no webhook."
            raise NotFound(msg)
        return webhook, Endpoint.read(row)


class SetWebhook(_OfAccount[bool]):
    """Say where an account wants to be told, and of what."""

    def __init__(
        self,
        account: int,
        *,
        sealed_url: str,
        sealed_secret: str,
        events: Sequence[FeedType],
        after: int,
        actor: Actor,
        at: Instant,
    ) -> None:
        """A new one is told what comes after sequence ``after``, signed with the secret."""
        super().__init__(account, actor=actor, at=at)
        self._sealed_url = sealed_url
        self._sealed_secret = sealed_secret
        self._events = [each.value for each in events]
        self._after = after

    def decide(self, books: Books) -> bool:
        """Set it; True when it is new, and so is its secret.

        Raises:
            InvalidKey, NotFound, NotPermitted: see above.
        """
        self._permit(books)
        webhook = books.find(Webhook, webhook_id(self._account))
        webhook = webhook or Webhook.open(self._account, at=self.at)
        row = books.secret(SecretKind.WEBHOOK, str(self._account))
        if row is None:
            endpoint = Endpoint(self._sealed_url, [Signing(self._sealed_secret)])
        else:
            endpoint = replace(Endpoint.read(row), sealed_url=self._sealed_url)
        webhook.set(self._events, after=self._after, actor=self._actor.name, at=self.at)
        books.record(webhook)
        books.keep_secret(endpoint.row(self._account, self.at))
        books.change(
            WebhookSet(self._account, webhook.epoch, " ".join(self._events), self._after, self.at)
        )
        return row is None


class RotateSecret(_OfAccount[None]):
    """Give a webhook another secret; the one before signs beside it for a while."""

    def __init__(self, account: int, sealed: str, *, actor: Actor, at: Instant) -> None:
        super().__init__(account, actor=actor, at=at)
        self._sealed = sealed

    def decide(self, books: Books) -> None:
        """Rotate it.

        Raises:
            InvalidKey, NotFound, NotPermitted: see above.
        """
        self._permit(books)
        webhook, endpoint = self._webhook(books)
        webhook.rotate(actor=self._actor.name, at=self.at)
        books.record(webhook)
        books.keep_secret(endpoint.rotated(self._sealed, self.at).row(self._account, self.at))


class ReplayWebhook(_OfAccount[None]):
    """Tell a webhook once more all that came after a sequence."""

    def __init__(self, account: int, after: int, *, actor: Actor, at: Instant) -> None:
        super().__init__(account, actor=actor, at=at)
        self._after = after

    def decide(self, books: Books) -> None:
        """Begin again.

        Raises:
            InvalidKey, NotFound, NotPermitted: see above.
        """
        self._permit(books)
        webhook, _ = self._webhook(books)
        webhook.replay(after=self._after, actor=self._actor.name, at=self.at)
        books.record(webhook)
        books.change(WebhookReplayed(self._account, webhook.epoch, self._after, self.at))


class AllowTrial(_OfAccount[None]):
    """Let the webhook be tried: nothing is recorded of it."""

    def decide(self, books: Books) -> None:
        """Refuse whom it is no business of.

        Raises:
            InvalidKey, NotFound, NotPermitted: see above.
        """
        self._permit(books)
        self._webhook(books)


class RemoveWebhook(_OfAccount[None]):
    """Tell a webhook no more; its address, secrets and attempts go."""

    def decide(self, books: Books) -> None:
        """Remove it.

        Raises:
            InvalidKey, NotFound, NotPermitted: see above.
        """
        self._permit(books)
        webhook, _ = self._webhook(books)
        webhook.remove(actor=self._actor.name, at=self.at)
        books.record(webhook)
        forget_webhook(books, self._account)


def forget_webhook(books: Books, account: int) -> None:
    """Forget what stands beside the log of an account's webhook."""
    books.forget_secrets(SecretKind.WEBHOOK, account)
    books.change(WebhookForgotten(account))
    books.change(AttemptsForgotten(account))
