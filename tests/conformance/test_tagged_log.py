"""What is changed in a log past the gateway is found by its tags, over both kinds of store."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import psycopg
import pytest

from adapters.store.guarding import POSTGRES_LIFT, REFUSAL, SQLITE_LIFT
from adapters.store.postgres import saving as postgres_saving
from application.books.writing import is_own_credential, tag_of
from application.ports import ADOPTED, SAVED, Save, Store, StoreUnusable, Turn
from application.proof.adopting import adopt, must_be_adopted
from application.proof.tagged import TagBroken, TagFault, TagWatch, tagged_saves
from domain.events import Aggregate
from domain.proof.stored import packed
from domain.proof.writer import Place, WeakKey, WriterKeys
from domain.wallet import wallet_id
from tests.conformance.stores import KEY as KEY_ROW
from tests.conformance.stores import (
    NOW,
    Stores,
    change,
    save_of,
    saving,
    stores_at,
    versions,
    wallet,
)
from tests.support.virtual import SeededRandomness

KEY = "the writer's key of these tests, long enough"
KEYS = WriterKeys([KEY])
OTHER = WriterKeys(["a key of somebody who has none of ours, as long"])


def write(store: Store, *aggregates: Aggregate, keys: WriterKeys = KEYS) -> None:
    """Save events with their tag, as the committer does."""

    def decide(turn: Turn) -> Save:
        save = save_of(*aggregates)
        save.changes.append(tag_of(keys, save.events, turn.tags_end()))
        return save

    store.transact(decide)


def found(store: Store, keys: WriterKeys = KEYS) -> tuple[str, int, int] | None:
    """Walk the log; give what is wrong first, and between which positions."""
    try:
        for _ in tagged_saves(store.tagged, keys):
            pass
    except TagBroken as broken:
        return broken.fault.value, broken.first, broken.last
    return None


@pytest.fixture
def log(store: Store) -> Store:
    """Give a log of four saves: positions 1 to 3, 4, 5 to 6, and 7."""
    for account, count_ in ((1, 3), (2, 1), (3, 2), (4, 1)):
        write(store, wallet(account, versions=count_))
    return store


def position_of(stores: Stores) -> str:
    return "rowid" if stores.is_sqlite else "notification_id"


def test_a_log_that_nobody_touched_is_walked_save_by_save(log: Store) -> None:
    saves = list(tagged_saves(log.tagged, KEYS))
    assert [[event.position for event in save.events] for save in saves] == [
        [1, 2, 3],
        [4],
        [5, 6],
        [7],
    ]
    assert [save.tag.number for save in saves] == [1, 2, 3, 4]
    assert saves[0].events[0].originator.hex() == saves[0].tag.originator
    write(log, wallet(5))
    (new,) = tagged_saves(log.tagged, KEYS, since=saves[-1].place)
    assert new.place.position == 8


def test_a_walk_goes_on_page_by_page(log: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [save.place for save in tagged_saves(log.tagged, KEYS)]
    for tags, events in ((1, 1), (2, 1), (2, 100), (3, 4)):
        monkeypatch.setattr("application.proof.tagged.TAGS_AT_ONCE", tags)
        monkeypatch.setattr("application.proof.tagged.EVENTS_AT_ONCE", events)
        assert [save.place for save in tagged_saves(log.tagged, KEYS)] == whole


PLANTED: dict[str, tuple[Sequence[str], tuple[str, int, int]]] = {
    "a state": (
        ["UPDATE stored_events SET state = {state} WHERE {position} = 2"],
        ("changed", 1, 3),
    ),
    "a topic": (
        ["UPDATE stored_events SET topic = 'Other' WHERE {position} = 4"],
        ("changed", 4, 4),
    ),
    "a version": (
        ["UPDATE stored_events SET originator_version = 9 WHERE {position} = 4"],
        ("changed", 4, 4),
    ),
    "two originators swapped": (
        [
            "UPDATE stored_events SET originator_version = originator_version + 100"
            " WHERE {position} = 7",
            "UPDATE stored_events SET originator_id = (SELECT originator_id FROM stored_events"
            " WHERE {position} = 7) WHERE {position} = 4",
        ],
        ("changed", 4, 4),
    ),
    "two saves swapped": (
        [
            "UPDATE stored_events SET {position} = 70 WHERE {position} = 7",
            "UPDATE stored_events SET {position} = 7 WHERE {position} = 4",
            "UPDATE stored_events SET {position} = 4 WHERE {position} = 70",
        ],
        ("changed", 4, 4),
    ),
    "two events of a save swapped": (
        [
            "UPDATE stored_events SET {position} = 70 WHERE {position} = 1",
            "UPDATE stored_events SET {position} = 1 WHERE {position} = 2",
            "UPDATE stored_events SET {position} = 2 WHERE {position} = 70",
        ],
        ("changed", 1, 3),
    ),
    "an event moved": (
        ["UPDATE stored_events SET {position} = 70 WHERE {position} = 4"],
        ("events removed", 4, 4),
    ),
    "an event removed": (
        ["DELETE FROM stored_events WHERE {position} = 2"],
        ("events removed", 1, 3),
    ),
    "a save removed": (
        ["DELETE FROM stored_events WHERE {position} = 4"],
        ("events removed", 4, 4),
    ),
    "a save removed with its tag": (
        [
            "DELETE FROM stored_events WHERE {position} = 4",
            "DELETE FROM writer_tags WHERE number = 2",
        ],
        ("events removed", 4, 4),
    ),
    "the first save removed with its tag": (
        [
            "DELETE FROM stored_events WHERE {position} < 4",
            "DELETE FROM writer_tags WHERE number = 1",
        ],
        ("events removed", 1, 3),
    ),
    "a save removed with its tag, and the tags numbered anew": (
        [
            "DELETE FROM stored_events WHERE {position} = 4",
            "DELETE FROM writer_tags WHERE number = 2",
            "UPDATE writer_tags SET number = 2, after = 3 WHERE number = 3",
        ],
        ("changed", 5, 6),
    ),
    "the newest event removed": (
        ["DELETE FROM stored_events WHERE {position} = 7"],
        ("events removed", 7, 7),
    ),
    "a tag removed": (["DELETE FROM writer_tags WHERE number = 2"], ("tag removed", 4, 4)),
    "the newest tag removed": (["DELETE FROM writer_tags WHERE number = 4"], ("untagged", 7, 7)),
    "all tags removed": (["DELETE FROM writer_tags"], ("untagged", 1, 1)),
    "a mac": (["UPDATE writer_tags SET mac = {mac} WHERE number = 2"], ("changed", 4, 4)),
    "a tag's kind": (
        ["UPDATE writer_tags SET how = 'adopted' WHERE number = 2"],
        ("changed", 4, 4),
    ),
    "a tag's stream": (
        ["UPDATE writer_tags SET originator = 'ab' WHERE number = 2"],
        ("changed", 4, 4),
    ),
    "a tag's version": (["UPDATE writer_tags SET version = 7 WHERE number = 2"], ("changed", 4, 4)),
    "a tag's key": (
        ["UPDATE writer_tags SET key = 'abcd1234' WHERE number = 2"],
        ("key unknown", 4, 4),
    ),
    "a tag's count": (
        ["UPDATE writer_tags SET count = 2 WHERE number = 2"],
        ("events removed", 4, 5),
    ),
    "a count that no save has": (
        ["UPDATE writer_tags SET count = 1000000000000 WHERE number = 2"],
        ("changed", 4, 4),
    ),
    "a place": (["UPDATE writer_tags SET after = 2 WHERE number = 2"], ("events removed", 1, 3)),
    "an event at the end": (
        [
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " SELECT originator_id, originator_version + 1, topic, state FROM stored_events"
            " WHERE {position} = 7"
        ],
        ("untagged", 8, 8),
    ),
    "an event twice": (
        [
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " SELECT '00000000000000000000000000000001', originator_version, topic, state"
            " FROM stored_events WHERE {position} = 2"
        ],
        ("untagged", 8, 8),
    ),
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.slow
def test_what_is_changed_is_found_by_name_and_place(log: Store, stores: Stores, what: str) -> None:
    statements, expected = PLANTED[what]
    as_blob = "X'{}'" if stores.is_sqlite else r"'\x{}'::bytea"
    for statement in statements:
        cast = "::uuid" if "'0000" in statement and not stores.is_sqlite else ""
        stores.execute(
            statement.format(
                position=position_of(stores),
                state=as_blob.format(b'{"credits":1000000}'.hex()),
                mac=as_blob.format("00" * 32),
            ).replace("0001'", f"0001'{cast}")
        )
    assert found(log) == expected
    write(log, wallet(9))  # the gateway goes on, and it is found as before
    assert found(log) in {expected, (expected[0], expected[1], max(expected[2], 8))}


def test_who_has_another_key_cannot_make_a_tag(log: Store) -> None:
    with pytest.raises(StoreUnusable, match=KEYS.current):
        write(log, wallet(9), keys=OTHER)
    assert found(log) is None

    def forge(turn: Turn) -> Save:
        save = save_of(wallet(9))
        end = replace(turn.tags_end(), key="")
        save.changes.append(tag_of(OTHER, save.events, end))
        return save

    log.transact(forge)
    assert found(log) == ("key unknown", 8, 8)


def test_a_key_is_changed_and_the_old_one_still_checks(log: Store) -> None:
    both = WriterKeys(["a new key of ours that is long enough as well", KEY])
    write(log, wallet(9), keys=both)
    assert log.tagged.tags_after(4, limit=9)[0].key == both.current != KEYS.current
    assert found(log, both) is None
    assert found(log, KEYS) == ("key unknown", 8, 8)


def test_a_key_that_is_short_is_none() -> None:
    for keys in ([], ["short"], ["long enough for a key of a writer", "not"]):
        with pytest.raises(WeakKey):
            WriterKeys(keys)


def test_what_the_sealer_waits_for_is_followed_from_any_place(log: Store, stores: Stores) -> None:
    for position in range(8):
        events, leaves = TagWatch(log.tagged, KEYS, position=position).waiting(9)
        assert [event.position for event in events] == [*range(position + 1, 8)]
        assert leaves == packed(events)
    stores.execute(f"UPDATE stored_events SET topic = 'Other' WHERE {position_of(stores)} = 5")
    watch = TagWatch(log.tagged, KEYS, position=3)
    for _ in range(2):
        assert [event.position for event in watch.waiting(1)[0]] == [4]
    watch.go_past(4)
    with pytest.raises(TagBroken, match="positions 5 to 6") as broken:
        watch.waiting(3)
    assert broken.value.fault is TagFault.CHANGED
    with pytest.raises(TagBroken):
        watch.waiting(3)


def test_events_that_were_there_are_taken_as_found_and_kept_so(
    store: Store, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.proof.adopting.EVENTS_AT_ONCE", 2)
    store.transact(saving(save_of(wallet(1, versions=3))))
    assert must_be_adopted(store)
    assert adopt(store, KEYS, SeededRandomness(1), at=NOW) == 3
    assert not must_be_adopted(store)
    write(store, wallet(2))
    hows = [(save.tag.how, len(save.events)) for save in tagged_saves(store.tagged, KEYS)]
    assert hows == [(ADOPTED, 2), (ADOPTED, 1), (SAVED, 1)]
    stores.execute("UPDATE writer_tags SET how = 'saved' WHERE number = 1")
    assert found(store) == ("changed", 1, 2)


def test_a_lost_key_is_replaced_by_taking_all_as_found(log: Store) -> None:
    assert adopt(log, OTHER, SeededRandomness(1), at=NOW) == 7
    assert found(log, OTHER) is None
    write(log, wallet(9), keys=OTHER)
    assert [save.tag.how for save in tagged_saves(log.tagged, OTHER)] == [ADOPTED, SAVED]


def test_an_embedded_database_may_hold_anything(tmp_path_factory: pytest.TempPathFactory) -> None:
    planted = [
        "UPDATE stored_events SET state = 'text' WHERE rowid = 4",
        "UPDATE stored_events SET topic = NULL WHERE rowid = 4",
        "UPDATE stored_events SET originator_id = upper(originator_id) WHERE rowid = 4",
        "UPDATE stored_events SET originator_id = 'nothing' WHERE rowid = 4",
        "UPDATE stored_events SET originator_version = 'nothing' WHERE rowid = 4",
        "UPDATE stored_events SET originator_version = -1 WHERE rowid = 4",
        "UPDATE writer_tags SET mac = 'text' WHERE number = 2",
        "UPDATE writer_tags SET after = 'text' WHERE number = 2",
        "UPDATE writer_tags SET count = -1 WHERE number = 2",
        "UPDATE writer_tags SET how = 'found' WHERE number = 2",
    ]
    for each, number in zip(planted, count(), strict=False):
        path = tmp_path_factory.mktemp(f"any{number}") / "store.db"
        with stores_at(str(path)) as stores:
            store = stores.open()
            store.migrate()
            for account in (1, 2, 3):
                write(store, wallet(account, versions=3 if account == 1 else 1))
            stores.execute(each)
            assert found(store) == ("changed", 4, 4), each


def test_the_first_tag_begins_at_the_beginning(store: Store) -> None:
    assert found(store) is None
    ends: list[Place] = []

    def look(turn: Turn) -> Save:
        ends.append(turn.tags_end())
        return save_of()

    store.transact(look)
    assert ends == [Place()]
    store.transact(saving(save_of(wallet(1))))
    assert found(store) == ("untagged", 1, 1)


# -- what the database itself refuses -------------------------------------------------------------


def test_the_database_refuses_to_change_or_remove_an_event(log: Store, stores: Stores) -> None:
    position = position_of(stores)
    refused = [
        "UPDATE stored_events SET topic = 'Other'",
        f"UPDATE stored_events SET {position} = 70 WHERE {position} = 1",
        "DELETE FROM stored_events",
        f"DELETE FROM stored_events WHERE {position} = 7",
    ]
    for statement in refused if stores.is_sqlite else (*refused, "TRUNCATE stored_events"):
        with pytest.raises((sqlite3.Error, psycopg.Error), match=REFUSAL):
            stores.execute_guarded(statement)
    assert found(log) is None
    write(log, wallet(9))
    assert log.head() == 8


def test_a_store_of_the_version_before_gets_columns_guard_and_tags(
    log: Store, stores: Stores
) -> None:
    change(log, KEY_ROW)
    lift = SQLITE_LIFT if stores.is_sqlite else POSTGRES_LIFT
    stores.execute(
        *lift,
        "ALTER TABLE credentials DROP COLUMN tag",
        "DROP TABLE writer_tags",
        "UPDATE schema_version SET version = 6",
    )
    assert not log.is_migrated()
    log.migrate()
    assert must_be_adopted(log)
    adopt(log, KEYS, SeededRandomness(1), at=NOW)
    assert found(log) is None
    row = log.credential(KEY_ROW.key_id)
    assert row is not None
    assert is_own_credential(KEYS, row)
    with pytest.raises((sqlite3.Error, psycopg.Error), match=REFUSAL):
        stores.execute_guarded("DELETE FROM stored_events")


def test_a_long_history_is_read_whole_without_a_snapshot(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_saving, "TAIL_EVENTS_MAX", 3)
    for account in (1, 2):
        write(store, wallet(account, versions=7))
    assert versions(store.tail(wallet_id(1), 0)) == [1, 2, 3, 4, 5, 6, 7]
    assert versions(store.tail(wallet_id(2), 2)) == [3, 4, 5, 6, 7]
