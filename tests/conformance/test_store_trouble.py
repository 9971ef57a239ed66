"""A store says what keeps it from being used, tells causes apart, and forgets what is over."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from application.ports import Store, StoreUnusable
from domain.errors import StoreDown
from tests.conformance.stores import Stores, save_of, saving, wallet
from tests.end_to_end.waiting import wait_until


def trouble(store: Store) -> str | None:
    """Say what is known after a look, as a process takes one each second."""
    store.try_out()
    return store.trouble()


@contextmanager
def locked(stores: Stores) -> Iterator[int]:
    """Hold the lock that writers need; give the number of who does."""
    if stores.is_sqlite:
        with closing(sqlite3.connect(stores.url, isolation_level=None)) as lite:
            lite.execute("BEGIN IMMEDIATE")
            yield os.getpid()
        return
    with psycopg.connect(stores.url) as connection:
        connection.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        yield connection.info.backend_pid


def test_a_store_that_is_well_has_no_trouble(store: Store) -> None:
    assert trouble(store) is None
    store.transact(saving(save_of(wallet(1))))
    store.ping()
    assert trouble(store) is None


@pytest.mark.slow
def test_a_lock_that_somebody_holds_is_named_before_anybody_needs_it_and_goes(
    stores: Stores, store: Store
) -> None:
    with locked(stores) as holder:
        wait_until(lambda: trouble(store), within_s=5, what="the lock is named")
        said = store.trouble() or ""
        assert "holds " in said
        assert "lock" in said
        assert f"({holder}" in said or stores.is_sqlite  # a process does not name itself
        store.ping()  # who reads is not kept out
        assert store.trouble() == said
    wait_until(lambda: trouble(store) is None, within_s=5, what="it is over")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("state", "words", "stays"),
    [("53100", "there is no room", False), ("XX001", "the database is damaged (bad page)", True)],
)
def test_an_error_of_the_server_for_which_waiting_does_not_help_is_told_at_once(
    database_url: str, state: str, words: str, stays: bool
) -> None:
    stores = Stores(database_url)
    store = stores.open()
    store.migrate()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'bad page' USING ERRCODE = '{state}'; END $$"
        )
        connection.execute("CREATE TRIGGER fail BEFORE INSERT ON saves EXECUTE FUNCTION fail()")
    begun_s = time.monotonic()
    with pytest.raises(StoreUnusable, match=words.split(" (", maxsplit=1)[0]):
        store.transact(saving(save_of(wallet(1))))
    assert time.monotonic() - begun_s < 2
    assert (store.trouble() or "").startswith(words)
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP TRIGGER fail ON saves")
    store.try_out()
    if stays:
        assert (store.trouble() or "").startswith(words)
        with pytest.raises(StoreDown):
            store.transact(saving(save_of(wallet(1))))
    else:
        assert store.trouble() is None
        store.transact(saving(save_of(wallet(1))))
    stores.close()
