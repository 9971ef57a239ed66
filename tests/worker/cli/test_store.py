"""Commands and the store: who makes it, who refuses without it, and what is never left behind."""

from pathlib import Path

import pytest

from projections.folds import PROJECTIONS
from tests.worker.cli.commands import Cli

READERS = (
    ["account", "list"],
    ["account", "limits", 1],
    ["key", "list", 1],
    ["wallet", "show", 1],
    ["wallet", "statement", 1],
    ["sender-id", "list"],
    ["message", "show", 1],
    ["message", "explain", 1],
    ["modem", "list"],
    ["projections", "status"],
    ["projections", "rebuild"],
)
WRITERS = (
    ["account", "create", "A", "--email", "a@b.c"],
    ["account", "suspend", 1, "--reason", "x"],
    ["key", "issue", 1, "--name", "x"],
    ["wallet", "grant", 1, 1, "--reason", "x"],
    ["sender-id", "approve", 1],
    ["message", "cancel", 1],
    ["modem", "release", 1, "--reason", "x"],
)


@pytest.mark.parametrize("arguments", [*READERS, *WRITERS], ids=lambda words: " ".join(words[:2]))
def test_a_command_without_a_store_says_so_and_makes_none(
    cli: Cli, arguments: list[object]
) -> None:
    refusal = cli.refusal(*arguments)
    assert f"There is no store in {cli.folder.absolute()}:" in refusal
    assert "run `ngoma migrate`" in refusal
    assert not cli.folder.exists()


def test_migrate_makes_the_store_once(cli: Cli) -> None:
    names = [projection.name for projection in PROJECTIONS]
    assert cli.json("migrate") == {"store": "made", "projections": names, "adopted": None}
    assert cli.json("migrate") == {"store": "unchanged", "projections": [], "adopted": None}
    assert "up to date" in cli.run("migrate").stdout
    assert cli.account() == 1


@pytest.mark.slow
def test_every_file_and_folder_of_the_store_is_its_owner_s_alone(cli: Cli) -> None:
    cli.process("migrate")
    cli.process("account", "create", "A", "--email", "a@b.c")
    found = {path.name: path.stat().st_mode & 0o077 for path in cli.folder.rglob("*")}
    assert {"store.db", "read.db", "secrets", "server"} <= set(found)
    assert {name for name, mode in found.items() if mode} == set()
    assert cli.folder.stat().st_mode & 0o077 == 0


def test_read_models_that_were_lost_are_made_anew(cli: Cli) -> None:
    account = cli.account(credits=9)
    for path in cli.folder.glob("read.db*"):
        path.unlink()
    assert cli.json("wallet", "show", account)["available"] == 9


def test_a_store_that_is_none_is_one_clear_line(cli: Cli) -> None:
    cli.folder.mkdir()
    (cli.folder / "store.db").write_text("not a database, though it has some length" * 9)
    assert "file is not a database" in cli.refusal("wallet", "show", 1)
    assert "file is not a database" in cli.refusal("account", "create", "A", "--email", "a@b.c")


def test_a_folder_that_cannot_be_made_is_one_clear_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    refusal = cli.refusal("migrate", "--data-dir", folder)
    assert refusal == f"{folder}: Not a directory."


def test_the_flag_decides_over_the_environment_and_the_environment_over_the_file(
    cli: Cli, tmp_path: Path
) -> None:
    config = tmp_path / "ngoma.toml"
    config.write_text(f'data_dir = "{tmp_path / "by-file"}"\n')
    bare = Cli(cli.folder, {"NGOMA_DATA_DIR": None})
    bare.run("migrate", "--config", config)
    cli.run("migrate", "--config", config)
    cli.run("migrate", "--config", config, "--data-dir", tmp_path / "by-flag")
    for folder in (cli.folder, tmp_path / "by-file", tmp_path / "by-flag"):
        assert (folder / "store.db").exists()


def test_settings_that_cannot_be_used_are_one_clear_line(cli: Cli, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("limits = ")
    unknown = tmp_path / "unknown.toml"
    unknown.write_text("colour = 1")
    cli.account()
    assert "cannot be read" in cli.refusal("wallet", "show", 1, "--config", broken)
    assert "no setting colour" in cli.refusal("wallet", "show", 1, "--config", unknown)
    for name, value in (
        ("NGOMA_DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("NGOMA_DATABASE_URL", "postgresql://u:hunter2@[h/d"),
        ("NGOMA_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d?no_such_option=1"),
        ("NGOMA_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d"),
        ("NGOMA_REDIS_URL", "hunter2"),
    ):
        refusal = Cli(cli.folder, {name: value}).refusal("wallet", "show", 1)
        assert "hunter2" not in refusal


@pytest.mark.slow
def test_python_m_worker_is_the_same_command(cli: Cli) -> None:
    cli.process("migrate")
    assert "No such account." in _stderr(cli, "wallet", "show", "1")


def _stderr(cli: Cli, *arguments: str) -> str:
    with cli.start(*arguments) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (1, "")
    assert "Traceback" not in stderr
    return stderr


@pytest.mark.slow
def test_output_that_nobody_reads_to_the_end_is_no_error(cli: Cli) -> None:
    for name in ("One", "Two"):
        cli.account(name)
    with cli.start("account", "list", "--json") as process:
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


# -- on PostgreSQL ----------------------------------------------------------------------------


def test_a_database_is_made_by_migrate_alone(tmp_path: Path, database_url: str) -> None:
    cli = Cli(tmp_path, {"NGOMA_DATABASE_URL": database_url})
    create = ["account", "create", "Shop", "--email", "shop@example.com", "--credits", 5]
    assert "run `ngoma migrate`" in cli.refusal(*create)
    assert "run `ngoma migrate`" in cli.refusal("wallet", "show", 1)
    assert cli.json("migrate")["store"] == "made"
    assert cli.json("migrate") == {"store": "unchanged", "projections": [], "adopted": None}
    assert cli.json(*create)["account_id"] == 1
    cli.run("wallet", "grant", 1, 2, "--reason", "x")
    assert cli.json("wallet", "show", 1)["available"] == 7
    checks = {item["check"]: item["verdict"] for item in cli.json("doctor")}
    assert (checks["store"], checks["read models"]) == ("ok", "ok")
