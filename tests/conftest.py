"""What every test can ask for: servers, databases, proxies, counts; and how often tests run."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from hypothesis import HealthCheck, settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.counts import PROPERTY, Count, is_soak
from tests.support.databases import TemplateDatabases
from tests.support.proxy import TcpProxy
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis
from worker.memory import settle_memory

SERVER_FIXTURES = frozenset({"postgres_url", "redis_url", "own_postgres", "own_redis"})

_EXAMPLES = {"quick": 50, "ci": 200, "soak": 5_000}

_MEMORY: Final = Path("/dev/shm")
_MEMORY_FREE_MIN: Final = 2 << 30  # bytes: ten times what a run has there at once


def pytest_configure(config: pytest.Config) -> None:
    """Choose where temporary files are, and the Hypothesis profile: soak, ci, else quick."""
    gc.disable()  # thousands of tests are collected, and stay
    if not os.environ.get("TMPDIR"):
        _keep_temporary_files_in_memory()
    for name, max_examples in _EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=max_examples,
            deadline=None,  # the machine is shared; pytest-timeout bounds the whole test
            derandomize=False,
            print_blob=True,  # a failure anywhere can be replayed anywhere
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("soak" if is_soak() else "ci" if os.environ.get("CI") else "quick")


def _keep_temporary_files_in_memory() -> None:
    """Put them, and those of all child processes, where a commit does not wait for a disk."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _MEMORY_FREE_MIN:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # forget what was chosen before


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever needs a server, before ``-m "not servers"`` is applied; put long files first.

    Files with processes take longest, those with slow tests come next. A long one at the end
    leaves the other workers idle; small ones fill what is left.
    """
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
    first, second = (
        {item.path for item in items if item.get_closest_marker(name)}
        for name in ("processes", "slow")
    )
    items.sort(key=lambda item: (item.path not in first, item.path not in second))


def pytest_collection_finish() -> None:
    """Have memory managed as in a gateway: to look through all tests again and again costs 5 %."""
    settle_memory()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show each count, of tests that passed too."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    counts = {
        str(Count.from_property(value))
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    }
    if counts:
        terminalreporter.section("counts")
        for line in sorted(counts):
            terminalreporter.write_line(line)


@pytest.fixture
def report_count(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give ``report(name, runs, violations, seed)``: a line in the summary, and a verdict."""

    def report(name: str, runs: int, violations: int, seed: int | str) -> None:
        count = Count(name, runs, violations, seed)
        request.node.user_properties.append(count.as_property())
        if violations:
            pytest.fail(str(count))

    return report


# -- servers: one of each for a worker process, fresh contents for each test -----------------


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a PostgreSQL server: ``NGOMA_TEST_DATABASE_URL``, else a throw-away one."""
    given = os.environ.get("NGOMA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with ThrowawayPostgres() as server:
        yield server.url


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Iterator[TemplateDatabases]:
    """Make databases on this worker's server, empty or from a migrated template."""
    with TemplateDatabases(postgres_url) as databases:
        yield databases


@pytest.fixture
def database_url(databases: TemplateDatabases) -> Iterator[str]:
    """Give an empty PostgreSQL database of this test's own."""
    url = databases.fresh_database()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """Give a Redis: ``NGOMA_TEST_REDIS_URL``, a database number a worker, else a throw-away one.

    Tests that read what they wrote take ``fresh_redis_url``.
    """
    given = os.environ.get("NGOMA_TEST_REDIS_URL")
    if given:
        number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
        yield urlunsplit(urlsplit(given)._replace(path=f"/{number}"))
        return
    with ThrowawayRedis() as server:
        yield server.url


@pytest.fixture
def fresh_redis_url(redis_url: str) -> str:
    """Give the worker's Redis database, emptied."""
    retry = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(redis_url, socket_timeout=5, retry=retry) as client:
        client.flushdb()
    return redis_url


@pytest.fixture
def own_postgres() -> Iterator[ThrowawayPostgres]:
    """Give a PostgreSQL of this test's own, to be killed, paused and restarted."""
    with ThrowawayPostgres() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[ThrowawayRedis]:
    """Give a Redis of this test's own, to be killed, paused and restarted."""
    with ThrowawayRedis() as server:
        yield server


@pytest.fixture
def tcp_proxy() -> Iterator[Callable[[str], TcpProxy]]:
    """Give a function that puts a proxy in front of the server of a URL."""
    with ExitStack() as proxies:
        yield lambda url: proxies.enter_context(TcpProxy.before(url))
