"""A running gateway for each test of the worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.gateway import Gateway, gateway


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path / "data") as running:
        yield running
