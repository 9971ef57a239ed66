"""The sealer as a part of a process: it seals at its start, and says what keeps it from that."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.bootstrap import bootstrap
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from application.proof.chapters import newest_chapter
from application.system import System
from domain.proof.notes import Checkpoint, notes_in
from tests.support.system import FastKeyHasher, create_account
from tests.support.templates import copy_migrated
from worker.parts.part import ProcessRole
from worker.supervisor import Supervisor

WAIT_S = 10.0


@contextmanager
def sealing(folder: Path, role: ProcessRole) -> Iterator[System]:
    """Run the parts of a role over the store in a folder."""
    system = bootstrap(
        Settings(data_dir=folder),
        is_server=role is ProcessRole.ALL,
        seals=True,
        hasher=FastKeyHasher(),
    )
    supervisor = Supervisor(system, role, host="here")
    supervisor.start()
    try:
        yield system
    finally:
        supervisor.stop(5.0)
        system.close()


def _wait(until: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < end_s
        time.sleep(0.02)


@pytest.mark.parametrize("role", [ProcessRole.ALL, ProcessRole.SEAL])
@pytest.mark.slow
def test_a_process_with_the_key_seals_and_keeps_the_checkpoint_elsewhere(
    tmp_path: Path, role: ProcessRole
) -> None:
    folder, anchor = tmp_path / "data", tmp_path / "data-anchors" / "checkpoints"
    copy_migrated(folder)
    make_key_file(folder / "secrets" / "seal")
    with sealing(folder, role) as system:
        create_account(system)
        _wait(anchor.exists)
        _wait(lambda: bool(anchor.read_text(encoding="utf-8")))
        checks = system.readiness().checks
        assert (checks["seal"], checks["anchors"]) == ("ok", "ok")
        seal = newest_chapter(system.reader)
    (note,) = notes_in(anchor.read_text(encoding="utf-8"))
    assert seal is not None
    assert Checkpoint.read(note.text).size == seal.size


def test_a_process_without_the_key_says_nothing_of_a_seal(tmp_path: Path) -> None:
    copy_migrated(tmp_path / "data")
    with sealing(tmp_path / "data", ProcessRole.ALL) as system:
        assert "seal" not in system.readiness().checks


@pytest.mark.slow
def test_what_keeps_the_sealer_from_sealing_is_in_readiness_and_stops_nothing_else(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    copy_migrated(folder)
    make_key_file(folder / "secrets" / "seal")
    with sealing(folder, ProcessRole.ALL) as system:
        create_account(system)
        _wait(lambda: newest_chapter(system.reader) is not None)
    (folder / "secrets" / "seal").unlink()
    make_key_file(folder / "secrets" / "seal")
    with sealing(folder, ProcessRole.ALL) as system:
        create_account(system, name="Another")
        _wait(lambda: "two people begin a chapter" in system.readiness().checks["seal"])
        assert system.readiness().checks["threads"] == "ok"
