"""Stores of both kinds for tests, small saves to put into them, and a writer process of its own.

``python -m tests.conformance.stores URL ROLE VERB SECONDS`` writes until told to stop.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from adapters.store.guarding import POSTGRES_LIFT, SQLITE_LIFT
from adapters.store.postgres import PostgresStore
from adapters.store.sqlite import SqliteStore
from application.books.codec import event_mapper
from application.ports import (
    Change,
    ContentRow,
    CredentialRow,
    Lease,
    Repeatable,
    Save,
    Store,
    Turn,
)
from domain.contents import ContentKind
from domain.events import Aggregate, Snapshot
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet, wallet_id

MAPPER = event_mapper()
NOW = Instant(1_765_000_000_000_000)
ROW = ContentRow(
    ContentKind.MESSAGE,
    1,
    salt=b"s" * 32,
    msisdn="+260971234567",
    body="Mwapoleni ~ ☀",
    sender="SHOP",
    folded="mwapoleni ~ ☀",
)
REPEATABLE = Repeatable(b"d" * 20, first_number=7, count=500, answered_at=NOW, batch=3)
KEY = CredentialRow("KEY00001", 1, "first", "$argon2id$…", NOW)
LEASE = Lease(1, "mtn", "m1", "host", 1, Instant(NOW + 180 * SECOND), NOW)


@dataclass
class Stores:
    """Opens stores on one and the same database: ``url`` is PostgreSQL's, or a file's path."""

    url: str
    _open: list[Store] = field(default_factory=list)

    @property
    def is_sqlite(self) -> bool:
        return not self.url.startswith("postgres")

    def open(self, *, is_server: bool = True) -> Store:
        store: Store = (
            SqliteStore(Path(self.url), is_server=is_server)
            if self.is_sqlite
            else PostgresStore(self.url)
        )
        self._open.append(store)
        return store

    def execute(self, *statements: str) -> None:
        """Change the database past every store, and past the guard of its log."""
        lift: Sequence[str] = ()
        if any("stored_events" in each for each in statements):
            lift = SQLITE_LIFT if self.is_sqlite else POSTGRES_LIFT
        self.execute_guarded(*lift, *statements)

    def execute_guarded(self, *statements: str) -> None:
        """Do something in the database past every store."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.url)) as lite, lite:
                for statement in statements:
                    lite.execute(statement)
        else:
            with psycopg.connect(self.url) as connection:
                for statement in statements:
                    connection.execute(statement.encode())

    def close(self) -> None:
        for store in self._open:
            store.close()


@contextmanager
def stores_at(url: str) -> Iterator[Stores]:
    stores = Stores(url)
    try:
        yield stores
    finally:
        stores.close()


def wallet(account: int, *, versions: int = 1) -> CreditWallet:
    """Make a wallet with that many events, none of them stored yet."""
    made = CreditWallet.open(account, at=NOW)
    for credits in range(1, versions):
        made.grant(Credits(credits), actor="test", reason="1/x", at=NOW)
    return made


def stored(*aggregates: Aggregate) -> list[StoredEvent]:
    """Encode the new events of aggregates."""
    return [
        MAPPER.to_stored_event(event)
        for aggregate in aggregates
        for event in aggregate.collect_events()
    ]


def save_of(*aggregates: Aggregate, save_id: UUID | None = None, at: Instant = NOW) -> Save:
    return Save(save_id=save_id or uuid4(), at=at, events=stored(*aggregates))


def everything() -> Save:
    """Give a save that has something beside its events, for several tables."""
    return replace(save_of(wallet(1, versions=2)), changes=[ROW, KEY, LEASE, REPEATABLE])


def saving(save: Save) -> Callable[[Turn], Save]:
    return lambda turn: save


def change(store: Store, *changes: Change) -> None:
    """Store changes in one save."""
    store.transact(saving(Save(uuid4(), NOW, changes=list(changes))))


def snapshot(aggregate: Aggregate) -> StoredEvent:
    return MAPPER.to_stored_event(Snapshot.of(aggregate, at=NOW))


def versions(events: Sequence[StoredEvent]) -> list[int]:
    return [event.originator_version for event in events]


def write_for(store: Store, seconds: float, *, first_account: int) -> tuple[int, float]:
    """Open wallets for a while; give how many, and the longest that one of them took."""
    end_s, count, slowest_s = time.monotonic() + seconds, 0, 0.0
    while (started_s := time.monotonic()) < end_s:
        account = first_account + count

        def decide(turn: Turn, account: int = account) -> Save:
            turn.tails([(wallet_id(account), 0)])
            return save_of(wallet(account))

        store.transact(decide)
        count += 1
        slowest_s = max(slowest_s, time.monotonic() - started_s)
    return count, slowest_s


def main(url: str, role: str, verb: str, seconds: float) -> None:
    with stores_at(url) as stores:
        store = stores.open(is_server=role == "server")
        print("ready", flush=True)
        sys.stdin.readline()
        if verb == "migrate":
            store.migrate()
            print(store.is_migrated(), flush=True)
        elif verb == "write":
            count, slowest_s = write_for(store, seconds, first_account=1_000_000_000)
            print(count, slowest_s, flush=True)
        elif verb == "hold":  # the lock, until somebody ends this process

            def hold(turn: Turn) -> Save:
                turn.tails([(wallet_id(1), 0)])
                print("held", flush=True)
                time.sleep(seconds)
                return save_of(wallet(1))

            store.transact(hold)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
