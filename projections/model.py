"""What a read model is to whoever asks it: a name, a version, and its tables."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Table


class Known(Protocol):
    """What names a read model, and the version of it that this code knows."""

    @property
    def name(self) -> str:
        """What it is called in ``projection_positions``."""

    @property
    def version(self) -> int:
        """Which version of it the code makes."""


class ReadModel(NamedTuple):
    """One read model; ``projections/folds/`` has the projection that makes it of events."""

    name: str
    version: int
    """Raise it when the tables or the fold change: the read model is then rebuilt."""
    tables: Sequence[Table]
