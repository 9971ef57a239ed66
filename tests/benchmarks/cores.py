"""Fewer cores than the machine has, for everything that is measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.support.processes import tree

PASSES_MAX: Final = 20


def available() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def pinned(count: int) -> Iterator[None]:
    """Keep this process and all that descends from it on ``count`` of its cores, for a while.

    Servers that run already are among them, and what they fork later takes after them.

    Raises:
        ValueError: it has not so many.
    """
    before = os.sched_getaffinity(0)
    if not 0 < count <= len(before):
        msg = f"{count} cores were asked for, there are {len(before)}"
        raise ValueError(msg)
    _move_all(set(sorted(before)[:count]))
    try:
        yield
    finally:
        _move_all(before)


def _move_all(cores: set[int]) -> None:
    """Move every thread, and again, until none was found that began elsewhere meanwhile."""
    for _ in range(PASSES_MAX):
        moved = False
        for pid in tree(os.getpid()):
            for thread in _threads(pid):
                with suppress(ProcessLookupError):
                    if os.sched_getaffinity(thread) != cores:
                        os.sched_setaffinity(thread, cores)
                        moved = True
        if not moved:
            return
    msg = "threads begin faster than they can be moved"
    raise RuntimeError(msg)


def _threads(pid: int) -> list[int]:
    try:
        return [int(one.name) for one in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
