"""Making a backup: a copy of the truth as of one moment, checked, with its secret, in one file."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from adapters.backup.archive import POSTGRESQL, SECRET, SQLITE, STORES, Advance, write_archive
from adapters.backup.report import Report
from adapters.security.secret import keep_private, read_secret
from adapters.settings import Settings
from adapters.store.sqlite import copying as sqlite
from adapters.store.sqlite.swapping import sync
from domain.errors import AlreadyExists, StoreDown

LISTED_MAX: Final = 100
"""Backups that are remembered."""


def make_backup(settings: Settings, file: Path, *, made_at: str, advance: Advance) -> Report:
    """Back the store up into ``file``, which appears whole or not at all.

    Raises:
        AlreadyExists: it is there already, or is being made.
        InvalidRequest: the server's secret cannot be read.
        StoreDown: the store cannot be read.
    """
    must_be_new(file)
    secret = own_secret(settings)
    with _workplace(file) as folder:
        kind = POSTGRESQL if settings.database_url else SQLITE
        copy = folder / STORES[kind]
        said = (_dump if settings.database_url else _copy)(settings, copy, advance)
        if problems := said.pop("problems", ()):
            return Report(file=file, problems=tuple(problems))
        members: dict[str, Path | bytes] = {copy.name: copy}
        if secret is not None:
            members[SECRET] = secret.encode()
        whole = folder / "whole"
        manifest = write_archive(
            whole,
            members,
            advance,
            ngoma=version("ngoma"),
            made_at=made_at,
            store=kind,
            **said,
        )
        whole.rename(file)
        sync(file.absolute().parent)
    report = Report.of(file.absolute(), manifest)
    _remember(settings, report)
    return report


def must_be_new(file: Path) -> None:
    """Refuse to overwrite anything.

    Raises:
        AlreadyExists: there is a file.
    """
    if file.exists():
        msg = f"{file} is there already: a backup overwrites nothing."
        raise AlreadyExists(msg)


def own_secret(settings: Settings) -> str | None:
    """Give the server's secret that is in force; None when there is none yet.

    Raises:
        InvalidRequest: it cannot be read.
    """
    own = settings.data_dir / "secrets" / "server"
    if settings.server_secret is None and not own.exists():
        return None
    return read_secret(settings.server_secret or f"file:{own}").reveal()


def _copy(settings: Settings, copy: Path, advance: Advance) -> dict[str, Any]:
    try:
        sqlite.copy_out(settings.data_dir / "store.db", copy, advance)
        if faults := sqlite.faults_of(copy, is_whole=False):
            return {"problems": [f"the store is damaged: {fault}" for fault in faults]}
        found = sqlite.described(copy)
    except sqlite3.DatabaseError as error:
        msg = f"The store cannot be copied: {error}."
        raise StoreDown(msg) from error
    tools = {"sqlite": sqlite3.sqlite_version}
    return {
        "schema": found.schema,
        "store_id": found.identity.id,
        "generation": found.identity.generation,
        "position": found.position,
        "events": found.events,
        "tools": tools,
    }


def _dump(settings: Settings, copy: Path, advance: Advance) -> dict[str, Any]:
    import psycopg  # noqa: PLC0415 - only who has one

    from adapters.store.postgres import copying as postgres  # noqa: PLC0415

    try:
        dumped = postgres.copy_out(settings.database_url or "", copy, advance)
    except postgres.ToolFailed as error:
        return {"problems": [str(error)]}
    except psycopg.Error as error:
        msg = f"The database cannot be backed up ({type(error).__name__}): {error}"
        raise StoreDown(msg) from error
    return {
        "schema": dumped.schema,
        "store_id": dumped.identity.id,
        "generation": dumped.identity.generation,
        "position": dumped.position,
        "events": dumped.events,
        "tools": dict(dumped.tools),
    }


@contextmanager
def _workplace(file: Path) -> Iterator[Path]:
    """Give a private folder beside the file; what a crash left there goes first.

    Raises:
        AlreadyExists: somebody works there.
    """
    folder = file.with_name(f"{file.name}.part")
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        msg = f"{file} is being made by another process."
        raise AlreadyExists(msg) from error
    try:
        for left in folder.iterdir():
            left.unlink()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


# -- what was made --------------------------------------------------------------------------------


def _remember(settings: Settings, report: Report) -> None:
    """Note a backup for the list; at most the last ones are kept."""
    entry = {
        "file": str(report.file),
        "made_at": report.made_at,
        "store_id": report.store_id,
        "generation": report.generation,
        "position": report.position,
        "events": report.events,
        "bytes": report.file.stat().st_size,
    }
    kept = [*remembered(settings)[-LISTED_MAX + 1 :], entry]
    keep_private(_list_of(settings), "".join(f"{json.dumps(each)}\n" for each in kept))


def remembered(settings: Settings) -> list[dict[str, Any]]:
    """Give the backups that were made with these settings, oldest first; files may be gone."""
    path = _list_of(settings)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def remove_older(settings: Settings, newest: Report, keep: int) -> list[Path]:
    """Remove what was made here in the folder of ``newest`` but the last ``keep``; give which.

    A file that is not as it was made is left: it may be something else by now.
    """
    folder, store = newest.file.parent, newest.store_id
    beside = {
        Path(each["file"]): each["bytes"]
        for each in remembered(settings)
        if Path(each["file"]).parent == folder and each["store_id"] == store
    }
    there = [file for file, size in beside.items() if is_as_made(file, size)]
    gone = there[:-keep]
    for file in gone:
        file.unlink(missing_ok=True)
    return gone


def is_as_made(file: Path, size: int) -> bool:
    """Say whether a backup is still where it was made, and as large."""
    return file.is_file() and file.stat().st_size == size


def _list_of(settings: Settings) -> Path:
    return settings.data_dir / "backups.jsonl"
