"""Sealing or verifying a log in a process of its own, and in those that it starts.

They import what the main module does: it is started as ``python -c`` (``proofs.STARTED``).
"""

import gc
import json
import multiprocessing
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.clock import SystemRandomness
from adapters.evidence.hashers import HashingProcesses
from adapters.security.signing import Ed25519Key, is_signature
from adapters.store.numbers import BlockNumbers
from adapters.store.postgres import PostgresStore
from adapters.store.sqlite import SqliteStore
from application.books.codec import event_mapper
from application.books.committer import Committer
from application.books.reader import Reader
from application.books.saver import Saver
from application.ports import Store
from application.proof.adopting import adopt
from application.proof.proving import prove
from application.proof.sealing import Sealer
from application.proof.stretches import EVENTS_AT_ONCE
from application.proof.verifying import LogVerifier
from domain.proof.writer import WriterKeys
from tests.support.virtual import VirtualClock
from worker.cli import GARBAGE_OBJECTS

KIB_IN_MIB: Final = 1024
LOOK_S: Final = 0.1
PEAK: Final = re.compile(r"VmHWM:\s*(\d+)")
PROOFS: Final = 300
WRITER: Final = WriterKeys(["of the benchmark, and of nothing else"])


def main(what: str, url: str) -> None:
    """Measure ``seal`` or ``verify`` and print; ``url`` is PostgreSQL's, or the file of a store."""
    gc.set_threshold(GARBAGE_OBJECTS)
    store: Store
    store = PostgresStore(url) if "://" in url else SqliteStore(Path(url), is_server=False)
    found = _seal(store) if what == "seal" else _verify(store, url)
    print(json.dumps(found))
    store.close()


def _seal(store: Store) -> dict[str, Any]:
    clock, mapper = VirtualClock(), event_mapper()
    adopt(store, WRITER, SystemRandomness(), at=clock.now())
    saver = Saver(
        store=store,
        mapper=mapper,
        clock=clock,
        randomness=SystemRandomness(),
        numbers=BlockNumbers(store),
        writer=WRITER,
    )
    committer = Committer(saver, clock=clock)

    def execute(command: Any) -> Any:
        outcomes: list[Any] = []
        committer.submit(command, outcomes.append)
        committer.step(0)
        return outcomes[0].unwrap()

    sealer = Sealer(
        store=store,
        reader=Reader(store, mapper, WRITER),
        execute=execute,
        clock=clock,
        key=Ed25519Key(Ed25519PrivateKey.generate()),
        holder="bench",
        writer=WRITER,
    )

    def seal_all() -> int:
        seals = 0
        while sealer.step() is not None:
            seals += 1
            clock.pass_s(1.0)
        return seals

    seal_s, seals = _timed(seal_all)
    return {"seal_s": seal_s, "seals": seals, "head": store.head()}


def _verify(store: Store, url: str) -> dict[str, Any]:
    reader, head = Reader(store, event_mapper(), WRITER), store.head()
    where = url if "://" in url else Path(url)
    hashers = HashingProcesses.for_a_log(where, WRITER, events=head)
    together = LogVerifier(store, verify=is_signature, writer=WRITER, hashers=hashers)
    with _memory() as peaks_mib:
        together_s, together_cpu_s, found = _computed(together.run)
    alone_s, alone_cpu_s, alone = _computed(
        LogVerifier(store, verify=is_signature, writer=WRITER).run
    )
    untagged_s, untagged = _timed(LogVerifier(store, verify=is_signature).run)
    read_s, read_cpu_s, _ = _computed(lambda: _read(store))
    positions = random.Random(7).sample(range(1, head - EVENTS_AT_ONCE), PROOFS)
    prove_s, prove_cpu_s, _ = _computed(
        lambda: [prove(store, reader, position) for position in positions]
    )
    return {
        "events": found.events,
        "seals": found.seals,
        "faults": [str(fault) for one in (found, alone, untagged) for fault in one.faults],
        "processes": hashers.count if hashers else 0,
        "untagged_s": untagged_s,
        "verify_s": together_s,
        "verify_cpu_s": together_cpu_s,
        "alone_s": alone_s,
        "alone_cpu_s": alone_cpu_s,
        "read_s": read_s,
        "read_cpu_s": read_cpu_s,
        "proof_ms": prove_s / PROOFS * 1_000,
        "proof_cpu_ms": prove_cpu_s / PROOFS * 1_000,
        "memory_mib": sum(peaks_mib.values()),
        "memory_here_mib": peaks_mib[os.getpid()],
    }


def _read(store: Store) -> None:
    """Read and decode the log, and do nothing with it."""
    after = 0
    while page := store.states_after(after, limit=EVENTS_AT_ONCE):
        for _, _, state in page:
            orjson.loads(state)
        after = page[-1][0]


@contextmanager
def _memory() -> Iterator[dict[int, float]]:
    """Look now and then how much each process has had in memory at most, in MiB.

    What the system says of children that have ended has in it what this one had at their start.
    """
    peaks_mib: dict[int, float] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_S):
            for pid in (os.getpid(), *(one.pid or 0 for one in multiprocessing.active_children())):
                with suppress(OSError, IndexError):  # it has just ended
                    status = Path(f"/proc/{pid}/status").read_text()
                    peaks_mib[pid] = int(PEAK.findall(status)[0]) / KIB_IN_MIB

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield peaks_mib
    finally:
        ended.set()
        watch.join()


def _computed(do: Callable[[], Any]) -> tuple[float, float, Any]:
    """Give how long it took, what all processes computed for it, and what came of it."""
    began = os.times()
    took_s, done = _timed(do)
    ended = os.times()
    return took_s, sum(ended[:4]) - sum(began[:4]), done


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started_s = time.perf_counter()
    done = do()
    return time.perf_counter() - started_s, done
