"""``ngoma serve``: the web, and on one machine everything else in the same process."""

import fcntl
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import click
import uvicorn

from adapters.bootstrap import bootstrap
from adapters.clock import SystemClock
from adapters.observability.logs import configure_logs
from adapters.settings import Settings
from api.app import create_app
from application.system import System
from domain.errors import NgomaError
from worker.cli.demo import (
    demo_account,
    demo_modems,
    demo_settings,
    wait_until_online,
    wait_until_ready,
    welcome,
    write_demo_file,
)
from worker.cli.options import POSITION, Place, example, place_options
from worker.cli.protocol import JsonHttpProtocol
from worker.memory import settle_memory
from worker.parts.part import Role
from worker.supervisor import Supervisor

BACKLOG: Final = 2_048
STOP_S: Final = 20.0


@click.command(
    epilog=example("ngoma serve --demo --data-dir /tmp/ngoma --port 0"),
)
@click.option("--demo", is_flag=True, help="Emulate a modem for each network, with an account.")
@click.option(
    "--role",
    type=click.Choice(["all", "api"]),
    default="all",
    show_default=True,
    help="all: everything in this process; api: only the web (scaled).",
)
@place_options
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=POSITION, help="Port to listen on; 0 picks one.")
def serve(*, place: Place, demo: bool, role: str, host: str | None, port: int | None) -> None:
    """Run the gateway until it is interrupted."""
    try:
        settings = place.settings(host=host, port=port)
        configure_logs(settings.log_level or ("warning" if demo else "info"))
        _serve(demo_settings(settings) if demo else settings, Role(role), is_demo=demo)
    except NgomaError as error:
        raise click.ClickException(str(error)) from error


def _serve(settings: Settings, role: Role, *, is_demo: bool) -> None:
    _end_in_order()
    with ExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(_alone(settings.data_dir))
        (settings.data_dir / "demo.json").unlink(missing_ok=True)
        listener = _listen(settings)
        stack.callback(listener.close)
        if is_demo:
            stack.enter_context(demo_modems(settings, SystemClock()))
        system = bootstrap(settings)
        stack.callback(system.close)
        click.echo(plan_note(settings), err=True)
        _migrate(system, may_migrate=role is Role.ALL)
        supervisor = Supervisor(system, role)
        supervisor.start()
        stack.callback(supervisor.stop, STOP_S)
        server = uvicorn.Server(_web(system))
        base_url = f"http://{settings.host}:{listener.getsockname()[1]}"
        if is_demo:
            account, key = demo_account(system, settings)
            _announce_when_ready(
                server, system, settings, base_url=base_url, account=account, key=key
            )
        settle_memory()
        server.run(sockets=[listener])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second server off the embedded store: it would take the first one's modems.

    The lock ends with the process, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serve.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"Another ngoma serve runs on {folder} already."
            raise click.ClickException(msg) from error
        yield


def _end_in_order() -> None:
    """Unwind on SIGINT and SIGTERM: uvicorn raises them anew once the web has stopped."""

    def end(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def plan_note(settings: Settings) -> str:
    """Name the prefixes on which the numbering plans differ, and the setting that decides."""
    prefixes = ", ".join(each.prefix for each in settings.numbering.differences())
    return (
        f"Networks by the {settings.numbering_plan} numbering plan ([numbering] plan = …); "
        f"the plans differ on {prefixes}: see ngoma doctor."
    )


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything is opened, so that a taken port is a clear message at once."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        msg = f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}."
        raise click.ClickException(msg) from error
    listener.listen(BACKLOG)
    return listener


def _migrate(system: System, *, may_migrate: bool) -> None:
    if may_migrate:
        system.store.migrate()
        system.follower.migrate()
    elif not system.store.is_migrated() or system.follower.outdated():
        msg = "The store is not migrated: run `ngoma migrate` first."
        raise click.ClickException(msg)


def _web(system: System) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(system),
        http=JsonHttpProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        lifespan="on",
    )


def _announce_when_ready(
    server: uvicorn.Server,
    system: System,
    settings: Settings,
    *,
    base_url: str,
    account: int,
    key: str,
) -> None:
    def announce() -> None:
        if wait_until_ready(base_url, is_over=lambda: server.should_exit):
            wait_until_online(system, is_over=lambda: server.should_exit)
            write_demo_file(settings.data_dir, base_url=base_url, account=account, key=key)
            click.echo(welcome(base_url, key, settings.data_dir))

    threading.Thread(target=announce, name="announce", daemon=True).start()
