"""Putting a restored store in the place of another: wholly, or not at all.

What is restored is made ready in a folder of its own. Renaming that folder is the moment from which
it counts: whatever happens after that, whoever opens the store next finishes first. Until then the
old store stands as it was. The old one is kept beside it, until the next restore.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.store.sqlite.opened import with_suffix

STAGING: Final = "restoring"
"""What is being made ready; it means nothing yet."""
RESTORED: Final = "restored"
"""What counts, and is still to be put in its place."""
BEFORE: Final = ".before-restore"
PARTS: Final = ("-wal", "-shm", "")
_SHARED_FIRST: Final = 0x40000002
_SHARED_SIZE: Final = 510
"""The bytes of a database that whoever is connected to it holds a lock on, by SQLite's format."""

_log = logging.getLogger("ngoma.store")


class InUse(Exception):
    """Somebody has the store open."""


@contextmanager
def nobody_else(store_db: Path) -> Iterator[None]:
    """Keep everybody out of a database while the block runs; there may be none.

    In this process nobody may open it inside the block: closing it would let go of the lock.

    Raises:
        InUse: somebody has it open.
    """
    try:
        file = store_db.open("r+b")
    except FileNotFoundError:
        yield
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError as error:
            raise InUse from error
        yield


def let_count(folder: Path) -> None:
    """Let what stands in the staging folder be the store from now on, and put it in place."""
    staging = folder / STAGING
    for suffix in PARTS:  # what the last restore kept: its parts must not be taken for ours
        with_suffix(folder / f"store.db{BEFORE}", suffix).unlink(missing_ok=True)
    for path in (*staging.iterdir(), staging):
        sync(path)
    staging.rename(folder / RESTORED)
    sync(folder)
    _finish(folder)


def finish(folder: Path) -> None:
    """Put a restored store in its place, if one counts that was not; safe to break off."""
    if (folder / RESTORED).is_dir():
        _log.warning("a restore was broken off: its store is put in place in %s", folder.absolute())
        _finish(folder)


def _finish(folder: Path) -> None:
    restored = folder / RESTORED
    descriptor = os.open(restored, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # somebody else may be doing it
        if restored.is_dir():
            _put_in_place(folder, restored)
    finally:
        os.close(descriptor)


def _put_in_place(folder: Path, restored: Path) -> None:
    store, read = folder / "store.db", folder / "read.db"
    if (restored / "store.db").exists():
        for suffix in PARTS:
            old = with_suffix(store, suffix)
            if old.exists():
                old.rename(with_suffix(store.with_name(store.name + BEFORE), suffix))
            with_suffix(read, suffix).unlink(missing_ok=True)
        (restored / "store.db").rename(store)
    if (restored / "server").exists():
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        old = secrets / "server"
        if old.exists():
            old.rename(with_suffix(old, BEFORE))
        (restored / "server").rename(old)
        sync(secrets)
    for left in restored.iterdir():
        left.unlink()
    sync(folder)
    restored.rmdir()


def sync(path: Path) -> None:
    """Let a file or folder reach the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
