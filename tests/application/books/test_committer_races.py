"""Many threads, through one committer or two on one database, after the same credits and keys."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from application.accounts import RevokeKey, SetSuspension
from application.books.actors import Actor
from application.books.codec import SNAPSHOT_EVERY
from application.messages.accepted import Accepted
from application.system import System
from domain.errors import AccountSuspended, IdempotencyConflict, InsufficientCredits, InvalidKey
from domain.message import Message
from domain.wallet import CreditWallet, wallet_id
from tests.application.together import a_send, available, committing
from tests.support.counts import soak_count
from tests.support.invariants import LogWatch
from tests.support.system import create_account, grant
from tests.tidy.sources import ROOT

CREDITS = 500
THREADS = 64

Report = Callable[..., None]
R = TypeVar("R")


@dataclass
class Race:
    """Systems on one database."""

    systems: list[System]

    @property
    def share_min(self) -> float:
        """How small a system's share of the credits may be."""
        return 1 / 3 if len(self.systems) == 2 else 1.0


def _on_sqlite(request: pytest.FixtureRequest, stack: ExitStack, folder: Path) -> list[System]:
    return [stack.enter_context(committing(folder))]


def _on_postgres(request: pytest.FixtureRequest, stack: ExitStack, folder: Path) -> list[System]:
    url = request.getfixturevalue("database_url")
    return [stack.enter_context(committing(folder, url)) for _ in range(2)]


KINDS = [
    pytest.param(_on_sqlite, id="one committer on SQLite"),
    pytest.param(_on_postgres, id="two on PostgreSQL", marks=pytest.mark.servers),
]


@pytest.fixture(params=KINDS)
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Race]:
    """Give systems whose log is checked at the end."""
    with ExitStack() as stack:
        systems = request.param(request, stack, tmp_path)
        yield Race(systems)
        watch = LogWatch(systems[0].store)
        watch.follow()
        assert watch.checker.violations == []


def at_once(count: int, work: Callable[[int], R]) -> list[R]:
    """Run ``work`` in ``count`` threads that start together."""
    barrier = threading.Barrier(count)

    def start(number: int) -> R:
        barrier.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(start, range(count)))


# -- credits ----------------------------------------------------------------------------------


def spend_all(system: System, account: int, key: str, *, count: int = 1) -> int:
    """Send until the credits are gone; give how many went this way."""
    taken = 0
    while True:
        try:
            system.committer.execute(a_send(system, account, key, count=count))
        except InsufficientCredits as refusal:
            return taken if refusal.available < refusal.required == count else -CREDITS
        taken += count


def lowest_balance(system: System, account: int, has_ended: threading.Event) -> int:
    """Read a balance again and again; give the lowest."""
    lowest = available(system.store, account)
    while not has_ended.is_set():
        lowest = min(lowest, available(system.store, account))
    return lowest


@pytest.mark.slow
def test_sixty_four_threads_share_five_hundred_credits(race: Race, report_count: Report) -> None:
    runs, violations = soak_count(20, 4), 0
    systems = race.systems
    taken = [0] * len(systems)
    for run in range(runs):
        account, key = create_account(systems[0], name=f"Race {run}", credits=CREDITS)
        has_ended = threading.Event()
        with ThreadPoolExecutor(1) as reader:
            reading = reader.submit(lowest_balance, systems[-1], account, has_ended)
            spend = partial(_spend_by_turns, systems, account, key)
            counts = at_once(THREADS, spend)
            has_ended.set()
        taken = [each + sum(counts[n :: len(systems)]) for n, each in enumerate(taken)]
        violations += sum(counts) != CREDITS
        violations += reading.result() < 0
        violations += available(systems[0].store, account) != 0
    shares = [each / sum(taken) for each in taken]
    print(f"shares {shares} of {sum(taken)} credits")
    assert min(shares) >= race.share_min
    report_count(f"races for credits, {len(systems)} committers", runs, violations, "none")


def _spend_by_turns(systems: list[System], account: int, key: str, number: int) -> int:
    return spend_all(systems[number % len(systems)], account, key)


def test_bulks_and_singles_take_all_or_nothing(race: Race) -> None:
    account, key = create_account(race.systems[0], credits=CREDITS)

    def spend(number: int) -> int:
        system = race.systems[number % len(race.systems)]
        return spend_all(system, account, key, count=(1, 7, 60)[number % 3])

    assert sum(at_once(24, spend)) == CREDITS
    queued = Counter[int]()
    watch = LogWatch(race.systems[0].store)
    watch.follow()
    for _, event in watch.events:
        if isinstance(event, Message.Queued):
            queued[event.account] += event.credits
    assert queued[account] == CREDITS


def test_credits_that_one_system_grants_are_seen_at_once_by_the_other(race: Race) -> None:
    first, last = race.systems[0], race.systems[-1]
    account, key = create_account(first)
    for _ in range(10):
        with pytest.raises(InsufficientCredits):
            last.committer.execute(a_send(last, account, key))
        grant(first, account, 1)
        assert last.committer.execute(a_send(last, account, key)).credits_remaining == 0


# -- keys -------------------------------------------------------------------------------------


def test_one_key_in_twenty_threads_is_one_charge_and_one_answer(
    race: Race, report_count: Report
) -> None:
    runs, violations = soak_count(100, 5), 0
    account, key = create_account(race.systems[0], credits=1_000)
    for run in range(runs):
        before = available(race.systems[0].store, account)

        def ask(number: int, name: str = f"key-{run}") -> Accepted:
            system = race.systems[number % len(race.systems)]
            return system.committer.execute(
                a_send(system, account, key, count=3, idempotency_key=name)
            )

        answers = at_once(20, ask)
        violations += len({replace(answer, replayed=False) for answer in answers}) != 1
        violations += [answer.replayed for answer in answers].count(False) != 1
        violations += available(race.systems[-1].store, account) != before - 3
    report_count(f"races for a key, {len(race.systems)} committers", runs, violations, "none")


def test_of_two_commands_under_one_key_one_is_refused(race: Race) -> None:
    account, key = create_account(race.systems[0], credits=1_000)

    def ask(number: int) -> str:
        system = race.systems[number % len(race.systems)]
        text = f"text {number // 2}"
        try:
            system.committer.execute(a_send(system, account, key, text=text, idempotency_key="one"))
        except IdempotencyConflict:
            return "conflict"
        return text

    told = Counter(at_once(8, ask))
    assert told["conflict"] == 6
    assert len(told) == 2
    assert available(race.systems[0].store, account) == 999


def test_a_key_that_one_system_revokes_is_refused_at_once_by_the_other(race: Race) -> None:
    first, last = race.systems[0], race.systems[-1]
    account, key = create_account(first, credits=10)
    last.committer.execute(a_send(last, account, key))
    first.committer.execute(RevokeKey(account, key[:8], actor=Actor("test"), at=first.clock.now()))
    head = first.store.head()
    with pytest.raises(InvalidKey):
        last.committer.execute(a_send(last, account, key))
    assert first.store.head() == head


def test_an_account_that_one_system_suspends_is_refused_at_once_by_the_other(race: Race) -> None:
    first, last = race.systems[0], race.systems[-1]
    account, key = create_account(first, credits=10)
    last.committer.execute(a_send(last, account, key))
    first.committer.execute(
        SetSuspension(
            account, suspended=True, actor=Actor("test"), reason="r", at=first.clock.now()
        )
    )
    with pytest.raises(AccountSuspended):
        last.committer.execute(a_send(last, account, key))


# -- snapshots ----------------------------------------------------------------------------------


READ_WALLET = """
import sys
from tests.application.together import available
from tests.conformance.stores import stores_at
with stores_at(sys.argv[1]) as stores:
    print(available(stores.open(is_server=False), int(sys.argv[2])))
"""


@pytest.mark.slow
def test_a_wallet_that_two_systems_take_across_its_snapshots_reads_right_in_a_third(
    race: Race, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    account, key = create_account(race.systems[0], credits=10_000)

    def spend(number: int) -> None:
        system = race.systems[number % len(race.systems)]
        for _ in range(2 * SNAPSHOT_EVERY // 20 + 5):
            system.committer.execute(a_send(system, account, key))

    at_once(20, spend)
    spent = 20 * (2 * SNAPSHOT_EVERY // 20 + 5)
    snapshot = race.systems[0].store.snapshot(wallet_id(account))
    assert snapshot is not None
    assert snapshot.originator_version >= 2 * SNAPSHOT_EVERY
    wallet = race.systems[-1].reader.find(CreditWallet, wallet_id(account))
    assert wallet is not None
    assert (wallet.available, wallet.version) == (10_000 - spent, spent + 2)
    is_sqlite = len(race.systems) == 1
    url = str(tmp_path / "store.db") if is_sqlite else request.getfixturevalue("database_url")
    third = subprocess.run(
        [sys.executable, "-c", READ_WALLET, url, str(account)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert third.stdout.strip() == str(10_000 - spent), third.stderr
