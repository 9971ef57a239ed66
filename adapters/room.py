"""Whether there is room on a disk."""

import os
from pathlib import Path
from typing import Final

ROOM_MIN_BYTES: Final = 64 * 1024 * 1024
"""On the disk of an embedded store; with less left somebody has to look, before it is full."""


def room_trouble(folder: Path) -> str:
    """Say whether there is room on the disk of an embedded store: "ok", or how little."""
    try:
        found = os.statvfs(folder)
    except OSError as error:
        return f"{folder} cannot be looked at: {error.strerror}"
    left_bytes = found.f_bavail * found.f_frsize
    if left_bytes >= ROOM_MIN_BYTES:
        return "ok"
    return f"only {left_bytes // 1024:,} KiB are left on the disk of {folder}: make room there"
