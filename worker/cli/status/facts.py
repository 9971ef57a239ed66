"""What alarms are judged by, besides what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.settings import Settings
from domain.values import Instant
from worker.cli.running import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One look's circumstances."""

    settings: Settings
    running: Sequence[Running]
    troubles: Mapping[str, str]
    """What could not be looked at, and why."""
    is_served: bool
    """Whether a process holds the embedded store."""
    paused: Sequence[int]
    """Accounts whose webhooks have paused."""
    began_at: Instant | None
    """The time of the log's first event."""
    now: Instant
