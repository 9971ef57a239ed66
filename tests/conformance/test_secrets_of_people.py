"""What any ``Store`` must do with secrets of people, over SQLite and PostgreSQL."""

from dataclasses import replace
from uuid import uuid4

from application.ports import KeyUsed, Save, SecretKind, SecretRow, SecretsForgotten, Store, Turn
from domain.values import SECOND, Instant
from tests.conformance.stores import KEY, NOW, change

SESSION = SecretRow(
    SecretKind.SESSION, "digest-1", 7, '{"seen_at":1}', NOW, Instant(NOW + 60 * SECOND)
)
PASSWORD = SecretRow(SecretKind.PASSWORD, "7", 7, "$argon2id$…", NOW)


def test_a_secret_is_read_by_its_kind_and_key(store: Store) -> None:
    change(store, SESSION, PASSWORD)
    assert store.secret(SecretKind.SESSION, "digest-1") == SESSION
    assert store.secret(SecretKind.PASSWORD, "7") == PASSWORD
    assert store.secret(SecretKind.RESET, "digest-1") is None
    assert store.secret(SecretKind.SESSION, "7") is None


def test_a_later_secret_under_the_same_key_replaces_it(store: Store) -> None:
    change(store, PASSWORD)
    other = replace(PASSWORD, value="$argon2id$other", at=Instant(NOW + 1))
    change(store, other)
    assert store.secret(SecretKind.PASSWORD, "7") == other


def test_changes_of_one_save_are_carried_out_in_their_order(store: Store) -> None:
    second = replace(SESSION, key="digest-2")
    change(store, SESSION, SecretsForgotten(SecretKind.SESSION, 7), second)
    assert store.secret(SecretKind.SESSION, "digest-1") is None
    assert store.secret(SecretKind.SESSION, "digest-2") == second


def test_all_secrets_of_a_kind_and_account_are_forgotten_together(store: Store) -> None:
    others = replace(SESSION, key="digest-3", account=8)
    change(store, SESSION, replace(SESSION, key="digest-2"), others, PASSWORD)
    change(store, SecretsForgotten(SecretKind.SESSION, 7))
    assert store.secret(SecretKind.SESSION, "digest-1") is None
    assert store.secret(SecretKind.SESSION, "digest-2") is None
    assert store.secret(SecretKind.SESSION, "digest-3") == others
    assert store.secret(SecretKind.PASSWORD, "7") == PASSWORD


def test_one_secret_is_forgotten_only_for_the_account_that_has_it(store: Store) -> None:
    change(store, SESSION)
    change(store, SecretsForgotten(SecretKind.SESSION, 8, "digest-1"))
    assert store.secret(SecretKind.SESSION, "digest-1") == SESSION
    change(store, SecretsForgotten(SecretKind.SESSION, 7, "digest-1"))
    assert store.secret(SecretKind.SESSION, "digest-1") is None


def test_what_is_over_is_dropped_and_what_never_ends_stays(store: Store) -> None:
    change(store, SESSION, PASSWORD)
    store.drop_old_saves(Instant(NOW + 60 * SECOND), limit=10)
    assert store.secret(SecretKind.SESSION, "digest-1") == SESSION
    store.drop_old_saves(Instant(NOW + 61 * SECOND), limit=10)
    assert store.secret(SecretKind.SESSION, "digest-1") is None
    assert store.secret(SecretKind.PASSWORD, "7") == PASSWORD


def test_under_the_lock_a_secret_reads_as_outside(store: Store) -> None:
    change(store, SESSION)
    seen: list[SecretRow | None] = []

    def decide(turn: Turn) -> Save:
        seen.append(turn.secret(SecretKind.SESSION, "digest-1"))
        seen.append(turn.secret(SecretKind.SESSION, "digest-2"))
        return Save(uuid4(), NOW)

    store.transact(decide)
    assert seen == [SESSION, None]


def test_the_use_of_a_key_is_written_down(store: Store) -> None:
    limited = replace(KEY, scopes="send", sources="192.0.2.0/24 2001:db8::1")
    change(store, limited)
    assert store.credential("KEY00001") == limited
    used_at = Instant(NOW + 3600 * SECOND)
    change(store, KeyUsed("KEY00001", used_at), KeyUsed("NOSUCH00", used_at))
    assert store.credential("KEY00001") == replace(limited, used_at=used_at)


def test_a_use_in_the_hour_of_issue_is_not_earlier_than_the_key(store: Store) -> None:
    change(store, KEY, KeyUsed("KEY00001", Instant(KEY.issued_at - 1)))
    assert store.credential("KEY00001") == replace(KEY, used_at=KEY.issued_at)
