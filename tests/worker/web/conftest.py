"""Gateways behind real sockets, one for many tests, and such as a test wants them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.api.conftest import Gateway, StartGateway, gateways, new_account, renew_leases
from worker.web.bounds import Bounds

SOON = Bounds(
    per_address=0,
    head_wait_s=0.4,
    idle_wait_s=1.2,
    body_wait_s=0.4,
    unread_wait_s=0.6,
    linger_s=0.3,
)
"""Deadlines that a test can wait for."""


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[StartGateway]:
    """Give a function that starts a gateway of this test's own, as the test wants it."""
    with gateways(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give one gateway for many tests, without limits."""
    with gateways(tmp_path_factory.mktemp("gateway")) as start:
        yield start()


@pytest.fixture
def gateway(shared: Gateway) -> Gateway:
    """Give an account of this test's own, with 1,000 credits."""
    renew_leases(shared)
    account, key = new_account(shared.system, credits=1_000)
    return replace(shared, account=account, key=key)


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give one gateway whose deadlines are short."""
    with gateways(tmp_path_factory.mktemp("hasty")) as start:
        yield start(bounds=SOON)
