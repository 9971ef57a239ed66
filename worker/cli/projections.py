"""``ngoma projections``: where the read models stand, and building them anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from application.ports.queries import ProjectionStatus
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import console, print_json, print_table


@click.group(cls=Group)
def projections() -> None:
    """Look at the read models, and build them anew."""


@projections.command("status", epilog=example("ngoma projections status --json"))
@json_option
@place_options
def status(place: Place, *, as_json: bool) -> None:
    """Say where each read model stands in the log; one that has stopped says why.

    Also followers with effects (notices, by mail), which go on after an event that they cannot
    handle. Their position is kept only now and then while nothing matters to them.
    """
    from application.books.effects import effect_statuses

    with opened(place) as gateway:
        system = gateway.system
        rows = [*system.queries.projections(), *effect_statuses(system.store)]
    if as_json:
        print_json(
            [
                {
                    "name": row.name,
                    "position": row.position,
                    "head": row.head,
                    "lag": row.lag,
                    "error": row.error,
                    "rebuilding": row.is_rebuilding,
                }
                for row in rows
            ]
        )
    else:
        print_table(
            ["name", "position", "end of log", "apart", "trouble"],
            [[row.name, row.position, row.head, row.lag, _trouble(row)] for row in rows],
        )
    if any(row.error for row in rows):
        raise click.exceptions.Exit(1)


def _trouble(row: ProjectionStatus) -> str | None:
    return row.error or ("is being built anew" if row.is_rebuilding else None)


@projections.command("rebuild", epilog=example("ngoma projections rebuild balances message_log"))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option
@place_options
def rebuild(place: Place, names: tuple[str, ...], *, as_json: bool) -> None:
    """Build read models (all, unless named) anew from the log; the old ones serve meanwhile."""
    from projections.rebuild import RebuildFailed

    with opened(place) as gateway:
        wanted = _chosen(gateway, names)
        try:
            with progress("Rebuilding") as advance:
                gateway.system.follower.rebuild(wanted, advance)
        except RebuildFailed as error:
            msg = f"Not rebuilt, and the old ones serve on: {error}"
            raise click.ClickException(msg) from error
    if as_json:
        print_json({"rebuilt": wanted})
    else:
        click.echo(f"Rebuilt: {', '.join(wanted)}.")


def _chosen(gateway: Gateway, names: tuple[str, ...]) -> list[str]:
    known = [row.name for row in gateway.system.queries.projections()]
    for name in names:
        if name not in known:
            msg = f"there is no read model {name!r}; there are {', '.join(known)}."
            raise click.BadParameter(msg, param_hint="NAME")
    return list(dict.fromkeys(names)) or known


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while the block runs; it is moved by position and end of the log."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(to_stderr=True)) as shown:
        task = shown.add_task(words, total=None, visible=False)  # nobody knows yet how much it is
        yield lambda position, head: shown.update(
            task, completed=position, total=head, visible=True
        )
