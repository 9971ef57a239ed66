"""``ngoma audit holds`` and ``manual``: what is held for long, and what people did by hand."""

from itertools import islice
from typing import Any, Final

import click

from worker.cli.gateway import opened
from worker.cli.options import (
    ACCOUNT,
    Place,
    Whole,
    example,
    json_option,
    list_limit_option,
    place_options,
)
from worker.cli.output import clock_time, moment, print_json, print_table
from worker.cli.points import POINT, before, upto
from worker.cli.projections import progress

HOURS: Final = 24
HOURS_MAX: Final = 10_000


@click.command("holds", epilog=example("ngoma audit holds --older-than 48 --json"))
@click.option(
    "--older-than",
    "hours",
    type=Whole(0, HOURS_MAX),
    default=HOURS,
    show_default=True,
    help="Hours.",
)
@list_limit_option
@json_option
@place_options
def holds(place: Place, hours: int, limit: int, *, as_json: bool) -> None:
    """List credits that are reserved for longer than a day, the oldest first.

    Each is of a message that is neither sent nor refunded. Found in the log alone.
    """
    from application.audit.controls import holds as find_holds
    from domain.values import SECOND, Instant

    with opened(place) as gateway:
        gateway.look("holds")
        limit_at = Instant(gateway.now() - hours * 3600 * SECOND)
        store = gateway.reads.store
        with progress("Looking") as advance:
            end = store.head()
            advance(0, end)
            found = find_holds(store, until=end, before=limit_at, advance=advance)
    shown = found[:limit]
    if as_json:
        print_json(
            {
                "holds": len(found),
                "credits": sum(one.credits for one in found),
                "oldest": [
                    {
                        "number": one.number,
                        "account_id": one.account,
                        "network": one.network,
                        "credits": one.credits,
                        "since": moment(one.since),
                        "position": one.position,
                    }
                    for one in shown
                ],
            }
        )
        return
    print_table(
        ["message", "account", "network", "credits", "since (UTC)", "position"],
        [
            [one.number, one.account, one.network, one.credits, clock_time(one.since), one.position]
            for one in shown
        ],
        empty="There are none.",
    )
    if len(found) > len(shown):
        click.echo(f"{len(found) - len(shown)} more: --limit", err=True)


@click.command(
    "manual",
    epilog=example("ngoma audit manual --from 2026-11-01 --to 2026-11-30 --json"),
)
@click.option("--from", "since", metavar=POINT, help="From after this position, day or time on.")
@click.option("--to", "until", metavar=POINT, help="Up to this position, end of day, or time.")
@click.option("--account", type=ACCOUNT, help="Only what is about this customer.")
@list_limit_option
@json_option
@place_options
def manual(
    *,
    place: Place,
    since: str | None,
    until: str | None,
    account: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what people did by hand, oldest first: who, who agreed, and about what.

    Why they did it is a content beside the log: the number in front of the slash names it. What
    an account does with its own is not listed, and what staff looked at is in `ngoma look list`.
    """
    from application.audit.controls import by_hand

    with opened(place) as gateway:
        gateway.look("manual", account)
        store = gateway.reads.store
        start, end = before(store, since, field="from"), upto(store, until, field="to")
        with progress("Looking") as advance:
            advance(start, end)
            found = by_hand(store, after=start, until=end, account=account, advance=advance)
            rows = list(islice(found, limit + 1))
    shown = rows[:limit]
    if as_json:
        print_json(
            [
                {
                    "position": row.position,
                    "at": moment(row.at),
                    "topic": row.topic,
                    "aggregate_id": str(row.aggregate),
                    "fields": row.fields,
                }
                for row in shown
            ]
        )
    else:
        print_table(
            ["position", "time (UTC)", "event", "by", "agreed", "of account", "what"],
            [[row.position, clock_time(row.at), row.topic, *_who(row.fields)] for row in shown],
            empty="There is none.",
        )
    if len(rows) > limit:
        click.echo(f"There is more: --from {shown[-1].position}", err=True)


AMOUNTS: Final = ("credits", "amount_ngwee", "value_ngwee", "kind", "entry", "role")


def _who(fields: dict[str, Any]) -> list[object]:
    said = (f"{name} {fields[name]}" for name in AMOUNTS if fields.get(name) is not None)
    people = (fields.get(name) for name in ("actor", "approver", "account"))
    return [*people, ", ".join(said) or None]
