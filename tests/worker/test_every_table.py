"""One page of zeros in each table of both files: named with its table, and nothing is taken in.

What a whole process makes of it, in ``/readyz``, log, metrics and doctor, is tested end to end.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from application.accounts.principal import Principal
from domain.errors import StoreDown
from tests.end_to_end import damage
from tests.support.templates import copy_data
from tests.worker.gateway import Gateway, gateway

STORE, READ_MODELS = "store.db", "read.db"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the files of a gateway that has accepted something."""
    folder: Path = tmp_path_factory.mktemp("tables") / "data"
    with gateway(folder, is_threaded=False) as gw:
        gw.send(gw.account("Before"))
    return folder


def tables_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return sorted(name for (name,) in rows)


@contextmanager
def damaged(
    stopped: Path, folder: Path, file: str, table: str
) -> Iterator[tuple[Gateway, Principal]]:
    """Run a gateway one of whose tables is damaged under it, and let it look once."""
    copy_data(stopped, folder)
    with gateway(folder, is_threaded=False) as gw:
        sender = gw.account()
        gw.reached()
        damage.empty_its_log(folder / file)
        damage.zero_a_page_of(table, folder / file)
        for each in gw.system.inspections:
            each.step()
        yield gw, sender


@pytest.mark.slow
def test_a_page_of_zeros_in_any_table_of_the_store_is_named_and_nothing_more_is_accepted(
    stopped: Path, tmp_path: Path
) -> None:
    tables = tables_of(stopped / STORE)
    assert {"stored_events", "contents", "credentials", "sim_leases", "clock_marks"} <= set(tables)
    for table in tables:
        with damaged(stopped, tmp_path / table, STORE, table) as (gw, sender):
            words = gw.system.readiness().checks["store"]
            assert words.startswith(f"store.db is damaged (table {table}: "), table
            assert "`ngoma restore`" in words
            assert not gw.system.readiness().is_ready
            with pytest.raises(StoreDown, match=f"table {table}"):
                gw.send(sender)
        assert not list((tmp_path / table).glob("read.db.aside-*"))  # it is not their damage


@pytest.mark.slow
def test_a_page_of_zeros_in_any_table_of_the_read_models_is_named_and_they_are_made_anew(
    stopped: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tables = tables_of(stopped / READ_MODELS)
    assert {"message_log", "balances", "fleet_sims", "dispatch_messages"} <= set(tables)
    for table in tables:
        with damaged(stopped, tmp_path / table, READ_MODELS, table) as (gw, sender):
            gw.reached()
            gw.send(sender)
            assert set(gw.system.readiness().checks.values()) == {"ok"}, table
        assert f"read.db cannot be used (table {table}: " in caplog.text
        aside = {path.suffix for path in (tmp_path / table).glob("read.db.aside-?")}
        assert aside == {".aside-1"}, table
