"""``ngoma worker`` and ``ngoma project``: the roles of a scaled gateway that are not the web."""

import logging
import threading

import click

from adapters.bootstrap import bootstrap
from adapters.observability.logs import configure_logs
from adapters.observability.outlet import hold_standard_files
from domain.errors import NgomaError
from worker.cli.gateway import require_store
from worker.cli.options import Place, example, place_options
from worker.cli.signals import call_at_end
from worker.cli.soundness import why_unmigrated
from worker.memory import settle_memory
from worker.parts.part import ProcessRole
from worker.supervisor import Supervisor
from worker.web.operations import operations

STOP_S = 20.0
WAKE_S = 1.0
NO_KEY = "There is no key of the seal: make one by `ngoma seal --make-key`, or name it by seal_key."

_log = logging.getLogger("ngoma.start")


@click.command(epilog=example("NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma worker"))
@place_options
def worker(*, place: Place) -> None:
    """Drive the SIMs in this host's settings, and run timed jobs, until interrupted."""
    run(ProcessRole.WORKER, place)


@click.command(epilog=example("NGOMA_DATABASE_URL=… NGOMA_REDIS_URL=… ngoma project"))
@place_options
def project(*, place: Place) -> None:
    """Follow the log into the read models and relay what is due, until interrupted."""
    run(ProcessRole.PROJECT, place)


def run(role: ProcessRole, place: Place) -> None:
    """Run the parts of a role until interrupted."""
    hold_standard_files()
    stop = threading.Event()
    call_at_end(stop.set)
    try:
        settings = place.settings()
        outlet = configure_logs(settings.log_level or "info")
        seals = role is ProcessRole.SEAL
        beside_server = seals and settings.database_url is None
        if seals and settings.database_url is None:
            require_store(settings)
        system = bootstrap(settings, is_server=not beside_server, seals=seals, outlet=outlet)

    except NgomaError as error:
        raise click.ClickException(str(error)) from error
    try:
        if seals and system.sealing is None:
            raise click.ClickException(NO_KEY)
        if not system.store.is_migrated() or system.follower.outdated():
            raise click.ClickException(why_unmigrated(system.store))
        supervisor = Supervisor(system, role)
        supervisor.start()
        with operations(system, settings, role) as url:
            _log.info("Running.", extra={"role": role.value, "operations": url})
            settle_memory()
            while not stop.wait(WAKE_S):  # a signal may go to a thread that is not this one
                pass
        supervisor.stop(STOP_S)
    finally:
        system.close()
