"""The lock file that other programs look for before they open a serial port (HDB form)."""

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

LOCKS: Final = Path("/var/lock")
"""Where minicom, picocom, gammu and uucp have theirs (FHS 5.9)."""

_ATTEMPTS: Final = 3  # another may take the place of a stale one meanwhile


class PortLock:
    """``LCK..ttyUSB0`` with our process number, where such files may be made."""

    def __init__(self, device: str, *, folder: Path = LOCKS) -> None:
        """Take it.

        Raises:
            OSError: a process that runs has the port.
        """
        name = os.path.realpath(device).removeprefix("/dev/").replace("/", "_")
        self._path = folder / f"LCK..{name}"
        self._is_ours = False
        for _ in range(_ATTEMPTS):
            holder = self._holder()
            if holder is not None:
                raise OSError(errno.EBUSY, f"process {holder} has it locked by {self._path}")
            if self._take():
                return

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._is_ours:
            self._is_ours = False
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _take(self) -> bool:
        """Make the file; True also where none can be made, since then nobody looks for one."""
        try:
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()  # of a process that is gone
            with self._path.open("x", encoding="ascii") as file:
                file.write(f"{os.getpid():10d}\n")
        except FileExistsError:
            return False
        except OSError:  # no such folder, or not ours to write in
            return True
        self._is_ours = True
        return True

    def _holder(self) -> int | None:
        """Give the process that has the port; None when none does, or it is this one."""
        try:
            number = int(self._path.read_text("ascii"))
        except (OSError, ValueError):  # not there, not readable, or no number in it
            return None
        if number <= 0 or number == os.getpid():
            return None
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return None
        except OSError:  # it runs and is another user's
            return number
        return number
