"""``ngoma restore``: a log that breaks invariants comes back only when that is accepted."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.guarding import SQLITE_LIFT
from domain.message import message_id
from domain.reports import Accepted
from tests.support.outcomes import SILENCE
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending


@pytest.fixture
def store(cli: Cli) -> Path:
    """Give a store whose messages 1, 2 and 3 wait, are sent and are in doubt."""
    with sending(cli.folder) as sender:
        numbers = [sender.send() for _ in range(3)]
        sender.attempt(numbers[1], Accepted(1))
        sender.attempt(numbers[2], SILENCE)
    return cli.folder / "store.db"


def lose_a_start(store: Path, number: int) -> None:
    """Take an attempt's start out of the log, as no gateway does."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        for lift in SQLITE_LIFT:
            connection.execute(lift)
        gone = connection.execute(
            "DELETE FROM stored_events"
            " WHERE topic = 'Message.AttemptStarted' AND originator_id = ?",
            (message_id(number).hex,),
        )
        assert gone.rowcount == 1


@pytest.fixture
def backup(cli: Cli, store: Path, tmp_path: Path) -> Path:
    """Give a backup of a log that lost an event of message 2."""
    lose_a_start(store, 2)
    cli.run("backup", "create", tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def test_a_log_that_breaks_an_invariant_is_not_restored_and_it_is_said_which_and_what_to_do(
    backup: Path, tmp_path: Path
) -> None:
    new = Cli(tmp_path / "new")
    for option in ((), ("--check",)):
        said = new.run("restore", backup, *option, code=1).stderr
        assert "Wrong: its log breaks I10 at " in said
        assert "--accept-broken" in said
    found = new.json("restore", backup, code=1)
    assert (found["ok"], found["accepted"]) == (False, [])
    assert found["problems"][0].startswith("I10 at ")
    assert not (tmp_path / "new" / "store.db").exists()


def test_whoever_accepts_it_is_told_what_is_broken_and_what_was_open_is_held(
    backup: Path, tmp_path: Path
) -> None:
    new = Cli(tmp_path / "new")
    found = new.json("restore", backup, "--accept-broken")
    assert (found["ok"], found["problems"], found["held"]) == (True, [], ["msg_1", "msg_3"])
    assert found["accepted"][0].startswith("I10 at ")
    said = new.run("restore", backup, "--accept-broken", "--replace").stderr
    assert "Accepted: its log breaks I10 at " in said
    whole = new.json("doctor", "--whole", code=1)  # and it stays said
    assert any("I10" in row["words"] for row in whole if row["check"] == "whole store")


def test_an_open_message_that_cannot_be_read_is_named_and_hinders_no_other(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    lose_a_start(store, 3)
    file = tmp_path / "backup.zip"
    cli.run("backup", "create", file)
    new = Cli(tmp_path / "new")
    found = new.json("restore", file, "--accept-broken")
    assert found["held"] == ["msg_1"]
    (note,) = [note for note in found["notes"] if "msg_3" in note]
    assert "cannot be read" in note


def test_damage_is_nothing_that_can_be_accepted(cli: Cli, backup: Path, tmp_path: Path) -> None:
    with backup.open("r+b") as file:
        file.truncate(backup.stat().st_size // 2)
    found = Cli(tmp_path / "new").json("restore", backup, "--accept-broken", code=1)
    assert found["problems"] == ["it is no backup, or was cut off"]


def test_what_is_in_order_needs_no_word(cli: Cli, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    cli.run("backup", "create", file)
    found = Cli(tmp_path / "new").json("restore", file, "--accept-broken")
    assert (found["ok"], found["accepted"]) == (True, [])
