"""Gateways that the tests of one file share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.apart import APART
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.support.databases import TemplateDatabases
from tests.support.servers import ThrowawayPostgres


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo without limits, whose modems answer at once."""
    folder: Path = tmp_path_factory.mktemp("gateway") / "demo"
    with Demo(folder, settings={**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"}) as running:
        yield running


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[Demo]:
    """Give a demo of the test's own, not started, which makes its processes on one core, too."""
    demo = Demo(tmp_path / "demo", settings=APART)
    yield demo
    demo.kill9()


@pytest.fixture(scope="module")
def scaled(
    tmp_path_factory: pytest.TempPathFactory, databases: TemplateDatabases, redis_url: str
) -> Iterator[Scaled]:
    """Give a gateway of several processes, without limits, whose modems answer at once."""
    database_url = databases.fresh_database()
    with Scaled(
        tmp_path_factory.mktemp("scaled"),
        database_url=database_url,
        redis_url=redis_url,
        settings=UNLIMITED,
    ) as running:
        yield running
    databases.drop(database_url)


@pytest.fixture
def own_scaled(
    tmp_path: Path, own_postgres: ThrowawayPostgres, fresh_redis_url: str
) -> Iterator[Scaled]:
    """Give one of the test's own, over a PostgreSQL that the test may stop."""
    with Scaled(
        tmp_path, database_url=own_postgres.url, redis_url=fresh_redis_url, settings=UNLIMITED
    ) as running:
        yield running
