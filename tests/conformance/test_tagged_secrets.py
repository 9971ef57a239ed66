"""A secret of a person that was changed past the gateway is not used, over both kinds of store."""

import logging
from collections.abc import Callable
from typing import Final

import pytest

from application.books.codec import event_mapper
from application.books.reader import Reader
from application.books.writing import is_own_secret, tagged_secret
from application.ports import SecretKind, SecretRow, Store
from application.proof.adopting import adopt_secrets
from domain.proof.writer import WriterKeys
from domain.values import SECOND, Instant
from tests.conformance.stores import NOW, Stores, change
from tests.conformance.test_tagged_log import KEYS, OTHER
from tests.support.virtual import SeededRandomness

PASSWORD: Final = SecretRow(SecretKind.PASSWORD, "7", 7, "$argon2id$…", NOW)
SESSION: Final = SecretRow(
    SecretKind.SESSION, "digest-1", 7, '{"seen_at":1}', NOW, Instant(NOW + 60 * SECOND)
)
PLANTED: Final = {
    "a value": "UPDATE secrets SET value = 'mine'",
    "an account": "UPDATE secrets SET account = 8",
    "a time": "UPDATE secrets SET at = at + 1",
    "an end": "UPDATE secrets SET ends_at = 9000000000000000",
    "a kind": "UPDATE secrets SET kind = 'reset', key = '7' WHERE kind = 'password'",
    "a key": "UPDATE secrets SET key = '8' WHERE kind = 'password'",
    "no tag": "UPDATE secrets SET tag = ''",
    "half a tag": "UPDATE secrets SET tag = substr(tag, 1, 40)",
    "another's tag": "UPDATE secrets SET tag ="
    " (SELECT max(tag) FROM secrets WHERE kind = 'session') WHERE kind = 'password'",
}

Read = Callable[[SecretKind, str], SecretRow | None]


@pytest.fixture
def kept(store: Store) -> Read:
    """Keep two secrets as the books do; give what whoever asks is told."""
    change(store, *(tagged_secret(KEYS, row) for row in (PASSWORD, SESSION)))
    return Reader(store, event_mapper(), KEYS).secret


def test_what_nobody_touched_is_used(kept: Read) -> None:
    assert kept(SecretKind.PASSWORD, "7") == tagged_secret(KEYS, PASSWORD)
    assert kept(SecretKind.SESSION, "digest-1") == tagged_secret(KEYS, SESSION)
    assert kept(SecretKind.RESET, "7") is None


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_changed_is_not_used_and_said(
    kept: Read, stores: Stores, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    stores.execute(PLANTED[what])
    places = ((SecretKind.PASSWORD, "7"), (SecretKind.PASSWORD, "8"), (SecretKind.RESET, "7"))
    with caplog.at_level(logging.WARNING, "ngoma.proof"):
        assert [kept(kind, key) for kind, key in places] == [None, None, None]
    assert "has no right tag and is not used" in caplog.text
    assert "mine" not in caplog.text


def test_a_secret_under_anothers_key_or_without_keys_is_not_used(store: Store) -> None:
    change(store, tagged_secret(OTHER, PASSWORD))
    for keys in (KEYS, None):
        assert Reader(store, event_mapper(), keys).secret(SecretKind.PASSWORD, "7") is None
    both = WriterKeys(["a new key of the writer of these tests, long", KEY_OF_OTHER])
    assert Reader(store, event_mapper(), both).secret(SecretKind.PASSWORD, "7") is not None


KEY_OF_OTHER: Final = "a key of somebody who has none of ours, as long"


def test_secrets_of_the_version_before_are_taken_as_found_once_it_is_said(
    store: Store, stores: Stores
) -> None:
    change(store, PASSWORD, SESSION)
    assert not store.has_older_secrets(), "they are of this version"
    stores.execute("ALTER TABLE secrets DROP COLUMN tag", "UPDATE schema_version SET version = 7")
    assert store.has_older_secrets()
    assert not store.is_migrated()
    store.migrate()
    assert not store.has_older_secrets()
    read = Reader(store, event_mapper(), KEYS).secret
    assert read(SecretKind.PASSWORD, "7") is None, "a migration alone trusts nothing"
    assert adopt_secrets(store, KEYS, SeededRandomness(1), at=NOW) == 2
    for row in (PASSWORD, SESSION):
        found = read(row.kind, row.key)
        assert found is not None
        assert is_own_secret(KEYS, found)
        assert (found.value, found.ends_at) == (row.value, row.ends_at)


def test_a_store_without_tables_has_no_older_secrets(stores: Stores) -> None:
    assert not stores.open().has_older_secrets()
