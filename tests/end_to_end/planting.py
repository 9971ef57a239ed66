"""Markers that occur nowhere else, and every place in which one might turn up by mistake."""

import random
import re
import sqlite3
import string
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from tests.end_to_end.client import Client

BESIDE: Final = frozenset({"contents", "credentials", "secrets"})
"""The tables beside the log: the only ones that may hold what people typed."""


class Markers:
    """Makes markers and remembers in which field each was planted."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.field_of: dict[bytes, str] = {}
        self.logged: set[str] = set()
        """Those planted where a log is meant to show them, in small letters."""
        self._starts: set[bytes] = set()
        self._lengths: set[int] = set()

    def word(self, field: str) -> str:
        """Give a word of 11 letters, as a sender ID may be."""
        return self._new(field, "Mk" + "".join(self._letters(9)))

    def number(self, field: str, prefix: str = "96") -> str:
        """Give the nine digits of a mobile number; written after a 0 it can be sent to."""
        return self._new(field, prefix + "".join(self._random.choices(string.digits, k=7)))

    def email(self, field: str) -> str:
        """Give an address whose marker is its first part."""
        return f"{self.word(field).lower()}@planted.example"

    def _letters(self, count: int) -> Sequence[str]:
        return self._random.choices(string.ascii_lowercase, k=count)

    def _new(self, field: str, marker: str) -> str:
        small = marker.lower().encode()
        self.field_of[small] = field
        self._starts.add(re.escape(small[:2]))
        self._lengths.add(len(small))
        return marker

    def found_in(self, blob: bytes) -> dict[str, str]:
        """Give the markers in ``blob``, whatever their case, with the fields they came from."""
        lowered = blob.lower()
        # Looks where one may begin, and not for one after the other: there are thousands.
        starts = re.finditer(b"(?=%b)" % b"|".join(sorted(self._starts)), lowered)
        places = [start.start() for start in starts]
        pieces = {lowered[at : at + length] for at in places for length in self._lengths}
        return {piece.decode(): self.field_of[piece] for piece in pieces & self.field_of.keys()}


@contextmanager
def overheard(redis_url: str | None) -> Iterator[list[bytes]]:
    """Collect every command that Redis is given, jobs and hints among them."""
    heard: list[bytes] = []
    if redis_url is None:
        yield heard
        return
    client = redis.Redis.from_url(redis_url)
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]  # redis has no types here

        def listen() -> None:
            for command in monitor.listen():
                heard.append(str(command["command"]).encode())
                if "end of the planting" in str(command["command"]):
                    return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        yield heard
        client.echo("end of the planting")
        listener.join(20)
        assert not listener.is_alive()
    client.close()


def tables_of(folder: Path, database_url: str | None) -> dict[str, bytes]:
    """Give all rows of each table as text, and embedded the read models' files as they are."""
    if database_url is not None:
        return _postgres_tables(database_url)
    with sqlite3.connect(folder / "store.db") as connection:
        names = [
            str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        found = {
            name: b"\n".join(
                b"\x1f".join(_as_bytes(value) for value in row)
                for row in connection.execute(f"SELECT * FROM {name}")
            )
            for name in names
        }
    for path in (folder / "read.db", folder / "read.db-wal"):
        found[path.name] = path.read_bytes()
    return found


def metrics_of(folder: Path) -> bytes:
    """Give the metrics of every process of a gateway, as its operators read them."""
    places = sorted((folder / "operations").iterdir())
    assert places
    answers = [Client(place.read_text().strip(), "").get("/metrics") for place in places]
    assert {answer.status for answer in answers} == {200}
    return b"".join(answer.body for answer in answers)


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _postgres_tables(url: str) -> dict[str, bytes]:
    found = {}
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert urlsplit(url).path
        for (name,) in names:
            with connection.cursor(binary=True) as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
                found[name] = b"\n".join(
                    b"\x1f".join(_as_bytes(value) for value in row) for row in cursor
                )
    return found


def plain(value: str) -> str:
    """Write a value as it stands in a query."""
    return value.replace(" ", "%20").replace("@", "%40")
