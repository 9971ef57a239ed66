"""Gateways that the tests of one file share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.gateway import UNLIMITED, Demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo without limits, whose modems answer at once."""
    folder: Path = tmp_path_factory.mktemp("gateway") / "demo"
    with Demo(folder, settings={**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"}) as running:
        yield running
