"""Out of PostgreSQL and back by its own tools, ``pg_dump`` and ``pg_restore``.

The tables of the truth alone: read models are made anew. Two of them go without their rows, by
which a store is known: as long as they are empty nobody takes what was brought back for a store,
and the last steps of a restore fill them.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from sqlalchemy import make_url

from adapters.store.guarding import POSTGRES_FUNCTION, has_older_rows_in_postgres
from adapters.store.identity import READ_IDENTITY, begin_generation
from adapters.store.postgres.versions import MADE, version_of
from adapters.store.schema import SCHEMA_VERSION, TABLES
from adapters.store.troubles import must_be_known
from application.ports import StoreIdentity

OF_THE_LIBRARY: Final = ("stored_events", "stored_snapshots")
TRUTH: Final = (
    *OF_THE_LIBRARY,
    *(
        found[1]
        for sql_ in TABLES
        if (found := re.search(r"CREATE TABLE IF NOT EXISTS (\w+)", sql_))
    ),
)
ROWLESS: Final = ("schema_version", "store_identity")
LOCK_WAIT_MS: Final = 10_000
WORK_S: Final = 6 * 3_600
"""How long a tool may work."""
POLL_S: Final = 0.05
OTHERS: Final = (
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)
STOP_S: Final = 10
GOODBYE_S: Final = 2.0
"""A client that closes its connection does not wait until the server has ended the session."""

Advance = Callable[[int, int], None]


class ToolFailed(Exception):
    """A tool is not there, too old, or says that it failed; in its words."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What the dump holds, as of the moment that it shows."""

    identity: StoreIdentity
    position: int
    events: int
    schema: int
    """The version of its tables: this one, or an earlier one."""
    tools: Mapping[str, str]


def copy_out(url: str, target: Path, advance: Advance) -> Dumped:
    """Dump the truth as it is at one moment; nobody who writes waits for it.

    Raises:
        ToolFailed: there is no ``pg_dump`` that fits the server, or it failed.
        psycopg.Error: the database does not answer, or holds no store.
        StoreDown: it holds one of a later version, or a half restored one.
    """
    with _connected(url) as connection:
        tools = _fitting("pg_dump", connection)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        version = version_of(connection.cursor(row_factory=dict_row))
        must_be_known(version)
        identity = _row(connection, READ_IDENTITY)
        position, events = _row(
            connection, "SELECT coalesce(max(notification_id), 0), count(*) FROM stored_events"
        )
        sized = "SELECT coalesce(pg_total_relation_size(to_regclass(%s)), 0)"
        total = sum(_row(connection, sized, table)[0] for table in TRUTH)
        _run(
            [
                *("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--compress=1"),
                *(f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT_MS}"),
                *(f"--table={table}" for table in TRUTH),
                *(f"--exclude-table-data={table}" for table in ROWLESS),
                *(f"--file={target}", _place(url)),
            ],
            url,
            lambda: advance(_size(target), total),
        )
    return Dumped(StoreIdentity(*identity), position, events, version or 0, tools)


def bring_back(url: str, dump: Path, advance: Advance) -> Mapping[str, str]:
    """Put the tables of a dump in the place of those that are there, in one transaction.

    What stands there afterwards is no store until ``finish`` was called. Give the tools' versions.

    Raises:
        ToolFailed: nothing was changed.
    """
    with _connected(url) as connection:
        tools = _fitting("pg_restore", connection)
        connection.execute(POSTGRES_FUNCTION)
    _run(
        [
            *("pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists"),
            *("--no-owner", "--no-privileges", _place(url), str(dump)),
        ],
        url,
        lambda: advance(0, 0),
    )
    return tools


def renew(url: str, identity: StoreIdentity, dump: Path) -> bool:
    """Make what was brought back the next generation, in this version; it still is no store.

    Tables that the dump, of an earlier version, has not are empty: what they hold is of the store
    that was there before. Whoever connected meanwhile is sent away: it remembers that one, too.
    Say whether there are secrets, and no tags of them.
    """
    absent = _absent(url, dump)
    with _connected(url) as connection:
        with connection.transaction(), connection.cursor() as cursor:
            for table in absent:
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))
            has_older_secrets = has_older_rows_in_postgres(cursor)
            for statement in MADE:
                cursor.execute(statement.encode())
            begin_generation(connection.execute, identity, placeholder="%s")
        connection.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {OTHERS}"
            " AND usename = current_user"
        )
    return has_older_secrets


def _absent(url: str, dump: Path) -> Sequence[str]:
    """Name the tables of this version that a dump is without."""
    listed = _run(["pg_restore", "--list", str(dump)], url, lambda: None)
    held = set(re.findall(r"^\d+; \d+ \d+ TABLE \S+ (\S+) ", listed, re.MULTILINE))
    return [table for table in TRUTH if table not in held]


def finish(url: str) -> None:
    """Let what was brought back be a store."""
    with _connected(url) as connection, connection.transaction():
        connection.execute("DELETE FROM schema_version")
        connection.execute("INSERT INTO schema_version VALUES (%s)", (SCHEMA_VERSION,))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a database: who is connected, and the store, if there is one."""

    others: int
    events: int
    identity: StoreIdentity | None
    is_whole: bool
    """Whether it is a store, or nothing; not a damaged one, or one that is half restored."""


def standing(url: str) -> Standing:
    """Look at a database.

    Raises:
        psycopg.Error: it does not answer.
    """
    with _connected(url) as connection:
        others = _others(connection)
        has = {
            table: _row(connection, "SELECT to_regclass(%s) IS NOT NULL", table)[0]
            for table in ("stored_events", *ROWLESS)
        }
        events, is_sound = _counted(connection) if has[TRUTH[0]] else (0, True)
        identity = version = None
        if has["store_identity"]:
            identity = connection.execute(READ_IDENTITY).fetchone()
        if has["schema_version"]:
            version = connection.execute("SELECT version FROM schema_version").fetchone()
        return Standing(
            others,
            events,
            StoreIdentity(*identity) if identity else None,
            is_whole=is_sound and (not has["schema_version"] or version is not None),
        )


def _others(connection: Connection[Any]) -> int:
    """Count who else is connected; who has just said goodbye is given time to be gone."""
    deadline_s = time.monotonic() + GOODBYE_S
    while True:
        (others,) = _row(connection, f"SELECT count(*) FROM pg_stat_activity {OTHERS}")
        if not others or time.monotonic() > deadline_s:
            return int(others)
        time.sleep(POLL_S)  # the server tells nobody that a session ended


def _counted(connection: Connection[Any]) -> tuple[int, bool]:
    """Count the events; and whether they can be read."""
    try:
        return _one(connection, "SELECT count(*) FROM stored_events"), True
    except (psycopg.errors.DataCorrupted, psycopg.InternalError):
        return 0, False


class Scratch:
    """A database of a restore's own, to look at a backup in; it goes when the block ends."""

    def __init__(self, url: str) -> None:
        self._server = url
        self._name = f"ngoma_check_{os.getpid()}_{time.time_ns()}"
        self.url = make_url(url).set(database=self._name).render_as_string(hide_password=False)

    def __enter__(self) -> "Scratch":
        """Make it.

        Raises:
            psycopg.errors.InsufficientPrivilege: this role may not.
        """
        self._say("CREATE DATABASE {} TEMPLATE template0")
        return self

    def __exit__(self, *_: object) -> None:
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _say(self, statement: LiteralString) -> None:
        with _connected(self._server) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self._name)))


def _connected(url: str) -> Connection[Any]:
    options = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=10s"
    return psycopg.connect(url, autocommit=True, connect_timeout=5, options=options)


def _one(connection: Connection[Any], statement: LiteralString) -> Any:
    return _row(connection, statement)[0]


def _row(connection: Connection[Any], statement: LiteralString, *values: Any) -> tuple[Any, ...]:
    row = connection.execute(statement, values).fetchone()
    if row is None:
        msg = "there is no whole store in it"
        raise psycopg.DataError(msg)
    return tuple(row)


def _fitting(tool: str, connection: Connection[Any]) -> Mapping[str, str]:
    """Give the versions of a tool and of the server; the tool must not be the older one."""
    if shutil.which(tool) is None:
        msg = f"there is no {tool} here: install PostgreSQL's client programs"
        raise ToolFailed(msg)
    said = subprocess.run(  # noqa: S603 - a constant of ours
        [tool, "--version"], capture_output=True, text=True, check=False, timeout=STOP_S
    )
    version = re.search(r"\d+(\.\d+)*", said.stdout)
    server = connection.info.server_version // 10_000
    if version is None or int(version[0].split(".")[0]) < server:
        found = version[0] if version else "of no version"
        msg = f"{tool} is {found}, and the server {server}: install the client programs of {server}"
        raise ToolFailed(msg)
    return {tool: version[0], "server": str(connection.info.parameter_status("server_version"))}


def _run(command: Sequence[str], url: str, tick: Callable[[], None]) -> str:
    """Run a tool to its end, and give what it printed.

    Raises:
        ToolFailed: it failed, or took too long.
    """
    ends_s = time.monotonic() + WORK_S
    process = subprocess.Popen(  # noqa: S603 - ours, with a URL of the operator's own settings
        command,
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                printed, said = process.communicate(timeout=POLL_S)
                break
            tick()
            if time.monotonic() > ends_s:
                msg = f"{command[0]} was not done after {WORK_S // 3600} hours"
                raise ToolFailed(msg)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_S)
    if process.returncode:
        msg = f"{command[0]} failed: {' '.join(said.split())[:1_000]}"
        raise ToolFailed(msg)
    return printed


def _environment(url: str) -> Mapping[str, str]:
    """Tell the tools the password in a variable: others can read a command's words."""
    password = conninfo_to_dict(url).get("password")
    return {**os.environ, "LC_MESSAGES": "C"} | ({"PGPASSWORD": str(password)} if password else {})


def _place(url: str) -> str:
    """Tell them where, without the password."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    parts.pop("password", None)
    return f"--dbname={make_conninfo(**parts)}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
