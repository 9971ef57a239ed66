"""A message whose stored content was changed is not sent: it fails, is refunded, and alarms."""

import sqlite3
from contextlib import closing

import pytest

from domain.causes import OwnCause
from domain.message import State
from tests.worker.gateway import Gateway

CHANGED = [
    "body = 'pay to another number'",
    "msisdn = '+260960000009'",
    "msisdn = 'nonsense'",
    "sender = 'BANK'",
    "salt = x'00'",
]


@pytest.mark.parametrize("changed", CHANGED)
def test_changed_content_is_not_sent_and_is_refunded_with_an_alarm(
    gw: Gateway, changed: str
) -> None:
    sender = gw.account(credits=10)
    number, other = gw.send(sender, count=2)
    with closing(sqlite3.connect(gw.folder / "store.db", isolation_level=None)) as store:
        where = f"kind = 'message' AND number = {number}"
        assert store.execute(f"UPDATE contents SET {changed} WHERE {where}").rowcount == 1
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(other).state is State.SENT, sim)
    gw.until(lambda: gw.message(number).state is State.FAILED, sim)
    assert gw.message(number).cause == OwnCause.CONTENT_CHANGED
    assert gw.events(number) == ["Failed"]
    assert gw.recipients() == [2]
    assert gw.available(sender) == 9
    assert f"message {number}" in gw.alarms.standing()["content"]
