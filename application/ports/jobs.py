"""Word between processes: hints and jobs, any of which may be lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from domain.values import Network

IDS_MAX: Final = 64
"""A job names what it is about; whoever runs it reads the rest."""

_KIND: Final = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_KIND_CHARACTERS_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, as a word of the code and numbers; it may run twice.

    ``kind`` is ``subject.what``. ``ids`` are numbers only (a UUID goes as its ``int``), so that
    no text and nothing personal can get into a queue.

    Raises:
        ValueError: that is no job; it may come from another version of this program.
    """

    kind: str
    ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        is_kind = len(self.kind) <= _KIND_CHARACTERS_MAX and _KIND.fullmatch(self.kind)
        if not is_kind or len(self.ids) > IDS_MAX or any(type(one) is not int for one in self.ids):
            msg = "a job is a kind, as a plain word, and a few numbers"
            raise ValueError(msg)


class JobQueue(Protocol):
    """Hints and jobs between processes. Any of them may be lost or come twice, at any moment.

    Callable from any thread; nothing here raises, and nothing waits longer than a second. What
    is lost is said again by the relay's next tick, so that a dead queue stops nothing.
    """

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Count as a live worker that serves ``networks``, for a while: repeat it."""

    def withdraw(self, worker: str) -> None:
        """Count no longer as a live worker."""

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the live workers with the networks that they serve."""

    def announce(self, worker: str, network: Network) -> bool:
        """Hint to ``worker`` that there is work; False when a hint is on its way already.

        At most one hint for each worker and network is on its way.
        """

    def hint(self, worker: str, timeout_s: float) -> Network | None:
        """Wait for a hint to ``worker``; None when none came in time, or the queue is away.

        From then on the next one may be on its way.
        """

    def enqueue(self, job: Job) -> bool:
        """Queue a job for any worker; False when it was not taken and the caller must see to it."""
