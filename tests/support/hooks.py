"""Webhooks of accounts, set as by staff on the host itself."""

from application.books.actors import Actor
from application.system import System
from application.telling.webhooks import SetWebhook
from domain.feed import FeedType


def webhook_command(
    system: System, account: int, url: str, *events: FeedType
) -> tuple[SetWebhook, str]:
    """Give the command that sets a webhook, which begins now, and the secret of a new one."""
    desk = system.webhook_desk
    secret, sealed = desk.draw_secret()
    command = SetWebhook(
        account,
        sealed_url=desk.webhooks.texts.seal(url),
        sealed_secret=sealed,
        events=events,
        after=desk.end_of_feed(account),
        actor=Actor("os:test@host"),
        at=system.clock.now(),
    )
    return command, secret


def set_webhook(system: System, account: int, url: str, *events: FeedType) -> str:
    """Set it in a system whose committer runs; give the secret."""
    command, secret = webhook_command(system, account, url, *events)
    system.committer.execute(command)
    return secret
