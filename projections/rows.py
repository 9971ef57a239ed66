"""The rows of a table that a batch of events touches: loaded once, folded in memory, written once.

Many updates of one row in a batch become one. SQLAlchemy's expression layer costs more for each
row than the database does, so the few statements here are written out for each store: SQLite
takes the values of rows by place, since it looks up each name anew in each row, and new rows many
at once; PostgreSQL takes a whole table of rows as one JSON parameter.
"""

# ruff: noqa: S608 - every name in a statement is that of one of our own ``Table`` objects

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import Table

from projections.driver import Driver

Key = Any
"""The primary key's value; a tuple of them when the key has several columns."""

Row = dict[str, Any]
"""A row by column names."""

_NAMED: Final = re.compile(r":(\w+)")


class WrongHistory(LookupError):
    """An event speaks of a row that no earlier event made, or makes one that is there already."""


class Rows(dict[Key, Row]):
    """The touched rows of ``table``, whose name in the database ends in ``suffix``.

    A dictionary of them, since each event looks into several: ``load``, ``add`` and ``remove``
    are how rows come and go, and a row is changed in place.
    """

    def __init__(self, driver: Driver, table: Table, suffix: str = "") -> None:
        super().__init__()
        self._driver = driver
        self._sql = _statements(table, suffix, by_json=driver.is_postgresql)
        self._stored: set[Key] = set()
        self._removed: set[Key] = set()
        self._appended: list[Sequence[Any]] = []

    def load(self, keys: Iterable[Key]) -> None:
        """Fetch the rows with these keys, as far as there are any."""
        wanted = [key for key in set(keys) if key not in self]
        if not wanted:
            return
        found = self._driver.execute(self._sql.load, (self._keys(wanted),))
        for values in found.fetchall():
            row = dict(zip(self._sql.columns, values, strict=True))
            key = self._sql.key_of(row)
            self[key] = row
            self._stored.add(key)

    def __missing__(self, key: Key) -> Row:
        """Refuse to give a row that is not there.

        Raises:
            WrongHistory: always.
        """
        msg = f"{self._sql.table} has no row {key}"
        raise WrongHistory(msg)

    def add(self, row: Row) -> Row:
        """Add a new row; one that the table has already fails when it is written."""
        key = self._sql.key_of(row)
        if key in self:
            msg = f"{self._sql.table} has a row {key} already"
            raise WrongHistory(msg)
        self[key] = row
        return row

    def append(self, *values: Any) -> None:
        """Add a new row by its values in the order of the columns; nobody looks at it again.

        For tables with a row an event and more: half as dear as ``add``.
        """
        self._appended.append(values)

    def remove(self, key: Key) -> None:
        """Take a row away."""
        del self[key]
        if key in self._stored:
            self._stored.remove(key)
            self._removed.add(key)

    def write(self) -> None:
        """Write what was added, loaded and removed; the last thing that is done with it."""
        if self._removed:
            self._driver.execute(self._sql.delete, (self._keys(self._removed),))
        self._write(self._sql.update, [self[key] for key in self._stored])
        added = [row for key, row in self.items() if key not in self._stored]
        self._write(self._sql.insert, added)
        if self._appended and self._sql.by_json:
            columns = self._sql.columns
            self._write(
                self._sql.insert,
                [dict(zip(columns, values, strict=True)) for values in self._appended],
            )
        elif self._appended:
            self._driver.insert(*self._sql.append, self._appended)

    def _keys(self, keys: Iterable[Key]) -> str:
        by_name = self._sql.by_json
        return _json([self._sql.key_fields(key) for key in keys] if by_name else list(keys))

    def _write(self, each: "_Each", rows: Sequence[Row]) -> None:
        if not rows:
            return
        if (values_of := each.values_of) is None:
            self._driver.execute(each.sql, (_json(rows),))
        elif each.row:
            self._driver.insert(each.sql, each.row, list(map(values_of, rows)))
        else:
            self._driver.execute_each(each.sql, list(map(values_of, rows)))


def _json(value: object) -> str:
    # A column's name is a kind of str of SQLAlchemy's, which orjson takes for a key only so.
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def write(driver: Driver, touched: Iterable[Rows]) -> None:
    """Write rows of several tables, in this order; PostgreSQL works on while the next are sent."""
    with driver.raw.pipeline() if driver.is_postgresql else nullcontext():
        for rows in touched:
            rows.write()


@dataclass(frozen=True, slots=True)
class _Each:
    """A statement that is carried out for each of some rows."""

    sql: str
    values_of: Callable[[Row], Sequence[Any]] | None = None
    """Gives a row's values in the order of their places; None where all rows are one JSON."""
    row: str = ""
    """What ends it for each row, where many rows are one statement."""

    @classmethod
    def by_place(cls, sql: str, row: str = "") -> "_Each":
        """Make it of words with ``:column`` for each value."""
        values_of = itemgetter(*_NAMED.findall(sql + row))
        return cls(_NAMED.sub("?", sql), values_of, _NAMED.sub("?", row))


@dataclass(frozen=True, slots=True)
class _Statements:
    table: str
    columns: Sequence[str]
    key: Sequence[str]
    load: str
    insert: _Each
    append: tuple[str, str]
    """How an INSERT of values in the order of the columns begins, and a row in it; SQLite only."""
    update: _Each
    delete: str
    by_json: bool
    key_of: Callable[[Mapping[str, Any]], Key]

    def key_fields(self, key: Key) -> Mapping[str, Any]:
        return dict(zip(self.key, (key,) if len(self.key) == 1 else key, strict=True))


@cache
def _statements(table: Table, suffix: str, *, by_json: bool) -> _Statements:
    """Write out the statements for a table."""
    name = table.name + suffix
    columns = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    values = {column: f"k.{column}" if by_json else f":{column}" for column in columns}
    for column in table.columns:
        if column.info.get("computed"):
            computed = column.info["computed"].format(suffix=suffix, **values)
            values[column.name] = f"({computed})"
    changes = ", ".join(
        f"{c.name} = {values[c.name]}" for c in table.columns if not c.info.get("fixed")
    )
    into = f"INSERT INTO {name} ({', '.join(columns)})"
    if by_json:
        given = f"json_to_recordset(%s) AS k({_typed(table, key)})"
        rows = f"json_to_recordset(%s) AS k({_typed(table, columns)})"
        matching = " AND ".join(f"t.{column} = k.{column}" for column in key)
        insert = _Each(f"{into} SELECT {', '.join(values.values())} FROM {rows}")
        update = _Each(f"UPDATE {name} t SET {changes} FROM {rows} WHERE {matching}")
        delete = f"DELETE FROM {name} t USING {given} WHERE {matching}"
    else:
        given = "json_each(?) AS k"
        parts = [f"json_extract(k.value, '$[{place}]')" for place in range(len(key))]
        fields = parts if len(key) > 1 else ["k.value"]
        matching = " AND ".join(f"t.{column} = {k}" for column, k in zip(key, fields, strict=True))
        same = " AND ".join(f"{column} = :{column}" for column in key)
        insert = _Each.by_place(f"{into} VALUES ", f"({', '.join(values.values())})")
        update = _Each.by_place(f"UPDATE {name} SET {changes} WHERE {same}")
        gone = f"SELECT {', '.join(fields)} FROM {given}"
        delete = f"DELETE FROM {name} WHERE ({', '.join(key)}) IN ({gone})"
    selected = ", ".join(f"t.{column}" for column in columns)
    return _Statements(
        table=name,
        columns=columns,
        key=key,
        load=f"SELECT {selected} FROM {given} CROSS JOIN {name} t WHERE {matching}",
        insert=insert,
        append=(f"{into} VALUES ", f"({', '.join('?' for _ in columns)})"),
        update=update,
        delete=delete,
        by_json=by_json,
        key_of=itemgetter(*key),
    )


def _typed(table: Table, columns: Iterable[str]) -> str:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - only who has one pays for it

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return ", ".join(f"{name} {table.columns[name].type.compile(dialect)}" for name in columns)
