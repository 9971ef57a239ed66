"""Threads for what would keep a job waiting: calls to providers, and those that take minutes."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Final

from application.books.commands import Execute, Outcome
from application.books.committer import Committer
from application.money.taking import Call
from domain.errors import NgomaError

AT_ONCE_MAX: Final = 16
"""Threads at once that wait for payers; what comes on top keeps its own job waiting."""
SPEAKERS: Final = 4
"""Calls at once to providers that answer quickly."""
SPEAKERS_MAX: Final = 64
"""Calls at once to slow ones."""
PATIENCE_S: Final = 0.2
"""For how long a call may wait before one more is made at once."""
FREE_S: Final = 5.0
"""How long a job waits while all speak; what it is about is asked for again."""

logger = logging.getLogger("ngoma.jobs")


class Threads:
    """Runs each piece in a thread of its own, up to a number of them.

    A process that ends does not wait for them: what they would have told is found out later.
    """

    def __init__(self, at_once_max: int = AT_ONCE_MAX) -> None:
        self._room = threading.Semaphore(at_once_max)

    def __call__(self, piece: Callable[[], object]) -> None:
        """Run a piece elsewhere, or here where there is no room."""
        if not self._room.acquire(blocking=False):
            _try(piece)
            return

        def run() -> None:
            try:
                _try(piece)
            finally:
                self._room.release()

        threading.Thread(target=run, name="ngoma-payer", daemon=True).start()


def _try(piece: Callable[[], object]) -> None:
    try:
        piece()
    except NgomaError as error:
        logger.warning("what a provider answered must wait: %s", type(error).__name__)


class SpeakerThreads:
    """``application.money.taking.Speakers``: threads that stay, and hand on what was said.

    There are only as many as the providers' slowness asks for: many that have much to do hinder
    each other. To the supervisor it is a part of the process, which lets those who speak end.
    """

    name = "speakers"
    is_alive = True
    fault: str | None = None
    """None: what one call met says nothing of the next."""

    def __init__(self, committer: Committer, threads_max: int = SPEAKERS_MAX) -> None:
        self.faults = 0
        self._committer = committer
        self._threads_max = threads_max
        self._threads = 0
        self._free = threading.Semaphore(threads_max)
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._have_begun = threading.Event()
        self._lock = threading.Lock()
        self._logged: set[str] = set()

    def is_free(self, wait_s: float = FREE_S) -> bool:
        """Whether not all speak; it waits a little for one to end."""
        if not self._free.acquire(timeout=wait_s):
            return False
        self._free.release()
        return True

    def speak(self, calls: Sequence[Call], execute: Execute) -> None:  # noqa: ARG002 - nobody waits
        """Have calls made; it comes back when all have begun."""
        for call in calls:
            self._calls.put(call)
        self._have_begun.clear()
        patience_s = 0.0 if self._threads < SPEAKERS else PATIENCE_S
        while not self._calls.empty():
            if not self._have_begun.wait(patience_s):
                self._begin_another()
            patience_s = PATIENCE_S

    def _begin_another(self) -> None:
        with self._lock:
            if self._threads < self._threads_max:
                self._threads += 1
                threading.Thread(target=self._run, name="ngoma-speaker", daemon=True).start()

    def _run(self) -> None:
        while True:
            call = self._calls.get()
            if self._calls.empty():
                self._have_begun.set()
            with self._free:
                try:
                    if (command := call()) is not None:
                        self._committer.submit(command, self._recorded)
                except Exception as error:  # noqa: BLE001 - the thread is needed for the next call
                    self._note(error)
            del call

    def _recorded(self, outcome: Outcome[object]) -> None:
        """Hear what became of a record; what is not stored is asked for again when it is due."""
        if isinstance(outcome.error, Exception):
            self._note(outcome.error)

    def _note(self, error: Exception) -> None:
        """Say that an answer must wait; of a fault only the first of its kind, and count it."""
        kind = type(error).__name__
        if isinstance(error, NgomaError):
            logger.warning("what a provider answered must wait: %s", kind)
            return
        self.faults += 1
        if kind not in self._logged:
            self._logged.add(kind)
            logger.error("a call to a provider met %s", kind, exc_info=error)

    def start(self) -> None:
        """Begin nothing: threads come with the calls."""

    def stop(self) -> None:
        """Ask nothing: who speaks is let end."""

    def join(self, timeout_s: float) -> bool:
        """Let those who speak end; False when one does not in time."""
        until_s = time.monotonic() + timeout_s
        ended = 0
        while ended < self._threads_max and self._free.acquire(
            timeout=max(0.0, until_s - time.monotonic())
        ):
            ended += 1
        if ended:
            self._free.release(ended)
        return ended == self._threads_max
