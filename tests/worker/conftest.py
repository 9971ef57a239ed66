"""A running gateway for each test of the worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.receiver import Receiver, receiving
from tests.worker.gateway import Gateway, gateway


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path / "data") as running:
        yield running


@pytest.fixture
def collector() -> Iterator[Receiver]:
    """Take what traces are sent to: OTLP over HTTP is answered 200."""
    with receiving(status=200) as receiver:
        yield receiver
