"""A database file is looked through for damage, its small tables every second."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite import inspection
from adapters.store.sqlite.inspection import REST_S, Inspection, first_damage
from tests.end_to_end.damage import zero_a_page_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as connection:
        for name in ("first", "second"):
            connection.execute(f"CREATE TABLE {name} (n INTEGER)")
            connection.executemany(f"INSERT INTO {name} VALUES (?)", [(n,) for n in range(100)])
        connection.commit()
    return path


@pytest.mark.slow
@pytest.mark.slow
def test_a_look_that_had_to_wait_for_its_turn_does_not_put_off_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at = inspection._damage_in

    def late(connection: sqlite3.Connection, table: str) -> str | None:
        time.sleep(0.2)  # as on a machine that is busy with other things
        return look_at(connection, table)

    found: list[str] = []
    looking = Inspection(path, look=lambda: found.append)
    with monkeypatch.context() as busy:
        busy.setattr(inspection, "_damage_in", late)
        looking.step()
    zero_a_page_of("second", path)
    time.sleep(REST_S)  # what a small table is left alone, by the clock that looks are timed by
    looking.step()
    assert len(found) == 1
    assert "table second: " in found[0]


def test_a_look_at_a_large_file_is_broken_off_in_time(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE large (octets BLOB)")
        connection.executemany("INSERT INTO large VALUES (zeroblob(1000000))", [()] * 25)
        connection.commit()
    assert first_damage(path, limit_s=60.0).is_whole
    looked = first_damage(path, limit_s=0.001)
    assert not looked.is_whole
    assert looked.damage is None
