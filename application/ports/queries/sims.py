"""Questions about the fleet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from domain.values import Instant, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class AirtimeRow:
    """What a network said of a SIM's airtime when it was asked last."""

    asked_at: Instant
    told_at: Instant | None = None
    """When it said it; the last time that it did."""
    ngwee: int | None = None
    """None: it was not said, or in words that tell no balance."""
    words: str | None = None
    """As they are; None also once they were erased."""
    why_not: str | None = None
    """Why there was no answer the last time; None when there was one."""


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
    airtime: AirtimeRow | None = None
    """None: its network was never asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRow:
    """A phone that was enrolled."""

    number: int
    device: str
    enrolled_at: Instant
    slots: Sequence[str]
    """As ``SLOT=NETWORK``."""
    revoked_at: Instant | None


class BegunRow(NamedTuple):
    """A message that a SIM in a phone was given: its number, and when."""

    number: int
    at: Instant


class SimQueries(Protocol):
    """The fleet."""

    def sims(self, now: Instant) -> Sequence[SimRow]:
        """List the fleet."""

    def airtime(self, sim: int) -> AirtimeRow | None:
        """Give what is known of a SIM's airtime; None when its network was never asked."""

    def begun_on(self, day: int, *, sim: int) -> int:
        """Count the segments that a SIM began on a day in Lusaka, or on the next."""

    def begun_lately(self, sim: int) -> Sequence[BegunRow]:
        """List what a SIM in a phone was given, oldest first: as far back as its pace counts."""

    def phones(self) -> Sequence[PhoneRow]:
        """List the phones that were enrolled, also those that are let in no more."""
