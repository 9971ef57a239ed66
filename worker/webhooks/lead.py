"""Which of several processes tells webhooks: one at a time, by a term that it renews."""

from typing import Final

from application.books.effects import TERM_S
from application.ports import BadEvent, Clock, EffectPositions
from domain.values import SECOND, Instant

NAME: Final = "webhooks"
"""Positions are kept under it."""


class Lead:
    """The lead of a process, taken when there is something to tell.

    The position is up to where the log was looked at; what could not be told is noted with it.
    """

    def __init__(
        self, positions: EffectPositions, clock: Clock, *, holder: str, name: str = NAME
    ) -> None:
        """``name`` is what is led: positions are kept under it."""
        self._name = name
        self._positions = positions
        self._clock = clock
        self._holder = holder
        self._at: int | None = None
        self._until_s = float("-inf")

    def take(self, head: int, bad: list[BadEvent]) -> bool:
        """Lead for at least half a term from now on; False while another process does.

        Raises:
            StoreDown: the store cannot be asked.
        """
        if self._until_s - self._clock.monotonic_s() > TERM_S / 2 and not bad:
            return True
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        until = Instant(now + TERM_S * SECOND)
        if self._at is None:
            self._positions.begin(self._name, at=head)
        self._at = self._positions.lead(self._name, self._holder, now=now, until=until)
        if self._at is None:
            self._until_s = float("-inf")
            return False
        to = max(head, self._at)
        if not self._positions.advance(
            self._name, self._holder, after=self._at, to=to, until=until, bad=bad
        ):
            self._until_s = float("-inf")
            return False
        bad.clear()
        self._until_s = now_s + TERM_S
        return True

    def count_bad(self) -> int:
        """Count events that could not be told."""
        return self._positions.count_bad(self._name)

    def release(self) -> None:
        """Let another process lead at once.

        Raises:
            StoreDown: the term has to run out.
        """
        if self._until_s > self._clock.monotonic_s():
            self._until_s = float("-inf")
            self._positions.release(self._name, self._holder)
