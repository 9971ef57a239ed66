"""``ngoma restore``: a backup brought back, checked first."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from application.books.actors import Actor
from domain.errors import StoreDown
from domain.message import State
from domain.page_sizes import LIST_PAGE_MAX
from domain.public_ids import feltech_id
from worker.cli.backup import tell
from worker.cli.gateway import Gateway, Unmigrated, host_user, opened
from worker.cli.options import Place, example, json_option, place_options

if TYPE_CHECKING:
    from adapters.backup.report import Report

SHOWN_MAX: Final = 10
"""Held messages that are named for people; JSON names all."""


@click.command(
    "restore",
    epilog=example(
        "ngoma restore /backup/ngoma.zip --check",
        "ngoma restore /backup/ngoma.zip --data-dir /var/lib/ngoma",
        "ngoma restore /backup/ngoma.zip --release",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--check", "is_check", is_flag=True, help="Look at all of FILE; restore nothing.")
@click.option("--database-url", help="Where to restore a backup of PostgreSQL.")
@click.option(
    "--replace", "replaces", is_flag=True, help="Replace a store that is in order, and not empty."
)
@click.option(
    "--release",
    "releases",
    is_flag=True,
    help="Let open messages go on, also later: they may have left since the backup.",
)
@click.option(
    "--accept-broken",
    "accepts_broken",
    is_flag=True,
    help="Take a log that breaks invariants as it is; which ones, --check says.",
)
@json_option
@place_options
def restore(
    place: Place,
    file: Path,
    database_url: str | None,
    *,
    is_check: bool,
    replaces: bool,
    releases: bool,
    accepts_broken: bool,
    as_json: bool,
) -> None:
    """Bring a backup back, in the place of a store that no gateway has open.

    All of it is checked first. Messages that were open when it was made may have left since: they
    are held until --release, or until `ngoma message release` or `resolve`. What was done after
    the backup is not known any more.
    """
    from worker.cli.recovery import check_backup, restore_backup
    from worker.cli.restoring import Wish

    if is_check and (releases or replaces or accepts_broken):
        raise click.UsageError(
            "--check restores nothing: it takes none of --release, --replace, --accept-broken."
        )
    place = replace(place, database_url=database_url)
    settings = place.settings()
    if is_check:
        report = check_backup(settings, file)
        words = ["It can be restored." if report.is_ok else "It cannot be restored."]
        tell(report, words, as_json=as_json)
        return
    if releases and not replaces and (released := _released_in_place(place, file)):
        words = [f"{released.released} messages that were held go on."]
        tell(released, words, as_json=as_json)
        return
    wish = Wish(
        file,
        replaces=replaces,
        releases=releases,
        accepts_broken=accepts_broken,
        actor=Actor(host_user()),
    )
    report = restore_backup(settings, wish)
    tell(report, _restored(report) if report.is_ok else ["Not restored."], as_json=as_json)


def _released_in_place(place: Place, file: Path) -> "Report | None":
    """Release what is held, when the store in place is the one that this backup brought back."""
    from adapters.backup.archive import Archive, BadBackup
    from adapters.backup.report import Report
    from worker.cli.restoring import release

    try:
        with Archive.opened(file) as archive, opened(place) as gateway:
            manifest, identity = archive.manifest, gateway.system.store.identity()
    except (Unmigrated, StoreDown, BadBackup):
        return None  # a restore says what is wrong
    if identity.id != manifest.store_id or identity.generation <= manifest.generation:
        return None
    with opened(place) as gateway:
        released = release(gateway, _held(gateway), gateway.actor)
    report = Report.of(file, manifest)
    return replace(report, generation=identity.generation, released=released)


def _held(gateway: Gateway) -> tuple[int, ...]:
    queries, found = gateway.reading("dispatch"), list[int]()
    while page := queries.open_messages(
        State.HELD, after=found[-1] if found else 0, limit=LIST_PAGE_MAX
    ):
        found += [waiting.number for waiting in page]
    return tuple(found)


def _restored(report: "Report") -> list[str]:
    lines = [
        f"Restored as generation {report.generation}: {report.events:,} events up to position"
        f" {report.position:,}, as of {report.made_at}.",
        "Of what was done since then nothing is known any more: keys that were revoked, credits"
        " that were moved, messages that were sent, contents that were erased. Everybody has to log"
        " in again.",
    ]
    if report.held:
        named = ", ".join(map(feltech_id, report.held[:SHOWN_MAX]))
        more = f" and {len(report.held) - SHOWN_MAX} more" if len(report.held) > SHOWN_MAX else ""
        lines += [
            f"Held, because they may have left since: {named}{more}. `ngoma message list --state"
            " held` lists them; `ngoma message resolve` and `release` decide one, `ngoma restore"
            f" {report.file} --release` lets all go on.",
        ]
    if report.released:
        lines.append(f"{report.released} messages that were open go on.")
    return lines
