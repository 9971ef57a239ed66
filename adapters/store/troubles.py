"""What a store's errors mean to whoever waits, in one place for both stores."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from adapters.store.health import Health
from adapters.store.schema import SCHEMA_VERSION
from application.ports import AnswerLost, StoreUnusable, VersionConflict
from domain.errors import StoreDown

REMEDY: Final = "stop the gateway and bring a backup back with `ngoma restore`"
"""For a store that is damaged."""
HALF_RESTORED: Final = (
    "A restore of this store was broken off before its last step, and nothing starts on it: give"
    " `ngoma restore FILE` again."
)
LATER: Final = (
    "was written by a newer version of ngoma (its tables have version {version}, and this one knows"
    " {known}): install that version again. A backup of before the upgrade can be restored."
)


def must_be_known(version: int | None) -> None:
    """Refuse tables that this version would spoil.

    Raises:
        StoreDown: they are of a later version, or were half restored.
    """
    if version == 0:
        raise StoreDown(HALF_RESTORED)
    if version is not None and version > SCHEMA_VERSION:
        raise StoreDown("The store " + later_words(version))


def later_words(version: int) -> str:
    """Say of a store, or of a backup, that it is of a later version, and what to do."""
    return LATER.format(version=version, known=SCHEMA_VERSION)


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
