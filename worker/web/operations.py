"""The operators' listener: metrics and details, in a thread and a loop of its own."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from adapters.security.secret import keep_private
from adapters.settings import Settings
from api.operations import OperationsApp
from application.system import System
from domain.errors import InvalidRequest
from worker.web.bounds import Bounds
from worker.web.server import make_server, running
from worker.web.sockets import Listener, listen, listen_where

HOST: Final = "127.0.0.1"
PORT: Final = 8_081
"""Where it listens unless a setting says so; taken, a free port."""
BOUNDS: Final = Bounds(connections=64, per_address=0)
STOP_S: Final = 5.0


@contextmanager
def operations(system: System, settings: Settings, role: str) -> Iterator[str]:
    """Answer operators while the block lasts; give the URL.

    The file ``operations/ROLE-PID.url`` under the data folder says it too.

    Raises:
        InvalidRequest: the listener that the settings name cannot be.
    """
    with closing(_listen(settings.operations_listen)) as listener:
        server = make_server(OperationsApp(system), system, BOUNDS, lifespan=False)
        folder = settings.data_dir / "operations"
        _forget_the_dead(folder)
        place = folder / f"{role}-{os.getpid()}.url"
        keep_private(place, f"{listener.url}\n")
        try:
            with running(server, listener, "ngoma-operations", stop_s=STOP_S):
                yield listener.url
        finally:
            place.unlink(missing_ok=True)


def _forget_the_dead(folder: Path) -> None:
    """Remove what processes left behind that could not do so themselves."""
    for path in folder.glob("*-*.url"):
        try:
            os.kill(int(path.stem.rpartition("-")[2]), 0)
        except (ProcessLookupError, ValueError):
            path.unlink(missing_ok=True)
        except PermissionError:
            continue


def _listen(wanted: str | None) -> Listener:
    if wanted is None:
        try:
            return listen(HOST, PORT)
        except InvalidRequest:
            return listen(HOST, 0)
    return listen_where(wanted)
