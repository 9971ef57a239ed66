"""What the writer's tags and the seals cost the send path: bare, tagged, and sealed, in turns.

The committer alone, without HTTP before it, which would hide most of it; and the sealer in the same
thread as the sends, where in operation it is a process beside them.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.security.signing import Ed25519Key
from adapters.store.numbers import BlockNumbers
from application.books.committer import Committer
from application.books.saver import Saver
from application.ports import Save, Store, Turn
from application.proof.sealing import Sealer
from application.system import System
from domain.proof.writer import Place as LogPlace
from tests.application.sending import send
from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Guest
from tests.benchmarks.table import Figure, Row
from tests.support.virtual import VirtualClock

AT_ONCE: Final = 64
"""Sends that wait for a commit: as many as connections in the other benchmarks."""
COMMITS: Final = 8
"""In one turn, between which nothing else runs: about one seal's worth of events."""
TURNS: Final = 40
SLOWED_MAX: Final = 0.05


def tagging(bench: Bench) -> Iterator[Row]:
    """On each store: single sends that wait 64 at a time, without tags, with tags, with seals."""
    for store in STORES:
        with ExitStack() as stack:
            places = [stack.enter_context(bench.place(store)) for _ in range(3)]
            bare, tagged, sealed = (
                _Sends(stack.enter_context(place.guest()), is_bare=not n)
                for n, place in enumerate(places)
            )
            sealed.sealer = _sealer(sealed)
            _in_turns((bare, tagged, sealed))
        bench.say(f"{store}: {bare}; {tagged}; {sealed}")
        yield _row(f"sends with the writer's tags, {store}", tagged, bare)
        yield _row(f"sends with tags and seals in the same thread, {store}", sealed, bare)


@dataclass(slots=True)
class _Sends:
    """A gateway's committer to which sends are given; how long turns of them took."""

    guest: Guest
    is_bare: bool
    sealer: Callable[[], object] = lambda: None
    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)
    committer: Committer = field(init=False)
    account: int = field(init=False)
    key_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.account = self.guest.create_account().number
        self.key_id = self.guest.system.store.credentials_of(self.account)[0].key_id
        self.committer = _committer(self.guest.system, self.clock, is_bare=self.is_bare)

    def __str__(self) -> str:
        return f"{median(self.wall_s) * self._us:.0f} µs a send, {self.cpu_us:.0f} of CPU"

    @property
    def _us(self) -> float:
        return 1e6 / (AT_ONCE * COMMITS)

    @property
    def cpu_us(self) -> float:
        """What this process computed for one."""
        return median(self.cpu_s) * self._us

    def turn(self) -> None:
        """Commit some batches, and seal them where that is wanted."""
        commands = [
            send(self.account, self.key_id, at=self.clock.now()) for _ in range(AT_ONCE * COMMITS)
        ]
        outcomes: list[Any] = []
        self.clock.pass_s(1.0)
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        for start in range(0, len(commands), AT_ONCE):
            for command in commands[start : start + AT_ONCE]:
                self.committer.submit(command, outcomes.append)
            self.committer.step(0)
        self.sealer()
        self.cpu_s.append(time.process_time() - cpu_s)
        self.wall_s.append(time.perf_counter() - wall_s)
        for outcome in outcomes:
            outcome.unwrap()


def _in_turns(sends: Sequence[_Sends]) -> None:
    for number in range(TURNS + 1):
        for one in sends:
            gc.collect()
            if one.is_bare:
                with patch("application.books.committer.tag_of", lambda *_: None):
                    one.turn()
            else:
                one.turn()
            if not number:  # it warmed up
                one.wall_s.clear()
                one.cpu_s.clear()


def _row(what: str, mine: _Sends, bare: _Sends) -> Row:
    slower = [own / other for own, other in zip(mine.wall_s, bare.wall_s, strict=True)]
    return Row(
        what=what,
        figure=Figure(value=AT_ONCE * COMMITS / median(mine.wall_s), unit="/s"),
        baseline=Figure(value=AT_ONCE * COMMITS / median(bare.wall_s), unit="/s", what="bare"),
        aim=f"at most {SLOWED_MAX:.0%} slower",
        is_met=median(slower) <= 1 + SLOWED_MAX,
        notes=(
            f"{median(slower) - 1:+.1%} of turns side by side;"
            f" {mine.cpu_us:.0f} µs of CPU a send, bare {bare.cpu_us:.0f}"
        ),
    )


def _committer(system: System, clock: VirtualClock, *, is_bare: bool) -> Committer:
    store: Any = _Bare(system.store) if is_bare else system.store
    saver = Saver(
        store=store,
        mapper=system.committer.saver.mapper,
        clock=clock,
        randomness=system.randomness,
        numbers=BlockNumbers(system.store),
        writer=system.writer,
    )
    return Committer(saver, clock=clock)


def _sealer(sends: _Sends) -> Callable[[], object]:
    """Seal by the same committer what its turns wrote."""
    system = sends.guest.system

    def execute(command: Any) -> Any:
        outcomes: list[Any] = []
        sends.committer.submit(command, outcomes.append)
        sends.committer.step(0)
        return outcomes[0].unwrap()

    sealer = Sealer(
        store=system.store,
        reader=system.reader,
        execute=execute,
        clock=sends.clock,
        key=Ed25519Key(Ed25519PrivateKey.generate()),
        holder="bench",
        writer=system.writer,
        events=1,
    )
    return sealer.step


class _Bare:
    """A store that keeps no tags and is not asked for the last one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        def without(turn: Turn) -> Save:
            save = decide(_BareTurn(turn))
            save.changes[:] = [change for change in save.changes if change is not None]
            return save

        self._store.transact(without)


class _BareTurn:
    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._turn, name)

    def tags_end(self) -> LogPlace:
        return LogPlace()
