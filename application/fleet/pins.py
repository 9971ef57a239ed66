"""Which PIN a card did not take, kept beside the log: neither card nor PIN can be read from it."""

from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.digests import Digests
from application.books.reader import Reader
from application.ports import Clock, SecretKind, SecretRow
from domain.values import Instant

NOBODY: Final = 0
"""The account of a secret that no account has."""


class NotePin(Command[None]):
    """A PIN is about to be given to a card, or (``digest`` None) the card took it."""

    def __init__(self, card: str, digest: str | None, *, at: Instant) -> None:
        self.at = at
        self._card = card
        self._digest = digest

    def touches(self) -> Iterable[UUID]:
        """Nothing: what is noted stands beside the log."""
        return ()

    def decide(self, books: Books) -> None:
        """Note the one, or forget it."""
        if self._digest is None:
            books.forget_secrets(SecretKind.SIM_PIN, NOBODY, self._card)
        else:
            row = SecretRow(SecretKind.SIM_PIN, self._card, NOBODY, self._digest, self.at)
            books.keep_secret(row)


class StoredPins:
    """A ``PinMemory`` of the whole gateway, as keyed digests; ``execute`` commits a command."""

    def __init__(
        self,
        reader: Reader,
        digests: Digests,
        *,
        clock: Clock,
        execute: Callable[[Command[None]], object],
    ) -> None:
        self._reader = reader
        self._digests = digests
        self._clock = clock
        self._execute = execute

    def is_spent(self, card: str, pin: str) -> bool:
        """Say whether this PIN was given to this card and not taken since."""
        row = self._reader.secret(SecretKind.SIM_PIN, self._digests.card(card))
        return row is not None and row.value == self._digests.pin(card, pin)

    def spend(self, card: str, pin: str) -> None:
        """Note that the PIN is about to be given.

        Raises:
            NgomaError: it cannot be noted.
        """
        digest = self._digests.pin(card, pin)
        self._execute(NotePin(self._digests.card(card), digest, at=self._clock.now()))

    def restore(self, card: str) -> None:
        """Note that the card took its PIN, if one was noted."""
        key = self._digests.card(card)
        if self._reader.secret(SecretKind.SIM_PIN, key) is not None:
            self._execute(NotePin(key, None, at=self._clock.now()))
