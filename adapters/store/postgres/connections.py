"""Connections to PostgreSQL: few, bounded in every wait, and not lent again once they broke."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

import psycopg
from eventsourcing import persistence
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import DictRow, dict_row
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from adapters.store.identity import READ_IDENTITY

R = TypeVar("R")

POOL_WAIT_S: Final = 5.0
LIMITS: Final = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "10s",
}
"""What each connection asks for at its start; the read models' ask for more, in the same way."""
ANSWER_TIMEOUT_S: Final = 35.0
"""Longer than the statement timeout: a server that says nothing for this long is gone."""
WAIT_INTERVAL_S: Final = 0.1
FAULTS_OF_THE_ASKED: Final = (
    psycopg.DataError,
    psycopg.ProgrammingError,
    psycopg.NotSupportedError,
)
"""While the connection stands. All others are the database's: what libpq itself says of a dying
server (``lost synchronization with server``) is a bare ``DatabaseError`` without SQLSTATE."""


class _Connection(Connection[DictRow]):
    """A connection that gives up a server which has fallen silent."""

    answer_timeout_s: float = ANSWER_TIMEOUT_S

    def wait(
        self, gen: PQGen[R], interval: float = WAIT_INTERVAL_S, timeout: float | None = None
    ) -> R:
        limit_s = self.answer_timeout_s if timeout is None else timeout
        started_s = time.monotonic()
        try:
            return super().wait(gen, interval, limit_s)
        except psycopg.OperationalError:
            if time.monotonic() - started_s >= limit_s:
                self.pgconn.finish()  # so that ending the transaction does not wait once more
            raise


class Datastore(PostgresDatastore):
    """The library's datastore over a pool that reconnects at once instead of backing off."""

    def __init__(
        self,
        url: str,
        *,
        size: int,
        overflow: int,
        connect_timeout_s: float,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        parts = conninfo_to_dict(url)
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "")),
            user=str(parts.get("user", "")),
            password="",
        )
        self._url = url
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._size_max = size + overflow
        self._known: tuple[Any, ...] | None = None
        self._connections = QueuePool(
            self._connect,  # type: ignore[arg-type]  # any DBAPI connection will do
            pool_size=size,
            max_overflow=overflow,
            timeout=POOL_WAIT_S,
            reset_on_return=None,
        )

    def _connect(self) -> _Connection:
        connection = _Connection.connect(
            self._url,
            autocommit=True,
            row_factory=cast("Any", dict_row),
            connect_timeout=max(2, round(self._connect_timeout_s)),
            tcp_user_timeout=10_000,
            options=" ".join(f"-c {name}={value}" for name, value in LIMITS.items()),
        )
        connection.answer_timeout_s = self._answer_timeout_s
        try:
            self._must_be_known(connection)
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def _must_be_known(self, connection: _Connection) -> None:
        """Refuse a store that was restored while this process ran, which remembers another one.

        A restore lets nobody be connected, so whoever outlived it connects anew.
        """
        row = connection.execute("SELECT to_regclass('store_identity') AS found").fetchone()
        found: tuple[Any, ...] = ()
        if row is not None and row["found"] is not None:
            identity = connection.execute(READ_IDENTITY).fetchone()
            found = tuple(identity.values()) if identity else ()
        if self._known and found != self._known:
            msg = "The store was restored while this process ran: start the process again."
            raise psycopg.OperationalError(msg)
        self._known = found

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """Lend a connection.

        Faults of the database come out as the library's errors; faults of what was asked
        as they are, so that nobody tries them again.
        """
        proxy = None
        try:
            proxy = self._lend()
            yield _inner(proxy)
        except psycopg.IntegrityError as error:
            # Without the server's detail, which may show a whole row.
            raise persistence.IntegrityError(error.diag.message_primary) from None
        except PoolTimeoutError as error:
            raise persistence.OperationalError(str(error)) from error
        except psycopg.Error as error:
            is_lost = proxy is None or _inner(proxy).closed
            if isinstance(error, FAULTS_OF_THE_ASKED) and not is_lost:
                raise
            raise persistence.OperationalError(str(error)) from error
        finally:
            if proxy is not None:
                if proxy.dbapi_connection is not None and not _is_clean(_inner(proxy)):
                    proxy.invalidate()
                proxy.close()

    def _lend(self) -> PoolProxiedConnection:
        """Take a connection from the pool; the dead ones of a restarted server are replaced."""
        proxy = self._connections.connect()
        for _ in range(self._size_max):
            if not has_been_told(_inner(proxy)):
                break
            proxy.invalidate()
            proxy = self._connections.connect()
        return proxy

    def close(self) -> None:
        """Close the connections."""
        super().close()
        if hasattr(self, "_connections"):
            self._connections.dispose()


def _inner(proxy: PoolProxiedConnection) -> Connection[DictRow]:
    return cast("Connection[DictRow]", proxy.dbapi_connection)


def has_been_told(connection: Connection[DictRow]) -> bool:
    """Whether the server has said something to an idle connection: a goodbye, or the end."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def _is_clean(connection: Connection[DictRow]) -> bool:
    """Whether the next one may start a transaction: a savepoint in an old one commits nothing."""
    state = connection.pgconn
    return (
        state.transaction_status == TransactionStatus.IDLE
        and state.pipeline_status == PipelineStatus.OFF
    )
