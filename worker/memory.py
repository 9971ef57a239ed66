"""What a long-lived process asks of the memory management of Python and of the C library."""

import ctypes
import gc
from contextlib import suppress
from typing import Final

GARBAGE_OBJECTS: Final = 20_000
"""New objects between two looks for cycles; Python's own 700 are a tenth of a send's CPU."""


def settle_memory() -> None:
    """Spare the garbage collector what lives as long as the process, and most of its visits.

    Called once everything is assembled. Sends leave no cycles behind; what errors and closed
    connections leave is still found, later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, 20, 20)


def return_memory() -> None:
    """Give the system what is free in the heap; a few milliseconds.

    Left alone, glibc gives back what happens to be free at the heap's end: the bodies of a
    hundred hostile connections may then stay in the process long after these are closed.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
