"""What takes two people: prepared entries, and what became of each."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Index, Select, Table, Text, select

from application.ports.queries import EntryRow
from projections.tables import READ, changing, fixed, key
from projections.typed_reasons import is_reason, reasons

ENTRIES: Final = Table(
    "approvals",
    READ,
    key("number"),
    fixed("kind", Text),
    fixed("account", nullable=True),
    fixed("credits", nullable=True),
    fixed("role", Text, nullable=True),
    fixed("receipt", Text, nullable=True),
    fixed("amount_ngwee", nullable=True),
    fixed("seal_key", Text, nullable=True),
    fixed("actor", Text),
    fixed("reason", nullable=True),
    fixed("prepared_at"),
    changing("status", Text),
    changing("approver", Text, nullable=True),
    changing("remark", nullable=True),
    changing("decided_at", nullable=True),
)

Index("approvals_by_status", ENTRIES.c.status, ENTRIES.c.number)


def entries(
    connection: Connection, status: str | None, *, after: int, limit: int
) -> Sequence[EntryRow]:
    """List entries by number; ``status`` None is every one."""
    wanted = _entries().where(ENTRIES.c.number > after)
    if status is not None:
        wanted = wanted.where(ENTRIES.c.status == status)
    rows = connection.execute(wanted.order_by(ENTRIES.c.number).limit(limit))
    return [EntryRow(**row._mapping) for row in rows]


def entry(connection: Connection, number: int) -> EntryRow | None:
    """Find one entry."""
    row = connection.execute(_entries().where(ENTRIES.c.number == number)).first()
    return None if row is None else EntryRow(**row._mapping)


def _entries() -> Select[Any]:
    why, remark = reasons("why"), reasons("remarks")
    plain = [c for c in ENTRIES.c if c.name not in {"reason", "remark"}]
    return (
        select(*plain, why.c.body.label("reason"), remark.c.body.label("remark"))
        .join(why, is_reason(why, ENTRIES.c.reason), isouter=True)
        .join(remark, is_reason(remark, ENTRIES.c.remark), isouter=True)
    )
