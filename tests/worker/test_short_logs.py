"""The write-ahead logs of an embedded gateway are emptied while it runs, readers or not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite import wal
from tests.support.system import create_account, grant, running_system
from worker.parts import PARTS
from worker.parts.upkeep import UPKEEP


def long_logs(folder: Path) -> list[str]:
    logs = folder.glob("*.db-wal")
    return sorted(log.name for log in logs if log.stat().st_size > wal.LONG_BYTES)


def test_logs_that_became_long_are_emptied_as_soon_as_nobody_reads_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "LONG_BYTES", 100_000)
    monkeypatch.setattr(wal, "WAIT_MS", 5)
    assert UPKEEP in PARTS
    with running_system(tmp_path) as system:
        account, _ = create_account(system)
        with (
            closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as store,
            closing(sqlite3.connect(tmp_path / "read.db", isolation_level=None)) as read,
        ):
            for reader in (store, read):
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for _ in range(100):
                grant(system, account, 1)
            assert system.queries.reached(system.store.head(), timeout_s=10, projection="balances")
            system.shorten()
            assert long_logs(tmp_path) == ["read.db-wal", "store.db-wal"]
        system.shorten()
        assert long_logs(tmp_path) == []
        grant(system, account, 1)
        assert system.store.head() > 100
