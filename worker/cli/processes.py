"""``ngoma worker`` and ``ngoma project``: the roles of a scaled gateway that are not the web."""

import logging
import threading

import click

from adapters.bootstrap import bootstrap
from adapters.observability.logs import configure_logs
from adapters.observability.outlet import hold_standard_files
from domain.errors import NgomaError
from worker.cli.options import Place, example, place_options
from worker.cli.signals import call_at_end
from worker.cli.soundness import why_unmigrated
from worker.memory import settle_memory
from worker.parts.part import ProcessRole
from worker.supervisor import Supervisor
from worker.web.operations import operations

STOP_S = 20.0
WAKE_S = 1.0

_log = logging.getLogger("ngoma.start")


@click.command(epilog=example("NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma worker"))
@place_options
def worker(*, place: Place) -> None:
    """Drive the SIMs in this host's settings, and run timed jobs, until interrupted."""
    _run(ProcessRole.WORKER, place)


@click.command(epilog=example("NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma project"))
@place_options
def project(*, place: Place) -> None:
    """Follow the log into the read models and relay what is due, until interrupted."""
    _run(ProcessRole.PROJECT, place)


def _run(role: ProcessRole, place: Place) -> None:
    hold_standard_files()
    stop = threading.Event()
    call_at_end(stop.set)
    try:
        settings = place.settings()
        outlet = configure_logs(settings.log_level or "info")
        system = bootstrap(settings, outlet=outlet)
    except NgomaError as error:
        raise click.ClickException(str(error)) from error
    try:
        if not system.store.is_migrated() or system.follower.outdated():
            raise click.ClickException(why_unmigrated(system.store))
        supervisor = Supervisor(system, role)
        supervisor.start()
        with operations(system, settings, role) as url:
            _log.info("Running.", extra={"role": role, "operations": url})
            settle_memory()
            while not stop.wait(WAKE_S):  # a signal may go to a thread that is not this one
                pass
        supervisor.stop(STOP_S)
    finally:
        system.close()
