"""Uploaded lists: whose, where each stands, and how far it is."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, select

from application.ports.queries import UploadRow
from domain.mode import Mode, log_of
from domain.upload.states import UploadState
from domain.values import Instant
from projections.tables import READ, changing, fixed, index_when_set, key

UPLOADS: Final = Table(
    "uploads",
    READ,
    key("number"),
    fixed("log"),
    fixed("created_at"),
    fixed("good"),
    fixed("bad"),
    fixed("segments"),
    fixed("credits"),
    changing("state", Text),
    changing("queued"),
    changing("skipped"),
    changing("credits_used"),
    changing("pause_cause", Text, nullable=True),
    changing("required", nullable=True),
    changing("available", nullable=True),
    changing("sending_since", nullable=True),
    changing("kept", nullable=True),
)
"""One row a list, by the log that knows it.

``sending_since`` is set while it is being sent, ``kept`` until it is erased.
"""

Index("uploads_by_log", UPLOADS.c.log, UPLOADS.c.number)
index_when_set("uploads_sending", UPLOADS.c.number, when=UPLOADS.c.sending_since)


def page(
    connection: Connection, log: int, states: Sequence[str], *, before: int, limit: int
) -> Sequence[UploadRow]:
    """List those of a log, newest first."""
    of = UPLOADS.c
    shown = [column for column in of if column.name not in {"sending_since", "kept"}]
    wanted = select(*shown).where(of.log == log, of.number < before)
    if states:
        wanted = wanted.where(of.state.in_(states))
    rows = connection.execute(wanted.order_by(of.number.desc()).limit(limit))
    return [UploadRow(**row._mapping) for row in rows]


def sending(connection: Connection, *, limit: int) -> Sequence[int]:
    """Number those that are being sent."""
    of = UPLOADS.c
    wanted = select(of.number).where(of.sending_since.is_not(None))
    return list(connection.execute(wanted.order_by(of.number).limit(limit)).scalars())


def kept(
    connection: Connection,
    account: int | None,
    *,
    before: Instant | None = None,
    after: int,
    limit: int,
) -> Sequence[int]:
    """Number those of which there is something to erase: not while they are being sent."""
    of = UPLOADS.c
    wanted = select(of.number).where(
        of.kept.is_not(None), of.number > after, of.state != UploadState.SENDING.value
    )
    if account is not None:
        wanted = wanted.where(of.log.in_([log_of(account, mode) for mode in Mode]))
    if before is not None:
        wanted = wanted.where(of.created_at < before)
    return list(connection.execute(wanted.order_by(of.number).limit(limit)).scalars())
