"""Sealing or verifying in a process of its own: ``python -m tests.benchmarks.proof WHAT URL``.

WHAT is seal or verify; URL is PostgreSQL's, or the file of a store.
"""

import gc
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.clock import SystemRandomness
from adapters.security.signing import Ed25519Key, is_signature
from adapters.store.numbers import BlockNumbers
from adapters.store.postgres import PostgresStore
from adapters.store.sqlite import SqliteStore
from application.books.codec import event_mapper
from application.books.committer import Committer
from application.books.reader import Reader
from application.ports import Store
from application.proof.adopting import adopt
from application.proof.proving import prove
from application.proof.sealing import Sealer
from application.proof.verifying import EVENTS_AT_ONCE, LogVerifier
from domain.proof.writer import WriterKeys
from tests.support.virtual import VirtualClock
from worker.cli import GARBAGE_OBJECTS

KIB_IN_MIB: Final = 1024
PROOFS: Final = 300
WRITER: Final = WriterKeys(["of the benchmark, and of nothing else"])


def main(what: str, url: str) -> None:
    """Measure and print."""
    gc.set_threshold(GARBAGE_OBJECTS)
    store: Store
    store = PostgresStore(url) if "://" in url else SqliteStore(Path(url), is_server=False)
    found = {"seal": _seal, "verify": _verify}[what](store)
    print(json.dumps(found))
    store.close()


def _seal(store: Store) -> dict[str, Any]:
    clock, mapper = VirtualClock(), event_mapper()
    adopt(store, WRITER, SystemRandomness(), at=clock.now())
    committer = Committer(
        store=store,
        mapper=mapper,
        clock=clock,
        randomness=SystemRandomness(),
        numbers=BlockNumbers(store),
        writer=WRITER,
    )

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


def _verify(store: Store) -> dict[str, Any]:
    reader, head = Reader(store, event_mapper(), WRITER), store.head()
    untagged_s, found = _timed(LogVerifier(store, verify=is_signature).run)
    began_cpu_s = time.process_time()
    verify_s, tagged = _timed(LogVerifier(store, verify=is_signature, writer=WRITER).run)
    verify_cpu_s = time.process_time() - began_cpu_s
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_IN_MIB
    began_cpu_s = time.process_time()
    read_s, _ = _timed(lambda: _read(store))
    read_cpu_s = time.process_time() - began_cpu_s
    positions = random.Random(7).sample(range(1, head - EVENTS_AT_ONCE), PROOFS)
    began_cpu_s = time.process_time()
    prove_s, _ = _timed(lambda: [prove(store, reader, position) for position in positions])
    prove_cpu_s = time.process_time() - began_cpu_s
    return {
        "events": found.events,
        "seals": found.seals,
        "faults": [*map(str, found.faults), *map(str, tagged.faults)],
        "untagged_s": untagged_s,
        "verify_s": verify_s,
        "verify_cpu_s": verify_cpu_s,
        "read_s": read_s,
        "read_cpu_s": read_cpu_s,
        "proof_ms": prove_s / PROOFS * 1_000,
        "proof_cpu_ms": prove_cpu_s / PROOFS * 1_000,
        "memory_mib": memory_mib,
    }


def _read(store: Store) -> None:
    """Read and decode the log, and do nothing with it."""
    after = 0
    while page := store.states_after(after, limit=EVENTS_AT_ONCE):
        for _, _, state in page:
            orjson.loads(state)
        after = page[-1][0]


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started_s = time.perf_counter()
    done = do()
    return time.perf_counter() - started_s, done


if __name__ == "__main__":
    main(*sys.argv[1:])
