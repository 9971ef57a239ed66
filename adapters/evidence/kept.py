"""The folder of exports that are asked for on a page: one is made at a time, few are kept."""

import fcntl
import logging
import os
import re
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from adapters.evidence.export import EVENTS, export, newest_sealed
from application.ports import Clock, Store
from application.ports.exports import ExportShown, ExportState
from domain.errors import AlreadyExists, InvalidRequest, NgomaError, NotFound
from domain.public_ids import iso_time
from domain.values import Instant

KEPT_MAX: Final = 3
"""Exports that are kept; the oldest goes when one more is begun."""
PAUSE_S: Final = 0.05
"""Between two reads of the log, so that sending goes on at its pace."""
FREE_BYTES_MIN: Final = 1 << 30
"""What an export leaves free: a full disk would stop the gateway."""

_NAME: Final = re.compile(r"ngoma-g(\d{1,9})-(\d{1,19})-(\d{1,19})\.zip(\.partial)?")
_log = logging.getLogger("ngoma.evidence")


class ExportFolder:
    """``application.ports.Exports`` in a folder, which processes of one host may share."""

    def __init__(
        self, folder: Path, store: Store, clock: Clock, *, free_bytes_min: int = FREE_BYTES_MIN
    ) -> None:
        self._folder = folder
        self._store = store
        self._clock = clock
        self._free_bytes_min = free_bytes_min
        self._turn = threading.Lock()
        """Held by a thread that takes the lock, gives it back, or takes it to look who has it."""
        self._own: tuple[int, int] | None = None
        """The one that this process makes now."""
        self._reached = 0
        self._why: dict[tuple[int, int], str] = {}

    # -- making ------------------------------------------------------------------------------------

    def begin(self, first: int, last: int | None) -> None:
        """Begin one, in a thread."""
        last = newest_sealed(self._store.sealed) if last is None else last
        if not last:
            msg = "Nothing is sealed yet: give the last position."
            raise InvalidRequest(msg, field="to")
        head = self._store.head()
        if not 0 < first <= last <= head:
            msg = f"The log has positions 1 to {head}: {first} to {last} is no part of it."
            raise InvalidRequest(msg, field="from")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._turn:
            lock = self._take_turn()
            if lock is None:
                msg = "An export is under way: wait until it is ready."
                raise AlreadyExists(msg)
            self._own, self._reached = (first, last), first - 1
        self._why.clear()
        work = threading.Thread(
            target=self._make, args=(lock, first, last), name="ngoma-export", daemon=True
        )
        work.start()

    def _take_turn(self) -> int | None:
        """Be the one of all processes that writes here; give the lock, None where another is."""
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _make(self, lock: int, first: int, last: int) -> None:
        try:
            self._write(first, last)
        except NgomaError as error:
            self._why[first, last] = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it was, who waits for it is told
            _log.error("An export failed.", exc_info=error)
            self._why[first, last] = type(error).__name__
        finally:
            with self._turn:  # whoever is shown that it is over may begin another
                self._own = None
                os.close(lock)

    def _write(self, first: int, last: int) -> None:
        out = self._path(first, last)
        begun = out.with_name(f"{out.name}.partial")
        out.unlink(missing_ok=True)  # seals that came since belong into it
        self._keep({begun, *self._ready()[: KEPT_MAX - 1]})
        events = begun / EVENTS

        def advance(reached: int, _last: int) -> None:
            self._reached = reached
            free = shutil.disk_usage(self._folder).free
            if free - events.stat().st_size < self._free_bytes_min:  # the zip holds it once more
                msg = "The disk has not enough room for it: ask for fewer positions."
                raise InvalidRequest(msg)
            time.sleep(PAUSE_S)

        made_at = iso_time(self._clock.now())
        export(self._store, first=first, last=last, out=out, made_at=made_at, advance=advance)

    def _ready(self) -> list[Path]:
        return [path for path, one in self._found() if one.state is ExportState.READY]

    def _keep(self, wanted: set[Path]) -> None:
        """Remove all others, also those of the store before a restore."""
        for path in set(self._folder.glob("ngoma-*")) - wanted:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    # -- what is there -----------------------------------------------------------------------------

    def shown(self) -> list[ExportShown]:
        """Give those that are there, the newest first."""
        return [found for _, found in self._found()]

    def _found(self) -> list[tuple[Path, ExportShown]]:
        """Give what is of this store's log: after a restore another has the same positions."""
        generation, is_busy = self._store.identity().generation, self._is_busy()
        found = []
        for path in self._folder.glob("ngoma-*"):
            name = _NAME.fullmatch(path.name)
            if name is None or int(name[1]) != generation:
                continue
            with suppress(FileNotFoundError):  # removed meanwhile
                about = path.stat()
                one = self._one(int(name[2]), int(name[3]), about, bool(name[4]), is_busy)
                found.append((about.st_mtime_ns, path, one))
        return [(path, one) for _, path, one in sorted(found, key=lambda each: -each[0])]

    def _one(
        self,
        first: int,
        last: int,
        about: os.stat_result,
        is_partial: bool,  # noqa: FBT001 - one caller
        is_busy: bool,  # noqa: FBT001 - one caller
    ) -> ExportShown:
        if self._own == (first, last):
            return ExportShown(first, last, ExportState.UNDER_WAY, self._reached)
        if not is_partial:
            made_at = Instant(about.st_mtime_ns // 1_000)
            return ExportShown(first, last, ExportState.READY, last, about.st_size, made_at)
        if is_busy:
            return ExportShown(first, last, ExportState.UNDER_WAY)
        why = self._why.get((first, last), "")
        return ExportShown(first, last, ExportState.BROKEN_OFF, why=why)

    def _is_busy(self) -> bool:
        if self._own is not None:
            return True
        if not self._folder.exists():
            return False
        with self._turn:
            lock = self._take_turn()
            if lock is not None:
                os.close(lock)
        return lock is None

    def open(self, first: int, last: int) -> BinaryIO:
        """Open one that is ready."""
        try:
            return self._path(first, last).open("rb")
        except FileNotFoundError as error:
            msg = f"There is no export from {first} to {last}: ask for it."
            raise NotFound(msg) from error

    def _path(self, first: int, last: int) -> Path:
        return self._folder / f"ngoma-g{self._store.identity().generation}-{first}-{last}.zip"
