"""What is still kept of each message's content, so that it can be erased when its time is over."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, not_, select, tuple_

from application.ports.queries import Kept, Place
from domain.stretch import Stretch
from domain.values import Instant
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
