"""A store whose secrets of people have no tags yet is brought up by ``ngoma migrate`` alone."""

import sqlite3
from contextlib import closing

import pytest

from adapters.store.sqlite import SqliteStore
from application.ports import SecretKind, SecretRow
from tests.conformance.stores import NOW, change
from tests.worker.cli.commands import Cli

PASSWORD = SecretRow(SecretKind.PASSWORD, "1", 1, "$argon2id$old", NOW)


@pytest.fixture
def older(cli: Cli) -> Cli:
    """Give a store of the version before, with one password."""
    cli.account("Shop", credits=3)
    with closing(SqliteStore(cli.folder / "store.db", is_server=False)) as store:
        change(store, PASSWORD)
    with closing(sqlite3.connect(cli.folder / "store.db")) as file:
        file.execute("ALTER TABLE secrets DROP COLUMN tag")
        file.execute("UPDATE schema_version SET version = 7")
        file.commit()
    return cli


def test_migrate_takes_them_as_found(older: Cli) -> None:
    assert older.json("migrate")["store"] == "made"
    assert older.json("audit", "verify", code=3)["faults"] == []
    assert older.json("migrate")["store"] == "unchanged"


def test_what_is_put_in_afterwards_is_not_taken(older: Cli) -> None:
    older.run("migrate")
    with closing(sqlite3.connect(older.folder / "store.db")) as file:
        file.execute("UPDATE secrets SET value = 'mine'")
        file.commit()
    older.run("migrate")
    (fault,) = older.json("audit", "verify", code=1)["faults"]
    assert fault["words"] == "a password of account 1 has no right tag"


@pytest.mark.slow
def test_serve_asks_for_a_word(older: Cli) -> None:
    with older.start("serve", "--port", 0) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (1, "")
    assert "`ngoma migrate` takes them as they are found" in stderr
    assert "Traceback" not in stderr
