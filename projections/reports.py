"""Segments that reports may be about, and the reports that nobody has matched with one yet."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Index, Table, Text, select

from application.ports.queries import ReportPair
from domain.contents import ContentKind
from domain.values import Instant
from projections.tables import CONTENTS, READ, changing, fixed, is_content, key

SEGMENTS: Final = Table(
    "reported_segments",
    READ,
    key("number"),
    key("segment"),
    changing("sim"),
    changing("reference", nullable=True),
    changing("at"),
)
"""One row a segment that left, or may have left, by a SIM: ``reference`` is its TP-MR if known.

``at`` is when its answer came, or the doubt about it.
"""

Index("reported_segments_by_reference", SEGMENTS.c.sim, SEGMENTS.c.reference, SEGMENTS.c.at)

Index("reported_segments_by_age", SEGMENTS.c.sim, SEGMENTS.c.at)

REPORTS: Final = Table(
    "unmatched_reports",
    READ,
    key("number"),
    fixed("inbound", Text),
    fixed("sim"),
    fixed("reference"),
    fixed("centre_at", nullable=True),
    fixed("received_at"),
)
"""One row a report until it is matched; ``inbound`` is the id of its record, in hex."""

Index("unmatched_reports_by_age", REPORTS.c.received_at)

_OF_REPORT = CONTENTS.alias("report_content")


def pairs(connection: Connection, since: Instant, *, limit: int) -> Sequence[ReportPair]:
    """Pair unmatched reports with the segments to the same number that they may be about."""
    same_sim = SEGMENTS.c.sim == REPORTS.c.sim
    same_reference = SEGMENTS.c.reference == REPORTS.c.reference
    wanted = (
        select(
            REPORTS.c.number.label("report"),
            REPORTS.c.sim,
            REPORTS.c.centre_at,
            SEGMENTS.c.number.label("message"),
            SEGMENTS.c.segment.label("index"),
            SEGMENTS.c.at,
            SEGMENTS.c.reference.is_not(None).label("has_reference"),
        )
        .join(SEGMENTS, same_sim & (same_reference | SEGMENTS.c.reference.is_(None)))
        .join(_OF_REPORT, is_content(ContentKind.INBOUND, REPORTS.c.number, among=_OF_REPORT))
        .join(CONTENTS, is_content(ContentKind.MESSAGE, SEGMENTS.c.number))
        .where(REPORTS.c.received_at >= since, CONTENTS.c.msisdn == _OF_REPORT.c.msisdn)
        .order_by(REPORTS.c.number, SEGMENTS.c.at.desc())
        .limit(limit)
    )
    rows = connection.execute(wanted)
    return [
        ReportPair(**{**row._mapping, "has_reference": bool(row.has_reference)}) for row in rows
    ]


def inbound_of(connection: Connection, number: int) -> UUID | None:
    """Give the record of an unmatched report."""
    row = connection.execute(select(REPORTS.c.inbound).where(REPORTS.c.number == number)).first()
    return None if row is None else UUID(hex=row.inbound)


def old(connection: Connection, before: Instant, *, limit: int) -> Sequence[int]:
    """List unmatched reports that came before a time, oldest first."""
    wanted = (
        select(REPORTS.c.number)
        .where(REPORTS.c.received_at < before)
        .order_by(REPORTS.c.received_at)
        .limit(limit)
    )
    return list(connection.execute(wanted).scalars())


def last_sent(
    connection: Connection, sim: int, msisdn: str, since: Instant, until: Instant
) -> int | None:
    """Find the message of the last segment that a SIM sent to a number in that time."""
    wanted = (
        select(SEGMENTS.c.number)
        .join(CONTENTS, is_content(ContentKind.MESSAGE, SEGMENTS.c.number))
        .where(SEGMENTS.c.sim == sim, SEGMENTS.c.at.between(since, until))
        .where(CONTENTS.c.msisdn == msisdn)
        .order_by(SEGMENTS.c.at.desc(), SEGMENTS.c.number.desc())
        .limit(1)
    )
    return connection.execute(wanted).scalar()
