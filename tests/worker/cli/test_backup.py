"""``ngoma backup``: one file, whole or not there, that only its owner reads; damage is told."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.damage import PAGE_BYTES
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import RECIPIENT, TEXT, sending


@pytest.fixture
def backup(cli: Cli, tmp_path: Path) -> Path:
    """Give a backup of a store with one waiting message."""
    with sending(cli.folder) as sender:
        sender.send()
    file = tmp_path / "backup.zip"
    cli.run("backup", "create", file)
    return file


def test_a_backup_says_what_it_holds_and_what_it_never_does(cli: Cli, tmp_path: Path) -> None:
    cli.account(credits=7)
    file = tmp_path / "backup.zip"
    made = cli.json("backup", "create", file)
    head = cli.json("projections", "status")[0]["head"]
    assert made["file"] == str(file)
    assert (made["ok"], made["problems"], made["generation"]) == (True, [], 1)
    assert (made["position"], made["events"]) == (head, head)
    assert made["missing"] == ["the writer's key", "the sealer's key"]
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        secret = archive.read("server-secret")
        assert manifest["store_id"] == made["store_id"]
        assert sorted(archive.namelist()) == ["manifest.json", "server-secret", "store.db"]
        for name, said in manifest["members"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == said["sha256"]
    assert secret.decode() == (cli.folder / "secrets" / "server").read_text().strip()


def test_a_backup_is_its_owner_s_alone_and_nothing_is_left_beside_it(
    cli: Cli, tmp_path: Path
) -> None:
    cli.migrate()
    umask = os.umask(0)
    try:
        cli.run("backup", "create", tmp_path / "backup.zip")
    finally:
        os.umask(umask)
    assert (tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {cli.folder.name, "backup.zip"}


def test_a_backup_overwrites_nothing(cli: Cli, backup: Path) -> None:
    before = backup.read_bytes()
    assert "is there already" in cli.refusal("backup", "create", backup)
    assert backup.read_bytes() == before


def test_what_a_broken_off_backup_left_is_no_backup_and_is_in_nobody_s_way(
    cli: Cli, tmp_path: Path
) -> None:
    cli.migrate()
    left = tmp_path / "backup.zip.part"
    left.mkdir()
    (left / "store.db").write_bytes(b"half of it")
    cli.run("backup", "create", tmp_path / "backup.zip")
    assert not left.exists()


def test_backups_are_listed_with_whether_they_are_still_there(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    cli.run("backup", "create", tmp_path / "second.zip")
    backup.unlink()
    listed = cli.json("backup", "list")
    assert [(Path(row["file"]).name, row["is_there"]) for row in listed] == [
        ("backup.zip", False),
        ("second.zip", True),
    ]
    assert "second.zip" in cli.run("backup", "list").stdout


def test_a_damaged_store_gives_no_backup_and_is_named(cli: Cli, tmp_path: Path) -> None:
    cli.account(credits=9)
    pages = (cli.folder / "store.db").stat().st_size // PAGE_BYTES
    with (cli.folder / "store.db").open("r+b") as file:
        file.seek(pages // 2 * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))
    made = cli.json("backup", "create", tmp_path / "backup.zip", code=1)
    assert not made["ok"]
    assert "the store is damaged" in made["problems"][0]
    assert not (tmp_path / "backup.zip").exists()


def test_where_there_is_no_store_there_is_no_backup(cli: Cli, tmp_path: Path) -> None:
    assert "There is no store" in cli.refusal("backup", "create", tmp_path / "backup.zip")


def test_nobody_s_number_or_text_is_on_a_terminal(cli: Cli, backup: Path) -> None:
    said = cli.run("restore", backup, "--check")
    assert RECIPIENT not in said.output
    assert TEXT not in said.output


# -- looking at one -----------------------------------------------------------------------------


def test_a_whole_backup_can_be_restored_and_looking_changes_nothing(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    before = sorted(path.name for path in tmp_path.rglob("*"))
    looked = cli.json("restore", backup, "--check")
    assert (looked["ok"], looked["problems"]) == (True, [])
    assert looked["events"] == cli.json("projections", "status")[0]["head"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("part", [0, 1, 4, 7, 9])
def test_a_backup_that_was_cut_off_is_told_and_never_restored(
    cli: Cli, backup: Path, tmp_path: Path, part: int
) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backup.read_bytes()[: backup.stat().st_size * part // 10])
    for option in ("--check", "--replace"):
        found = cli.json("restore", cut, option, code=1)
        assert found["problems"] == ["it is no backup, or was cut off"]
    assert cli.json("wallet", "show", 1)["reserved"] == 1


@pytest.mark.parametrize("part", range(1, 9))
@pytest.mark.slow
def test_a_backup_with_a_damaged_place_is_told_and_never_restored(
    cli: Cli, backup: Path, part: int
) -> None:
    place = backup.stat().st_size * part // 10
    with backup.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 0xFF]))
    for option in ("--check", "--replace"):
        found = cli.json("restore", backup, option, code=1)
        assert not found["ok"]
        assert found["problems"]
    assert cli.json("wallet", "show", 1)["reserved"] == 1


def test_a_backup_that_does_not_add_up_is_told(cli: Cli, backup: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | {"position": 3}).encode()
            target.writestr(name, content)
    found = cli.json("restore", other, "--check", code=1)
    assert found["problems"] == ["its store is not the one that its manifest names"]


def test_any_other_file_is_no_backup(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.zip").touch()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("manifest.json", "{}")
    for name, words in (("empty.zip", "it is no backup"), ("other.zip", "its manifest cannot be")):
        found = cli.json("restore", tmp_path / name, "--check", code=1)
        assert words in found["problems"][0]


def test_a_file_that_is_not_there_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    cli.refusal("restore", tmp_path / "nothing.zip", code=2)


def test_older_backups_are_removed_but_the_last_ones_and_what_is_not_as_it_was_made(
    cli: Cli, tmp_path: Path
) -> None:
    cli.migrate()
    folder, elsewhere = tmp_path / "nights", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    first, changed, second, third = (folder / f"{n}.zip" for n in range(4))
    cli.run("backup", "create", elsewhere / "0.zip")
    for file in (first, changed, second):
        assert cli.json("backup", "create", file)["removed"] == []
    changed.write_text("something of mine")
    (folder / "mine.txt").touch()
    assert cli.json("backup", "create", third, "--keep", 2)["removed"] == [str(first)]
    names = {path.name for path in folder.iterdir()}
    assert names == {changed.name, second.name, third.name, "mine.txt"}
    assert (elsewhere / "0.zip").exists()
    cli.refusal("backup", "create", folder / "none.zip", "--keep", 0, code=2)
    assert not (folder / "none.zip").exists()
