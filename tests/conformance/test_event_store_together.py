"""Several stores on one database, in threads and processes: who waits for whom, and how long."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import cast

import psycopg
import pytest

from adapters.store.sqlite import SqliteStore, connections
from adapters.store.sqlite.connections import READERS
from adapters.store.turn import TurnLock
from application.books.codec import fold
from application.ports import AnswerLost, Save, Store, Turn
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.values import Credits
from domain.wallet import CreditWallet, wallet_id
from tests.conformance.stores import (
    MAPPER,
    NOW,
    ROW,
    Stores,
    everything,
    save_of,
    saving,
    stores_at,
    versions,
    wallet,
    write_for,
)
from tests.support.warm import PipedProcess, warm
from tests.tidy.sources import ROOT

pytestmark = pytest.mark.processes


@contextmanager
def process(stores: Stores, *arguments: str) -> Iterator[PipedProcess]:
    """Run another process on the same database, up to its first line: it is ready."""
    with warm().start_piped(
        "tests.conformance.stores", [stores.url, *arguments], environment=os.environ, folder=ROOT
    ) as running:
        try:
            assert line(running) == "ready", running.communicate()
            yield running
        finally:
            running.kill()


def line(running: PipedProcess) -> str:
    return running.stdout.readline().strip()


def go(running: PipedProcess) -> None:
    running.stdin.write("\n")
    running.stdin.flush()


@pytest.fixture
def postgres_stores(database_url: str) -> Iterator[Stores]:
    """Give an empty PostgreSQL database."""
    with stores_at(database_url) as stores:
        yield stores


# -- two stores -------------------------------------------------------------------------------


def test_two_stores_that_decide_on_what_they_read_never_disagree(
    stores: Stores, store: Store
) -> None:
    store.transact(saving(save_of(wallet(1))))

    def grant_one(turn: Turn) -> Save:
        found = fold(MAPPER, turn.tails([(wallet_id(1), 0)]), cast("CreditWallet | None", None))
        assert found is not None
        found.grant(Credits(1), actor="test", reason="1/x", at=NOW)
        return save_of(found)

    def grant(mine: Store) -> None:
        for _ in range(40):
            mine.transact(grant_one)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(grant, [store, stores.open()]))
    assert versions(store.tail(wallet_id(1), 0)) == list(range(1, 82))


# -- numbers ------------------------------------------------------------------------------------


def test_numbers_start_at_one_and_kinds_do_not_mix(store: Store) -> None:
    assert [store.take_numbers("message", 3), store.take_numbers("message", 1)] == [1, 4]
    assert store.take_numbers("account", 1) == 1


def test_numbers_never_repeat_across_two_stores_and_their_threads(
    stores: Stores, store: Store
) -> None:
    both = [store, stores.open()]

    def take(seed: int) -> list[int]:
        random = Random(seed)
        taken: list[int] = []
        for _ in range(25):
            count = random.randint(1, 40)
            first = random.choice(both).take_numbers("message", count)
            taken.extend(range(first, first + count))
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [number for run in threads.map(take, range(4)) for number in run]
    assert len(set(taken)) == len(taken)


# -- who waits for whom -------------------------------------------------------------------------


def test_a_reader_does_not_wait_for_a_writer_nor_for_the_next_one(
    stores: Stores, store: Store
) -> None:
    store.transact(saving(everything()))
    held, let_go = threading.Event(), threading.Event()

    def hold(turn: Turn) -> Save:
        turn.tails([(wallet_id(2), 0)])
        held.set()
        let_go.wait(20)
        return save_of(wallet(2))

    with ThreadPoolExecutor(2) as threads:
        writing = threads.submit(store.transact, hold)
        assert held.wait(5)
        waiting = threads.submit(store.transact, saving(save_of(wallet(3))))
        try:
            started_s = time.monotonic()
            for reader in (store, stores.open()):
                assert versions(reader.tail(wallet_id(1), 0)) == [1, 2]
                assert reader.tail(wallet_id(2), 0) == []
                assert reader.head() == 2
                assert reader.content(ContentKind.MESSAGE, 1) == ROW
            assert time.monotonic() - started_s < 2
            assert not writing.done()
            assert not waiting.done()
        finally:
            let_go.set()
        writing.result(10)
        waiting.result(10)
    assert store.head() == 4


@pytest.mark.servers
def test_writers_do_not_wait_for_readers_that_hold_all_their_connections(
    postgres_stores: Stores,
) -> None:
    stores = postgres_stores
    store = stores.open()
    store.migrate()
    store.transact(saving(everything()))
    with psycopg.connect(stores.url) as guard, ThreadPoolExecutor(20) as threads:
        guard.execute("LOCK TABLE contents IN ACCESS EXCLUSIVE MODE")
        reading = [threads.submit(store.content, ContentKind.MESSAGE, 1) for _ in range(9)]
        wait_for(lambda: waiting_for_locks(stores) == 9)
        started_s = time.monotonic()
        store.transact(saving(save_of(wallet(2))))
        assert store.take_numbers("message", 1) == 1
        assert time.monotonic() - started_s < 2
        guard.rollback()
        assert all(read.result(10) == ROW for read in reading)


def waiting_for_locks(stores: Stores) -> int:
    with psycopg.connect(stores.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'contents'::regclass"
        ).fetchone()
    return int(found[0]) if found else 0


def wait_for(condition: Callable[[], bool], *, timeout_s: float = 10) -> None:
    limit_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < limit_s, "it did not happen in time"
        time.sleep(0.01)


# -- processes ----------------------------------------------------------------------------------


def test_three_processes_may_migrate_a_new_database_at_once(stores: Stores) -> None:
    with (
        process(stores, "guest", "migrate", "0") as first,
        process(stores, "guest", "migrate", "0") as second,
        process(stores, "server", "migrate", "0") as third,
    ):
        for running in (first, second, third):
            go(running)
        assert [line(running) for running in (first, second, third)] == ["True"] * 3
    assert stores.open().is_migrated()


@pytest.mark.parametrize("other_role", ["guest", "server"])
def test_two_processes_share_the_lock(stores: Stores, store: Store, other_role: str) -> None:
    with process(stores, other_role, "write", "1.5") as running:
        go(running)
        mine, my_slowest_s = write_for(store, 1.5, first_account=1)
        theirs, their_slowest_s = (float(word) for word in line(running).split())
    share = mine / (mine + theirs)
    kind = "SQLite" if stores.is_sqlite else "PostgreSQL"
    print(
        f"{kind}: {mine} and {theirs:.0f} commits, share {share:.2f}, slowest"
        f" {1000 * my_slowest_s:.0f} and {1000 * their_slowest_s:.0f} ms"
    )
    assert 0.2 < share < 0.8
    assert store.head() == mine + theirs


def test_two_threads_with_a_store_each_share_the_lock(stores: Stores, store: Store) -> None:
    both = [(store, 1), (stores.open(), 1_000_000)]
    with ThreadPoolExecutor(2) as threads:
        counts = list(
            threads.map(lambda one: write_for(one[0], 1.0, first_account=one[1])[0], both)
        )
    print(f"{counts} commits")
    assert min(counts) > 0.2 * sum(counts)


def test_a_writer_that_is_killed_leaves_nothing_and_is_not_waited_for(
    stores: Stores, store: Store
) -> None:
    with process(stores, "guest", "hold", "60") as running:
        go(running)
        assert line(running) == "held"
        with ThreadPoolExecutor(1) as threads:
            writing = threads.submit(store.transact, saving(save_of(wallet(2))))
            time.sleep(0.1)
            assert not writing.done()
            os.kill(running.pid, signal.SIGKILL)
            writing.result(10)
    assert store.tail(wallet_id(1), 0) == []
    assert versions(store.tail(wallet_id(2), 0)) == [1]


# -- turns of SQLite ------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Stores]:
    """Give a SQLite file with its tables."""
    with stores_at(str(tmp_path / "store.db")) as stores:
        stores.open().migrate()
        yield stores


def test_a_guest_gets_its_turn_within_a_second_beside_a_busy_committer(file: Stores) -> None:
    store, guest = file.open(), file.open(is_server=False)
    stopping = threading.Event()

    def commit() -> None:
        account = 1
        while not stopping.is_set():
            store.transact(saving(save_of(*(wallet(account + n) for n in range(50)))))
            account += 50

    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(commit)
        waited_s = []
        for account in range(1_000_000, 1_000_010):
            time.sleep(0.02)
            started_s = time.monotonic()
            guest.take_numbers("account", 1)
            guest.transact(saving(save_of(wallet(account))))
            waited_s.append(time.monotonic() - started_s)
        stopping.set()
        busy.result(10)
    print(f"the slowest of 10 turns took {1000 * max(waited_s):.0f} ms")
    assert max(waited_s) < 1


def test_a_guest_that_is_frozen_in_its_turn_holds_the_server_up_for_two_seconds_at_most(
    file: Stores,
) -> None:
    store = file.open()
    turn = TurnLock(Path(file.url).with_name("store.turn"), is_server=False)
    with turn.held():  # and does nothing with it
        started_s = time.monotonic()
        store.transact(saving(save_of(wallet(1))))
        assert 1.5 < time.monotonic() - started_s < 6
    turn.close()


def test_the_turn_files_belong_to_their_owner_alone(file: Stores) -> None:
    folder = Path(file.url).parent
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("store.*")}
    assert {"store.db", "store.turn", "store.next"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_writer_of_a_file_needs_none_of_the_readers_connections(file: Stores) -> None:
    store = file.open()
    assert isinstance(store, SqliteStore)
    with ExitStack() as readers:
        for _ in range(READERS):
            readers.enter_context(store._datastore.transaction(commit=False))
        started_s = time.monotonic()
        store.transact(saving(save_of(wallet(1))))
        assert time.monotonic() - started_s < 2
    assert store.head() == 1


def test_a_file_that_another_program_keeps_locked_is_told_and_works_afterwards(
    file: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_S", 0.2)
    store = file.open()
    with closing(sqlite3.connect(file.url, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            with pytest.raises(StoreDown):
                store.transact(saving(save_of(wallet(1))))
        assert store.head() == 0
        other.execute("ROLLBACK")
    store.transact(saving(save_of(wallet(1))))
    assert store.head() == 1


def test_a_full_disk_is_told_and_leaves_nothing_behind(file: Stores) -> None:
    store = file.open()
    assert isinstance(store, SqliteStore)
    store.transact(saving(save_of(wallet(1))))
    _limit_pages(store, 1)  # SQLite makes it what the file has already
    large = everything()
    large.changes[0] = replace(ROW, body="x" * 1_000_000)
    large.events.clear()
    for _ in range(3):
        with pytest.raises((StoreDown, AnswerLost)):
            store.transact(saving(large))
    assert store.content(ContentKind.MESSAGE, 1) is None
    _limit_pages(store, 1_000_000)
    store.transact(saving(large))
    assert store.content(ContentKind.MESSAGE, 1) is not None


def _limit_pages(store: SqliteStore, pages: int) -> None:
    with store._datastore.transaction(commit=True) as cursor:
        cursor.execute(f"PRAGMA max_page_count={pages}")
