"""Questions about numbers that were ported to another network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.values import Instant, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class PortedRow:
    """A number that another network carries than its prefix says; None is what was erased."""

    number: int
    msisdn: str | None
    network: Network
    since: Instant
    actor: str
    reason: str | None


class PortedQueries(Protocol):
    """Numbers that were recorded as ported."""

    def ported(self, *, before: int, limit: int) -> Sequence[PortedRow]:
        """List those that hold, newest first."""

    def ported_position(self) -> int:
        """Give the log position of the newest change; 0 when there was none."""

    def ported_networks(self) -> Mapping[UUID, Network]:
        """Give the network of each that holds, by the id of its record."""
