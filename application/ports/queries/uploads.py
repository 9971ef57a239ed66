"""Questions about uploaded lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    """A list, and how far it is; what it says stands beside the log."""

    number: int
    log: int
    state: str
    created_at: Instant
    good: int
    bad: int
    segments: int
    credits: int
    queued: int
    skipped: int
    credits_used: int
    pause_cause: str | None
    required: int | None
    available: int | None


class UploadQueries(Protocol):
    """Uploaded lists."""

    def uploads(
        self, log: int, states: Sequence[str], *, before: int, limit: int
    ) -> Sequence[UploadRow]:
        """List those of a log, newest first; no states are all."""

    def uploads_sending(self, *, limit: int) -> Sequence[int]:
        """Number those that are being sent, oldest first."""

    def old_uploads(self, before: Instant, *, after: int, limit: int) -> Sequence[int]:
        """Number those that came before a time, and of which there is something to erase."""

    def uploads_kept(self, account: int | None, *, after: int, limit: int) -> Sequence[int]:
        """Number those of an account, or of all (None), of which there is something to erase."""
