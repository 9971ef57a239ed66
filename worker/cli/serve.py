"""``ngoma serve``: the web, and on one machine everything else."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import click
import uvicorn

from adapters.bootstrap import bootstrap
from adapters.clock import SystemClock
from adapters.observability.logs import configure_logs
from adapters.observability.outlet import Outlet, hold_standard_files
from adapters.settings import Settings
from api.app import create_app, create_phones_app
from api.routing.phones import open_phones
from application.system import System
from domain.errors import NgomaError
from worker.apart.cradle import Work, cradled
from worker.cli.adoption import adopt_what_is_older, must_not_be_older
from worker.cli.alone import alone
from worker.cli.demo import (
    DEMO,
    demo_account,
    demo_modems,
    demo_seal_key,
    demo_settings,
    wait_until_online,
    wait_until_ready,
    welcome,
    write_demo_file,
)
from worker.cli.demo_money import demo_prices, demo_providers
from worker.cli.options import POSITION, Place, Whole, example, place_options
from worker.cli.signals import end_in_order
from worker.cli.soundness import require_sound, why_unmigrated
from worker.memory import settle_memory
from worker.parts.committer_child import commit
from worker.parts.follower_child import follow
from worker.parts.part import ProcessRole
from worker.supervisor import Supervisor
from worker.web.operations import operations
from worker.web.phones import listening_for_phones, phones_served
from worker.web.served import certificates_of, following
from worker.web.server import make_server, web_bounds
from worker.web.sockets import Listener, listen, listen_at

STOP_S: Final = 20.0
DEMO_PHONES_MAX: Final = 20

_log = logging.getLogger("ngoma.start")


@click.command(
    epilog=example("ngoma serve --demo --data-dir /tmp/ngoma --port 0"),
)
@click.option("--demo", is_flag=True, help="Emulate a modem for each network, with an account.")
@click.option(
    "--phones",
    type=Whole(0, DEMO_PHONES_MAX),
    default=0,
    help="With --demo: emulate so many phones, too.",
)
@click.option(
    "--role",
    type=click.Choice(["all", "api"]),
    default="all",
    show_default=True,
    help="all: everything on this machine; api: only the web (scaled).",
)
@place_options
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=POSITION, help="Port to listen on; 0 picks one.")
@click.option(
    "--socket",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Unix socket to listen on instead, for a proxy.",
)
def serve(
    *,
    place: Place,
    demo: bool,
    phones: int,
    role: str,
    host: str | None,
    port: int | None,
    socket: Path | None,
) -> None:
    """Run the gateway until it is interrupted."""
    if phones and not demo:
        msg = "--phones are emulated, and only with --demo."
        raise click.UsageError(msg)
    hold_standard_files()
    try:
        settings = place.settings(host=host, port=port, socket=socket)
        outlet = configure_logs(settings.log_level or ("warning" if demo else "info"))
        _serve(
            demo_settings(settings) if demo else settings,
            ProcessRole(role),
            outlet,
            is_demo=demo,
            phones=phones,
        )
    except NgomaError as error:
        raise click.ClickException(str(error)) from error


def _serve(
    settings: Settings, role: ProcessRole, outlet: Outlet, *, is_demo: bool, phones: int
) -> None:
    go_on = end_in_order()
    with ExitStack() as stack:
        cradle = None
        if works := works_apart(settings, outlet, role):
            cradle = stack.enter_context(cradled(works))
        if settings.database_url is None:
            stack.enter_context(alone(settings.data_dir))
            require_sound(settings.data_dir)
            go_on()
        (settings.data_dir / "demo.json").unlink(missing_ok=True)
        # Before anything is opened, so that a taken port is a clear message at once.
        certificates = certificates_of(settings)
        listener = stack.enter_context(closing(_listen(settings)))
        settings = replace(settings, public_url=settings.public_url or listener.public_url)
        for_phones, settings = stack.enter_context(listening_for_phones(settings))
        if is_demo:
            demo_seal_key(settings)
            stack.enter_context(demo_modems(settings, SystemClock()))
            url = None if settings.socket else listener.url
            settings = stack.enter_context(demo_providers(settings, SystemClock(), url=url))
        system = bootstrap(settings, outlet=outlet)
        stack.callback(system.close)
        _log.info("%s", plan_note(settings))
        _migrate(system, may_migrate=role is ProcessRole.ALL)
        supervisor = Supervisor(system, role, cradle=cradle)
        supervisor.start()
        stack.callback(supervisor.stop, STOP_S)
        operations_url = stack.enter_context(operations(system, settings, role))
        stack.enter_context(following(certificates, system))
        phones_open = open_phones(system)
        server = make_server(
            *(create_app(system, phones=phones_open), system, web_bounds(settings)),
            lifespan=True,
            certificate=certificates.web,
        )
        where = {"web": listener.url, "operations": operations_url}
        if for_phones is not None:
            app = create_phones_app(system, phones_open)
            shown = certificates.phones
            stack.enter_context(phones_served(for_phones, system, settings, app, certificate=shown))
            where["phones"] = for_phones.url
        _log.info("Listening.", extra=where)
        if is_demo:
            account, key = demo_account(system, settings)
            demo_prices(system, DEMO)
            start = _phone_starter(system, settings, phones, where["web"], stack)
            _announce_when_ready(
                server, system, settings, where=where, account=account, key=key, start=start
            )
        settle_memory()
        server.run(sockets=[listener.socket])


def works_apart(settings: Settings, outlet: Outlet, role: ProcessRole) -> Mapping[str, Work]:
    """Give what processes of their own do; one core would only pay for them in memory."""
    if sys.platform != "linux":
        return {}
    works = {"committer": (settings.committer, commit)}
    if role is ProcessRole.ALL:  # the role that is for the web alone leaves the log to another
        works["follower"] = (settings.follower, follow)
    has_room = len(os.sched_getaffinity(0)) > 1
    return {
        name: partial(work, settings, outlet)
        for name, (where, work) in works.items()
        if where == "apart" or (where == "auto" and has_room)
    }


def plan_note(settings: Settings) -> str:
    """Name the prefixes on which the numbering plans differ, and the setting that decides."""
    prefixes = ", ".join(each.prefix for each in settings.numbering.differences())
    return (
        f"Networks by the {settings.numbering_plan} numbering plan ([numbering] plan = …); "
        f"the plans differ on {prefixes}: see ngoma doctor."
    )


def _listen(settings: Settings) -> Listener:
    if settings.socket is not None:
        return listen_at(settings.socket)
    return listen(settings.host, settings.port, scheme=settings.scheme)


def _migrate(system: System, *, may_migrate: bool) -> None:
    if may_migrate:
        must_not_be_older(system)
        system.store.migrate()
        adopt_what_is_older(system, may_adopt=system.writer.is_new)
        system.follower.migrate()
    elif not system.store.is_migrated() or system.follower.outdated():
        raise click.ClickException(why_unmigrated(system.store))


def _phone_starter(
    system: System, settings: Settings, count: int, url: str, stack: ExitStack
) -> Callable[[], None]:
    """Give what starts the demo's phones; they end with the stack."""
    stop = threading.Event()
    stack.callback(stop.set)

    def start() -> None:
        if count:
            from worker.cli.demo_phones import start_phones

            start_phones(system, settings, count, url=url, actor=DEMO, stop=stop)

    return start


def _announce_when_ready(
    server: uvicorn.Server,
    system: System,
    settings: Settings,
    *,
    where: Mapping[str, str],
    account: int,
    key: str,
    start: Callable[[], None],
) -> None:
    def is_ready() -> bool:
        return server.started and system.readiness().is_ready

    def announce() -> None:
        if wait_until_ready(is_ready, is_over=lambda: server.should_exit):
            start()
            wait_until_online(system, is_over=lambda: server.should_exit)
            write_demo_file(settings.data_dir, where=where, account=account, key=key)
            click.echo(welcome(where, key, settings.data_dir))

    threading.Thread(target=announce, name="announce", daemon=True).start()
