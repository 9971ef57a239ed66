"""A phone that sends for the gateway: an app on it pulls messages for the SIMs in its slots."""

from collections.abc import Mapping, Sequence
from typing import Final, Self
from uuid import UUID

from domain.errors import InvalidRequest
from domain.events import Aggregate, aggregate_id
from domain.values import Instant, Network

SLOTS_MAX: Final = 4
"""Slots of one phone; the app counts them from 1."""
PACE_SEGMENTS: Final = 30
PACE_S: Final = 1_800
"""Android asks the phone's user beyond 30 segments in 30 minutes, and nobody looks."""

Slots = Mapping[int, Network]
"""Which network the SIM in each slot is of: the app hides it, so the operator says it."""


def phone_id(device: str) -> UUID:
    """Give the id of the phone that goes by a device id of ours."""
    return aggregate_id("phone", device)


def slot_identity(device: str, slot: int) -> str:
    """Name the SIM in a slot, in place of an IMSI, which the app does not tell."""
    return f"{device}-{slot}"


def read_slots(written: Sequence[str]) -> Slots:
    """Read ``SLOT=NETWORK``, one a slot.

    Raises:
        InvalidRequest: one is not of that form, or a slot stands twice.
    """
    slots: dict[int, Network] = {}
    for each in written:
        slot, _, network = each.partition("=")
        networks = {known.value: known for known in Network}
        if slot not in {str(n) for n in range(1, SLOTS_MAX + 1)} or network not in networks:
            msg = f"write SLOT=NETWORK: a slot from 1 to {SLOTS_MAX}, and one of {_NETWORKS}"
            raise InvalidRequest(msg)
        if int(slot) in slots:
            msg = f"slot {slot} stands twice"
            raise InvalidRequest(msg)
        slots[int(slot)] = networks[network]
    return slots


def written_slots(slots: Slots) -> list[str]:
    """Give slots as events and commands write them, in order."""
    return [f"{slot}={network.value}" for slot, network in sorted(slots.items())]


_NETWORKS: Final = ", ".join(network.value for network in Network)


class Phone(Aggregate):
    """One phone; what proves that it is the one stands beside the log."""

    TOPIC = "Phone"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Phone.Event"

    class Enrolled(Event, Aggregate.Created):
        """It came with a code that an operator drew: ``device`` is what it is called by us."""

        TOPIC = "Phone.Enrolled"
        number: int
        device: str
        slots: list[str]

    class Mapped(Event):
        """An operator said which networks its SIMs are of; slots without one send nothing."""

        TOPIC = "Phone.Mapped"
        number: int
        slots: list[str]
        actor: str

        def apply(self, phone: "Phone") -> None:
            phone.slots = self.slots

    class Revoked(Event):
        """It is let in no more; what it was sending is in doubt."""

        TOPIC = "Phone.Revoked"
        number: int
        actor: str
        reason: str

        def apply(self, phone: "Phone") -> None:
            phone.revoked = True

    def __init__(self, number: int, device: str, slots: list[str]) -> None:
        self.number = number
        self.device = device
        self.slots = slots
        self.revoked = False

    @classmethod
    def enrol(cls, number: int, *, device: str, slots: Slots, at: Instant) -> Self:
        """Let a phone in."""
        return cls._create(
            cls.Enrolled,
            id=phone_id(device),
            timestamp=at,
            number=number,
            device=device,
            slots=written_slots(slots),
        )

    @property
    def name(self) -> str:
        """What people call it."""
        return f"phone-{self.number}"

    def map_slots(self, slots: Slots, *, actor: str, at: Instant) -> None:
        """Say which network each slot's SIM is of; the same again changes nothing."""
        written = written_slots(slots)
        if written != self.slots:
            self._record(self.Mapped, at=at, number=self.number, slots=written, actor=actor)

    def revoke(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let it in no more; again changes nothing."""
        if not self.revoked:
            self._record(self.Revoked, at=at, number=self.number, actor=actor, reason=reason)
