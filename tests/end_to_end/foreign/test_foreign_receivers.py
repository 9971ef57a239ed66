"""What the gateway posts to webhooks is taken by verifiers in other languages: all of it."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from application.books.actors import Actor
from application.telling.told import told
from application.telling.webhooks import RotateSecret
from tests.end_to_end.foreign.programs import Program, require
from tests.end_to_end.foreign.receivers import RECEIVERS, ForeignReceiver
from tests.end_to_end.waiting import wait_until
from tests.support.hooks import set_webhook
from tests.support.incoming import receive
from tests.worker.processes import Running, running

pytestmark = [pytest.mark.processes, pytest.mark.soak]

SENT = 20
WITHIN_S = 120


def wait_until_told(gw: Running, account: int) -> None:
    def is_told() -> bool:
        row = gw.system.queries.webhook(account)
        return row is not None and row.delivered == row.last

    wait_until(is_told, within_s=WITHIN_S, what="everything is told")


@pytest.mark.parametrize("program", RECEIVERS, ids=str)
def test_every_delivery_is_taken_also_after_a_rotation(program: Program, tmp_path: Path) -> None:
    require(program)
    receiver = ForeignReceiver.of(program, tmp_path)
    with running(tmp_path / "data", webhooks_allow_private=("127.0.0.0/8",)) as gw:
        sender = gw.account()
        account, queries = sender.account, gw.system.queries
        secret = set_webhook(gw.system, account, receiver.url)
        with receiver.listening(secret):
            gw.send(sender, count=SENT)
            receive(gw.system, "+260971234567", 'Zikomo 😀 “K5” & <b> \\ "', account=account)
            gw.until(lambda: queries.feed_ends([account]).get(account) == SENT + 1)
            wait_until_told(gw, account)
            new, sealed = gw.system.webhook_desk.draw_secret()
            at = gw.system.clock.now()
            gw.system.committer.execute(
                RotateSecret(account, sealed, actor=Actor.of(account), at=at)
            )
            gw.send(sender, count=SENT)
            gw.until(lambda: queries.feed_ends([account]).get(account) == 2 * SENT + 1)
            wait_until_told(gw, account)
            assert receiver.events() == [
                told(row) for row in queries.feed(account, after=0, limit=99)
            ]
            statuses = {
                row.status for row in queries.webhook_attempts(account, before=999, limit=99)
            }
            assert statuses == {204}
            taken = len(receiver.events())
            assert post_signed(receiver.url, secret) == 204
            assert post_signed(receiver.url, new) == 401
            assert len(receiver.events()) == taken + 1


def post_signed(url: str, secret: str) -> int:
    """Post what nobody told, signed with a secret; give what was answered."""
    at, body = datetime.now(UTC), "{}"
    headers = {
        "webhook-id": "evt_0",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_0", at, body),
    }
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code
