"""``ngoma seal``: the role that seals the log, and the making of its key."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from worker.cli.options import Place, example, place_options

if TYPE_CHECKING:
    from adapters.settings import Settings


@click.command(epilog=example("ngoma seal --make-key", "ngoma seal"))
@click.option("--make-key", is_flag=True, help="Only make the key, where there is none yet.")
@click.option(
    "--change-key",
    "next_key",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Only hand over to the key in this file (Ed25519, PEM).",
)
@place_options
def seal(place: Place, *, make_key: bool, next_key: Path | None) -> None:
    """Seal the log until interrupted: sign what is in it, so that no one can change it unseen.

    The key is in a file of its own (`seal_key`), never in the database. On one machine `ngoma
    serve` seals by itself where it finds that key; run this where the key is on another host or
    belongs to another user. Of several sealers one is at work.
    """
    settings = place.settings()
    if make_key:
        _make_key(settings)
        return
    if next_key is not None:
        _change_key(place, next_key)
        return
    from worker.cli.processes import run
    from worker.parts.part import ProcessRole

    run(ProcessRole.SEAL, place)


def _make_key(settings: "Settings") -> None:
    from adapters.bootstrap import seal_key_file
    from adapters.security.signing import make_key_file
    from domain.proof.notes import fingerprint_of

    path = seal_key_file(settings)
    if settings.seal_key is not None:
        msg = "The settings name a seal_key: make one there yourself, or leave the setting out."
        raise click.ClickException(msg)
    try:
        key = make_key_file(path)
    except FileExistsError as error:
        msg = f"{path} is there already, and a key is never replaced."
        raise click.ClickException(msg) from error
    click.echo(f"Made {path}. Keep a copy where neither the store nor its backups are.")
    click.echo(f"Its fingerprint, for auditors: {fingerprint_of(key.public)}")
    click.echo("From its next start on `ngoma serve` seals with it; `ngoma seal` does so apart.")


def _change_key(place: Place, path: Path) -> None:
    from adapters.bootstrap import open_sealing
    from adapters.security.signing import read_key
    from application.proof.chapters import ChangeKey, newest_chapter
    from application.proof.history import handover_text
    from domain.proof.notes import Note
    from worker.cli.gateway import opened

    with opened(place) as gateway:
        sealing, chapter = open_sealing(gateway.settings), newest_chapter(gateway.system.reader)
        if sealing is None or chapter is None:
            msg = "There is no key to hand over from, or nothing was sealed yet."
            raise click.ClickException(msg)
        before = sealing.key.named(chapter.origin)
        key = read_key(f"file:{path}").named(chapter.origin)
        handover = Note.signed(handover_text(key), before, sealing.key.sign)
        gateway.run(
            ChangeKey(
                chapter.chapter,
                key,
                handover=handover,
                before=str(before),
                actor=gateway.actor,
                at=gateway.now(),
            )
        )
    click.echo(
        f"The log is sealed by the key in {path} from now on: put it in the place of the old."
    )
    click.echo(f"Its fingerprint, for auditors: {key.fingerprint}")
