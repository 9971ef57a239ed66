"""The log as it is stored and its tags, in both dialects of SQL."""

from collections.abc import Iterable, Sequence
from functools import partial
from struct import unpack
from typing import Any, Final

from adapters.store.effects import Cursors
from adapters.store.schema import TAG_COLUMNS
from application.ports import WriterTag
from domain.proof.stored import RawEvent
from domain.proof.writer import NO_MAC, Place

END: Final = """SELECT e.position, t.number, t.mac, t.key
    FROM (SELECT max({position}) AS position FROM stored_events) AS e
    LEFT JOIN (SELECT number, mac, key FROM writer_tags ORDER BY number DESC LIMIT 1) AS t
    ON 1 = 1"""
"""The end of the log and its last tag; ``place_of`` makes one thing of it."""

_ID_CHARACTERS: Final = 32
_RAW: Final = partial(tuple.__new__, RawEvent)
"""Makes events of rows, several times as fast as their own constructor."""


def place_of(position: int | None, number: int | None, mac: bytes | None, key: str | None) -> Place:
    """Make the place of the row of ``END``."""
    return Place(position or 0, number or 0, NO_MAC if mac is None else bytes(mac), key or "")


class SqliteTaggedLog:
    """``application.ports.TaggedLog`` over the cursors of a SQLite store."""

    mark = "?"
    raw = "rowid, originator_id, originator_version, topic, state"
    position = "rowid"

    def __init__(self, reading: Cursors) -> None:
        self._reading = reading

    def raw_after(self, position: int, *, limit: int) -> Sequence[RawEvent]:
        """Read the log after a position."""
        return self._made(
            self._read(
                f"SELECT {self.raw} FROM stored_events WHERE {self.position} > ?"
                f" ORDER BY {self.position} LIMIT ?",
                *(position, limit),
            )
        )

    def tags_after(self, number: int, *, limit: int) -> Sequence[WriterTag]:
        """Read tags after one."""
        return self._tags("number > ? ORDER BY number LIMIT ?", number, limit)

    def tag_behind(self, position: int) -> WriterTag | None:
        """Give the last tag whose events begin at a position or before it."""
        return next(iter(self._tags("after < ? ORDER BY after DESC LIMIT 1", position)), None)

    def _tags(self, which: str, *values: object) -> Sequence[WriterTag]:
        rows = self._read(f"SELECT {TAG_COLUMNS} FROM writer_tags WHERE {which}", *values)
        return [WriterTag(*row) for row in rows]

    # -- what the dialects differ in -----------------------------------------------------------

    def _made(self, rows: Iterable[Any]) -> list[RawEvent]:
        columns = list(zip(*rows, strict=True))
        if not columns:
            return []
        positions, ids, *others = columns
        return list(map(_RAW, zip(positions, _all_bytes_of(ids), *others, strict=True)))

    def _read(self, statement: str, *values: object) -> Sequence[Any]:
        with self._reading() as cursor:
            rows: Sequence[Any] = cursor.execute(statement, values).fetchall()
            return rows


class PostgresTaggedLog(SqliteTaggedLog):
    """The same over PostgreSQL."""

    raw = "notification_id, uuid_send(originator_id) AS id, originator_version, topic, state"
    position = "notification_id"

    def _made(self, rows: Iterable[Any]) -> list[RawEvent]:
        return list(map(_RAW, rows))

    def _read(self, statement: str, *values: object) -> Sequence[Any]:
        with self._reading() as cursor:
            cursor.execute(statement.replace("?", "%s"), values)
            return [tuple(row.values()) for row in cursor.fetchall()]


def _all_bytes_of(originators: Sequence[str]) -> Iterable[bytes]:
    """Give the bytes of ids; of many at once, since whole logs are read."""
    try:
        text = "".join(originators)
        read = bytes.fromhex(text)
    except (ValueError, TypeError):
        return map(_bytes_of, originators)
    if read.hex() != text or set(map(len, originators)) != {_ID_CHARACTERS}:
        return map(_bytes_of, originators)
    return unpack("16s" * len(originators), read)


def _bytes_of(originator: str) -> bytes:
    """Give the bytes of an id, of none but the one text by which an aggregate is looked up."""
    try:
        read = bytes.fromhex(originator)
    except (ValueError, TypeError):
        read = b""
    return read if read.hex() == originator else repr(originator).encode()
