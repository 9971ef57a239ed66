"""What a store's errors mean to whoever waits, in one place for both stores."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from adapters.store.health import Health
from application.ports import AnswerLost, StoreUnusable, VersionConflict
from domain.errors import StoreDown

REMEDY: Final = "stop the gateway and bring a backup back with `ngoma restore`"
"""For a store that is damaged."""
HALF_RESTORED: Final = (
    "A restore of this store was broken off before its last step, and nothing starts on it: give"
    " `ngoma restore FILE` again."
)

Errors = tuple[type[Exception], ...]


class Troubles(ABC):
    """Turns a library's errors into the port's, and keeps in mind what was met."""

    conflict: ClassVar[Errors]
    """Somebody else was first."""
    passing: ClassVar[Errors] = ()
    """Faults of what was asked: they pass through."""
    trouble: ClassVar[Errors]
    """Everything else that a library raises; looked at last."""

    def __init__(self, health: Health) -> None:
        self._health = health

    @contextmanager
    def met(
        self, *, in_writing: bool = False, was_sent: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Translate what is raised inside; faults of what was asked pass through.

        Raises:
            VersionConflict: as the port says.
            AnswerLost: it failed after ``was_sent``, and it cannot be told what became of it.
            StoreUnusable: the store is damaged or full; waiting would not help.
            StoreDown: any other trouble.
        """
        if self._health.damage is not None:
            raise StoreUnusable(self._health.damage)
        try:
            yield
        except self.conflict as error:
            raise VersionConflict(str(error)) from None
        except self.passing:
            raise
        except self.trouble as error:
            found = self._note(error, in_writing=in_writing)
            if was_sent() and not isinstance(found, StoreUnusable):
                raise AnswerLost(str(error)) from error
            raise found from error
        self._health.went_well(in_writing=in_writing)

    @abstractmethod
    def _note(self, error: Exception, *, in_writing: bool) -> StoreDown:
        """Keep in mind what was met, and give the port's error for it."""
