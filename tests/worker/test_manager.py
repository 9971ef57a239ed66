"""systemd is told of what is ready, and of what is wrong; nobody has to listen."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from application.system import Readiness
from tests.support.manager import Manager, listening
from worker.parts.manager import tell_manager
from worker.parts.part import ProcessRole
from worker.parts.ready_words import ReadyWords

WELL = {"store": "ok", "redis": "ok"}


@pytest.fixture(params=["path", "name"])
def manager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    with tempfile.TemporaryDirectory() as folder:  # short: a socket's path has 107 bytes
        path = f"{folder}/notify" if request.param == "path" else f"\0ngoma-{uuid4().hex}"
        with listening(path) as each:
            monkeypatch.setenv("NOTIFY_SOCKET", each.place)
            yield each


def test_each_change_is_told(manager: Manager, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    words = ReadyWords(ProcessRole.ALL)
    for checks in ({**WELL, "store": "damaged"}, WELL, WELL, {**WELL, "store": "gone"}, WELL):
        words.tell(Readiness("ready" if checks == WELL else "not ready", checks))
    tell_manager("LAST=1")
    told = []
    while "LAST=1" not in (lines := manager.next()):
        told.append(lines)
    assert told == [
        ["STATUS=Not ready yet. Wrong: store. See ngoma status."],
        ["READY=1", "STATUS=Ready."],
        ["STATUS=Not ready any more. Wrong: store. See ngoma status."],
        ["READY=1", "STATUS=Ready."],
    ]


@pytest.mark.parametrize("place", [None, "", "vsock:2:1", "/no/such/socket", "@", "/" + "x" * 200])
def test_nobody_has_to_listen(
    place: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if place is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", place)
    tell_manager("READY=1")
