"""Word between processes: hints and jobs, any of which may be lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.values import Network


class JobKind(StrEnum):
    """What time asks to be done."""

    EXPIRE = "expire"  # the validity of a message that waits ran out
    GIVE_UP_DOUBT = "give_up_doubt"  # nothing settled a doubt for 24 h
    DOUBT_LAPSED = "doubt_lapsed"  # the lease of the SIM that is sending it ran out


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do about message ``number``; carries numbers only, and may run twice."""

    kind: JobKind
    number: int
    sim: int | None = None


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

    def arrived(self, worker: str, network: Network) -> None:
        """Note that a hint reached its worker: the next one may be sent."""

    def enqueue(self, job: Job) -> bool:
        """Queue a job for any worker; False when it was not taken and the caller must see to it."""
