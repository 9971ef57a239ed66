"""``ngoma worker`` and ``ngoma project``: the roles of a scaled gateway that are not the web."""

import signal
import threading
from pathlib import Path
from typing import Any

import click

from adapters.bootstrap import bootstrap
from adapters.observability.logs import configure_logs
from adapters.settings import load_settings
from domain.errors import NgomaError
from worker.runner import Role, Supervisor

STOP_S = 20.0


def _options(command: Any) -> Any:
    for option in (
        click.option("--data-dir", type=click.Path(path_type=Path), envvar="NGOMA_DATA_DIR"),
        click.option(
            "--config", type=click.Path(path_type=Path, exists=True), envvar="NGOMA_CONFIG"
        ),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma worker")
@_options
def worker(*, config: Path | None, **flags: Any) -> None:
    """Drive the SIMs in this host's settings, and run timed jobs, until interrupted."""
    _run(Role.WORKER, config, flags)


@click.command(epilog="Example: NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma project")
@_options
def project(*, config: Path | None, **flags: Any) -> None:
    """Follow the log into the read models and relay what is due, until interrupted."""
    _run(Role.PROJECT, config, flags)


def _run(role: Role, config: Path | None, flags: dict[str, Any]) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = load_settings(config=config, **flags)
        configure_logs(settings.log_level)
        system = bootstrap(settings)
    except NgomaError as error:
        raise click.ClickException(str(error)) from error
    try:
        if not system.store.is_migrated() or system.follower.outdated():
            msg = "The store is not migrated: run `ngoma migrate` first."
            raise click.ClickException(msg)
        supervisor = Supervisor(system, role)
        supervisor.start()
        stop.wait()
        supervisor.stop(STOP_S)
    finally:
        system.close()
