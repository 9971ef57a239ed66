"""The truth's tables beside the log, for joins, and the words that projections define theirs with.

The truth's tables are in ``store``: an attached file on SQLite, translated to the schema
``public`` on PostgreSQL (``adapters/store/read_engine.py``). Nothing here is ever written to
them. Each projection's own tables stand in its own file, all of them in ``READ``.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

from domain.contents import ContentKind

TRUTH: Final = MetaData(schema="store")
"""What the committer writes; here for joins only, never created from here."""

READ: Final = MetaData()
"""What the projections write: disposable."""

BIG: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite makes a primary key its row id only when it is spelt INTEGER."""

FIXED: Final = {"fixed": True}
"""Put on columns that never change once the row exists: updates leave them, and indexes, alone."""


def key(name: str, type_: Any = BIG) -> Column[Any]:
    """Give a column of a primary key."""
    return Column(name, type_, primary_key=True, autoincrement=False, info=FIXED)


def fixed(name: str, type_: Any = BIG, *, nullable: bool = False) -> Column[Any]:
    """Give a column that is written once, with its row."""
    return Column(name, type_, nullable=nullable, info=FIXED)


def changing(name: str, type_: Any = BIG, *, nullable: bool = False) -> Column[Any]:
    """Give a column that later events change."""
    return Column(name, type_, nullable=nullable)


def computed(name: str, expression: str, type_: Any = BIG) -> Column[Any]:
    """Give a column that the database itself sets, to a query, whenever the row is written.

    ``{column}`` stands in ``expression`` for another column of the row, ``{suffix}`` for what
    the names of the projection's tables end in.
    """
    return Column(name, type_, nullable=True, info={"computed": expression})


def index_when_set(name: str, *columns: Column[Any], when: Column[Any]) -> None:
    """Index just the rows in which ``when`` is set, on every store."""
    Index(name, *columns, sqlite_where=when.is_not(None))
    event.listen(when.table, "before_create", _as_on_sqlite, propagate=True)


def _as_on_sqlite(table: Table, connection: Connection, **_: Any) -> None:
    """Make a table's indexes partial on PostgreSQL, too.

    Said where they are defined, it would load the whole dialect into processes without one.
    """
    if connection.dialect.name == "postgresql":
        for index in table.indexes:
            where = index.dialect_options["sqlite"]["where"]
            index.dialect_options["postgresql"]["where"] = where


CONTENTS: Final = Table(
    "contents",
    TRUTH,
    Column("kind", Text, primary_key=True),
    Column("number", BIG, primary_key=True),
    Column("salt", LargeBinary),
    Column("msisdn", Text),
    Column("body", Text),
    Column("sender", Text),
    Column("folded", Text),
)


def is_content(
    kind: ContentKind, number: ColumnElement[Any], *, among: FromClause = CONTENTS
) -> ColumnElement[bool]:
    """Give the condition under which a row of contents is the one of this kind and number."""
    return (among.c.kind == kind.value) & (among.c.number == number)


REPEATABLES: Final = Table(
    "repeatables",
    TRUTH,
    Column("digest", LargeBinary, primary_key=True),
    Column("first_number", BIG),
    Column("count", BIG),
    Column("answered_at", BIG),
    Column("batch", BIG),
)

WEBHOOKS: Final = Table(
    "webhooks",
    TRUTH,
    Column("account", BIG, primary_key=True),
    Column("epoch", BIG),
    Column("state", Text),
    Column("types", Text),
    Column("delivered", BIG),
    Column("tries", BIG),
    Column("due_at", BIG),
    Column("attempts", BIG),
)

WEBHOOK_ATTEMPTS: Final = Table(
    "webhook_attempts",
    TRUTH,
    Column("account", BIG, primary_key=True),
    Column("slot", BIG, primary_key=True),
    Column("number", BIG),
    Column("event", Text),
    Column("type", Text),
    Column("sequence", BIG),
    Column("at", BIG),
    Column("took_ms", BIG),
    Column("status", BIG),
    Column("error", Text),
    Column("answer", Text),
)

CREDENTIALS: Final = Table(
    "credentials",
    TRUTH,
    Column("key_id", Text, primary_key=True),
    Column("account", BIG),
    Column("name", Text),
    Column("hash", Text),
    Column("issued_at", BIG),
    Column("revoked_at", BIG),
    Column("scopes", Text),
    Column("sources", Text),
    Column("used_at", BIG),
)
