"""What came of making, checking or restoring a backup."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from adapters.backup.archive import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``position`` and ``events`` are of the backup; it is good when it has no problems."""

    file: Path
    store_id: str | None = None
    generation: int | None = None
    position: int | None = None
    events: int | None = None
    problems: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    """Invariants that its log breaks."""
    is_accepted: bool = False
    """Whether whoever restores takes a log that breaks invariants as it is."""
    made_at: str | None = None
    missing: tuple[str, ...] = ()
    tools: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What whoever restores has to know, in sentences."""
    held: tuple[int, ...] = ()
    """Messages that are held since."""
    released: int = 0

    @property
    def is_ok(self) -> bool:
        """Whether there is nothing wrong that was not accepted."""
        return not self.problems and (self.is_accepted or not self.breaks)

    @classmethod
    def of(cls, file: Path, manifest: Manifest) -> Self:
        """Begin with what a backup says of itself."""
        return cls(
            file=file,
            store_id=manifest.store_id,
            generation=manifest.generation,
            position=manifest.position,
            events=manifest.events,
            made_at=manifest.made_at,
            missing=tuple(manifest.missing),
            tools=dict(manifest.tools),
        )

    def with_problems(self, *problems: str) -> Self:
        """Add what is wrong."""
        return replace(self, problems=(*self.problems, *problems))

    def with_breaks(self, *breaks: str) -> Self:
        """Say which invariants its log breaks."""
        return replace(self, breaks=breaks)

    def with_notes(self, *notes: str) -> Self:
        """Add what has to be known."""
        return replace(self, notes=(*self.notes, *notes))
