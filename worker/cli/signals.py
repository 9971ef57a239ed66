"""Signals of the long-lived commands: which of them end a process, and in what order."""

import signal
from collections.abc import Callable


def end_in_order() -> Callable[[], None]:
    """Unwind on SIGINT and SIGTERM: uvicorn raises them anew once the web has stopped.

    Give what unwinds if one came already: what a handler raises is lost where a library calls
    back meanwhile in this thread, as SQLite does (CPython drops errors of its callbacks).
    """
    asked: list[int] = []

    def end() -> None:
        asked.append(1)
        raise SystemExit(0)

    def go_on() -> None:
        if asked:
            raise SystemExit(0)

    call_at_end(end)
    return go_on


def call_at_end(end: Callable[[], None]) -> None:
    """Call ``end`` on SIGINT and SIGTERM; a terminal that goes away (SIGHUP) ends nothing.

    Nothing is read again but a certificate (``worker/web/served.py``): logs go to standard error,
    and settings are read once.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
