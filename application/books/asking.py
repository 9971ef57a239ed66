"""Commands that a SIM thread gives to the committer: bounded waits, and facts that must arrive."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from application.books.commands import Command, Done, Outcome
from application.ports import Clock
from domain.errors import NgomaError, OutcomeUnknown, Unavailable

R = TypeVar("R")

Wait = Callable[[threading.Event, float], bool]
"""Waits for an event at most so many seconds; a simulator lets other steps run meanwhile."""

RETRY_S: Final = 0.5
"""Pause before a fact is offered again while the store is away."""

logger = logging.getLogger("ngoma.committer")


def wait_for(event: threading.Event, timeout_s: float) -> bool:
    """Really wait."""
    return event.wait(timeout_s)


class Submits(Protocol):
    """Takes commands; ``application.books.committer.Committer`` is one."""

    def submit(self, command: Command[Any], done: Done[Any]) -> None:
        """Queue a command; ``done`` is called with its outcome, by whatever thread."""


class Asked(Generic[R]):
    """A command on its way: its outcome comes once, sooner or later."""

    def __init__(self, committer: Submits, command: Command[R], wait: Wait) -> None:
        self._wait = wait
        self._arrived = threading.Event()
        self._outcome: Outcome[R] | None = None
        try:
            committer.submit(command, self._done)
        except NgomaError as refusal:  # the queue is full, or the process is ending
            self._done(Outcome(error=refusal))

    def _done(self, outcome: Outcome[R]) -> None:
        self._outcome = outcome
        self._arrived.set()

    def outcome(self, timeout_s: float = 0.0) -> Outcome[R] | None:
        """Give the outcome; None when it has not come in time."""
        if not self._arrived.is_set():
            self._wait(self._arrived, timeout_s)
        return self._outcome if self._arrived.is_set() else None


def is_unanswered(outcome: Outcome[Any] | None) -> bool:
    """Whether a command may have to be asked again: no answer, or none that says what happened."""
    return outcome is None or isinstance(outcome.error, Unavailable | OutcomeUnknown)


@dataclass(frozen=True, slots=True)
class _Fact:
    command: Command[Any]
    then: Callable[[Outcome[Any]], None]


class Owed:
    """Facts that must reach the log, in their order: kept and offered until taken or refused.

    While a fact is owed its SIM does nothing else. A fact's command is a plain decision on an
    aggregate that refuses a second time, so offering it again after an unknown outcome is safe.
    Nothing survives the process: after a crash the rule of doubt covers what was owed.
    """

    def __init__(self, committer: Submits, clock: Clock, wait: Wait) -> None:
        self._committer = committer
        self._clock = clock
        self._wait = wait
        self._facts: deque[_Fact] = deque()
        self._asked: Asked[Any] | None = None
        self._retry_at_s = float("-inf")
        self._is_logged = False

    def __len__(self) -> int:
        """Count the facts that the log lacks."""
        return len(self._facts)

    def add(self, command: Command[R], then: Callable[[Outcome[R]], None]) -> None:
        """Owe a fact; ``then`` hears its result or refusal, and whatever else is its fault."""
        self._facts.append(_Fact(command, then))

    def pay(self, timeout_s: float) -> bool:
        """Offer what is owed for at most ``timeout_s``; True when nothing is owed any more."""
        until_s = self._clock.monotonic_s() + timeout_s
        while self._facts:
            if self._asked is None:
                if self._clock.monotonic_s() < self._retry_at_s:
                    return False
                self._asked = Asked(self._committer, self._facts[0].command, self._wait)
            outcome = self._asked.outcome(max(0.0, until_s - self._clock.monotonic_s()))
            if outcome is None:
                return False
            self._asked = None
            if is_unanswered(outcome):
                self._postpone(outcome)
                return False
            self._is_logged = False
            self._facts.popleft().then(outcome)
        return True

    def _postpone(self, outcome: Outcome[Any]) -> None:
        self._retry_at_s = self._clock.monotonic_s() + RETRY_S
        if not self._is_logged:
            self._is_logged = True
            logger.warning(
                "what a modem said cannot be stored yet (%s); it is kept and tried again",
                type(outcome.error).__name__,
            )
