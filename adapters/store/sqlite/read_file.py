"""``read.db`` as a file: disposable, so one that cannot be used is set aside and made anew."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from adapters.store.sqlite.inspection import Inspection
from adapters.store.sqlite.opened import OpenedFile, Place, with_suffix
from adapters.store.sqlite.trouble import DAMAGE, PRIMARY
from application.ports import StoreUnusable
from domain.errors import StoreDown
from projections.keeping import Rebuilding

KEPT: Final = 2
"""Files set aside that are kept, for whoever wants to know what happened to them."""
AGAIN_S: Final = 10.0
"""A file that is damaged so soon after another is the disk's doing: no more are made."""
SUFFIXES: Final = ("-wal", "-shm", "")

_log = logging.getLogger("ngoma.projections")


class ForeignFile(sqlite3.DatabaseError):
    """The database is not one of read models."""


class ReadFile:
    """``projections.keeping.Keeper`` of one file. Callable from any thread.

    ``let_go`` closes all connections to it: the next ones open what stands there then. Other
    processes keep the file that they have open, under its new name, until they look here again.
    """

    def __init__(
        self,
        path: Path,
        let_go: Callable[[], None],
        damage_of_store: Callable[[], str | None] = lambda: None,
    ) -> None:
        """``damage_of_store`` looks whether it is the store, read with it, that is damaged."""
        self._path = path
        self._let_go = let_go
        self._damage_of_store = damage_of_store
        self._opened = OpenedFile(path)
        self._lock = threading.Lock()
        self._damage: str | None = None
        self._begun = 0
        self._set_aside_at_s = float("-inf")

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Note damage that shows inside the block.

        Raises:
            Rebuilding: it did.
            StoreUnusable: it is damage of the store.
        """
        begun = self._begun
        try:
            yield
        except DBAPIError as error:
            if not is_damage(error):
                raise
            if (damage := self._damage_of_store()) is not None:
                raise StoreUnusable(damage) from error
            self._note(str(error.orig), begun)
            msg = "The read models are damaged, and are being built anew; try again."
            raise Rebuilding(msg) from error

    def inspection(self) -> Inspection:
        """Give what looks for damage that nobody has met yet."""

        def look() -> Callable[[str], None] | None:
            begun = self._begun
            return None if self.is_lost() else lambda where: self._note(where, begun)

        return Inspection(self._path, look=look)

    def _note(self, damage: str, begun: int) -> None:
        with self._lock:
            if begun == self._begun:  # else it was in the file before this one
                self._damage = self._damage or damage

    def is_lost(self) -> bool:
        """Whether it is damaged, or another file stands in its place."""
        with self._lock:
            place = self._opened.look()
            if place is Place.SHORTER:
                self._damage = self._damage or "it was truncated"
            return self._damage is not None or place is not Place.SAME

    def begin_anew(self) -> None:
        """Set a damaged file aside, and use what stands there then: nothing, or another file.

        Raises:
            StoreDown: one was set aside a moment ago.
        """
        with self._lock:
            if self._opened.look() in {Place.OTHER, Place.GONE}:
                _log.warning("%s is not the file any more that it was", self._path.name)
                self._opened.remove_stale_wal()
            elif self._damage is not None:
                self._set_aside(self._damage)
            self._let_go()
            self._opened.forget()
            self._damage = None
            self._begun += 1  # once nobody is given the old file any more: who has it is behind

    def _set_aside(self, damage: str) -> None:
        name, now_s = self._path.name, time.monotonic()
        if now_s - self._set_aside_at_s < AGAIN_S:
            msg = f"{name} is damaged again ({damage}); look at the disk."
            raise StoreDown(msg)
        self._set_aside_at_s = now_s
        numbers = sorted(self._numbers())
        aside = self._aside(numbers[-1] + 1 if numbers else 1)
        for suffix in SUFFIXES:
            if (file := with_suffix(self._path, suffix)).exists():
                file.rename(with_suffix(aside, suffix))
        for number in numbers[: len(numbers) + 1 - KEPT]:
            for suffix in SUFFIXES:
                with_suffix(self._aside(number), suffix).unlink(missing_ok=True)
        _log.warning(
            "%s cannot be used (%s): set aside as %s, and made anew", name, damage, aside.name
        )

    def _numbers(self) -> list[int]:
        names = (path.name for path in self._path.parent.glob(f"{self._path.name}.aside-*"))
        ends = (name.rpartition("aside-")[2] for name in names)
        return [int(end) for end in ends if end.isdecimal()]

    def _aside(self, number: int) -> Path:
        return with_suffix(self._path, f".aside-{number}")


def is_damage(error: DBAPIError) -> bool:
    """Whether an error says that the file is not what it has to be."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY
    return isinstance(error.orig, ForeignFile) or code in DAMAGE
