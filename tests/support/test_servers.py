"""The throw-away servers start, answer, and come back after every way of going down."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.databases import TemplateDatabases
from tests.support.processes import is_alive
from tests.support.server_binaries import (
    find_postgres,
    find_redis,
    is_hidden,
    reachable_copy,
    wheel_postgres,
    wheel_redis,
)
from tests.support.servers import ServerFailed, ThrowawayPostgres, ThrowawayRedis, free_port

pytestmark = pytest.mark.servers


def _redis(url: str) -> "redis.Redis":
    return redis.Redis.from_url(
        url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


def _one(url: str, query: str) -> object:
    with psycopg.connect(url, connect_timeout=2) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


@pytest.fixture(scope="module")
def postgres() -> Iterator[ThrowawayPostgres]:
    with ThrowawayPostgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        yield server


@pytest.mark.parametrize("find", [find_postgres, wheel_postgres])
def test_postgresql_of_the_system_and_of_the_wheel_answer(find: Callable[[], Path]) -> None:
    with ThrowawayPostgres(binaries=find()) as server:
        assert _one(server.url, "SHOW server_encoding") == "UTF8"
        directory = server.directory
    assert not directory.exists()


@pytest.mark.parametrize("find", [find_redis, wheel_redis])
def test_redis_of_the_system_and_of_the_wheel_answer(find: Callable[[], Path]) -> None:
    with ThrowawayRedis(binary=find()) as server, _redis(server.url) as client:
        assert client.ping()


def _keep(server: ThrowawayPostgres, number: int) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("INSERT INTO kept VALUES (%s)", (number,))


@pytest.mark.parametrize(
    "go_down",
    [
        ThrowawayPostgres.restart,
        lambda server: server.restart(immediate=True),
        lambda server: (server.kill9(), server.start()),
    ],
    ids=["restart", "restart-immediate", "kill9"],
)
def test_postgresql_keeps_what_was_committed(
    postgres: ThrowawayPostgres, go_down: Callable[[ThrowawayPostgres], object]
) -> None:
    url, pid = postgres.url, postgres.pid
    number = time.monotonic_ns() % 1_000_000_000
    _keep(postgres, number)
    with psycopg.connect(url) as held:  # an open session must not keep it up
        go_down(postgres)
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    assert (postgres.url, is_alive(pid)) == (url, False)
    assert _one(url, f"SELECT count(*) FROM kept WHERE n = {number}") == 1


def test_a_paused_postgresql_holds_connections_and_answers_after_resume(
    postgres: ThrowawayPostgres,
) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        answered = threading.Event()

        def ask() -> None:
            connection.execute("SELECT 1")
            answered.set()

        postgres.pause()
        asking = threading.Thread(target=ask)
        asking.start()
        assert not answered.wait(0.2)
        postgres.resume()
        assert answered.wait(5)
        asking.join()


def test_redis_restarts_pauses_and_forgets_what_it_held_when_killed() -> None:
    with ThrowawayRedis() as server, _redis(server.url) as client:
        client.set("a", "1")
        server.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.resume()
        assert client.get("a") == b"1"
        server.kill9()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.get("a") is None
        server.restart()
        assert client.ping()


def test_a_template_is_migrated_once_and_copied(postgres: ThrowawayPostgres) -> None:
    migrated: list[str] = []

    def migrate(url: str) -> None:
        migrated.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE made_by_migration (n int)")

    with TemplateDatabases(postgres.url) as databases:
        databases.make_template("store", migrate)
        databases.make_template("store", migrate)
        first, second = databases.fresh_database("store"), databases.fresh_database("store")
        with psycopg.connect(first) as connection:
            connection.execute("INSERT INTO made_by_migration VALUES (1)")
        assert _one(first, "SELECT count(*) FROM made_by_migration") == 1
        assert _one(second, "SELECT count(*) FROM made_by_migration") == 0
        empty = databases.fresh_database()
        assert _one(empty, "SELECT to_regclass('made_by_migration')") is None
    assert len(migrated) == 1
    left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'ngoma_%'"
    assert _one(postgres.url, left) == 0


def test_a_server_that_cannot_start_says_why() -> None:
    server = ThrowawayPostgres(options={"shared_buffers": "nonsense"})
    with pytest.raises(ServerFailed, match="shared_buffers"):
        server.start()
    server.close()


def test_a_port_that_was_taken_meanwhile_is_given_up() -> None:
    with ThrowawayRedis() as first:
        second = ThrowawayRedis()
        second.port = first.port
        with second:
            assert second.port != first.port


def test_free_ports_lie_below_the_ephemeral_range() -> None:
    lowest_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert 1024 < free_port() < lowest_ephemeral


def test_servers_end_and_their_files_go_when_their_owner_is_killed() -> None:
    script = """
        import os, sys, threading
        from tests.support.servers import ThrowawayPostgres, ThrowawayRedis
        servers = [ThrowawayPostgres(), ThrowawayRedis()]
        for server in servers:  # from threads that end: the servers must not end with them
            thread = threading.Thread(target=server.start)
            thread.start()
            thread.join()
        print(*[f"{server.pid} {server.directory}" for server in servers], sep="\\n", flush=True)
        sys.stdin.read()
    """
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as owner:
        assert owner.stdout is not None
        started = [owner.stdout.readline().split() for _ in range(2)]
        assert all(is_alive(int(pid)) for pid, _ in started)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    deadline = time.monotonic() + 10
    while any(is_alive(int(pid)) or Path(directory).exists() for pid, directory in started):
        assert time.monotonic() < deadline, started
        time.sleep(0.02)


def test_a_wheel_that_the_servers_user_cannot_reach_is_copied_with_its_libraries(
    tmp_path: Path,
) -> None:
    package = wheel_postgres().parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    tmp_path.chmod(0o700)
    hidden = tmp_path / package.name / "pginstall" / "bin"
    assert is_hidden(hidden)
    copy = reachable_copy(hidden)
    assert not is_hidden(copy / "postgres")
    with ThrowawayPostgres(binaries=copy) as server:
        assert _one(server.url, "SELECT 1") == 1
