"""``ngoma migrate``: make or update the tables of the store and the read models."""

import click

from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import print_json
from worker.cli.projections import progress


@click.command(
    epilog=example("ngoma migrate", "NGOMA_DATABASE_URL=postgresql://ngoma@db/ngoma ngoma migrate")
)
@json_option
@place_options
def migrate(place: Place, *, as_json: bool) -> None:
    """Make or update the tables of the store.

    Safe to run again, and beside a running gateway. `ngoma serve` on one machine does it by
    itself; the roles of a scaled gateway do not.
    """
    with opened(place, requires_migrated=False) as gateway:
        store, follower = gateway.system.store, gateway.system.follower
        was_migrated = store.is_migrated()
        store.migrate()
        changed = follower.outdated()
        if changed:
            with progress("Read models") as advance:
                follower.migrate(advance)
    if as_json:
        print_json({"store": "unchanged" if was_migrated else "made", "projections": changed})
        return
    click.echo("The store was up to date." if was_migrated else "Made the tables of the store.")
    if changed:
        click.echo(f"Made or rebuilt: {', '.join(changed)}.")
