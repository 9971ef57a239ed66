"""How often a randomised test runs, and the line that says how often it did."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Self, TypeVar

T = TypeVar("T")

PROPERTY: Final = "ngoma_count"
"""The pytest user property that carries a ``Count`` from a worker to the summary."""


def is_soak() -> bool:
    """Say whether full counts were asked for: ``NGOMA_SOAK=full``, as ``make soak`` sets it."""
    return os.environ.get("NGOMA_SOAK") == "full"


def soak_count(full: int, quick: int = 20) -> int:
    """Give ``full`` in a soak, else ``quick``."""
    return full if is_soak() else quick


def soak_cases(*cases: T, quick: int) -> Sequence[T]:
    """Give all cases of a kind in a soak, else the first ``quick``: each takes a start or two."""
    return cases if is_soak() else cases[:quick]


@dataclass(frozen=True)
class Count:
    """The result of a randomised test, as the summary shows it."""

    name: str
    runs: int
    violations: int
    seed: int | str

    def __str__(self) -> str:
        return f"{self.name}: {self.runs:,} runs, {self.violations} violations, seed {self.seed}"

    def as_property(self) -> tuple[str, dict[str, int | str]]:
        """Give the user property; plain values, so that it crosses to another process."""
        return PROPERTY, asdict(self)

    @classmethod
    def from_property(cls, value: Mapping[str, int | str]) -> Self:
        """Read what ``as_property`` made."""
        return cls(
            name=str(value["name"]),
            runs=int(value["runs"]),
            violations=int(value["violations"]),
            seed=value["seed"],
        )
