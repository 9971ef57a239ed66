"""``ngoma migrate``: make or update the tables of the store and the read models."""

from typing import TYPE_CHECKING

import click

from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import print_json
from worker.cli.projections import progress

if TYPE_CHECKING:
    from application.system import System


@click.command(
    epilog=example("ngoma migrate", "NGOMA_DATABASE_URL=postgresql://ngoma@db/ngoma ngoma migrate")
)
@click.option(
    "--adopt",
    "is_adopted",
    is_flag=True,
    help="The writer's key was lost: tag the whole log as found, under the key at hand.",
)
@json_option
@place_options
def migrate(place: Place, *, is_adopted: bool, as_json: bool) -> None:
    """Make or update the tables of the store.

    Safe to run again, and beside a running gateway. `ngoma serve` on one machine does it by
    itself; the roles of a scaled gateway do not.
    """
    with opened(place, requires_migrated=False) as gateway:
        store, follower = gateway.system.store, gateway.system.follower
        was_migrated, has_older = store.is_migrated(), store.has_older_secrets()
        store.migrate()
        adopted = _adopted(gateway.system, is_adopted=is_adopted, has_older_secrets=has_older)
        changed = follower.outdated()
        if changed:
            with progress("Read models") as advance:
                follower.migrate(advance)
    if as_json:
        print_json(
            {
                "store": "unchanged" if was_migrated else "made",
                "projections": changed,
                "adopted": adopted,
            }
        )
        return
    click.echo("The store was up to date." if was_migrated else "Made the tables of the store.")
    if adopted is not None:
        click.echo(f"Taken as found, for who wrote it is not known: up to position {adopted:,}.")
    if changed:
        click.echo(f"Made or rebuilt: {', '.join(changed)}.")


def _adopted(system: "System", *, is_adopted: bool, has_older_secrets: bool) -> int | None:
    """Take a log without tags as it is found, any log when that was said; give where it ends.

    So with secrets of people: of a store whose version gave them no tags, and of no other.
    """
    from application.proof.adopting import adopt, adopt_secrets
    from worker.cli.adoption import adopt_what_is_older

    store, keys, randomness, at = system.store, system.writer, system.randomness, system.clock.now()
    if is_adopted:
        return adopt(store, keys, randomness, at=at)
    adopted = adopt_what_is_older(system, may_adopt=True)
    if adopted is None and has_older_secrets:
        adopt_secrets(store, keys, randomness, at=at)
    return adopted
