"""What the network reports of our segments: kept first, then told to the message it is about."""

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command, Execute
from application.books.due import DueWork, Ids
from application.ports import Clock
from application.ports.queries import Queries, ReportPair
from domain.contents import ContentKind
from domain.inbound import Inbound
from domain.message import REFUNDED, Message, State, message_id
from domain.reported import REPORTS_S, MayBe, learned_offset_s, segment_of
from domain.tpdu.decode import StatusClass, status_class
from domain.values import SECOND, Instant

BY_REPORT: Final = "report"
"""The evidence of a segment that a report shows to have left."""
SIMS_MAX: Final = 10_000
"""SIMs whose centre's clock is remembered."""

logger = logging.getLogger("ngoma.sims")


class RecordReport(Command[bool]):
    """Tell a message what is reported of a segment; False when it is too early, or known."""

    def __init__(self, inbound: UUID, *, message: int, index: int, at: Instant) -> None:
        self.at = at
        self._inbound = inbound
        self._number = message
        self._index = index

    def touches(self) -> Iterable[UUID]:
        """The report and the message."""
        yield self._inbound
        yield message_id(self._number)

    def decide(self, books: Books) -> bool:
        """Settle a doubt by it, note a delivery, or that word came after the refund."""
        inbound = books.get(Inbound, self._inbound)
        message = books.get(Message, message_id(self._number))
        if inbound.tp_status is None or not self._is_ripe(message, inbound):
            return False
        if not inbound.match(message=self._number, index=self._index, at=self.at):
            return False
        if message.state is State.IN_DOUBT:
            message.accept_segment(
                self._index,
                message_reference=inbound.message_reference,
                evidence=BY_REPORT,
                at=self.at,
            )
        elif message.state in REFUNDED:
            message.report_late(evidence=BY_REPORT, at=self.at)
        status = status_class(inbound.tp_status)
        if status is not StatusClass.STILL_TRYING:
            message.report(
                self._index,
                delivered=status is StatusClass.DELIVERED,
                tp_status=inbound.tp_status,
                at=self.at,
            )
        books.erase(ContentKind.INBOUND, inbound.number)  # the message's own content says to whom
        books.record(inbound)
        books.record(message)
        return True

    def _is_ripe(self, message: Message, inbound: Inbound) -> bool:
        """Whether the message has come so far that the report can be about it.

        One that comes before the modem's own answer waits for that.
        """
        if message.state is State.IN_DOUBT:
            return message.sim == inbound.sim and message.next_index == self._index
        return message.state in REFUNDED or self._index < message.accepted


class ForgetReport(Command[bool]):
    """Erase a report that nobody could match; False when it was, meanwhile."""

    def __init__(self, inbound: UUID, *, at: Instant) -> None:
        self.at = at
        self._inbound = inbound

    def touches(self) -> Iterable[UUID]:
        """The report."""
        yield self._inbound

    def decide(self, books: Books) -> bool:
        """Erase it."""
        inbound = books.get(Inbound, self._inbound)
        if not inbound.forget(at=self.at):
            return False
        books.erase(ContentKind.INBOUND, inbound.number)
        books.record(inbound)
        return True


class ReportMatching:
    """Finds the segments of reports that nobody has matched, among what the read models know."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._offset_s: OrderedDict[int, int] = OrderedDict()
        """By SIM: how far its centre's clock is ahead, from the last certain report."""

    def work(self) -> Sequence[DueWork]:
        """Give it as kinds of work."""
        return (
            DueWork(kind="message.reported", due=self.due, handle=self.handle, needs_clock=False),
            DueWork(kind="report.unmatched", due=self.unmatched, handle=self.forget),
        )

    def due(self, now: Instant, limit: int) -> Iterable[Ids]:
        """Name the reports whose segment is known: report, message and segment."""
        since = Instant(now - REPORTS_S * SECOND)
        pairs: dict[int, list[ReportPair]] = defaultdict(list)
        for pair in self._queries.report_pairs(since, limit=limit):
            pairs[pair.report].append(pair)
        found = ((report, self._segment_of(several)) for report, several in pairs.items())
        return [(report, one.message, one.index) for report, one in found if one is not None]

    def _segment_of(self, pairs: Sequence[ReportPair]) -> MayBe | None:
        sim, centre_at = pairs[0].sim, pairs[0].centre_at
        candidates = [
            MayBe(
                message=pair.message,
                index=pair.index,
                at=pair.at,
                has_reference=pair.has_reference,
            )
            for pair in pairs
        ]
        offset_s = learned_offset_s(candidates, centre_at=centre_at)
        if offset_s is not None:
            self._offset_s[sim] = offset_s
            self._offset_s.move_to_end(sim)
            while len(self._offset_s) > SIMS_MAX:
                self._offset_s.popitem(last=False)
        return segment_of(candidates, centre_at=centre_at, offset_s=self._offset_s.get(sim))

    def handle(self, ids: Ids, execute: Execute) -> bool:
        """Tell the message."""
        report, message, index = ids
        inbound = self._queries.report(report)
        return inbound is not None and execute(
            RecordReport(inbound, message=message, index=index, at=self._clock.now())
        )

    def unmatched(self, now: Instant, limit: int) -> Iterable[Ids]:
        """Name the reports of which nobody will find out what they are about."""
        before = Instant(now - REPORTS_S * SECOND)
        return [(report,) for report in self._queries.old_reports(before, limit=limit)]

    def forget(self, ids: Ids, execute: Execute) -> bool:
        """Erase one."""
        (report,) = ids
        inbound = self._queries.report(report)
        return inbound is not None and execute(ForgetReport(inbound, at=self._clock.now()))
