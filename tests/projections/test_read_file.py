"""``read.db`` as a file: what is met by who still has the old one is no damage of the new one."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine

from adapters.store.sqlite.read_file import ReadFile
from projections.keeping import Rebuilding
from tests.end_to_end.damage import zero_its_head


def connected(path: Path) -> Connection:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool).connect()


def test_a_connection_that_was_let_go_says_nothing_of_the_file_that_was_made_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "read.db"
    with connected(path) as old:
        old.exec_driver_sql("CREATE TABLE rows (number INTEGER)")
        has_begun, is_anew = threading.Event(), threading.Event()

        def read_late() -> None:
            has_begun.set()
            assert is_anew.wait(10)
            old.exec_driver_sql("SELECT * FROM rows")

        def read() -> None:
            with pytest.raises(Rebuilding), keeper.watch():
                read_late()

        reader = threading.Thread(target=read)

        def let_go() -> None:
            reader.start()  # it was given a connection before all of them were let go
            assert has_begun.wait(10)

        keeper = ReadFile(path, let_go)
        assert not keeper.is_lost()
        zero_its_head(path)
        with pytest.raises(Rebuilding), keeper.watch(), connected(path) as other:
            other.exec_driver_sql("SELECT * FROM rows")
        assert keeper.is_lost()
        keeper.begin_anew()
        is_anew.set()
        reader.join(10)
        assert not keeper.is_lost()
