"""The doctor finds what is wrong, says what is only worth knowing, and touches nothing."""

import json
import os
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from adapters.store.guarding import SQLITE_LIFT
from tests.end_to_end import damage
from tests.worker.cli.commands import NGOMA, Cli
from worker.cli import diagnosis
from worker.web.bounds import FILES_KEPT


def _words(cli: Cli, check: str, verdict: str, *flags: object) -> list[str]:
    code = 1 if verdict == "wrong" else 0
    found = cli.json("doctor", *flags, code=code)
    return [item["words"] for item in found if (item["check"], item["verdict"]) == (check, verdict)]


@pytest.mark.slow
def test_a_fresh_setup_is_sound(cli: Cli) -> None:
    cli.run("migrate")
    found = cli.json("doctor")
    assert {item["verdict"] for item in found if item["check"] != "connections"} == {"ok", "note"}
    assert {item["check"] for item in found} == {
        *("settings", "packages", "store", "disk", "read models", "clock"),
        *("seal", "secrets", "numbering", "modems", "redis", "tls", "connections"),
    }
    assert "ok      store:" in cli.run("doctor").stdout


def test_limits_of_postgresql_are_looked_at(tmp_path: Path, database_url: str) -> None:
    """Where they are lost is tried with PgBouncer, in ``tests/end_to_end/test_pgbouncer.py``."""
    cli = Cli(tmp_path / "data", {"NGOMA_DATABASE_URL": database_url})
    cli.run("migrate")
    (words,) = _words(cli, "limits", "ok")
    assert "PostgreSQL bounds" in words


@pytest.mark.slow
def test_connections_that_the_open_files_do_not_allow_are_a_warning(cli: Cli) -> None:
    cli.migrate()
    command = f"ulimit -n 1000; exec {shlex.join(NGOMA)} doctor --json --data-dir {cli.folder}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    (found,) = [row for row in json.loads(done.stdout) if row["check"] == "connections"]
    assert found["verdict"] == "warning"
    assert found["words"].startswith(f"at most {1_000 - FILES_KEPT}, as a process may open 1,000")
    few = Cli(cli.folder, {"NGOMA_CONNECTIONS_MAX": "100"})
    assert _words(few, "connections", "ok")


def test_a_store_that_is_not_there_is_not_made(cli: Cli) -> None:
    (words,) = _words(cli, "store", "wrong")
    assert "`ngoma migrate` makes it" in words
    assert not cli.folder.exists()


def test_a_secret_that_others_can_read_is_refused(cli: Cli) -> None:
    cli.account()
    secret = cli.folder / "secrets" / "server"
    secret.chmod(0o644)
    assert _words(cli, "secrets", "wrong") == [f"others can read {secret}: chmod 600 it."]


def test_a_log_that_others_can_read_is_no_secret(cli: Cli) -> None:
    cli.account()
    log = cli.folder / "serve.log"
    log.write_text("{}\n")
    log.chmod(0o644)
    found = cli.json("doctor")
    assert "ok" in {row["verdict"] for row in found if row["check"] == "secrets"}


def test_a_server_secret_that_was_lost_is_not_made_anew(cli: Cli) -> None:
    cli.account()
    secret = cli.folder / "secrets" / "server"
    secret.unlink()
    (words,) = _words(cli, "secrets", "wrong")
    assert "API keys made before will not work" in words
    assert not secret.exists()


def test_a_writer_s_key_that_was_lost_is_told_and_not_made_anew(cli: Cli) -> None:
    cli.account()
    key = cli.folder.with_name(f"{cli.folder.name}.writer-key")
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    assert _words(cli, "secrets", "wrong") == [f"others can read {key}: chmod 600 it."]
    key.unlink()
    (words,) = _words(cli, "secrets", "wrong")
    assert "nothing can be written" in words
    another = ("account", "create", "Other", "--email", "other@example.test")
    assert "migrate --adopt" in cli.refusal(*another)
    assert not key.exists()
    new = Cli(cli.folder, {"NGOMA_WRITER_KEY": "env:NEW", "NEW": "n" * 64})
    assert "is not here" in new.refusal(*another)
    assert new.json("migrate", "--adopt")["adopted"] > 0
    new.account("Other")


def test_the_files_of_pins_and_a_file_with_a_password_are_looked_at(
    cli: Cli, tmp_path: Path
) -> None:
    cli.account()
    pin, token = tmp_path / "pin", tmp_path / "token"
    for secret in (pin, token):
        secret.write_text("1234")
    config = tmp_path / "ngoma.toml"
    config.write_text(
        f'redis_url = "redis://:hunter2@127.0.0.1:1/0"\n[[modems]]\nname = "a"\nnetwork = "mtn"\n'
        f'device = "{tmp_path / "tty"}"\npin = "file:{pin}"\n'
        '[[providers]]\nname = "p"\nkind = "pawapay"\nbase_url = "https://api.pawapay.io"\n'
        f'secret = "file:{token}"\n'
    )
    for path in (pin, token, config):
        path.chmod(0o640)
    words = _words(cli, "secrets", "wrong", "--config", config)
    assert words == [f"others can read {path}: chmod 600 it." for path in (config, pin, token)]
    assert "hunter2" not in cli.run("doctor", "--config", config, code=1).output


def test_the_plans_differences_are_told_by_prefix_with_the_setting_that_decides(cli: Cli) -> None:
    cli.migrate()
    words = _words(cli, "numbering", "note")
    assert (
        "097: published says mtn, national says airtel; goes to mtn by numbering_plan = published."
    ) in words
    assert "058, 078, 079, 098 are refused, without numbering_other." in words
    national = Cli(
        cli.folder, {"NGOMA_NUMBERING_PLAN": "national", "NGOMA_NUMBERING_OTHER": "airtel"}
    )
    words = _words(national, "numbering", "note")
    assert any("097" in line and "goes to airtel by numbering_plan = national" in line
               for line in words)  # fmt: skip
    assert "058, 078, 079, 098 go to airtel, by numbering_other." in words


def test_modems_that_are_not_there_or_share_a_device_are_told(cli: Cli, tmp_path: Path) -> None:
    cli.migrate()
    config = tmp_path / "ngoma.toml"
    there = tmp_path / "tty1"
    there.touch()
    entry = '[[modems]]\nname = "{}"\nnetwork = "mtn"\ndevice = "{}"\n'
    gone = tmp_path / "tty2"
    config.write_text("".join(map(entry.format, "abc", (there, there, gone))))
    words = _words(cli, "modems", "wrong", "--config", config)
    assert words == [f"two have the device {there}.", f"c: there is no {gone}; is it plugged in?"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every device")
def test_a_modem_that_we_may_not_use_is_told(cli: Cli, tmp_path: Path) -> None:
    cli.migrate()
    config = tmp_path / "ngoma.toml"
    device = tmp_path / "tty"
    device.touch(mode=0o000)
    config.write_text(f'[[modems]]\nname = "a"\nnetwork = "mtn"\ndevice = "{device}"\n')
    assert "we may not use" in _words(cli, "modems", "wrong", "--config", config)[0]


def test_a_redis_that_does_not_answer_is_told_without_its_password(cli: Cli) -> None:
    cli.migrate()
    scaled = Cli(cli.folder, {"NGOMA_REDIS_URL": "redis://:hunter2@127.0.0.1:1/0"})
    (words,) = _words(scaled, "redis", "wrong")
    assert words.startswith("redis://:***@127.0.0.1:1/0 does not answer")


def test_a_redis_that_answers_is_well(cli: Cli, redis_url: str) -> None:
    cli.migrate()
    scaled = Cli(cli.folder, {"NGOMA_REDIS_URL": redis_url})
    assert _words(scaled, "redis", "ok")[0].endswith("answers.")


def test_a_clock_behind_the_newest_event_is_told(cli: Cli) -> None:
    cli.account()
    year_2100 = 4_102_444_800_000_000
    connection = sqlite3.connect(cli.folder / "store.db")
    try:
        for lift in SQLITE_LIFT:
            connection.execute(lift)
        connection.execute(
            "UPDATE stored_events SET state = json_set(state, '$.timestamp', ?)"
            " WHERE rowid = (SELECT max(rowid) FROM stored_events)",
            (year_2100,),
        )
        connection.execute("UPDATE stored_events SET state = CAST(state AS BLOB)")
        connection.commit()
    finally:
        connection.close()
    (words,) = _words(cli, "clock", "wrong")
    assert "earlier than the newest time in the store" in words
    assert "`ngoma clock vouch`" in words


def test_rooms_of_another_distribution_are_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.migrate()
    monkeypatch.setattr(diagnosis, "packages_distributions", lambda: {"domain": ["domain"]})
    assert "also installs domain" in _words(cli, "packages", "wrong")[0]


def test_settings_that_cannot_be_used_are_a_finding(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "ngoma.toml"
    config.write_text("colour = 1\nport = -1")
    assert _words(cli, "settings", "wrong", "--config", config) == [
        f"{config}: there is no setting colour.",
        f"{config}: port = -1: it must be from 0 to 65,535.",
    ]


def test_a_page_of_zeros_is_a_finding_with_its_table(cli: Cli) -> None:
    cli.account()
    cli.json("account", "list")  # it makes the read models
    damage.zero_a_page_of("directory_accounts", cli.folder / "read.db")
    (words,) = _words(cli, "read models", "wrong")
    assert words.startswith("read.db is damaged (table directory_accounts: ")
    damage.zero_a_page_of("credentials", cli.folder / "store.db")
    (words,) = _words(cli, "store", "wrong")
    assert words.startswith("store.db is damaged (table credentials: ")


def test_a_file_that_is_no_database_is_a_finding(cli: Cli) -> None:
    cli.account()
    for path in cli.folder.glob("read.db*"):
        path.unlink()
    (cli.folder / "read.db").write_text("not a database" * 99)
    (words,) = _words(cli, "read models", "wrong")
    assert words == ("read.db is damaged (file is not a database): the next start makes it anew.")
    (cli.folder / "store.db").write_text("not a database" * 99)
    assert "not a database" in _words(cli, "store", "wrong")[0]
