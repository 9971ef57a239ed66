"""A child as whoever has it made keeps it: begun, and begun again when it ends by itself."""

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from application.fleet.pacing import BackOff
from domain.errors import StoreDown
from worker.apart.cradle import Cradle, CradleGone

LIVED_S: Final = 10.0
"""A child that ends after this time did well: the next one is begun at once."""
BEGIN_S: Final = (0.0, 0.0, 0.5, 1.0, 5.0)
"""Pauses before the first child, and before the next ones as long as none of them lives."""
REPORT_S: Final = 1.0
"""How long the cradle may take to say how a child ended that is gone."""


class ProcessEnded(StoreDown):
    """A process of ours has ended without being told to; another one is begun."""


class Closes(Protocol):
    """One end of a line."""

    def close(self) -> None:
        """Let go of it."""


L = TypeVar("L", bound=Closes)


class Ward(Generic[L]):
    """A child at a time. One thread uses it; ``line`` may be looked at by any."""

    def __init__(
        self,
        cradle: Cradle,
        name: str,
        pair: Callable[[], tuple[L, socket.socket]],
        *,
        begin_s: Sequence[float] = BEGIN_S,
    ) -> None:
        """``pair`` makes a line: our end, and what the child makes its own one of.

        ``begin_s`` are the pauses before the first child, and before the next ones.
        """
        self.line: L | None = None
        """The line to the child; None while there is none."""
        self.pid = 0
        self.ended = 0
        """How many have ended that were not told to."""
        self._cradle = cradle
        self._name = name
        self._pair = pair
        self._begun_s = 0.0
        self._pauses = BackOff(begin_s)

    def pause_s(self) -> float:
        """Give how long to wait before the next one is begun."""
        return self._pauses.next_s()

    def begin(self) -> L:
        """Begin one.

        Raises:
            CradleGone: there will be none any more.
        """
        line, its = self._pair()
        try:
            with its:
                self.pid = self._cradle.make(self._name, its)
        except CradleGone:
            line.close()
            raise
        self._begun_s = time.monotonic()
        self.line = line
        return line

    def bury(self) -> ProcessEnded:
        """Let go of one that ended by itself, and say how."""
        code = self.end(REPORT_S)
        self.ended += 1
        if time.monotonic() - self._begun_s >= LIVED_S:
            self._pauses.reset()
        return ProcessEnded(f"its process {self.pid} {_words(code)}; another one is begun")

    def end(self, wait_s: float) -> int | None:
        """Wait for the end of one whose line is over, see to that it comes, and let go of it.

        Gives its exit code, negative for a signal's number; None when nobody knows.
        """
        line, self.line = self.line, None
        if line is not None:
            line.close()
        with suppress(CradleGone):
            if (code := self._cradle.ended(self.pid, wait_s)) is not None:
                return code
            self.kill()
            return self._cradle.ended(self.pid, REPORT_S)
        return None

    def kill(self) -> None:
        """End it where it stands."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def _words(code: int | None) -> str:
    if code is None:
        return "is gone"
    return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
