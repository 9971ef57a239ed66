"""A broken invariant, as a value."""

from dataclasses import dataclass
from typing import Final

VIOLATIONS_MAX: Final = 1_000
"""Violations that one check keeps; whoever finds so many needs no more."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Which invariant, at which log position, in plain words without personal data."""

    name: str
    position: int
    what: str

    def __str__(self) -> str:
        return f"{self.name} at {self.position}: {self.what}"


class Violations:
    """A bounded list of violations."""

    def __init__(self) -> None:
        self._found: list[Violation] = []

    def add(self, name: str, position: int, what: str) -> None:
        """Note a violation."""
        if len(self._found) < VIOLATIONS_MAX:
            self._found.append(Violation(name, position, what))

    def all(self) -> list[Violation]:
        """Give all that were noted, in order."""
        return list(self._found)
