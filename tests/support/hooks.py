"""Webhooks of accounts, set as by staff on the host itself."""

from application.books.actors import Actor
from application.system import System
from application.telling.deliveries import Delivery, Standing, Turned, TurnWebhook
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


def pause_webhook(system: System, account: int) -> None:
    """Turn it as its sender does after ten tries in vain."""
    assert system.queries.reached(system.store.head(), timeout_s=5, projection="account_feed")
    row = system.queries.webhook(account)
    assert row is not None
    standing = Standing(
        account=row.account,
        epoch=row.epoch,
        delivered=row.delivered,
        tries=10,
        due_at=row.due_at,
        attempts=10,
    )
    delivery = Delivery(standing, turned=Turned("pause", 1, cause="timeout"))
    assert system.committer.execute(TurnWebhook(delivery, at=system.clock.now()))
