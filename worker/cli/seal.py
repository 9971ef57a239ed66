"""``ngoma seal``: the role that seals the log, and the making of its key."""

from typing import TYPE_CHECKING

import click

from worker.cli.options import Place, example, place_options

if TYPE_CHECKING:
    from adapters.settings import Settings


@click.command(epilog=example("ngoma seal --make-key", "ngoma seal"))
@click.option("--make-key", is_flag=True, help="Only make the key, where there is none yet.")
@place_options
def seal(place: Place, *, make_key: bool) -> None:
    """Seal the log until interrupted: sign what is in it, so that no one can change it unseen.

    The key is in a file of its own (`seal_key`), never in the database. On one machine `ngoma
    serve` seals by itself where it finds that key; run this where the key is on another host or
    belongs to another user. Of several sealers one is at work.
    """
    settings = place.settings()
    if make_key:
        _make_key(settings)
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
