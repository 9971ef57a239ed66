"""Copies outside of the store, in the data folder: logs of emulated modems, and kept mail."""

from collections.abc import Callable
from pathlib import Path

from adapters.modems.simulated.network_log import forget_segments


def forget_on_air(data_dir: Path, is_wanted: Callable[[str, str], bool]) -> int:
    """Blank what emulated modems wrote down of segments; give how many lines were changed."""
    logs = sorted((data_dir / "modems").glob("*.jsonl"))
    return sum(forget_segments(path, is_wanted) for path in logs)


def forget_mail(folder: Path, email: str) -> int:
    """Delete the kept mail of an address; give how many there were."""
    wanted = email.casefold().encode()
    count = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file() and wanted in path.read_bytes().lower():
            path.unlink()
            count += 1
    return count
