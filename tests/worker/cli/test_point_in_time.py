"""A moment of a PostgreSQL comes back as docs/operations.md says, by its write-ahead log."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from domain.reports import Accepted
from tests.end_to_end.waiting import wait_until
from tests.support.sealing import seal_now
from tests.support.server_binaries import find_postgres
from tests.support.servers import ThrowawayPostgres
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import Sender

pytestmark = [pytest.mark.servers, pytest.mark.soak, pytest.mark.timeout(600)]

WITHIN_S = 120
UNSEALED = 3
"""What ``audit verify`` ends with where nothing is wrong and nothing is proven."""


@pytest.fixture
def archiving() -> Iterator[ThrowawayPostgres]:
    """Give a server that keeps its write-ahead log in the folder ``archive``."""
    options = {
        "wal_level": "replica",
        "archive_mode": "on",
        "archive_command": "test ! -f ../archive/%f && cp %p ../archive/%f",
    }
    server = ThrowawayPostgres(options=options)
    own(server, server.directory / "archive")
    with server:
        yield server


def own(server: ThrowawayPostgres, folder: Path) -> None:
    """Have a folder that the server may write to."""
    folder.mkdir(exist_ok=True)
    found = server.directory.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, found.st_uid, found.st_gid, follow_symlinks=False)
    folder.chmod(0o700)


def sql(server: ThrowawayPostgres, query: str) -> str:
    """Ask a server one thing."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def base_backup(server: ThrowawayPostgres, folder: Path) -> None:
    """Copy the whole server while it runs."""
    command = [str(find_postgres() / "pg_basebackup"), "-d", server.url, "-D", str(folder)]
    subprocess.run([*command, "-X", "stream", "-c", "fast"], check=True, timeout=WITHIN_S)


def archive(server: ThrowawayPostgres) -> None:
    """Have the end of the write-ahead log archived, and wait for that."""
    segment = sql(server, "SELECT pg_walfile_name(pg_switch_wal())")
    wait_until(
        (server.directory / "archive" / segment).exists,
        within_s=WITHIN_S,
        what=f"{segment} is archived",
    )


@contextmanager
def recovered(base: Path, log: Path, moment: str) -> Iterator[ThrowawayPostgres]:
    """Give a new server that comes up as the first one was at a moment."""
    server = ThrowawayPostgres(
        options={
            "restore_command": f"cp {log}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        }
    )
    shutil.copytree(base, server.directory / "data", symlinks=True)
    (server.directory / "data" / "recovery.signal").touch()
    own(server, server.directory / "data")
    with server:
        wait_until(
            lambda: sql(server, "SELECT pg_is_in_recovery()") == "False",
            within_s=WITHIN_S,
            what="it is recovered",
        )
        yield server


@pytest.mark.parametrize("is_sealed", [False, True], ids=["unsealed", "sealed"])
def test_a_moment_comes_back_and_what_was_open_then_is_held(
    archiving: ThrowawayPostgres, tmp_path: Path, *, is_sealed: bool
) -> None:
    cli = Cli(tmp_path / "data", {"NGOMA_DATABASE_URL": archiving.url})
    cli.run("migrate")
    known: tuple[str, ...] = ()
    kept, later = tmp_path / "kept.txt", tmp_path / "later.txt"
    if is_sealed:
        (fingerprint,) = re.findall("[0-9a-f]{64}", cli.run("seal", "--make-key").stdout)
        known = ("--key", fingerprint, "--checkpoint", str(kept))
    base = tmp_path / "base"
    with running_system(cli.folder, database_url=archiving.url) as system:
        sender = Sender(system)

        def go_on(checkpoint: Path) -> int:
            number = sender.send()
            if is_sealed:
                checkpoint.write_text(seal_now(system))
            return number

        left_before = go_on(kept)
        base_backup(archiving, base)
        sender.attempt(left_before, Accepted(1))
        left_later = go_on(kept)
        moment = sql(archiving, "SELECT now()")
        sender.attempt(left_later, Accepted(2))
        lost = go_on(later)
    archive(archiving)
    code = 0 if is_sealed else UNSEALED
    cli.run("audit", "verify", *known, code=code)
    file = tmp_path / "moment.zip"
    with recovered(base, archiving.directory / "archive", moment) as back:
        beside = Cli(cli.folder, {"NGOMA_DATABASE_URL": back.url})
        beside.run("audit", "verify", *known, code=code)
        assert {row["error"] for row in beside.json("projections", "status")} == {None}
        beside.run("backup", "create", file)
    restored = cli.json("restore", file, "--replace")
    assert (restored["ok"], restored["held"]) == (True, [f"msg_{left_later}"])
    held = cli.json("message", "list", "--state", "held")
    assert [row["id"] for row in held] == [f"msg_{left_later}"]
    assert cli.json("message", "show", left_before)["state"] == "sent"
    cli.refusal("message", "show", lost)
    cli.run("audit", "verify", *known, code=code)
    if is_sealed:
        said = cli.run("audit", "verify", *known[:3], str(later), code=1).stderr
        assert "some are gone" in said, "what was sealed after the moment is not there any more"
