"""One replay in a process of its own: ``python -m tests.benchmarks.replay URL`` prints figures.

URL is PostgreSQL's, or the file of a store.
"""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.store.postgres import PostgresStore
from adapters.store.recount.postgres import PostgresRecount
from adapters.store.recount.sqlite import SqliteRecount
from adapters.store.sqlite import SqliteStore
from application.audit.books import books_at
from application.audit.posting import PAGE, Poster
from application.audit.replay import differing
from application.ports import Recount, Store
from worker.cli import GARBAGE_OBJECTS

KIB_IN_MIB: Final = 1024


def main(url: str) -> None:
    """Measure and print."""
    gc.set_threshold(GARBAGE_OBJECTS)
    store: Store
    recount: Recount
    if url.startswith("postgres"):
        store, recount = PostgresStore(url), PostgresRecount(url)
    else:
        store, recount = SqliteStore(Path(url), is_server=False), SqliteRecount(Path(url))
    head = store.head()
    replay_s, books = _timed(lambda: books_at(store, head))
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_IN_MIB
    read_posting_s, _ = _timed(lambda: _read(store, Poster().topics))
    read_s, _ = _timed(lambda: _read(store, ()))
    recount_s, counted = _timed(lambda: recount.balances(head))
    found = {
        "replay_s": replay_s,
        "read_s": read_s,
        "read_posting_s": read_posting_s,
        "recount_s": recount_s,
        "memory_mib": memory_mib,
        "is_equal": not differing(books.balances, counted),
    }
    print(json.dumps(found))
    store.close()


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started_s = time.perf_counter()
    done = do()
    return time.perf_counter() - started_s, done


def _read(store: Store, topics: Sequence[str]) -> None:
    """Read and decode the log, and do nothing with it."""
    after = 0
    while page := store.states_after(after, limit=PAGE, topics=topics):
        for _, _, state in page:
            orjson.loads(state)
        after = page[-1][0]


if __name__ == "__main__":
    main(sys.argv[1])
