"""Processes that hash the log: what they cannot do, one alone does."""

import logging
from contextlib import closing
from pathlib import Path

import pytest

from adapters.evidence.hashers import EVENTS_MIN, HashingProcesses
from adapters.security.signing import is_signature, make_key_file
from adapters.store.sqlite import SqliteStore
from application.proof.verifying import LogVerifier
from tests.application.proof.live import Log


@pytest.mark.slow
def test_what_a_process_cannot_read_is_verified_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log(tmp_path, make_key_file(tmp_path / "key"))
    monkeypatch.setattr("application.proof.stretches.EVENTS", 7)
    hashers = HashingProcesses(tmp_path / "gone.db", log.writer, 1)
    with (
        closing(SqliteStore(log.path, is_server=False)) as store,
        caplog.at_level(logging.WARNING, logger="ngoma.proof"),
    ):
        found = LogVerifier(store, verify=is_signature, writer=log.writer, hashers=hashers).run()
    assert (found.faults, found.events) == ([], len(log.events))
    assert "is done without" in caplog.text


def test_a_short_log_is_hashed_by_one_alone(tmp_path: Path) -> None:
    made = [
        HashingProcesses.for_a_log(tmp_path, None, events=events) for events in (0, EVENTS_MIN - 1)
    ]
    assert made == [None, None]
