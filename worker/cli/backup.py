"""``ngoma backup``: the truth in one file, made while the gateway runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from application.books.actors import Actor
from domain.public_ids import feltech_id
from worker.cli.gateway import host_user, require_store
from worker.cli.group import Group
from worker.cli.options import Place, Whole, example, json_option, place_options
from worker.cli.output import moment, print_json, print_table, visible
from worker.cli.projections import progress

if TYPE_CHECKING:
    from adapters.backup.report import Report


KEPT_MAX: Final = 100
"""As many as are remembered."""
BROKEN: Final = (
    "Restore an older backup; if there is none, `ngoma restore FILE --accept-broken` brings this"
    " one back with all that is wrong in it."
)


@click.group(cls=Group)
def backup() -> None:
    """Make backups, list those that were made, and try whether they can be restored."""


@backup.command(
    "create",
    epilog=example(
        "ngoma backup create /backup/ngoma-$(date +%F).zip --json",
        "ngoma backup create /backup/ngoma-$(date +%F).zip --keep 14",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--keep",
    type=Whole(1, KEPT_MAX),
    help="Then remove older ones that were made here in the same folder, but the last so many.",
)
@json_option
@place_options
def create(place: Place, file: Path, *, keep: int | None, as_json: bool) -> None:
    """Back the store up into FILE, also while the gateway runs.

    It holds events, contents and the server's secret, as of one moment: keep it as you keep the
    store. The writer's key and the sealer's are never in it. FILE is not overwritten.
    """
    from adapters.backup.making import make_backup, must_be_new, remove_older
    from adapters.clock import SystemClock

    settings = place.settings()
    if settings.database_url is None:
        require_store(settings)
    must_be_new(file)
    with progress("Backup") as advance:
        made_at = moment(SystemClock().now()) or ""
        report = make_backup(settings, file, made_at=made_at, advance=advance)
    words = [f"{file}: {report.events or 0:,} events up to position {report.position or 0:,}."]
    removed = remove_older(settings, report, keep) if keep and report.is_ok else []
    words += [f"Removed {older}." for older in removed]
    tell(
        report,
        words if report.is_ok else ["No backup was made."],
        as_json=as_json,
        removed=[str(older) for older in removed],
    )


@backup.command("list", epilog=example("ngoma backup list --json"))
@json_option
@place_options
def list_backups(place: Place, *, as_json: bool) -> None:
    """List the backups that were made here, oldest first, and whether each is still there."""
    from adapters.backup.making import is_as_made, remembered

    rows = [
        each | {"is_there": is_as_made(Path(each["file"]), each["bytes"])}
        for each in remembered(place.settings())
    ]
    if as_json:
        print_json(rows)
        return
    names = ("made_at", "file", "generation", "position", "events", "bytes", "is_there")
    print_table(names, [[row[name] for name in names] for row in rows], empty="No backup was made.")


@backup.command("drill", epilog=example("ngoma backup drill --json"))
@json_option
@place_options
def drill(place: Place, *, as_json: bool) -> None:
    """Restore the newest backup where nobody uses it, and say how long it took.

    That is a folder for temporary files, and on PostgreSQL a database of its own on the same
    server. All of what came back is read and checked, and removed. The gateway may run. What
    came of it is noted for `ngoma status`.
    """
    from adapters.backup.drills import remember_drill
    from adapters.clock import SystemClock
    from worker.cli.drilling import drill_newest

    settings = place.settings()
    done = drill_newest(settings, actor=Actor(host_user()))
    report = done.report
    at = moment(SystemClock().now()) or ""
    remember_drill(settings, report, at=at, took_s=done.took_s)
    words = [
        f"{report.file}, made at {report.made_at}: brought back in {done.took_s:.1f} s,"
        f" {report.events or 0:,} events up to position {report.position or 0:,}, and in order.",
        f"{len(report.held):,} messages would be held.",
    ]
    tell(
        report,
        words if report.is_ok else [f"{report.file} cannot be restored."],
        as_json=as_json,
        took_s=round(done.took_s, 3),
    )


def tell(report: "Report", words: list[str], *, as_json: bool, **more: object) -> None:
    """Say what came of it, with ``more`` in JSON; the exit code is 1 when something is wrong."""
    if as_json:
        print_json(
            {
                "file": str(report.file.absolute()),
                "store_id": report.store_id,
                "generation": report.generation,
                "position": report.position,
                "events": report.events,
                "ok": report.is_ok,
                "problems": [*report.problems, *(() if report.is_accepted else report.breaks)],
                "accepted": list(report.breaks) if report.is_accepted else [],
                "made_at": report.made_at,
                "held": [feltech_id(number) for number in report.held],
                "released": report.released,
                "missing": list(report.missing),
                "tools": report.tools,
                "notes": list(report.notes),
                **more,
            }
        )
    else:
        if report.missing:
            words = [*words, f"Not in a backup: {', '.join(report.missing)}."]
        if report.tools:
            tools = ", ".join(f"{name} {version}" for name, version in report.tools.items())
            words = [*words, f"With {tools}."]
        for line in (*words, *report.notes):
            click.echo(visible(line))
        for problem in report.problems:
            click.echo(visible(f"Wrong: {problem}"), err=True)
        for violation in report.breaks:
            word = "Accepted" if report.is_accepted else "Wrong"
            click.echo(visible(f"{word}: its log breaks {violation}"), err=True)
        if report.breaks and not report.is_accepted:
            click.echo(BROKEN, err=True)
    if not report.is_ok:
        raise click.exceptions.Exit(1)
