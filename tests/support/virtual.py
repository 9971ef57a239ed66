"""A gateway in one thread, under a virtual clock, from a seed, over a store that can fail."""

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar, cast

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from adapters.store.sqlite import SqliteStore
from application.accounts import CreateAccount
from application.books.actors import Actor
from application.books.commands import Command, Outcome
from application.ports import AnswerLost, Save, Store, Turn, VersionConflict
from application.system import System
from domain.errors import StoreDown
from domain.values import SECOND, Credits, Instant
from tests.support.invariants import LogWatch
from tests.support.system import FastKeyHasher
from tests.support.templates import copy_migrated

R = TypeVar("R")

IN_MEMORY = Path("/dev/shm")
"""No test here is about a loss of power: files in memory save thousands of waits for a disk."""

START = Instant(1_765_000_000_000_000)


class VirtualClock:
    """Time that only moves when it is told to."""

    def __init__(self) -> None:
        self._passed_us = 0

    def now(self) -> Instant:
        return Instant(START + self._passed_us)

    def monotonic_s(self) -> float:
        return self._passed_us / SECOND

    def pass_s(self, seconds: float) -> None:
        self._passed_us += round(seconds * SECOND)


class SeededRandomness:
    """Bytes that are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def token(self, length: int) -> bytes:
        return self._random.randbytes(length)


class Fault(Enum):
    """What becomes of one save."""

    DOWN = auto()
    """The database does not answer; nothing is stored."""
    LOST_BEFORE_COMMIT = auto()
    """Everything was decided and handed over; the commit never came; nobody knows."""
    LOST_AFTER_COMMIT = auto()
    """It is committed, and nobody knows."""
    CONFLICT = auto()
    """Somebody wrote past the lock."""


class _NeverCommitted(Exception):
    pass


class FaultyStore:
    """A store whose next saves fail as ``faults`` say, one fault for each save."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.faults: deque[Fault | None] = deque()
        self.number_faults = 0
        self.transactions = 0
        self.is_down = False
        self.snapshot_error: Exception | None = None

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        self.transactions += 1
        fault = self.faults.popleft() if self.faults else None
        if self.is_down or fault is Fault.DOWN:
            raise StoreDown("planted")
        if fault is Fault.LOST_BEFORE_COMMIT:
            self._never_commit(decide)
            raise AnswerLost("planted")
        if fault is Fault.CONFLICT and self._never_commit(decide):
            raise VersionConflict("planted")
        self._store.transact(decide)
        if fault is Fault.LOST_AFTER_COMMIT:
            raise AnswerLost("planted")

    def _never_commit(self, decide: Callable[[Turn], Save]) -> bool:
        """Decide in vain; say whether there was anything to store."""
        saves: list[Save] = []

        def decide_in_vain(turn: Turn) -> Save:
            saves.append(decide(turn))
            raise _NeverCommitted

        with suppress(_NeverCommitted):
            self._store.transact(decide_in_vain)
        return not saves[0].is_empty()

    def take_numbers(self, kind: str, count: int) -> int:
        if self.is_down or self.number_faults:
            self.number_faults = max(self.number_faults - 1, 0)
            raise StoreDown("planted")
        return self._store.take_numbers(kind, count)

    def put_snapshot(self, snapshot: Any) -> None:
        if self.snapshot_error is not None:
            raise self.snapshot_error
        self._store.put_snapshot(snapshot)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class Answer(Generic[R]):
    """What a caller was told; being told twice is an error."""

    outcomes: list[Outcome[R]] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        return bool(self.outcomes)

    @property
    def outcome(self) -> Outcome[R]:
        assert len(self.outcomes) == 1, f"told {len(self.outcomes)} times"
        return self.outcomes[0]

    def unwrap(self) -> R:
        return self.outcome.unwrap()


@dataclass
class Gateway:
    """A system that nobody else steps."""

    system: System
    clock: VirtualClock
    store: FaultyStore
    watch: LogWatch
    folder: Path

    def submit(self, command: Command[R]) -> Answer[R]:
        """Put a command into the line; ``step`` settles it."""
        answer: Answer[R] = Answer()
        self.system.committer.submit(command, answer.outcomes.append)
        return answer

    def step(self) -> int:
        return self.system.committer.step(0)

    def run(self, command: Command[R]) -> R:
        """Run a command; give its result or raise its refusal."""
        answer = self.submit(command)
        self.step()
        return answer.unwrap()


def _fast_folder() -> Path | None:
    return IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None


@contextmanager
def virtual_gateway(seed: int = 0, **settings: Any) -> Iterator[Gateway]:
    """Give a gateway over a new SQLite file; it has no threads."""
    with tempfile.TemporaryDirectory(prefix="ngoma-virtual-", dir=_fast_folder()) as name:
        folder = Path(name) / "data"
        copy_migrated(folder)
        clock = VirtualClock()
        store = FaultyStore(SqliteStore(folder / "store.db", is_server=True))
        system = bootstrap(
            Settings(data_dir=folder, **settings),
            clock=clock,
            randomness=SeededRandomness(seed),
            hasher=FastKeyHasher(),
            store=cast("Store", store),
        )
        system.committer.saver._pause = clock.pass_s
        try:
            yield Gateway(system, clock, store, LogWatch(system.store), folder)
        finally:
            system.close()


def open_account(
    gateway: Gateway, *, credits: int = 0, sender_ids: tuple[str, ...] = (), name: str = "Demo"
) -> tuple[int, str]:
    """Make an account; give its number and its key's id."""
    key, new_key = gateway.system.keyring.make("first")
    created = gateway.run(
        CreateAccount(
            name=name,
            email=f"{name}@example.test",
            email_digest=gateway.system.digests.email(f"{name}@example.test"),
            key=new_key,
            granted=Credits(credits),
            sender_ids=sender_ids,
            actor=Actor("test"),
            at=gateway.clock.now(),
        )
    )
    return created.account, key[:8]
