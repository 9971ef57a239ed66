"""What is said to the driver of SQLite below SQLAlchemy."""

import sqlite3

import pytest

from projections.driver import BLOCKS, Driver


@pytest.mark.parametrize("count", [0, 1, 9, 10, 49, 50, 61, 137])
def test_rows_are_inserted_in_order_however_many_there_are(count: int) -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    raw.execute("CREATE TABLE notes (place INTEGER PRIMARY KEY AUTOINCREMENT, a, b)")
    rows = [(number, f"row {number}") for number in range(count)]
    Driver(raw, is_postgresql=False).insert("INSERT INTO notes (a, b) VALUES ", "(?, ?)", rows)
    assert raw.execute("SELECT a, b FROM notes ORDER BY place").fetchall() == rows
    raw.close()


def test_any_number_of_rows_can_be_made_of_blocks() -> None:
    assert [*BLOCKS] == sorted(BLOCKS, reverse=True)
    assert BLOCKS[-1] == 1
