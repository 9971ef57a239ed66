"""How far the erasure of a number is that somebody asked for, for whoever waits for it.

The number itself is known to the thread that erases, and kept nowhere.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from application.retention.recipients import OfNumber
from domain.errors import AlreadyExists, NgomaError
from domain.values import Instant

Tell = Callable[[OfNumber], None]
"""Is told after every step what is erased so far."""

_log = logging.getLogger("ngoma.retention")


class Stage(StrEnum):
    """Where an erasure stands."""

    COUNTING = "counting"
    ERASING = "erasing"
    DONE = "done"
    BROKEN_OFF = "broken_off"


NOTHING: Final = OfNumber()
UNDER_WAY: Final = frozenset({Stage.COUNTING, Stage.ERASING})


@dataclass(frozen=True, slots=True)
class Erasure:
    """One that is under way, or the last that was."""

    begun_at: Instant
    stage: Stage = Stage.COUNTING
    found: OfNumber = NOTHING
    """What there was to erase, once it is counted."""
    erased: OfNumber = NOTHING
    why: str = ""
    """Why it broke off."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change any more."""
        return self.stage not in UNDER_WAY


class Erasing:
    """The erasures of a process, one at a time. Callable from any thread.

    One that breaks off, with its process at the latest, is begun again by whoever asked: what is
    erased is found no more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Erasure | None = None

    @property
    def newest(self) -> Erasure | None:
        """The one that is under way, else the last that was; None: this process erased none."""
        return self._newest

    def begin(self, at: Instant) -> None:
        """Take the turn; whoever has it calls ``run``.

        Raises:
            AlreadyExists: another has it.
        """
        with self._lock:
            if self._newest is not None and not self._newest.is_over:
                msg = "An erasure is under way: wait until it is done."
                raise AlreadyExists(msg)
            self._newest = Erasure(at)

    def run(self, count: Callable[[], OfNumber], erase: Callable[[Tell], object]) -> None:
        """Count, then erase, and note how far it is; whatever is raised ends it."""
        try:
            self._note(Stage.ERASING, found=count())
            erase(lambda erased: self._note(Stage.ERASING, erased=erased))
            self._note(Stage.DONE)
        except NgomaError as error:
            self._note(Stage.BROKEN_OFF, why=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, who waits for it is told
            _log.error("An erasure failed.", exc_info=error)
            self._note(Stage.BROKEN_OFF, why=type(error).__name__)

    def _note(
        self,
        stage: Stage,
        *,
        found: OfNumber | None = None,
        erased: OfNumber | None = None,
        why: str = "",
    ) -> None:
        before = self._newest
        if before is None:
            msg = "An erasure that nobody began."
            raise AssertionError(msg)
        self._newest = replace(
            before,
            stage=stage,
            found=found or before.found,
            erased=erased or before.erased,
            why=why,
        )
