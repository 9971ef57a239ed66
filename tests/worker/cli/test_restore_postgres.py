"""``ngoma backup`` and ``restore`` on PostgreSQL: by its own tools, and never half of it."""

import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.settings import Settings
from adapters.store.guarding import POSTGRES_LIFT
from adapters.store.postgres import PostgresStore
from adapters.writer_key import own_key_file
from domain.errors import StoreDown
from domain.message import message_id
from domain.reports import Accepted
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases
from tests.support.outcomes import SILENCE
from tests.support.servers import free_port
from tests.support.system import running_system
from tests.support.warm import PipedProcess
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import Sender


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> Cli:
    """Give the command line on a database."""
    return Cli(tmp_path / "data", {"NGOMA_DATABASE_URL": database_url})


@pytest.fixture
def backup(cli: Cli, tmp_path: Path, database_url: str) -> Path:
    """Give a backup of messages 1, 2 and 3 that wait, are sent and are in doubt; all went on."""
    file = tmp_path / "backup.zip"
    with running_system(cli.folder, database_url=database_url) as system:
        sender = Sender(system)
        numbers = [sender.send() for _ in range(3)]
        sender.attempt(numbers[1], Accepted(1))
        sender.attempt(numbers[2], SILENCE)
        cli.run("backup", "create", file)
        sender.attempt(numbers[0], Accepted(2))
    cli.run("account", "create", "After", "--email", "after@example.com")
    return file


@pytest.fixture
def other(tmp_path: Path, databases: TemplateDatabases) -> Iterator[Cli]:
    """Give the command line on another database, which is empty."""
    url = databases.fresh_database()
    yield Cli(tmp_path / "other", {"NGOMA_DATABASE_URL": url})
    databases.drop(url)


def states(cli: Cli) -> list[str]:
    return [cli.json("message", "show", number)["state"] for number in (1, 2, 3)]


def accounts(cli: Cli) -> list[str]:
    return [row["name"] for row in cli.json("account", "list")]


def scratch_databases(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'ngoma_check%'"
        )
        return [name for (name,) in found]


def test_everything_comes_back_into_an_empty_database_and_what_was_open_is_held(
    cli: Cli, other: Cli, backup: Path
) -> None:
    made = cli.json("backup", "list")[0]
    report = other.json("restore", backup)
    assert (report["ok"], report["generation"], report["held"]) == (True, 2, ["msg_1", "msg_3"])
    assert [report[name] for name in ("store_id", "position", "events")] == [
        made[name] for name in ("store_id", "position", "events")
    ]
    assert {"pg_dump", "pg_restore", "server"} <= set(report["tools"])
    assert states(other) == ["held", "sent", "held"]
    assert accounts(other) == ["Shop"]
    other.run("doctor", "--whole", "--json")
    assert other.json("restore", backup, "--release")["released"] == 2
    assert states(other) == ["queued", "sent", "in_doubt"]


def test_a_store_in_order_gives_way_only_when_that_is_said(cli: Cli, backup: Path) -> None:
    assert "--replace" in cli.refusal("restore", backup)
    assert accounts(cli) == ["Shop", "After"]
    cli.run("restore", backup, "--replace")
    assert accounts(cli) == ["Shop"]
    assert states(cli) == ["held", "sent", "held"]


def test_a_store_to_which_somebody_is_connected_is_left_alone(
    cli: Cli, backup: Path, database_url: str
) -> None:
    with psycopg.connect(database_url):
        assert "connected" in cli.refusal("restore", backup, "--replace")
    assert accounts(cli) == ["Shop", "After"]


def test_a_session_that_is_just_ending_is_waited_for(
    cli: Cli, backup: Path, database_url: str
) -> None:
    leaving = threading.Timer(0.3, psycopg.connect(database_url).close)
    leaving.start()
    cli.run("restore", backup, "--replace")
    leaving.join()
    assert accounts(cli) == ["Shop"]


def test_looking_at_a_backup_reads_its_events_and_leaves_no_database(
    cli: Cli, backup: Path, database_url: str
) -> None:
    looked = cli.json("restore", backup, "--check")
    assert (looked["ok"], looked["problems"], looked["notes"]) == (True, [], [])
    assert scratch_databases(database_url) == []


def test_a_drill_restores_into_a_database_of_its_own_which_goes(
    cli: Cli, backup: Path, database_url: str
) -> None:
    found = cli.json("backup", "drill")
    assert (found["ok"], found["problems"], found["held"]) == (True, [], ["msg_1", "msg_3"])
    assert found["took_s"] > 0
    assert accounts(cli) == ["Shop", "After"]
    assert scratch_databases(database_url) == []


def test_a_damaged_dump_is_told_before_anything_is_changed(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.zip"
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 0xFF
    cut.write_bytes(content)
    for option in ("--check", "--replace"):
        assert not cli.json("restore", cut, option, code=1)["ok"]
    assert accounts(cli) == ["Shop", "After"]


def kill_when_tables_are_back(process: PipedProcess, server: str, url: str) -> None:
    """Kill a restore once ``pg_restore`` has committed, and before the last step makes a store.

    Nobody connects before it has looked who is connected.
    """

    def are_back() -> bool:
        assert process.poll() is None, process.communicate()
        try:
            with psycopg.connect(url) as connection:
                found = connection.execute("SELECT to_regclass('stored_events') IS NOT NULL")
                return bool((found.fetchone() or (False,))[0])
        except psycopg.OperationalError:  # it ends whoever is connected where it restores to
            return False

    try:
        wait_until(lambda: scratch_databases(server), what="it looks into the dump", poll_s=0.005)
        wait_until(are_back, what="the tables are back", poll_s=0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)


@pytest.mark.processes
def test_a_restore_that_is_killed_before_its_last_step_says_everywhere_to_give_it_again(
    cli: Cli, other: Cli, backup: Path, database_url: str
) -> None:
    url = other.environment["NGOMA_DATABASE_URL"] or ""
    kill_when_tables_are_back(other.start("restore", backup), database_url, url)
    words = (
        "was broken off before its last step, and nothing starts on it: give `ngoma restore FILE`"
    )
    serve = ["serve", "--port", free_port()]
    for refused in (["migrate"], ["account", "list"], serve, [*serve, "--role", "api"]):
        assert words in other.refusal(*refused)
    (store,) = [row for row in other.json("doctor", code=1) if row["check"] == "store"]
    assert store["verdict"] == "wrong"
    assert words in store["words"]
    other.run("restore", backup)
    assert states(other) == ["held", "sent", "held"]


def test_a_log_that_breaks_an_invariant_comes_back_only_when_that_is_accepted(
    cli: Cli, other: Cli, backup: Path, tmp_path: Path, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        for lift in POSTGRES_LIFT:
            connection.execute(lift)
        connection.execute(
            "DELETE FROM stored_events"
            " WHERE topic = 'Message.AttemptStarted' AND originator_id = %s",
            (message_id(2),),
        )
    file = tmp_path / "broken.zip"
    cli.run("backup", "create", file)
    refused = other.json("restore", file, code=1)
    assert refused["problems"][0].startswith("I10 at ")
    assert "is not migrated" in other.refusal("account", "list")  # nothing was begun
    found = other.json("restore", file, "--accept-broken")
    assert (found["ok"], found["accepted"][0][:7]) == (True, "I10 at ")
    assert found["held"] == ["msg_3"]


def test_a_process_that_outlived_a_restore_writes_nothing_any_more(
    cli: Cli, backup: Path, database_url: str
) -> None:
    store = PostgresStore(database_url)
    store.ping()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    cli.run("restore", backup, "--replace")
    with pytest.raises(StoreDown):
        store.take_numbers("message", 1)
    with pytest.raises(StoreDown):
        store.ping()
    store.close()


def test_a_backup_of_the_other_kind_is_refused_in_words(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    embedded = Cli(tmp_path / "embedded")
    assert "the other kind of store" in embedded.refusal("restore", backup)
    assert embedded.json("restore", backup, "--check")["notes"]


def test_a_tool_that_is_missing_or_too_old_is_named(
    cli: Cli, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = cli.json("backup", "create", tmp_path / "second.zip", code=1)
    assert "there is no pg_dump here" in report["problems"][0]
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    report = cli.json("backup", "create", tmp_path / "second.zip", code=1)
    assert "pg_dump is 9.6" in report["problems"][0]
    assert not (tmp_path / "second.zip").exists()


def test_a_backup_of_earlier_tables_is_restored_in_the_place_of_todays(
    cli: Cli, backup: Path, other: Cli, tmp_path: Path
) -> None:
    with psycopg.connect(cli.environment["NGOMA_DATABASE_URL"] or "") as connection:
        connection.execute("DROP TABLE webhooks, webhook_attempts")
        connection.execute("ALTER TABLE secrets DROP COLUMN tag")
        connection.execute("UPDATE schema_version SET version = 7")
    older = tmp_path / "older.zip"
    cli.run("backup", "create", older)
    other.run("restore", backup)
    with psycopg.connect(other.environment["NGOMA_DATABASE_URL"] or "") as connection:
        connection.execute("INSERT INTO webhooks VALUES (1, 1, 'on', '', 0, 0, 0, 0)")
    shutil.copyfile(own_key_file(Settings(data_dir=cli.folder)), tmp_path / "other.writer-key")
    report = other.json("restore", older, "--replace")
    assert (report["ok"], report["generation"]) == (True, 3)
    assert states(other) == ["sent", "sent", "held"]
    with psycopg.connect(other.environment["NGOMA_DATABASE_URL"] or "") as connection:
        assert connection.execute("SELECT count(*) FROM webhooks").fetchone() == (0,)
    other.run("doctor", "--whole", "--json")
