"""What is still kept of each message's content, so that it can be erased when its time is over."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, select, tuple_

from application.ports.queries import Kept, Place
from domain.message.events import ContentErased, Queued
from domain.values import Instant
from projections.projection import Batch, Projection
from projections.tables import READ, changing, fixed, key

CONTENTS_KEPT: Final = Table(
    "retention",
    READ,
    key("number"),
    fixed("queued_at"),
    changing("kept", Text),
)
"""One row a message, until everything of it is erased: history does not pile up here."""

Index("retention_by_age", CONTENTS_KEPT.c.kept, CONTENTS_KEPT.c.queued_at, CONTENTS_KEPT.c.number)


class RetentionDates(Projection):
    """Folds acceptance and erasure into ``retention``."""

    name = "retention"
    version = 1
    tables = (CONTENTS_KEPT,)
    events = frozenset({Queued, ContentErased})

    def apply(self, batch: Batch) -> None:
        """Add, change or remove a row for each event."""
        rows = batch.rows(CONTENTS_KEPT)
        rows.load({event.number for _, event in batch.events if type(event) is ContentErased})
        for _, event in batch.events:
            if type(event) is Queued:
                rows.add({"number": event.number, "queued_at": event.at, "kept": Kept.ALL.value})
            elif event.what == "all":
                rows.remove(event.number)
            else:
                rows[event.number]["kept"] = Kept.NUMBER.value


def kept_contents(
    connection: Connection, kept: Kept, *, before: Instant, after: Place | None, limit: int
) -> Sequence[Place]:
    """List messages accepted up to ``before`` of whose content this much is kept, by age."""
    place = (CONTENTS_KEPT.c.queued_at, CONTENTS_KEPT.c.number)
    wanted = select(*place).where(
        CONTENTS_KEPT.c.kept == kept.value, CONTENTS_KEPT.c.queued_at <= before
    )
    if after is not None:
        wanted = wanted.where(tuple_(*place) > tuple_(*after))
    rows = connection.execute(wanted.order_by(*place).limit(limit))
    return [Place(*row) for row in rows]
