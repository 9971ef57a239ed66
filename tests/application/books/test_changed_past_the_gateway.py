"""What somebody changes in the store past the gateway is not used: snapshots, and keys."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from application.accounts import AccountLimits, ChangeLimits
from application.books.actors import Actor
from application.books.codec import CHANGES_BETWEEN
from application.books.writing import own_snapshot
from domain.account import Account as AccountAggregate
from domain.account import account_id
from domain.errors import InvalidKey
from tests.application.conftest import Account
from tests.support.virtual import Answer, Gateway, open_account, virtual_gateway


def plant(folder: Path, statement: str, *values: object) -> None:
    """Change rows of the store past the gateway."""
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as store:
        assert store.execute(statement, values).rowcount > 0


def change(account: Account, bulk: int) -> Answer[AccountLimits]:
    limits: dict[str, int | None] = {"bulk": bulk}
    at = account.gateway.clock.now()
    command = ChangeLimits(account.number, limits, actor=Actor("test"), reason="r", at=at)
    return account.gateway.submit(command)


@pytest.fixture
def snapshotted(account: Account) -> Account:
    """Give an account that was changed so often that there is a snapshot."""
    answers = [change(account, bulk) for bulk in range(1, CHANGES_BETWEEN + 1)]
    account.gateway.step()
    assert all(answer.outcome.error is None for answer in answers)
    return account


PLANTED_IN_SNAPSHOTS = [
    "state = CAST(replace(CAST(state AS TEXT), '\"bulk\":50', '\"bulk\":5000') AS BLOB)",
    "state = CAST(substr(CAST(state AS TEXT), 73) AS BLOB)",
    "state = CAST('' AS BLOB)",
    "originator_version = originator_version + 1",
    "topic = 'Other.Snapshot'",
]


@pytest.mark.parametrize("planted", PLANTED_IN_SNAPSHOTS)
def test_a_changed_snapshot_is_not_used_and_a_right_one_takes_its_place(
    snapshotted: Account, planted: str
) -> None:
    gateway, key = snapshotted.gateway, account_id(snapshotted.number)
    gateway.system.committer.saver._forget()  # as a process that starts
    plant(gateway.folder, f"UPDATE stored_snapshots SET {planted}")
    before = gateway.system.store.snapshot(key)
    assert before is not None
    assert own_snapshot(gateway.system.writer, before) is None
    found = gateway.system.reader.find(AccountAggregate, key)
    assert found is not None
    assert found.limits["bulk"] == CHANGES_BETWEEN
    answer = change(snapshotted, 77)
    gateway.step()
    answer.unwrap()
    after = gateway.system.store.snapshot(key)
    assert after is not None
    if before.originator_version <= len(gateway.system.store.tail(key, 0)):
        assert own_snapshot(gateway.system.writer, after) is not None
    found = gateway.system.reader.find(AccountAggregate, key)
    assert found is not None
    assert found.limits["bulk"] == 77


# -- API keys -------------------------------------------------------------------------------------


def is_accepted(gateway: Gateway, key: str) -> bool:
    try:
        gateway.system.keyring.verify(key)
    except InvalidKey:
        return False
    return True


PLANTED_IN_KEYS = [
    "hash = (SELECT 'fast:' || ?)",
    "account = account + 1, hash = hash || substr(?, 1, 0)",
    "scopes = 'send' || substr(?, 1, 0)",
    "sources = '192.0.2.1' || substr(?, 1, 0)",
    "issued_at = issued_at - 1, hash = hash || substr(?, 1, 0)",
    "tag = substr(?, 1, 0)",
    "tag = ?",
]


@pytest.mark.parametrize("planted", PLANTED_IN_KEYS)
def test_a_changed_key_is_refused_and_it_is_said_which(planted: str) -> None:
    with virtual_gateway() as gateway:
        keyring = gateway.system.keyring
        _, key_id = open_account(gateway)
        row = gateway.system.store.credential(key_id)
        assert row is not None
        key = row.hash.removeprefix("fast:")
        other = keyring.draw()
        plant(gateway.folder, f"UPDATE credentials SET {planted} WHERE key_id = '{key_id}'", other)
        assert not is_accepted(gateway, key)
        assert not is_accepted(gateway, key[:8] + other[8:])
        checks = gateway.system.readiness().checks
        assert key_id in checks["keys"]
        assert gateway.system.readiness().is_ready


def test_a_key_that_nobody_changed_is_accepted_and_noted_uses_change_nothing() -> None:
    with virtual_gateway() as gateway:
        _, key_id = open_account(gateway)
        row = gateway.system.store.credential(key_id)
        assert row is not None
        plant(gateway.folder, "UPDATE credentials SET used_at = 7, name = 'another'")
        assert is_accepted(gateway, row.hash.removeprefix("fast:"))
        assert gateway.system.readiness().checks["keys"] == "ok"
