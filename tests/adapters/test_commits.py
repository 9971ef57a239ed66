"""PostgreSQL tells of commits to the log, by whichever connection, and of nothing else."""

from collections.abc import Iterator

import pytest

from adapters.store.postgres.listening import PostgresCommits
from adapters.store.read_engine import postgres_engines
from domain.errors import StoreDown
from tests.conformance.stores import ROW, Stores, change, save_of, saving, stores_at, wallet

pytestmark = pytest.mark.servers

LIMIT_S = 10.0
HANG_UP = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'ngoma-{name}' AND datname = current_database()"""


@pytest.fixture
def stores(database_url: str) -> Iterator[Stores]:
    """A migrated store."""
    with stores_at(database_url) as stores:
        stores.open().migrate()
        yield stores


@pytest.fixture
def commits(stores: Stores) -> Iterator[PostgresCommits]:
    """Somebody who listens to it, and has heard all that there was."""
    commits = PostgresCommits(stores.url)
    assert commits.wait(LIMIT_S)  # something may have come before
    yield commits
    commits.close()


def test_a_commit_of_another_is_heard_once(stores: Stores, commits: PostgresCommits) -> None:
    store = stores.open()
    for account in (1, 2, 3):
        store.transact(saving(save_of(wallet(account))))
    assert commits.wait(LIMIT_S)
    assert not commits.wait(0.05)


def test_what_leaves_nothing_in_the_log_is_not_heard(
    stores: Stores, commits: PostgresCommits
) -> None:
    store = stores.open()
    change(store, ROW)
    store.take_numbers("message", 5)
    assert not commits.wait(0.05)


def test_who_was_cut_off_says_so_and_then_that_something_may_have_been_missed(
    stores: Stores, commits: PostgresCommits
) -> None:
    stores.execute_guarded(HANG_UP.format(name="listener"))
    with pytest.raises(StoreDown, match="nobody tells of commits"):
        _hear_nothing(commits)
    assert commits.wait(LIMIT_S)
    stores.open().transact(saving(save_of(wallet(1))))
    assert commits.wait(LIMIT_S)


def _hear_nothing(commits: PostgresCommits) -> None:
    for _ in range(3):  # the server's last words, and then its end
        assert not commits.wait(LIMIT_S)


def test_a_reader_whose_connection_the_server_ended_gets_another_one(stores: Stores) -> None:
    engines = postgres_engines(stores.url)
    try:
        with engines.reading.connect() as connection:
            before = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        stores.execute_guarded(HANG_UP.format(name="reader"))
        with engines.reading.connect() as connection:
            after = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    finally:
        engines.dispose()
    assert before != after
