"""What the network brought to a SIM by itself: kept once, before the modem may forget it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


class InboundKind(StrEnum):
    """What a PDU from the network is."""

    REPORT = "report"
    """An SMS-STATUS-REPORT: what became of a segment of ours."""
    MESSAGE = "message"
    """An SMS-DELIVER: somebody wrote to the SIM."""
    SIGNAL = "signal"
    """An SMS-DELIVER that is to be acknowledged and not shown (23.040 9.2.3.9, 23.038 4)."""


class Word(StrEnum):
    """What somebody asks for by a word alone (``domain.opt_out_words``)."""

    STOP = "stop"
    START = "start"


@dataclass(frozen=True, slots=True)
class PartOf:
    """Which part of a long message a PDU is; parts run from 1 (23.040 9.2.3.24.1)."""

    reference: int
    part: int
    of: int


def inbound_id(sim: int, pdu_sha256: str) -> UUID:
    """Give the id of a PDU that came to SIM number ``sim``: the same, however often it is read."""
    return aggregate_id("inbound", sim, pdu_sha256)


class Inbound(Aggregate):
    """One PDU that came to one SIM."""

    TOPIC = "Inbound"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Inbound.Event"

    class Received(Event, Aggregate.Created):
        """It came and is kept; only now may the modem forget it.

        ``content`` names the row beside the log that holds the PDU and the number of the other
        side. Of a report: TP-MR, TP-ST (23.040 9.2.3.6, 9.2.3.15), and the time at which the
        service centre took the segment, by the centre's clock; None is what cannot be read.
        """

        TOPIC = "Inbound.Received"
        number: int
        sim: int
        kind: str
        content: str
        message_reference: int | None
        tp_status: int | None
        centre_at: int | None
        reference: int | None = None
        part: int | None = None
        of: int | None = None

    class Gathered(Event):
        """A message is whole, or the time of its ``missing`` parts is over.

        It begins with this PDU; the others have joined it. ``account`` is whose it is, None where
        it is nobody's but ours; ``word`` is what it asks for.
        """

        TOPIC = "Inbound.Gathered"
        number: int
        missing: int
        account: int | None
        word: str | None

        def apply(self, inbound: "Inbound") -> None:
            inbound.is_gathered = True

    class Joined(Event):
        """A part of a long message belongs to the one that begins with PDU ``first``."""

        TOPIC = "Inbound.Joined"
        number: int
        first: int

        def apply(self, inbound: "Inbound") -> None:
            inbound.is_gathered = True

    class Matched(Event):
        """The report is about segment ``index`` of message number ``message``."""

        TOPIC = "Inbound.Matched"
        number: int
        message: int
        index: int

        def apply(self, inbound: "Inbound") -> None:
            inbound.message = self.message

    class Forgotten(Event):
        """Nobody could tell in time what the report is about; its content was erased."""

        TOPIC = "Inbound.Forgotten"
        number: int

        def apply(self, inbound: "Inbound") -> None:
            inbound.is_forgotten = True

    def __init__(
        self,
        number: int,
        sim: int,
        kind: str,
        message_reference: int | None,
        tp_status: int | None,
    ) -> None:
        self.is_gathered = False
        self.number = number
        self.sim = sim
        self.kind = kind
        self.message_reference = message_reference
        self.tp_status = tp_status
        self.message: int | None = None
        self.is_forgotten = False

    @classmethod
    def receive(
        cls,
        number: int,
        *,
        sim: int,
        pdu_sha256: str,
        kind: InboundKind,
        content: str,
        message_reference: int | None = None,
        tp_status: int | None = None,
        centre_at: Instant | None = None,
        part_of: PartOf | None = None,
        at: Instant,
    ) -> Self:
        """Keep what came."""
        return cls._create(
            cls.Received,
            id=inbound_id(sim, pdu_sha256),
            timestamp=at,
            number=number,
            sim=sim,
            kind=kind.value,
            content=content,
            message_reference=message_reference,
            tp_status=tp_status,
            centre_at=centre_at,
            reference=part_of and part_of.reference,
            part=part_of and part_of.part,
            of=part_of and part_of.of,
        )

    def gather(
        self,
        *,
        missing: int,
        account: int | None,
        word: Word | None,
        at: Instant,
    ) -> bool:
        """Note the whole message that begins with this PDU; False when that is known already."""
        if self.is_gathered:
            return False
        self._record(
            self.Gathered,
            at=at,
            number=self.number,
            missing=missing,
            account=account,
            word=word and word.value,
        )
        return True

    def join(self, first: int, *, at: Instant) -> bool:
        """Note which message this part belongs to; False when that is known already."""
        if self.is_gathered:
            return False
        self._record(self.Joined, at=at, number=self.number, first=first)
        return True

    def match(self, *, message: int, index: int, at: Instant) -> bool:
        """Note whose report it is; False when that is known already."""
        if self.message is not None or self.is_forgotten:
            return False
        self._record(self.Matched, at=at, number=self.number, message=message, index=index)
        return True

    def forget(self, *, at: Instant) -> bool:
        """Give up asking what it is about; False when that is known, or given up already."""
        if self.message is not None or self.is_forgotten:
            return False
        self._record(self.Forgotten, at=at, number=self.number)
        return True
