"""The runner of the read models."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Commits(Protocol):
    """Tells of commits to the log, by whichever process; one thread waits."""

    def wait(self, timeout_s: float) -> bool:
        """Wait for a commit; True also where one may have been missed.

        Raises:
            StoreDown: the database does not answer.
        """

    def close(self) -> None:
        """Wait no more."""


class Follower(Protocol):
    """The runner of all projections; ``step`` is called by one thread of the process."""

    def step(self) -> int:
        """Fold the next batch; give how many events were handled."""

    def catch_up(
        self, *, timeout_s: float, on_way: Callable[[int, int], None] = lambda _at, _end: None
    ) -> bool:
        """Step, or wait for whoever leads, up to the present end of the log."""

    def on_progress(self, callback: Callable[[int], None]) -> None:
        """Have ``callback`` called with the position after each commit."""

    def heard(self, moved: Mapping[str, int]) -> None:
        """Take up what a follower in another process has come to, by names of read models."""

    def mend(self) -> None:
        """Make the read models anew when their database is lost."""

    def are_made(self) -> bool:
        """Whether the read models were made at all."""

    def outdated(self) -> list[str]:
        """Name the read models that ``migrate`` would make or rebuild."""

    def migrate(self, progress: Callable[[int, int], None] | None = None) -> list[str]:
        """Make the read models that are missing, rebuild those of other versions."""

    def rebuild(
        self, names: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Build read models anew beside the live ones, then swap them in."""

    def close(self) -> None:
        """Give up leading, and the connection."""
