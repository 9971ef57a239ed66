"""What the network brings to a SIM: kept, whatever it is, before the modem may forget it."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, reference
from application.ports import ContentRow
from domain.contents import ContentKind
from domain.inbound import Inbound, InboundKind, PartOf, inbound_id
from domain.msisdn import as_reported
from domain.reports import Incoming, StatusReportReceived
from domain.tpdu.decode import AddressType, decode_deliver, decode_status_report
from domain.tpdu.fields import TpduError
from domain.values import SECOND, Instant

logger = logging.getLogger("ngoma.sims")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What is read of a PDU when it is kept; nothing, where it cannot be read."""

    kind: InboundKind
    msisdn: str | None = None
    sender: str | None = None
    """The name that stands in place of a number."""
    message_reference: int | None = None
    tp_status: int | None = None
    centre_at: Instant | None = None
    part_of: PartOf | None = None


class KeepIncoming(Command[int]):
    """Keep what came to a SIM, one save for all of it; gives how many were not kept already."""

    def __init__(self, incoming: Sequence[Incoming], *, sim: int, at: Instant) -> None:
        self.at = at
        self._sim = sim
        self._incoming = [(each, hashlib.sha256(each.pdu).hexdigest()) for each in incoming]
        self._first_number = 0
        self._salts: Sequence[bytes] = ()

    def prepare(self, tools: Preparing) -> None:
        """Draw their numbers, and the salts of what stands beside the log."""
        count = len(self._incoming)
        self._first_number = tools.numbers.take("inbound", count)
        drawn = tools.randomness.token(SALT_BYTES * count)
        self._salts = [drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES)]

    def touches(self) -> Iterable[UUID]:
        """The PDUs' own records."""
        return [inbound_id(self._sim, sha256) for _, sha256 in self._incoming]

    def decide(self, books: Books) -> int:
        """Keep them, readable or not: the modem is to forget them."""
        count = 0
        for place, (incoming, sha256) in enumerate(self._incoming):
            if books.find(Inbound, inbound_id(self._sim, sha256)) is None:
                self._keep(books, incoming, sha256, place)
                count += 1
        return count

    def _keep(self, books: Books, incoming: Incoming, sha256: str, place: int) -> None:
        pdu, number = incoming.pdu, self._first_number + place
        is_report = isinstance(incoming, StatusReportReceived)
        read = _read_report(pdu) if is_report else _read_message(pdu)
        content = ContentRow(
            ContentKind.INBOUND,
            number,
            self._salts[place],
            msisdn=read.msisdn,
            body=pdu.hex(),
            sender=read.sender,
        )
        books.keep(content)
        inbound = Inbound.receive(
            number,
            sim=self._sim,
            pdu_sha256=sha256,
            kind=read.kind,
            content=reference(content),
            message_reference=read.message_reference,
            tp_status=read.tp_status,
            centre_at=read.centre_at,
            part_of=read.part_of,
            at=self.at,
        )
        books.record(inbound)


def _read_report(pdu: bytes) -> _Read:
    try:
        report = decode_status_report(pdu)
    except TpduError as error:
        logger.warning("a status report cannot be read: %s", error)
        return _Read(kind=InboundKind.REPORT)
    taken = report.service_centre_time
    return _Read(
        kind=InboundKind.REPORT,
        msisdn=as_reported(report.recipient),
        message_reference=report.message_reference,
        tp_status=report.tp_status,
        centre_at=None if taken is None else Instant(int(taken.timestamp()) * SECOND),
    )


def _read_message(pdu: bytes) -> _Read:
    try:
        message = decode_deliver(pdu)
    except TpduError as error:
        logger.warning("a message that came in cannot be read: %s", error)
        return _Read(kind=InboundKind.MESSAGE)
    is_named = message.sender_type is AddressType.ALPHANUMERIC
    taken, concat = message.service_centre_time, message.concat
    return _Read(
        kind=InboundKind.SIGNAL if message.is_signal else InboundKind.MESSAGE,
        msisdn=None if is_named else as_reported(message.sender),
        sender=message.sender if is_named else None,
        centre_at=None if taken is None else Instant(int(taken.timestamp()) * SECOND),
        part_of=PartOf(concat.reference, concat.part, concat.of) if concat else None,
    )
