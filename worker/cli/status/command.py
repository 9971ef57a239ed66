"""The command: it looks once, or again and again, and its exit code says whether all is well."""

import json
from typing import TYPE_CHECKING, Final

import click

from worker.cli.options import Place, Whole, example, json_option, place_options

if TYPE_CHECKING:
    from worker.cli.status.looking import Looker

EVERY_S: Final = 2
EVERY_S_MAX: Final = 3_600


@click.command(epilog=example("ngoma status", "ngoma status --watch", "ngoma status --json"))
@click.option("--watch", is_flag=True, help="Look again and again, until interrupted.")
@click.option(
    "--every-s",
    type=Whole(1, EVERY_S_MAX),
    default=EVERY_S,
    show_default=True,
    help="With --watch: how long to wait between two looks.",
)
@json_option
@place_options
def status(place: Place, *, watch: bool, every_s: int, as_json: bool) -> None:
    """Tell how the gateway is: what is wrong first, and what to do; nothing is changed.

    Processes, SIMs and phones, what waits and since when, what is in doubt, money that is not
    matched, the last seal and backup, disk and clock. It works with and without running processes.
    The exit code is 1 while an alarm stands; notes do not count.
    """
    from worker.cli.status.looking import Looker

    looker = Looker(place.settings())
    try:
        is_well = _show(looker, as_json=as_json)
        if watch:
            _watch(looker, every_s=every_s, as_json=as_json)
    finally:
        looker.close()
    if not is_well:
        raise click.exceptions.Exit(1)


def _watch(looker: "Looker", *, every_s: int, as_json: bool) -> None:
    import threading

    from worker.cli.signals import call_at_end

    stop = threading.Event()
    call_at_end(stop.set)
    while not stop.wait(every_s):
        if not as_json:
            click.clear()
        _show(looker, as_json=as_json)


def _show(looker: "Looker", *, as_json: bool) -> bool:
    """Look and print, in JSON on one line; say whether no alarm stands."""
    from worker.cli.status.screen import lines

    seen = looker.look()
    if as_json:
        click.echo(json.dumps(seen, ensure_ascii=False))
    else:
        for line in lines(seen):
            click.echo(line)
    return not any(alarm["level"] == "alarm" for alarm in seen["alarms"])
