"""Whole systems with a committer thread each, several of them on one database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from adapters.store.postgres import PostgresStore
from application.books.codec import event_mapper
from application.books.reader import Reader
from application.messages.accept import SendMessages
from application.ports import Store
from application.system import System
from domain.wallet import CreditWallet, wallet_id
from tests.application.sending import send
from tests.support.system import FastKeyHasher

ANSWER_S = 30.0


@contextmanager
def committing(
    folder: Path,
    url: str | None = None,
    *,
    answer_timeout_s: float = 35.0,
    store_wait_s: float = 5.0,
    lost_answer_wait_s: float = 60.0,
) -> Iterator[System]:
    """Run a committer on a migrated PostgreSQL database, or on a SQLite file in ``folder``."""
    settings = Settings(
        data_dir=folder,
        database_url=url,
        store_wait_s=store_wait_s,
        lost_answer_wait_s=lost_answer_wait_s,
    )
    store: Store | None = None
    if url is not None:
        store = PostgresStore(url, answer_timeout_s=answer_timeout_s)
    system = bootstrap(settings, hasher=FastKeyHasher(), store=store)
    system.store.migrate()
    running = threading.Thread(target=system.committer.run, name="committer", daemon=True)
    running.start()
    try:
        yield system
    finally:
        system.committer.stop()
        running.join(ANSWER_S)
        assert not running.is_alive()
        system.close()


def a_send(system: System, account: int, key: str, **fields: object) -> SendMessages:
    """Make a send, at the system's time."""
    return send(account, key[:8], **{"at": system.clock.now(), **fields})


def available(store: Store, account: int) -> int:
    """Read a balance from the log."""
    wallet = Reader(store, event_mapper()).find(CreditWallet, wallet_id(account))
    assert wallet is not None
    return wallet.available
