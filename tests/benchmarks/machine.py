"""What the machine is, and what its disk, its databases and its CPU can do by themselves."""

import os
import platform
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from adapters.security.hashing import Argon2KeyHasher
from tests.support.processes import tree

MEASURE_S: Final = 1.0
PACKAGES: Final = ("litestar", "uvicorn", "eventsourcing", "psycopg", "sqlalchemy")


def rate(step: Callable[[], object], *, seconds: float = MEASURE_S) -> float:
    """Give how often ``step`` runs in a second, one after another."""
    step()
    count = 0
    started_s = time.perf_counter()
    while (spent_s := time.perf_counter() - started_s) < seconds:
        step()
        count += 1
    return count / spent_s


def fdatasync_rate(folder: Path) -> float:
    """Give how many blocks of 4 KiB a second reach the disk, one after another."""
    path = folder / "fdatasync"
    with path.open("wb", buffering=0) as file:

        def step() -> None:
            file.seek(0)
            file.write(b"x" * 4_096)
            os.fdatasync(file.fileno())

        found = rate(step)
    path.unlink()
    return found


def sqlite_commit_rate(folder: Path) -> float:
    """Give how many one-row commits a second SQLite makes (WAL, synchronous FULL)."""
    path = folder / "commits.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, what TEXT)")
    try:
        return rate(lambda: connection.execute("INSERT INTO rows (what) VALUES ('x')"))
    finally:
        connection.close()
        path.unlink()  # the next one is for other cores


def postgres_commit_rate(url: str) -> float:
    """Give how many one-row commits a second PostgreSQL makes for one client."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE commit_rows (n SERIAL PRIMARY KEY, what TEXT)")
        insert = "INSERT INTO commit_rows (what) VALUES ('x')"
        found = rate(lambda: connection.execute(insert, prepare=True))
        connection.execute("DROP TABLE commit_rows")
    return found


def postgres_version(url: str) -> str:
    """Give the server's version, and whether it keeps what it promised."""
    with psycopg.connect(url) as connection:
        shown = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("server_version", "fsync", "synchronous_commit")
        ]
    server, fsync, synchronous = (str(row[0]) if row else "?" for row in shown)
    return f"{server} (fsync {fsync}, synchronous_commit {synchronous})"


def argon2_verify_ms() -> float:
    """Give how long the slow hash of an API key takes, in milliseconds (median of 9)."""
    hasher = Argon2KeyHasher()
    stored = hasher.hash("k" * 32)
    times_s = []
    for _ in range(9):
        started_s = time.perf_counter()
        hasher.verify(stored, "k" * 32)
        times_s.append(time.perf_counter() - started_s)
    return median(times_s) * 1e3


def cpu_s(pid: int) -> float:
    """Give the processor time that a process and all that it made have taken, in seconds."""
    ticks = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def shared_mib(pid: int) -> float:
    """Give the memory of a process and all that it made: what they share is counted once."""
    kib = 0
    for one in tree(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def facts() -> Sequence[tuple[str, str]]:
    """Give what matters of the machine and the versions, by name."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        ("measured", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("CPU", f"{_cpu_model()}, {len(os.sched_getaffinity(0))} cores"),
        ("memory", f"{memory_bytes / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("load average before the run", f"{os.getloadavg()[0]:.2f}"),
        ("Python", platform.python_version()),
        ("packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
        ("SQLite", f"{sqlite3.sqlite_version} (WAL, synchronous FULL)"),
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.machine()
