"""A whole process tells a webhook what became of messages, and any verifier takes it."""

from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from application.system import System
from tests.support.hooks import set_webhook
from tests.support.receiver import receiving
from tests.worker.processes import running, until

pytestmark = [pytest.mark.processes, pytest.mark.slow]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


def delivered(system: System, account: int) -> int:
    row = system.queries.webhook(account)
    assert row is not None
    return row.delivered


def test_what_became_of_messages_is_told_signed_and_in_order(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    allowed = ("127.0.0.0/8",)
    with (
        receiving() as receiver,
        running(tmp_path, webhooks_allow_private=allowed, **settings) as gw,
    ):
        sender = gw.account()
        secret = set_webhook(gw.system, sender.account, receiver.url)
        gw.send(sender, count=5)
        until(lambda: len(receiver.came) == 5)
        for one in receiver.came:
            headers = {name: one.headers[name] for name in one.headers if "webhook" in name}
            assert Webhook(secret).verify(one.body, headers)["type"] == "message.sent"
        assert receiver.sequences == [1, 2, 3, 4, 5]
        taken = 'ngoma_webhook_deliveries{outcome="taken"} 5.0'
        until(lambda: taken in gw.metrics())
        until(lambda: delivered(gw.system, sender.account) == 5)
        assert gw.supervisor.failures == {}
