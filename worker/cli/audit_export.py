"""``ngoma audit export``: the log for auditors, as bytes, with all that verifies it."""

from pathlib import Path

import click

from worker.cli.gateway import opened
from worker.cli.options import POSITION, Place, example, json_option, place_options
from worker.cli.output import moment, print_json
from worker.cli.projections import progress


@click.command(epilog=example("ngoma audit export --from 1 --out ngoma.zip"))
@click.option(
    "--from", "first", type=POSITION, default=1, show_default=True, help="First log position."
)
@click.option(
    "--to", "last", type=POSITION, help="Last log position; without it the newest seal's."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The zip to write; it is not overwritten.",
)
@json_option
@place_options
def export(place: Place, first: int, last: int | None, out: Path, *, as_json: bool) -> None:
    """Write events, seals and a program that verifies them into a zip.

    Events are in it byte for byte; nothing of it is personal or secret. What was broken off goes on
    where it stood when the same is asked for again.
    """
    from adapters.evidence.export import export as write
    from adapters.evidence.export import must_be_new

    must_be_new(out)

    with opened(place) as gateway, progress("Exporting") as advance:
        gateway.look("export")
        made = write(
            gateway.reads.store,
            first=first,
            last=last,
            out=out,
            made_at=moment(gateway.now()) or "",
            advance=advance,
        )
    if as_json:
        print_json(
            {
                "file": str(made.file),
                "from": made.first,
                "to": made.last,
                "events": made.events,
                "checkpoints": made.checkpoints,
            }
        )
        return
    click.echo(
        f"{made.file}: {made.events:,} events, positions {made.first:,} to {made.last:,}, with"
        f" {made.checkpoints:,} checkpoints. Verify it with your own copy of verify.py."
    )
