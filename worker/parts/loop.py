"""A thread that calls one ``step`` until it is told to stop, whatever the step meets."""

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from application.books.asking import Wait, wait_for
from application.fleet.pacing import BackOff
from domain.errors import NgomaError

AFTER_FAULT_S: Final = (0.1, 0.5, 1.0, 5.0)
"""Pauses after one, two, … faults in a row."""

logger = logging.getLogger("ngoma.threads")


class Thread(Protocol):
    """What a loop runs in: a thread of its own, or something that shares one."""

    @property
    def ident(self) -> int | None:
        """A number once it was started."""

    def start(self) -> None:
        """Start it."""

    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""


Spawn = Callable[[Callable[[], None], str], Thread]
"""Makes what runs a function, with a name; nothing runs yet."""


def own_thread(target: Callable[[], None], name: str) -> Thread:
    """Make a thread that keeps no process from ending."""
    return threading.Thread(target=target, name=name, daemon=True)


class Loop:
    """``step`` waits for its work itself, bounded, or rests for ``every_s`` after each turn.

    ``at_end`` runs last, on the same thread.

    After ``stop`` the loop goes on until ``is_drained`` says that nothing is left, or until it
    is abandoned: a process that ends does not wait for it. ``wake`` shortens the wait of the step
    under way. A long rest belongs into ``every_s`` and not into the step, whose fault would stand
    meanwhile.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], object],
        *,
        every_s: float = 0.0,
        at_end: Callable[[], object] | None = None,
        wake: Callable[[], object] | None = None,
        is_drained: Callable[[], bool] = lambda: True,
        spawn: Spawn = own_thread,
        wait: Wait = wait_for,
        patience_s: float = float("inf"),
    ) -> None:
        """``patience_s`` bounds how long an end waits for a step that only reads."""
        self.name = name
        self.faults = 0
        """Unexpected exceptions since the start (a metric)."""
        self.fault: str | None = None
        """What the last step met; None when it went well."""
        self._step = step
        self._every_s = every_s
        self._at_end = at_end
        self._wake = wake
        self._is_drained = is_drained
        self._stopping = threading.Event()
        self._is_abandoned = False
        self._pauses = BackOff(AFTER_FAULT_S)
        self._wait = wait
        self._patience_s = patience_s
        self._thread = spawn(self._run, f"ngoma-{name}")

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end after the step under way."""
        self._stopping.set()
        if self._wake is not None:
            self._wake()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it did not come in time, and then nothing is drained."""
        if self._thread.ident is None:
            return True
        self._thread.join(max(0.0, min(timeout_s, self._patience_s)))
        self._is_abandoned = self.is_alive
        return not self.is_alive or timeout_s > self._patience_s

    def _run(self) -> None:
        while not self._stopping.is_set() or not (self._is_abandoned or self._is_drained()):
            self._take_step()
        if self._at_end is not None:
            try:
                self._at_end()
            except Exception as error:  # noqa: BLE001 - the thread ends here, whatever it met
                self._note(error)

    def _take_step(self) -> None:
        try:
            self._step()
        except Exception as error:  # noqa: BLE001 - one bad step must not end the whole loop
            self._note(error)
            self._wait(self._stopping, self._pauses.next_s())
        else:
            if self.fault is not None:
                logger.info("%s goes on", self.name)
            self.fault = None
            self._pauses.reset()
            if self._every_s:
                self._wait(self._stopping, self._every_s)

    def _note(self, error: Exception) -> None:
        """Count it, and log it unless the step before met the same."""
        is_ours = not isinstance(error, NgomaError)
        self.faults += is_ours
        was, self.fault = self.fault, type(error).__name__
        if was == self.fault:
            return
        if is_ours:
            logger.error("%s met %s", self.name, self.fault, exc_info=error)
        else:
            logger.warning("%s waits: %s", self.name, error)
