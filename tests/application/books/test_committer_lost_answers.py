"""A real PostgreSQL whose answers are lost on the way: every send is charged once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

import psycopg
import pytest

from application.system import System
from domain.errors import OutcomeUnknown, StoreDown
from domain.wallet import CreditWallet
from tests.application.together import a_send, available, committing
from tests.support.counts import soak_count
from tests.support.invariants import LogWatch
from tests.support.proxy import Cut, Direction, TcpProxy
from tests.support.servers import ThrowawayPostgres
from tests.support.system import create_account

pytestmark = pytest.mark.servers

Report = Callable[..., None]
MakeProxy = Callable[[str], TcpProxy]

CREDITS = 100_000
SEED = 20_261_122


@pytest.fixture
def proxy(database_url: str, tcp_proxy: MakeProxy) -> TcpProxy:
    return tcp_proxy(database_url)


@pytest.fixture
def system(database_url: str, proxy: TcpProxy, tmp_path: Path) -> Iterator[System]:
    """Give a system that reaches its database through the proxy, and waits a second for it."""
    with committing(
        tmp_path, proxy.url_for(database_url), answer_timeout_s=0.3, store_wait_s=1.0
    ) as system:
        yield system


@pytest.fixture
def patient(database_url: str, proxy: TcpProxy, tmp_path: Path) -> Iterator[System]:
    """Give one that asks again for as long as a slow machine takes."""
    with committing(
        tmp_path, proxy.url_for(database_url), answer_timeout_s=0.3, store_wait_s=20.0
    ) as system:
        yield system


@pytest.fixture
def direct(database_url: str, tmp_path: Path, system: System) -> Iterator[System]:
    """Give a system beside it that reaches the database without the proxy."""
    with committing(tmp_path, database_url) as direct:
        yield direct


def reservations(system: System) -> list[int]:
    """Give the first number of each reservation in the log, which is checked meanwhile."""
    watch = LogWatch(system.store)
    watch.follow()
    assert watch.checker.violations == []
    return [e.first_number for _, e in watch.events if isinstance(e, CreditWallet.Reserved)]


@pytest.mark.parametrize("cut", Cut)
def test_a_commit_whose_answer_is_lost_is_charged_once_and_answered_right(
    patient: System, direct: System, proxy: TcpProxy, cut: Cut, report_count: Report
) -> None:
    account, key = create_account(direct, credits=CREDITS)
    runs, violations = soak_count(200, 20), 0
    for run in range(runs):
        rule = proxy.cut_on(b"COMMIT\0", cut)
        accepted = patient.committer.execute(a_send(patient, account, key, count=1 + run % 3))
        assert rule.wait()
        rule.cancel()
        left = available(direct.store, account)
        violations += accepted.credits_remaining != left
    numbers = reservations(direct)
    violations += len(numbers) != runs or len(set(numbers)) != runs
    report_count(f"lost answers, {cut.name}", runs, violations, SEED)


def test_a_connection_that_is_cut_at_any_byte_costs_nobody_anything(
    system: System, direct: System, proxy: TcpProxy, report_count: Report
) -> None:
    account, key = create_account(direct, credits=CREDITS)
    runs, violations, random = soak_count(400, 40), 0, Random(SEED)
    system.committer.execute(a_send(system, account, key))
    for _ in range(runs):
        direction = random.choice(list(Direction))
        rule = proxy.cut_after(random.randint(1, 1_500), direction)
        accepted = system.committer.execute(a_send(system, account, key))
        rule.cancel()
        violations += accepted.credits_remaining != available(direct.store, account)
    violations += len(set(reservations(direct))) != runs + 1
    report_count("cut at any byte", runs, violations, SEED)


@pytest.mark.parametrize("is_silent", [False, True], ids=["refused", "silent"])
def test_a_database_that_is_away_is_told_in_time_and_nothing_is_stored(
    system: System, direct: System, proxy: TcpProxy, is_silent: bool
) -> None:
    account, key = create_account(direct, credits=CREDITS)
    system.committer.execute(a_send(system, account, key))
    head = direct.store.head()
    (proxy.blackhole if is_silent else proxy.refuse)()
    started_s = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        commands = [a_send(system, account, key) for _ in range(8)]
        waiting = [threads.submit(system.committer.execute, command) for command in commands]
        for answer in waiting:
            with pytest.raises(StoreDown):
                answer.result(20)
    # A second of waiting, and an attempt that is under way when it ends: 0.3 s for an answer,
    # 2 s for a connection.
    assert time.monotonic() - started_s < 6
    assert direct.store.head() == head
    proxy.heal()
    assert system.committer.execute(a_send(system, account, key)).credits_remaining == CREDITS - 2
    assert len(reservations(direct)) == 2


def test_reads_go_on_at_once_when_a_restarted_database_is_back(
    own_postgres: ThrowawayPostgres, tmp_path: Path
) -> None:
    with committing(tmp_path, own_postgres.url) as system:
        account, _ = create_account(system, credits=5)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: system.store.head(), range(50)))
        own_postgres.restart(immediate=True)
        assert [available(system.store, account) for _ in range(10)] == [5] * 10


def test_a_restart_under_load_loses_no_accepted_send_and_doubles_none(
    own_postgres: ThrowawayPostgres, tmp_path: Path, report_count: Report
) -> None:
    restarts = soak_count(20, 2)
    accepted: list[int] = []
    unknown: list[int] = []
    with ExitStack() as stack:
        systems = [stack.enter_context(committing(tmp_path, own_postgres.url)) for _ in range(2)]
        account, key = create_account(systems[0], credits=CREDITS)
        limit_s = time.monotonic() + 1.5 * restarts

        def load(thread: int) -> None:
            system = systems[thread % 2]
            while time.monotonic() < limit_s:
                try:
                    sent = system.committer.execute(a_send(system, account, key), timeout_s=90)
                except OutcomeUnknown:
                    unknown.append(thread)
                except StoreDown:
                    continue
                else:
                    accepted.append(sent.first_number)

        with ThreadPoolExecutor(8) as threads:
            loading = [threads.submit(load, thread) for thread in range(8)]
            for _ in range(restarts):
                time.sleep(0.7)
                own_postgres.restart(immediate=True)
            for each in loading:
                each.result(120)
        stored = reservations(systems[0])
        violations = len(stored) - len(set(stored))
        violations += len(set(accepted) - set(stored)) + len(accepted) - len(set(accepted))
        violations += len(stored) > len(accepted) + len(unknown)
        violations += available(systems[1].store, account) != CREDITS - len(stored)
    print(f"{len(accepted)} accepted, {len(unknown)} unknown, {len(stored)} stored")
    report_count("sends across restarts of the database", len(accepted), violations, SEED)


def test_a_writer_whose_session_is_ended_by_the_server_decides_again(
    system: System, direct: System, database_url: str
) -> None:
    account, key = create_account(direct, credits=CREDITS)
    for _ in range(5):
        system.committer.execute(a_send(system, account, key))
        with psycopg.connect(database_url, autocommit=True) as operator:
            operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
    assert available(direct.store, account) == CREDITS - 5
