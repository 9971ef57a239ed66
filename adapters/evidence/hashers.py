"""Hashing the log in processes of their own, each with its own connection to the store.

They know of the store no more than how it is read, so that they are small.
"""

import logging
import multiprocessing
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from adapters.store.sealed import SqliteSealedLog
from application.ports import SealedLog
from application.proof.stretches import Hashed, Stretch, hashed
from domain.proof.writer import WriterKeys

AHEAD: Final = 2
"""Stretches that wait for each process, or for whoever asked for them."""
PROCESSES_MAX: Final = 4
EVENTS_MIN: Final = 200_000
"""With fewer the processes have hardly begun when it is done."""
CACHE_KIB: Final = 2_048
"""Each page is read once."""
CONNECT_S: Final = 10
QUERY_S: Final = 60
"""For one of a few thousand rows."""

_log = logging.getLogger("ngoma.proof")
_Hash = Callable[[Stretch], Hashed | None]
_own: list[_Hash] = []
"""What a process of ours was made for."""


@dataclass(frozen=True, slots=True)
class HashingProcesses:
    """``application.proof.stretches.Hashers`` in so many processes."""

    store: Path | str
    """A file, or the URL of a database."""
    keys: WriterKeys | None
    count: int

    @classmethod
    def for_a_log(
        cls, store: Path | str, keys: WriterKeys | None, *, events: int
    ) -> "HashingProcesses | None":
        """Give one for each core, up to a number of them; None where they would cost more."""
        count = min(len(os.sched_getaffinity(0)), PROCESSES_MAX)
        return cls(store, keys, count) if count > 1 and events >= EVENTS_MIN else None

    @contextmanager
    def each(
        self, stretches: Iterable[Stretch]
    ) -> Iterator[Iterator[tuple[Stretch, Hashed | None]]]:
        """Give what comes of each, in order; None too where a process could not do it."""
        pool = ProcessPoolExecutor(
            self.count,
            mp_context=multiprocessing.get_context("spawn"),  # threads and connections stay here
            initializer=_begin,
            initargs=(self.store, self.keys),
        )
        try:
            yield _in_order(pool, stretches, ahead=AHEAD * self.count)
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, stretches: Iterable[Stretch], *, ahead: int
) -> Iterator[tuple[Stretch, Hashed | None]]:
    waiting: deque[tuple[Stretch, Future[Hashed | None]]] = deque()
    for stretch in stretches:
        waiting.append((stretch, pool.submit(_hash, stretch)))
        if len(waiting) >= ahead:
            yield _result(*waiting.popleft())
    while waiting:
        yield _result(*waiting.popleft())


def _result(stretch: Stretch, future: Future[Hashed | None]) -> tuple[Stretch, Hashed | None]:
    try:
        return stretch, future.result()
    except Exception:  # noqa: BLE001 - whoever asked does it alone, and meets what it was
        _log.warning("a process that hashes the log has failed; it is done without", exc_info=True)
        return stretch, None


# -- in a process of ours -------------------------------------------------------------------------


def _begin(store: Path | str, keys: WriterKeys | None) -> None:
    log = _postgres_log(store) if isinstance(store, str) else _sqlite_log(store)
    _own.append(partial(hashed, log, keys=keys))


def _hash(stretch: Stretch) -> Hashed | None:
    (own,) = _own
    return own(stretch)


def _sqlite_log(path: Path) -> SealedLog:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return SqliteSealedLog(lambda: closing(connection.cursor()))


def _postgres_log(url: str) -> SealedLog:
    import psycopg  # noqa: PLC0415 - only who has one
    from psycopg.rows import dict_row  # noqa: PLC0415

    from adapters.store.postgres.sealed import PostgresSealedLog  # noqa: PLC0415

    connection = psycopg.connect(
        url,
        autocommit=True,
        row_factory=dict_row,
        connect_timeout=CONNECT_S,
        tcp_user_timeout=CONNECT_S * 1_000,
        options=f"-c statement_timeout={QUERY_S}s",
    )
    return PostgresSealedLog(connection.cursor)
