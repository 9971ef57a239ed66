"""Remembers which PIN was given to which card and not taken: three wrong ones lock a SIM."""

from typing import Protocol


class PinMemory(Protocol):
    """Outlives processes, so that no start and no trial gives a card the same wrong PIN again.

    ``card`` names the card, or the device while a locked card does not tell its number.
    """

    def is_spent(self, card: str, pin: str) -> bool:
        """Say whether this PIN was given to this card and not taken since."""

    def spend(self, card: str, pin: str) -> None:
        """Note that the PIN is about to be given; only one is remembered for a card.

        Raises:
            Exception: it cannot be noted, so the PIN must not be given.
        """

    def restore(self, card: str) -> None:
        """Note that the card took its PIN: it has all its tries again."""


class VolatilePins:
    """A ``PinMemory`` for the life of one process, where there is no store to remember in."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def is_spent(self, card: str, pin: str) -> bool:
        """Say whether this PIN was given to this card and not taken since."""
        return self._given.get(card) == pin

    def spend(self, card: str, pin: str) -> None:
        """Note that the PIN is about to be given."""
        self._given[card] = pin

    def restore(self, card: str) -> None:
        """Forget it."""
        self._given.pop(card, None)
