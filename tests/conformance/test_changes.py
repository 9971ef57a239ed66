"""What both stores do with the changes of a save: all of them, as if one after the other."""

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace
from typing import Any, Final, cast

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import application
from adapters.store.changes import STATEMENTS, Statement, Writer, carry_out
from adapters.store.postgres import saving as postgres_saving
from adapters.store.sqlite import saving as sqlite_saving
from application.ports import (
    AttemptsForgotten,
    Change,
    ClockMark,
    ClockMarksForgotten,
    ContentErased,
    ContentRow,
    CredentialRevoked,
    CredentialRow,
    CredentialTagged,
    KeysUnnamed,
    KeyUsed,
    Lease,
    PaymentPoll,
    Repeatable,
    RepeatableForgotten,
    SealTile,
    SecretKind,
    SecretRow,
    SecretsForgotten,
    SnapshotsForgotten,
    Store,
    TagsForgotten,
    TextErased,
    WebhookAttempt,
    WebhookForgotten,
    WebhookReplayed,
    WebhookSet,
    WebhookStanding,
    WriterTag,
)
from domain.contents import ContentKind
from domain.values import Instant
from tests.conformance.stores import KEY, LEASE, NOW, ROW, Stores, change

TABLES: Final = (
    *("contents", "credentials", "sim_leases", "secrets", "repeatables"),
    *("clock_marks", "payment_polls", "writer_tags", "seal_tiles"),
    *("webhooks", "webhook_attempts"),
)
NUMBERS = st.integers(1, 3)
TEXTS = st.sampled_from(["a", "b", "Ω"])
MAYBE = st.none() | TEXTS
TIMES = st.integers(NOW, NOW + 2).map(Instant)
CONTENT_KINDS = st.sampled_from([ContentKind.MESSAGE, ContentKind.REASON])
KEY_IDS = st.sampled_from(["KEY00001", "KEY00002", "KEY00003"])
CLOCK_WRITERS = st.sampled_from(["a", "b", ClockMark.OPERATOR, ClockMark.RETENTION])
SECRET_KINDS = st.sampled_from([SecretKind.SESSION, SecretKind.RESET])

EACH: dict[type[Change], st.SearchStrategy[Any]] = {
    ContentRow: st.builds(
        ContentRow,
        CONTENT_KINDS,
        NUMBERS,
        st.just(b"s" * 32),
        MAYBE,
        MAYBE,
        MAYBE,
        MAYBE,
    ),
    TextErased: st.builds(TextErased, CONTENT_KINDS, NUMBERS),
    ContentErased: st.builds(ContentErased, CONTENT_KINDS, NUMBERS),
    Repeatable: st.builds(
        Repeatable,
        st.sampled_from([b"d" * 20, b"e" * 20]),
        NUMBERS,
        NUMBERS,
        TIMES,
        st.none() | NUMBERS,
    ),
    RepeatableForgotten: st.builds(RepeatableForgotten, st.integers(0, 6)),
    CredentialRow: st.builds(
        lambda key_id, account, name: replace(KEY, key_id=key_id, account=account, name=name),
        KEY_IDS,
        NUMBERS,
        TEXTS,
    ),
    CredentialRevoked: st.builds(CredentialRevoked, KEY_IDS, TIMES),
    CredentialTagged: st.builds(CredentialTagged, KEY_IDS, TEXTS),
    KeyUsed: st.builds(KeyUsed, KEY_IDS, TIMES),
    KeysUnnamed: st.builds(KeysUnnamed, NUMBERS),
    Lease: st.builds(
        lambda sim, holder, fence: replace(LEASE, sim=sim, holder=holder, fence=fence),
        NUMBERS,
        TEXTS,
        NUMBERS,
    ),
    PaymentPoll: st.builds(
        PaymentPoll, NUMBERS, TEXTS, TEXTS, NUMBERS, st.none() | TIMES, TIMES, NUMBERS
    ),
    SealTile: st.builds(SealTile, NUMBERS, NUMBERS, NUMBERS, st.sampled_from([b"a", b"b"])),
    ClockMark: st.builds(ClockMark, CLOCK_WRITERS, TIMES, TIMES, TEXTS),
    ClockMarksForgotten: st.builds(ClockMarksForgotten),
    SecretRow: st.builds(SecretRow, SECRET_KINDS, TEXTS, NUMBERS, TEXTS, TIMES, st.none() | TIMES),
    SecretsForgotten: st.builds(SecretsForgotten, SECRET_KINDS, NUMBERS, MAYBE),
    SnapshotsForgotten: st.builds(SnapshotsForgotten, NUMBERS),
    WebhookSet: st.builds(WebhookSet, NUMBERS, NUMBERS, TEXTS, NUMBERS, TIMES),
    WebhookReplayed: st.builds(WebhookReplayed, NUMBERS, NUMBERS, NUMBERS, TIMES),
    WebhookStanding: st.builds(
        WebhookStanding,
        account=NUMBERS,
        was=NUMBERS,
        epoch=NUMBERS,
        state=TEXTS,
        delivered=NUMBERS,
        tries=NUMBERS,
        due_at=TIMES,
        attempts=NUMBERS,
    ),
    WebhookForgotten: st.builds(WebhookForgotten, NUMBERS),
    WebhookAttempt: st.builds(
        WebhookAttempt,
        account=NUMBERS,
        slot=NUMBERS,
        number=NUMBERS,
        event=TEXTS,
        type=TEXTS,
        sequence=NUMBERS,
        at=TIMES,
        took_ms=NUMBERS,
        status=st.none() | NUMBERS,
        error=MAYBE,
        answer=TEXTS,
    ),
    AttemptsForgotten: st.builds(AttemptsForgotten, NUMBERS),
    TagsForgotten: st.builds(TagsForgotten, NUMBERS),
    WriterTag: st.builds(
        WriterTag,
        NUMBERS,
        TEXTS,
        TEXTS,
        NUMBERS,
        TEXTS,
        NUMBERS,
        NUMBERS,
        st.just(b"m" * 32),
    ),
}
"""How each class of change is drawn, from so few keys that they often meet."""


def keys_kept_once(changes: list[Change]) -> list[Change]:
    """Leave out a second row under a key that is always new: of API keys, and of tags."""
    seen: set[str | int] = set()
    kept: list[Change] = []
    for one in changes:
        key: str | int | None = one.key_id if isinstance(one, CredentialRow) else None
        key = one.number if isinstance(one, WriterTag) else key
        if key is None or key not in seen:
            kept.append(one)
            seen.update(() if key is None else (key,))
    return kept


CHANGES = st.lists(st.one_of(*EACH.values()), min_size=2, max_size=25).map(keys_kept_once)


def declared_changes() -> set[type[Change]]:
    """Give every class of change that a module of the use cases declares."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(application.__path__, "application.")
    ]
    return {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Change) and value is not Change
    }


@dataclass
class Tables:
    """The tables beside the log, seen past the store."""

    run: Callable[[str], Any]

    def rows(self, *tables: str) -> list[list[str]]:
        return [sorted(map(repr, self.run(f"SELECT * FROM {table}"))) for table in tables]

    def empty(self) -> None:
        for table in TABLES:
            self.run(f"DELETE FROM {table}")


@pytest.fixture
def tables(stores: Stores, store: Store) -> Iterator[Tables]:
    if stores.is_sqlite:
        with closing(sqlite3.connect(stores.url, isolation_level=None)) as file:
            yield Tables(file.execute)
    else:
        with psycopg.connect(stores.url, autocommit=True) as server:
            yield Tables(server.execute)


# -- every kind of change ------------------------------------------------------------------------


def test_both_stores_know_every_change() -> None:
    declared = declared_changes()
    assert ContentRow in declared
    assert set(sqlite_saving.WRITERS) == declared
    assert set(postgres_saving.WRITERS) == declared
    assert set(EACH) == declared


def test_both_stores_agree_on_the_table_of_each_change() -> None:
    for kind, writer in sqlite_saving.WRITERS.items():
        assert postgres_saving.WRITERS[kind].table == writer.table


def test_each_change_reaches_its_table_by_its_statement() -> None:
    for kind, statement in STATEMENTS.items():
        sql, values = statement.marked("?")
        assert f" {statement.table} " in sql
        names = [field.name for field in fields(cast("Any", kind))]
        named = [re.search(rf"{{{name}(\._?value_?)?}}", statement.sql) for name in names]
        assert all(named), f"{kind.__name__} has a field that goes nowhere"
        given = values(
            SimpleNamespace(**dict.fromkeys(names, SimpleNamespace(value=None, _value_=None)))
        )
        assert sql.count("?") == len(given)


@dataclass(frozen=True, slots=True)
class Noted(Change):
    """A kind of change that no table knows."""

    number: int
    text: str


def test_one_more_kind_of_change_is_a_class_and_a_statement(
    store: Store, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.run("CREATE TABLE notes (number BIGINT PRIMARY KEY, text TEXT)")
    statement = Statement("notes", "INSERT INTO notes (text, number) VALUES ({text}, {number})")
    monkeypatch.setitem(sqlite_saving.WRITERS, Noted, sqlite_saving.writer(statement))
    monkeypatch.setitem(postgres_saving.WRITERS, Noted, postgres_saving.writer(statement))
    change(store, Noted(1, "one"), ROW, Noted(2, "two"))
    assert tables.rows("notes") == [["(1, 'one')", "(2, 'two')"]]
    assert store.content(ROW.kind, ROW.number) == ROW


def test_a_change_that_no_table_knows_is_refused_with_its_whole_save(
    store: Store, tables: Tables
) -> None:
    with pytest.raises(LookupError, match="Noted"):
        change(store, ROW, Noted(1, "one"), LEASE)
    assert tables.rows(*TABLES) == [[] for _ in TABLES]


# -- their order ---------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=CHANGES)
def test_changes_of_one_save_do_what_they_do_one_by_one(
    store: Store, tables: Tables, changes: list[Change]
) -> None:
    tables.empty()
    for one in changes:
        change(store, one)
    one_by_one = tables.rows(*TABLES)
    tables.empty()
    change(store, *changes)
    assert tables.rows(*TABLES) == one_by_one


def test_a_content_that_is_erased_and_then_kept_stays(store: Store) -> None:
    other = replace(ROW, body="anew")
    change(store, ROW)
    change(store, ContentErased(ROW.kind, ROW.number), other)
    assert store.content(ROW.kind, ROW.number) == other
    change(store, TextErased(ROW.kind, ROW.number), ROW)
    assert store.content(ROW.kind, ROW.number) == ROW


def test_of_contents_under_one_key_in_one_save_the_last_counts(store: Store) -> None:
    change(store, replace(ROW, body="first"), replace(ROW, number=2), ROW)
    assert store.content(ROW.kind, ROW.number) == ROW


def test_an_erased_text_leaves_what_the_row_says_that_it_leaves(store: Store) -> None:
    change(store, ROW)
    change(store, TextErased(ROW.kind, ROW.number))
    assert store.content(ROW.kind, ROW.number) == ROW.without_text()


def test_changes_of_other_tables_do_not_part_a_run() -> None:
    written: list[Sequence[Change]] = []
    writers = {
        kind: Writer[None](table, lambda _, changes: written.append(changes))
        for kind, (table, _) in STATEMENTS.items()
    }
    row, erased = replace(ROW, number=2), ContentErased(ContentKind.MESSAGE, 1)
    carry_out(None, [ROW, LEASE, row, KEY, LEASE, erased, ROW], writers)
    assert written == [[ROW, row], [erased], [ROW], [LEASE, LEASE], [KEY]]
