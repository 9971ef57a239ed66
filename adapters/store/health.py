"""What keeps a store from being used, as whoever used it last has met it."""

import time
from typing import Final

IDLE_S: Final = 2.0
"""A store that nobody has written for this long is tried, before somebody needs it."""


class Health:
    """Words about a store, for operators. Callable from any thread.

    What was met goes when the same went well again. Damage stays: what was read of the store, and
    what is still to be met there, cannot be told; only a start looks at it as if it were new.
    """

    def __init__(self) -> None:
        self.damage: str | None = None
        self._in_reading: str | None = None
        self._in_writing: str | None = None
        self._wrote_at_s = float("-inf")

    @property
    def trouble(self) -> str | None:
        """What keeps the store from being used; None when nothing does."""
        return self.damage or self._in_writing or self._in_reading

    @property
    def keeps_writers_out(self) -> bool:
        """Whether the last one who wanted to write could not."""
        return self._in_writing is not None

    @property
    def is_idle(self) -> bool:
        """Whether nobody has written lately."""
        return time.monotonic() - self._wrote_at_s > IDLE_S

    def damaged(self, words: str) -> str:
        """Note damage; what was found first is what is said."""
        self.damage = self.damage or words
        return self.damage

    def met(self, words: str, *, in_writing: bool) -> None:
        """Note what somebody met."""
        if in_writing:
            self._in_writing = words
        else:
            self._in_reading = words

    def went_well(self, *, in_writing: bool) -> None:
        """Note that it can be used: who can write can also read."""
        self._in_reading = None
        if in_writing:
            self._in_writing = None
            self._wrote_at_s = time.monotonic()


class Healthy:
    """The part of ``application.ports.Store`` that says how it is."""

    _health: Health

    def trouble(self) -> str | None:
        """Say what keeps it from being used."""
        return self._health.trouble

    def damage(self) -> str | None:
        """Say what of that is damage."""
        return self._health.damage

    def heard(self, trouble: str | None, damage: str | None) -> None:
        """Note how the process that writes for this one has found it."""
        if damage is not None:
            self._health.damaged(damage)
        elif trouble is not None:
            self._health.met(trouble, in_writing=True)
        else:
            self._health.went_well(in_writing=True)
