"""A gateway under a virtual clock whose accounts have webhooks, and what happens to them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from application.accounts import DecideSenderId, RequestSenderId
from application.books.actors import Actor
from application.books.alarms import Alarms
from application.telling.webhooks import ReplayWebhook, RotateSecret
from domain.feed import FeedType
from tests.support.hooks import webhook_command
from tests.support.virtual import Gateway, open_account, virtual_gateway
from worker.webhooks.sender import Sender

LOOPBACK = ("127.0.0.0/8",)
TURN_S = 0.005


@dataclass
class Telling:
    """A gateway and its sender, both stepped by the test."""

    gateway: Gateway
    sender: Sender
    alarms: Alarms
    names: int = 0

    def account(self, url: str, *events: FeedType) -> tuple[int, str]:
        """Make an account with a webhook; give its number and the webhook's secret."""
        self.names += 1
        account, _ = open_account(self.gateway, name=f"Client{self.names}")
        return account, self.set(account, url, *events)

    def set(self, account: int, url: str, *events: FeedType) -> str:
        self.follow()
        command, secret = webhook_command(self.gateway.system, account, url, *events)
        self.gateway.run(command)
        return secret

    def rotate(self, account: int) -> str:
        secret, sealed = self.gateway.system.webhook_desk.draw_secret()
        actor, at = Actor.of(account), self.gateway.clock.now()
        self.gateway.run(RotateSecret(account, sealed, actor=actor, at=at))
        return secret

    def replay(self, account: int, after: int) -> None:
        actor, at = Actor.of(account), self.gateway.clock.now()
        self.gateway.run(ReplayWebhook(account, after, actor=actor, at=at))

    def happen(self, account: int, count: int = 1) -> None:
        """Have a sender ID approved, so many times: an event of the feed each."""
        for _ in range(count):
            self.names += 1
            name, at = f"N{self.names}", self.gateway.clock.now()
            self.gateway.run(RequestSenderId(account, name=name, use_case="u", at=at))
            self.gateway.run(
                DecideSenderId(
                    account, name, approved=True, actor=Actor("os:x@y"), reason="r", at=at
                )
            )
        self.follow()

    def follow(self) -> None:
        while self.gateway.system.follower.step():
            pass

    def step(self) -> None:
        """Let the sender have a turn, and what it asked for be stored."""
        self.sender.step()
        self.gateway.step()

    def settle(self, turns: int = 400) -> None:
        """Step until nothing is due any more."""
        for _ in range(turns):
            self.step()
            queries, now = self.gateway.system.queries, self.gateway.clock.now()
            if not self.sender.is_busy and not queries.due_webhooks(now, limit=1):
                return
        raise AssertionError("deliveries do not settle")


@contextmanager
def telling(**settings: Any) -> Iterator[Telling]:
    """Give a gateway that tells webhooks on loopback."""
    settings.setdefault("webhooks_allow_private", LOOPBACK)
    with virtual_gateway(**settings) as gateway:
        system, alarms, progress = gateway.system, Alarms(), threading.Event()
        system.follower.migrate()
        progress.set()
        sender = Sender(
            queries=system.queries,
            store=system.store,
            reader=system.reader,
            webhooks=system.webhooks,
            submit=system.committer.submit,
            clock=gateway.clock,
            alarms=alarms,
            holder="test",
            progress=progress,
            turn_s=TURN_S,
            look_s=TURN_S,
        )
        try:
            yield Telling(gateway, sender, alarms)
        finally:
            sender.close()
