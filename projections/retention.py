"""What is still kept of each message's content, so that it can be erased when its time is over."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, not_, select, tuple_

from application.ports.queries import ErasedRow, Kept, Place
from domain.stretch import Stretch
from domain.values import Instant
from projections.tables import READ, changing, fixed, key
from projections.typed_reasons import is_reason, reasons

CONTENTS_KEPT: Final = Table(
    "retention",
    READ,
    key("number"),
    fixed("queued_at"),
    changing("kept", Text),
)
"""One row a message, until everything of it is erased: history does not pile up here."""

Index("retention_by_age", CONTENTS_KEPT.c.kept, CONTENTS_KEPT.c.queued_at, CONTENTS_KEPT.c.number)

ERASED: Final = Table(
    "retention_erased",
    READ,
    key("day"),
    key("what", Text),
    key("actor", Text),
    fixed("place"),
    changing("count"),
    changing("last_at"),
    changing("reason", nullable=True),
)
"""A row for each day on which somebody erased something; ``place`` is its first event's."""

Index("retention_erased_by_place", ERASED.c.place)


def kept_contents(
    connection: Connection,
    kept: Kept,
    *,
    before: Instant,
    after: Place | None,
    spared: Sequence[Stretch],
    limit: int,
) -> Sequence[Place]:
    """List messages accepted up to ``before`` of whose content this much is kept, by age."""
    place = (CONTENTS_KEPT.c.queued_at, CONTENTS_KEPT.c.number)
    wanted = select(*place).where(
        CONTENTS_KEPT.c.kept == kept.value, CONTENTS_KEPT.c.queued_at <= before
    )
    for stretch in spared:
        if stretch.settled_at is None or stretch.settled_at > before:
            early = CONTENTS_KEPT.c.queued_at.between(stretch.from_at, stretch.until_at)
            wanted = wanted.where(
                not_(early) | (CONTENTS_KEPT.c.queued_at <= before - stretch.behind)
            )
    if after is not None:
        wanted = wanted.where(tuple_(*place) > tuple_(*after))
    rows = connection.execute(wanted.order_by(*place).limit(limit))
    return [Place(*row) for row in rows]


def erased(
    connection: Connection, what: str | None, *, before: int, limit: int
) -> Sequence[ErasedRow]:
    """List what was erased, the newest first, below a place; ``what`` None is everything."""
    why = reasons("why")
    wanted = (
        select(*(c for c in ERASED.c if c.name != "reason"), why.c.body.label("reason"))
        .join(why, is_reason(why, ERASED.c.reason), isouter=True)
        .where(ERASED.c.place < before)
    )
    if what is not None:
        wanted = wanted.where(ERASED.c.what == what)
    rows = connection.execute(wanted.order_by(ERASED.c.place.desc()).limit(limit))
    return [ErasedRow(**row._mapping) for row in rows]
