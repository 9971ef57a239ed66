"""A throw-away PgBouncer before a throw-away PostgreSQL."""

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.support.server_binaries import NoServer, is_hidden, reachable_copy
from tests.support.servers import ThrowawayPostgres, ThrowawayServer


def find_pgbouncer() -> Path:
    """Give the system's PgBouncer.

    Raises:
        NoServer: there is none.
    """
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        msg = "no pgbouncer: install it, or run make soak-tools as root"
        raise NoServer(msg)
    return Path(found)


class ThrowawayPgBouncer(ThrowawayServer):
    """One that lends a session of ``postgres`` for as long as its client's session.

    ``ignored`` are the parameters of a start that it drops instead of refusing them.
    """

    _name = "pgbouncer"
    _stop_signal = signal.SIGTERM
    _end_signal = signal.SIGKILL

    def __init__(self, postgres: ThrowawayPostgres, *, ignored: Sequence[str] = ()) -> None:
        super().__init__(user="nobody" if os.geteuid() == 0 else None)
        self._postgres = postgres
        self._ignored = ignored
        found = find_pgbouncer()
        hidden = is_hidden(found.parent)
        self._binary = reachable_copy(found.parent) / found.name if hidden else found

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _prepare(self) -> None:
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "session",
            "default_pool_size": 100,
            "max_client_conn": 300,
            "ignore_startup_parameters": ",".join(self._ignored),
        }
        lines = [
            *("[databases]", f"postgres = host=127.0.0.1 port={self._postgres.port} user=postgres"),
            *("[pgbouncer]", *(f"{name} = {value}" for name, value in settings.items())),
        ]
        (self.directory / "pgbouncer.ini").write_text("\n".join([*lines, ""]))
        (self.directory / "pgbouncer.ini").chmod(0o644)

    def _command(self) -> Sequence[str]:
        return [str(self._binary), "pgbouncer.ini"]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False
