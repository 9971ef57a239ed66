"""``ngoma`` under a clock that stands off by as many seconds as the file ``STEPPED_CLOCK`` says.

A fake at the one place where this program reads the time, so that it needs no root and no library:
``time.time`` and ``time.time_ns``. What counts for waiting, the monotonic clocks, goes on.
"""

import os
import time
from pathlib import Path
from typing import Final

FILE: Final = "STEPPED_CLOCK"


def step_clock(file: Path) -> None:
    """Let the time of this process stand off by what ``file`` says at each moment."""
    real_ns = time.time_ns

    def time_ns() -> int:
        return real_ns() + int(file.read_text() or 0) * 1_000_000_000

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


if __name__ == "__main__":
    step_clock(Path(os.environ[FILE]))
    from worker.cli import main

    main()
