"""A SIM of the fleet: which network it serves, where it is, and whether it may be used."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def sim_id(imsi: str) -> UUID:
    """Give the id of the SIM with this IMSI.

    Every card has one and every modem must tell it; an ICCID is often refused or swapped. Old
    logs have a SIM under its ICCID: by that, this gives its id there.
    """
    return aggregate_id("sim", imsi)


class Sim(Aggregate):
    """One SIM; ICCID, IMSI and its own number are contents beside the log."""

    TOPIC = "Sim"

    class Event(Aggregate.Event):
        """Base of a SIM's events."""

        TOPIC = "Sim.Event"

    class Registered(Event, Aggregate.Created):
        """The SIM was seen for the first time; ``content`` is HMAC(salt, ICCID, IMSI, MSISDN).

        A SIM that an old log knows by its ICCID is registered again by its IMSI, with its number.
        """

        TOPIC = "Sim.Registered"
        number: int
        network: str
        content: str

    class CameOnline(Event):
        """The SIM answers, on ``host``, under lease ``fence``."""

        TOPIC = "Sim.CameOnline"
        number: int
        network: str
        modem: str
        imei: str
        fence: int
        host: str
        takes_whole: bool = False
        """Whether it is in a phone, which takes all segments of a message at once."""

        def apply(self, sim: "Sim") -> None:
            sim.online = True
            sim.fence = self.fence
            sim.network = self.network

    class WentOffline(Event):
        """The SIM no longer answers, or its host let go of it."""

        TOPIC = "Sim.WentOffline"
        number: int
        reason: str

        def apply(self, sim: "Sim") -> None:
            sim.online = False

    class Quarantined(Event):
        """The SIM is kept from sending until someone releases it."""

        TOPIC = "Sim.Quarantined"
        number: int
        actor: str
        reason: str

        def apply(self, sim: "Sim") -> None:
            sim.quarantined = True
            sim.quarantined_by = self.actor
            sim.quarantine_reason = self.reason

    class Released(Event):
        """The SIM may send again."""

        TOPIC = "Sim.Released"
        number: int
        actor: str
        reason: str

        def apply(self, sim: "Sim") -> None:
            sim.quarantined = False

    class Superseded(Event):
        """An old log knew the SIM by its ICCID: its card goes on as SIM ``by``.

        ``successor`` is the id of the aggregate that the IMSI gives; nothing follows here.
        """

        TOPIC = "Sim.Superseded"
        number: int
        by: int
        successor: str

        def apply(self, sim: "Sim") -> None:
            sim.successor = self.successor

    class AirtimeTold(Event):
        """The network said by USSD what airtime is left; ``words`` names the content that it said.

        ``ngwee`` is None when its words tell no balance that we can read.
        """

        TOPIC = "Sim.AirtimeTold"
        number: int
        ngwee: int | None
        words: str

    class AirtimeUntold(Event):
        """The network was asked for the balance, and did not tell it."""

        TOPIC = "Sim.AirtimeUntold"
        number: int
        why_not: str

    def __init__(self, number: int, network: str) -> None:
        self.number = number
        self.network = network
        self.online = False
        self.quarantined = False
        self.quarantined_by = ""
        self.quarantine_reason = ""
        self.fence = 0
        self.successor: str | None = None

    @classmethod
    def register(cls, number: int, *, imsi: str, network: str, content: str, at: Instant) -> Self:
        """Take a SIM into the fleet."""
        return cls._create(
            cls.Registered,
            id=sim_id(imsi),
            timestamp=at,
            number=number,
            network=network,
            content=content,
        )

    def come_online(
        self,
        *,
        network: str,
        modem: str,
        imei: str,
        fence: int,
        host: str,
        takes_whole: bool = False,
        at: Instant,
    ) -> None:
        """The SIM answers under a new lease."""
        self._record(
            self.CameOnline,
            at=at,
            number=self.number,
            network=network,
            modem=modem,
            imei=imei,
            fence=fence,
            host=host,
            takes_whole=takes_whole,
        )

    def go_offline(self, *, reason: str, at: Instant) -> None:
        """The SIM no longer answers; again changes nothing."""
        if self.online:
            self._record(self.WentOffline, at=at, number=self.number, reason=reason)

    def quarantine(self, *, actor: str, reason: str, at: Instant) -> None:
        """Keep the SIM from sending; again changes nothing."""
        if not self.quarantined:
            self._record(self.Quarantined, at=at, number=self.number, actor=actor, reason=reason)

    def release(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let the SIM send again; again changes nothing."""
        if self.quarantined:
            self._record(self.Released, at=at, number=self.number, actor=actor, reason=reason)

    def note_airtime(self, *, ngwee: int | None, words: str, at: Instant) -> None:
        """The network said what airtime is left, in ``words`` that stand beside the log."""
        self._record(self.AirtimeTold, at=at, number=self.number, ngwee=ngwee, words=words)

    def note_airtime_untold(self, *, why_not: str, at: Instant) -> None:
        """The network was asked, and there was no answer."""
        self._record(self.AirtimeUntold, at=at, number=self.number, why_not=why_not)

    def give_way(self, successor: "Sim", *, at: Instant) -> None:
        """Let the SIM under its card's IMSI go on, in quarantine when this one is."""
        if self.quarantined:
            successor.quarantine(actor=self.quarantined_by, reason=self.quarantine_reason, at=at)
        self._record(
            self.Superseded,
            at=at,
            number=self.number,
            by=successor.number,
            successor=str(successor.id),
        )
