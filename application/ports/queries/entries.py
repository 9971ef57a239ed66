"""Questions about what takes two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What waits for a second person, or did; who is who is said as events say it."""

    number: int
    kind: str
    account: int | None
    credits: int | None
    role: str | None
    receipt: str | None
    amount_ngwee: int | None
    seal_key: str | None
    actor: str
    reason: str | None
    status: str
    approver: str | None
    """Who approved or rejected it."""
    remark: str | None
    """What was said when it was approved, rejected or withdrawn."""
    prepared_at: Instant
    decided_at: Instant | None


class EntryQueries(Protocol):
    """What takes two people."""

    def entries(self, status: str | None, *, after: int, limit: int) -> Sequence[EntryRow]:
        """List what takes two people, by number; ``status`` None is every one."""

    def entry(self, number: int) -> EntryRow | None:
        """Find one of them."""
