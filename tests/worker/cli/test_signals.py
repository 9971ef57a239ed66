"""Signals end a command in order, also one that comes while a library calls back."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.store.sqlite import inspection
from tests.support.templates import copy_migrated
from worker.cli.signals import end_in_order
from worker.cli.soundness import require_sound

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def handlers() -> Iterator[None]:
    """Put back whatever handles signals here."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_an_end_that_is_asked_for_while_the_store_is_looked_through_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_migrated(tmp_path)
    go_on = end_in_order()
    go_on()

    def monotonic() -> float:
        looks.asked += 1
        if looks.asked == 2:  # once: the look goes on by itself, and may outlive this test
            signal.raise_signal(signal.SIGTERM)
        return time.monotonic()

    looks = SimpleNamespace(asked=0)
    monkeypatch.setattr(inspection, "STEPS", 1)
    monkeypatch.setattr(inspection, "time", SimpleNamespace(monotonic=monotonic))
    with pytest.raises(SystemExit):
        require_sound(tmp_path)
    with pytest.raises(SystemExit):
        go_on()
