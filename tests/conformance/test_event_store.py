"""What any ``Store`` must do, over SQLite and PostgreSQL: atomic saves, reads under the lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.schema import SCHEMA_VERSION
from application.ports import (
    AnswerLost,
    ContentErased,
    ContentRow,
    CredentialRevoked,
    Repeatable,
    RepeatableForgotten,
    Save,
    Store,
    Turn,
    VersionConflict,
)
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.values import SECOND, Instant
from domain.wallet import wallet_id
from tests.conformance.stores import (
    KEY,
    LEASE,
    NOW,
    REPEATABLE,
    ROW,
    Stores,
    change,
    everything,
    save_of,
    saving,
    snapshot,
    stored,
    stores_at,
    versions,
    wallet,
)

R = TypeVar("R")


def under_lock(store: Store, look: Callable[[Turn], R]) -> list[R]:
    """Call ``look`` with the turn, and give what it gave."""
    found: list[R] = []

    def decide(turn: Turn) -> Save:
        found.append(look(turn))
        return Save(uuid4(), NOW)

    store.transact(decide)
    return found


def assert_nothing_of_it(store: Store, save: Save) -> None:
    assert store.head() == 0
    assert store.tail(wallet_id(1), 0) == []
    assert store.content(ContentKind.MESSAGE, 1) is None
    assert store.credential("KEY00001") is None
    assert list(store.leases()) == []
    assert under_lock(store, lambda turn: turn.was_saved(save.save_id)) == [False]


# -- saves --------------------------------------------------------------------------------------


def test_a_save_stores_all_that_it_holds(store: Store) -> None:
    save = everything()
    store.transact(saving(save))
    assert store.tail(wallet_id(1), 0) == save.events
    assert store.content(ContentKind.MESSAGE, 1) == ROW
    assert store.credential("KEY00001") == KEY
    assert list(store.leases()) == [LEASE]
    assert under_lock(store, lambda turn: turn.was_saved(save.save_id)) == [True]


def test_an_exception_while_deciding_stores_nothing_and_comes_out_as_it_is(store: Store) -> None:
    save = everything()

    def decide(turn: Turn) -> Save:
        turn.tails([(wallet_id(1), 0)])
        raise LookupError("decide")

    with pytest.raises(LookupError, match="decide"):
        store.transact(decide)
    assert_nothing_of_it(store, save)
    store.transact(saving(save))
    assert store.content(ContentKind.MESSAGE, 1) == ROW


def test_a_version_that_is_taken_stores_nothing_of_the_save(store: Store) -> None:
    store.transact(saving(save_of(wallet(2))))
    save = everything()
    save.events.extend(stored(wallet(2)))
    with pytest.raises(VersionConflict):
        store.transact(saving(save))
    assert store.tail(wallet_id(1), 0) == []
    assert store.content(ContentKind.MESSAGE, 1) is None
    assert under_lock(store, lambda turn: turn.was_saved(save.save_id)) == [False]
    store.transact(saving(everything()))


@pytest.mark.parametrize(
    "wrong",
    [
        ContentRow(ContentKind.MESSAGE, 10**30, b"s" * 32),
        ContentRow(ContentKind.MESSAGE, 2, cast("Any", object())),
        ContentRow(ContentKind.MESSAGE, 2, b"s" * 32, body="\ud800"),
    ],
    ids=["too large", "no value", "no character"],
)
def test_a_value_that_no_store_can_hold_is_not_the_stores_fault(
    store: Store, wrong: ContentRow
) -> None:
    save = everything()
    save.changes.append(wrong)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - anything but the store's own words
        store.transact(saving(save))
    assert not isinstance(caught.value, StoreDown | AnswerLost | VersionConflict)
    assert_nothing_of_it(store, save)
    store.transact(saving(everything()))


def test_an_empty_save_leaves_no_trace(store: Store) -> None:
    save = Save(uuid4(), NOW)
    store.transact(saving(save))
    assert_nothing_of_it(store, save)


def test_a_second_save_with_the_same_id_is_refused(store: Store) -> None:
    save_id = uuid4()
    store.transact(saving(save_of(wallet(1), save_id=save_id)))
    with pytest.raises(VersionConflict):
        store.transact(saving(save_of(wallet(2), save_id=save_id)))
    assert store.tail(wallet_id(2), 0) == []


def test_a_content_row_kept_again_replaces_the_old_one_whole(store: Store) -> None:
    change(store, ROW)
    other = ContentRow(ContentKind.MESSAGE, 1, b"t" * 32, "+260961111111", "other", "X", "x")
    change(store, other)
    assert store.content(ContentKind.MESSAGE, 1) == other


def test_an_erased_content_row_is_gone(store: Store) -> None:
    change(store, ROW, replace(ROW, number=2))
    change(store, ContentErased(ContentKind.MESSAGE, 1), ContentErased(ContentKind.REASON, 2))
    assert store.content(ContentKind.MESSAGE, 1) is None
    assert store.content(ContentKind.MESSAGE, 2) is not None


def test_a_key_is_revoked_and_stays_so(store: Store) -> None:
    store.transact(saving(everything()))
    change(store, CredentialRevoked("KEY00001", Instant(NOW + 1)))
    assert store.credential("KEY00001") == replace(KEY, revoked_at=Instant(NOW + 1))
    assert store.credential("NOSUCH") is None


def test_the_working_keys_of_an_account_come_oldest_first(store: Store) -> None:
    newer = replace(KEY, key_id="KEY00000", issued_at=Instant(NOW + 5), scopes="send read")
    ended = replace(KEY, key_id="KEY00003", revoked_at=NOW)
    others = replace(KEY, key_id="KEY00004", account=KEY.account + 1)
    change(store, newer, ended, others, KEY)
    assert list(store.credentials_of(KEY.account)) == [KEY, newer]
    assert list(store.credentials_of(99)) == []


def test_the_last_lease_of_a_sim_counts(store: Store) -> None:
    later = replace(LEASE, fence=2, holder="other", answered_at=Instant(NOW + 1))
    other = replace(LEASE, sim=2)
    change(store, LEASE, other, later)
    assert sorted(store.leases(), key=lambda lease: lease.sim) == [later, other]
    (under,) = under_lock(store, lambda turn: list(turn.leases()))
    assert sorted(under, key=lambda lease: lease.sim) == [later, other]


# -- under the lock -----------------------------------------------------------------------------


def test_tails_come_in_order_after_the_version_of_each(store: Store) -> None:
    store.transact(saving(save_of(wallet(1, versions=5), wallet(2, versions=3), wallet(3))))

    def look(turn: Turn) -> list[tuple[object, int]]:
        tails = turn.tails([(wallet_id(1), 2), (wallet_id(2), 3), (wallet_id(3), 0)])
        return [(event.originator_id, event.originator_version) for event in tails]

    (found,) = under_lock(store, look)
    assert [key[1] for key in found if key[0] == wallet_id(1)] == [3, 4, 5]
    assert (wallet_id(3), 1) in found
    assert len(found) == 4
    assert under_lock(store, lambda turn: list(turn.tails([]))) == [[]]


def test_snapshots_are_the_newest_ones(store: Store) -> None:
    newest = wallet(1, versions=7)
    store.put_snapshot(snapshot(wallet(1, versions=3)))
    store.put_snapshot(snapshot(newest))
    store.put_snapshot(snapshot(wallet(1, versions=5)))  # late, from another process
    store.put_snapshot(snapshot(wallet(2)))
    found = store.snapshot(wallet_id(1))
    assert found == snapshot(newest)
    assert store.snapshot(wallet_id(9)) is None
    ids = [wallet_id(1), wallet_id(9), wallet_id(2)]
    (under,) = under_lock(store, lambda turn: sorted(map(repr, turn.snapshots(ids))))
    assert under == sorted(map(repr, [found, store.snapshot(wallet_id(2))]))
    store.put_snapshot(snapshot(newest))


def known(store: Store, *digests: bytes) -> dict[bytes, Repeatable]:
    (found,) = under_lock(store, lambda turn: dict(turn.repeatables(digests)))
    return found


def test_a_request_is_known_by_its_digest_as_it_was_kept_last(store: Store) -> None:
    other = replace(REPEATABLE, digest=b"e" * 20, first_number=90, count=1, batch=None)
    change(store, REPEATABLE, other)
    many = [b"%020d" % n for n in range(1_500)]
    assert known(store, *many, b"d" * 20, b"e" * 20) == {b"d" * 20: REPEATABLE, b"e" * 20: other}
    assert known(store) == known(store, *many) == {}
    renewed = replace(REPEATABLE, answered_at=Instant(NOW + 1))
    anew = replace(renewed, first_number=200, count=2, batch=None)
    change(store, renewed, anew)
    assert known(store, b"d" * 20) == {b"d" * 20: anew}


def test_a_request_is_forgotten_by_any_of_its_messages(store: Store) -> None:
    before = replace(REPEATABLE, digest=b"b" * 20, first_number=1, count=3)
    after = replace(REPEATABLE, digest=b"a" * 20, first_number=700, count=1, batch=None)
    for number in (7, 300, 506):  # of 7 to 506
        change(store, before, REPEATABLE, after)
        change(store, *map(RepeatableForgotten, (4, 6, 507, 701)))
        assert len(known(store, b"b" * 20, b"d" * 20, b"a" * 20)) == 3
        change(store, RepeatableForgotten(number))
        assert known(store, b"b" * 20, b"d" * 20, b"a" * 20) == {
            before.digest: before,
            after.digest: after,
        }


def test_contents_are_read_by_kind_and_number(store: Store) -> None:
    reason = ContentRow(ContentKind.REASON, 1, b"r" * 32, body="because")
    change(store, ROW, reason)
    (found,) = under_lock(store, lambda turn: dict(turn.contents(ContentKind.REASON, [1, 2])))
    assert found == {1: reason}


def test_what_another_store_committed_is_seen_under_the_lock(stores: Stores, store: Store) -> None:
    other = stores.open()
    ids = [(wallet_id(number), 0) for number in range(1, 5)]
    for count in range(1, 4):
        (other if count % 2 else store).transact(saving(save_of(wallet(count))))
        assert under_lock(store, lambda turn: len(turn.tails(ids))) == [count]


# -- reading the log ----------------------------------------------------------------------------


def test_positions_rise_and_every_event_is_read_once(stores: Stores, store: Store) -> None:
    other = stores.open()

    def write(first: int) -> None:
        for account in range(first, first + 30):
            (store if account % 2 else other).transact(saving(save_of(wallet(account, versions=3))))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, [1, 1_001]))
    read: list[StoredEvent] = []
    position = 0
    while page := store.events_after(position, limit=7):
        assert len(page) <= 7
        positions = [place for place, _ in page]
        assert positions == sorted(positions)
        assert positions[0] > position
        position = positions[-1]
        read.extend(event for _, event in page)
    assert position == store.head()
    assert len({(event.originator_id, event.originator_version) for event in read}) == 180
    for start in range(0, 180, 3):  # a save's events stand together, in their order
        assert versions(read[start : start + 3]) == [1, 2, 3]
        assert len({event.originator_id for event in read[start : start + 3]}) == 1


def test_events_are_picked_by_topic(store: Store) -> None:
    store.transact(saving(save_of(wallet(1, versions=3), wallet(2))))
    opened = store.events_after(0, limit=10, topics=["CreditWallet.Opened"])
    assert [event.originator_id for _, event in opened] == [wallet_id(1), wallet_id(2)]
    both = store.events_after(0, limit=3, topics=["CreditWallet.Opened", "CreditWallet.Granted"])
    assert len(both) == 3
    assert store.events_after(0, limit=10, topics=["CreditWallet.TopUp"]) == []
    assert store.events_after(opened[0][0], limit=10, topics=["CreditWallet.Opened"]) == opened[1:]
    states = [(position, event.topic, event.state) for position, event in opened]
    assert store.states_after(0, limit=10, topics=["CreditWallet.Opened"]) == states
    assert store.states_after(0, limit=10, until=opened[0][0]) == states[:1]
    assert (
        store.states_after(0, limit=10, topics=[states[0][1]], until=opened[-1][0] - 1)
        == (states[:1])
    )
    assert store.states_after(0, limit=2) == [
        (position, event.topic, event.state) for position, event in store.events_after(0, limit=2)
    ]


def test_an_aggregate_is_read_by_its_tail_and_its_position(store: Store) -> None:
    store.transact(saving(save_of(wallet(1, versions=4))))
    before = store.head()
    store.transact(saving(save_of(wallet(2, versions=2))))
    assert versions(store.tail(wallet_id(1), 2)) == [3, 4]
    assert store.tail(wallet_id(1), 4) == []
    assert (store.position_of(wallet_id(1)), store.position_of(wallet_id(2))) == (
        before,
        store.head(),
    )
    assert store.position_of(wallet_id(9)) == 0


# -- upkeep -------------------------------------------------------------------------------------


def test_migrating_again_changes_nothing(stores: Stores) -> None:
    store = stores.open()
    assert not store.is_migrated()
    store.migrate()
    assert store.is_migrated()
    store.transact(saving(everything()))
    stores.open().migrate()
    assert store.content(ContentKind.MESSAGE, 1) == ROW
    assert store.head() == 2


def test_a_store_keeps_its_identity_and_no_two_have_the_same(
    stores: Stores, tmp_path: Path
) -> None:
    store = stores.open()
    store.migrate()
    identity = store.identity()
    assert (len(identity.id), identity.generation) == (32, 1)
    again = stores.open()
    again.migrate()
    assert again.identity() == identity
    with stores_at(str(tmp_path / "other" / "store.db")) as others:
        other = others.open()
        other.migrate()
        assert other.identity().id != identity.id


def test_a_store_of_an_earlier_version_gets_its_identity_from_migrate(stores: Stores) -> None:
    store = stores.open()
    store.migrate()
    stores.execute("DROP TABLE store_identity", "UPDATE schema_version SET version = 2")
    assert not store.is_migrated()
    store.migrate()
    assert store.identity().generation == 1


def test_a_store_of_a_newer_version_stays_as_it_is(stores: Stores) -> None:
    store = stores.open()
    store.migrate()
    stores.execute(f"UPDATE schema_version SET version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StoreDown, match="newer version of ngoma"):
        store.migrate()
    assert not store.is_migrated()
    assert store.version() == SCHEMA_VERSION + 1


def test_old_saves_are_forgotten_and_young_ones_kept(store: Store) -> None:
    old, young = save_of(wallet(1)), save_of(wallet(2), at=Instant(NOW + 3_000 * SECOND))
    store.transact(saving(old))
    store.transact(saving(young))
    store.drop_old_saves(Instant(NOW + 3_700 * SECOND), limit=10)
    ids = (old.save_id, young.save_id)
    assert under_lock(store, lambda turn: [turn.was_saved(one) for one in ids]) == [[False, True]]


def test_what_is_over_is_forgotten_a_few_at_a_time_the_oldest_first(store: Store) -> None:
    saves = [save_of(wallet(n), at=Instant(NOW + n * SECOND)) for n in range(1, 6)]
    for save in reversed(saves):
        store.transact(saving(save))
    over = Instant(NOW + 2 * 3_600 * SECOND)
    assert store.drop_old_saves(over, limit=3) == 3
    kept = under_lock(store, lambda turn: [turn.was_saved(each.save_id) for each in saves])
    assert kept == [[False, False, False, True, True]]
    assert [store.drop_old_saves(over, limit=3) for _ in range(2)] == [2, 0]


def test_a_store_that_is_there_can_be_pinged(store: Store) -> None:
    store.ping()


def test_a_new_store_reads_as_empty(store: Store) -> None:
    assert (store.head(), list(store.events_after(0, limit=1)), list(store.leases())) == (0, [], [])
