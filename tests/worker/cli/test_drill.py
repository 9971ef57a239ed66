"""``ngoma backup drill``: the newest backup brought back where nobody uses it, timed and judged."""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.store.guarding import SQLITE_LIFT
from domain.reports import Accepted
from tests.support.templates import copy_migrated
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder for temporary files, which is this test's own."""
    copy_migrated(tmp_path / "warm")  # what the test process keeps for all its tests is made first
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def backups(cli: Cli, tmp_path: Path) -> list[Path]:
    """Give two backups: of a store with one waiting message, and after a second one left."""
    files = [tmp_path / name for name in ("older.zip", "newer.zip")]
    with sending(cli.folder) as sender:
        sender.send()
        cli.run("backup", "create", files[0])
        sender.attempt(sender.send(), Accepted(1))
        cli.run("backup", "create", files[1])
    return files


def test_the_newest_backup_is_tried_and_nothing_is_left_of_it(
    cli: Cli, backups: list[Path], temporary: Path
) -> None:
    before = (cli.folder / "store.db").read_bytes()
    found = cli.json("backup", "drill")
    made = cli.json("backup", "list")[-1]
    assert found["file"] == made["file"] == str(backups[1])
    assert (found["ok"], found["problems"]) == (True, [])
    assert (found["position"], found["events"]) == (made["position"], made["events"])
    assert found["held"] == ["msg_1"]
    assert 0 < found["took_s"] < 60
    assert list(temporary.iterdir()) == []
    assert (cli.folder / "store.db").read_bytes() == before


@pytest.mark.slow
def test_status_says_when_the_last_drill_was_and_a_failed_one_is_an_alarm_until_one_succeeds(
    cli: Cli, backups: list[Path]
) -> None:
    def alarms() -> list[str]:
        code = cli.run("status", "--json", code=1)
        return [each["words"] for each in json.loads(code.stdout)["alarms"]]

    def drill() -> Any:
        return json.loads(cli.run("status", "--json", code=1).stdout)["backup"]["drill"]

    assert drill() is None
    assert "never drilled" in cli.run("status", code=1).stdout
    took_s = cli.json("backup", "drill")["took_s"]
    assert (drill()["ok"], drill()["took_s"], drill()["file"]) == (True, took_s, str(backups[1]))
    assert 0 <= drill()["age_s"] < 600
    assert "brought back in" in cli.run("status", code=1).stdout
    away = backups[1].rename(backups[1].with_suffix(".away"))
    cli.json("backup", "drill", code=1)
    failed = f"the last drill failed: {backups[1]} cannot be restored"
    assert failed in alarms()
    away.rename(backups[1])
    cli.json("backup", "drill")
    assert failed not in alarms()


def test_words_say_how_long_it_took(cli: Cli, backups: list[Path]) -> None:
    said = cli.run("backup", "drill").stdout
    assert f"{backups[1]}, made at " in said
    assert "brought back in " in said
    assert "1 messages would be held" in said


def test_a_backup_that_is_damaged_or_gone_fails_the_drill_whatever_the_older_ones_are(
    cli: Cli, backups: list[Path]
) -> None:
    with backups[1].open("r+b") as file:
        file.truncate(backups[1].stat().st_size // 2)
    assert cli.json("backup", "drill", code=1)["problems"] == ["it is no backup, or was cut off"]
    backups[1].unlink()
    assert cli.json("backup", "drill", code=1)["problems"] == ["it is not there any more"]


def test_a_log_that_is_not_in_order_fails_the_drill(
    cli: Cli, backups: list[Path], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(cli.folder / "store.db", isolation_level=None)) as store:
        for lift in SQLITE_LIFT:
            store.execute(lift)
        store.execute("DELETE FROM stored_events WHERE topic = 'Message.AttemptStarted'")
    cli.run("backup", "create", tmp_path / "newest.zip")
    found = cli.json("backup", "drill", code=1)
    assert found["problems"][0].startswith("I10 at ")


def test_without_a_backup_there_is_nothing_to_try(cli: Cli) -> None:
    cli.migrate()
    assert "No backup was made here" in cli.refusal("backup", "drill")
