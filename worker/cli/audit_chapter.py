"""``ngoma audit chapter``: asks for a chapter of the seal, which takes two people."""

import click

from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options, reason_option
from worker.cli.output import print_json, waiting


@click.command(epilog=example("ngoma audit chapter --reason 'restored after the disk failed'"))
@reason_option
@json_option
@place_options
def chapter(place: Place, reason: str, *, as_json: bool) -> None:
    """Ask for a chapter of the seal under the key of these settings; another person approves.

    After a restore, or when the key is lost: the log goes on, and auditors see where the old
    chapter ends and who signed for the new one.
    """
    from adapters.bootstrap import open_sealing
    from application.accounts.seal_chapters import PrepareChapter

    with opened(place) as gateway:
        sealing = open_sealing(gateway.settings)
        if sealing is None:
            msg = (
                "There is no key of the seal here: `ngoma seal --make-key`, or name it by seal_key."
            )
            raise click.ClickException(msg)
        entry = gateway.run(
            PrepareChapter(
                sealing.key.public,
                gateway.reads.store.identity(),
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json(dict(waiting(entry)))
    else:
        click.echo(
            f"Nothing has changed yet: entry {entry} waits for another person "
            f"(`ngoma approval approve {entry}`)."
        )
