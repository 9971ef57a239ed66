"""Logging as it was, after something set it up for a whole process."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.observability.logs import HEARD, START

NAMES: Final = ("", *HEARD, START)


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Leave nothing of what is set up meanwhile to whoever runs next in this process."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, levels = root.handlers[:], [logging.getLogger(name).level for name in NAMES]
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        threading.excepthook = hook
        root.handlers[:] = handlers
        for name, level in zip(NAMES, levels, strict=True):
            logging.getLogger(name).setLevel(level)
