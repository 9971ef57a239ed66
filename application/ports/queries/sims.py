"""Questions about the fleet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant, Network


@dataclass(frozen=True, slots=True)
class SimRow:
    """A SIM of the fleet, as the log has it: whether it answers now, its lease says."""

    number: int
    network: Network
    modem: str | None
    msisdn: str | None
    iccid: str | None
    imsi: str | None
    imei: str | None
    host: str | None
    fence: int
    came_online: bool
    """It came, and has not gone."""
    quarantined: bool
    reason: str | None
    since: Instant
    sent_segments: int
    sent_messages: int
    begun_today: int = 0
    """Segments that began on the present day in Lusaka; its quota is counted by these."""


class SimQueries(Protocol):
    """The fleet."""

    def sims(self, now: Instant) -> Sequence[SimRow]:
        """List the fleet."""

    def begun_on(self, day: int, *, sim: int) -> int:
        """Count the segments that a SIM began on a day in Lusaka, or on the next."""
