"""Hears that something was committed to the log, by whichever process, as soon as it is."""

import select
from typing import Final, LiteralString

import psycopg
from psycopg.conninfo import make_conninfo

from domain.errors import StoreDown

COMMITTED: Final[LiteralString] = "ngoma_committed"
"""The channel on which each save that has events tells of itself, with its commit."""
LIMITS: Final = {
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
"""A host that vanished is noticed within 4 s, though nothing is ever asked of it."""


class PostgresCommits:
    """``application.ports.Commits`` over a connection of its own, made when somebody waits.

    It is for one thread. Behind PgBouncer in transaction mode nothing is ever heard.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None

    def wait(self, timeout_s: float) -> bool:
        """Wait for a commit; True also where one may have been missed.

        Raises:
            StoreDown: the database does not answer.
        """
        try:
            if self._connection is None:
                self._connection = self._connect()
                return True
            return _heard(self._connection, timeout_s)
        except psycopg.Error as error:
            self.close()
            msg = f"nobody tells of commits ({type(error).__name__})"
            raise StoreDown(msg) from error

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> psycopg.Connection:
        name = "ngoma-listener"
        conninfo = make_conninfo(self._url, application_name=name, **LIMITS)
        connection = psycopg.connect(conninfo, autocommit=True)
        try:
            connection.execute(f"LISTEN {COMMITTED}")
        except psycopg.Error:
            connection.close()
            raise
        return connection


def _heard(connection: psycopg.Connection, timeout_s: float) -> bool:
    """Take in all that was told; several commits at once are one."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if not poll.poll(timeout_s * 1000):
        return False
    connection.pgconn.consume_input()
    told = 0
    while connection.pgconn.notifies() is not None:
        told += 1
    return told > 0
