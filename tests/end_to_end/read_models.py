"""Invariant I11: the read models of a folder equal those that are built anew from its log."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from tests.support.templates import copy_data

CATCH_UP_S: Final = 30.0


def unequal_read_models(folder: Path, scratch: Path) -> list[str]:
    """Build the read models of a stopped folder anew in ``scratch``; name what differs."""
    copy_data(folder, scratch, without=["read.db*", "modems", "*.tmp"])
    _catch_up(folder, is_new=False)
    _catch_up(scratch, is_new=True)
    there, anew = _rows(folder / "read.db"), _rows(scratch / "read.db")
    shutil.rmtree(scratch)
    return [
        f"table {name}: {len(there.get(name, []))} rows, {len(anew.get(name, []))} when built anew"
        for name in sorted(there.keys() | anew.keys())
        if there.get(name) != anew.get(name)
    ]


def _catch_up(folder: Path, *, is_new: bool) -> None:
    system = bootstrap(Settings(data_dir=folder), is_server=False)
    try:
        if is_new:
            system.follower.migrate()
        assert system.follower.catch_up(timeout_s=CATCH_UP_S)
    finally:
        system.close()


def _rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all read models, sorted; not the positions, which count rebuilds."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' AND name <> 'projection_positions'"
            )
        ]
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names
        }
