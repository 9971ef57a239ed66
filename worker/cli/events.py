"""``ngoma events``: the log as it is stored, with filters."""

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
)
from worker.cli.output import clock_time, moment, print_json, print_table
from worker.cli.points import POINT, before, upto
from worker.cli.projections import progress

if TYPE_CHECKING:
    from application.audit.listing import Listed


@click.group(cls=Group)
def events() -> None:
    """Look at the log."""


@events.command(
    "list",
    epilog=example(
        "ngoma events list --topic CreditWallet.TopUp --from 2026-11-01 --to 2026-11-30",
        "ngoma events list --account 7 --from 1200 --json",
    ),
)
@click.option(
    "--topic",
    "topics",
    multiple=True,
    help="Only of this topic, or of this aggregate (CreditWallet); may be given again.",
)
@click.option("--aggregate", type=click.UUID, help="Only of the aggregate with this id.")
@click.option("--account", type=ACCOUNT, help="Only what names this customer.")
@click.option("--from", "since", metavar=POINT, help="From after this position, day or time on.")
@click.option("--to", "until", metavar=POINT, help="Up to this position, end of day, or time.")
@list_limit_option
@json_option
@place_options
def list_events(
    *,
    place: Place,
    topics: tuple[str, ...],
    aggregate: Any,
    account: int | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List events as they are stored, oldest first.

    An event has numbers, ids and digests: what is personal stands beside the log, and is not
    shown here.
    """
    from application.audit.listing import Filter, listed_events, topics_named

    wanted = Filter(topics_named(topics), aggregate, account)
    with opened(place) as gateway:
        gateway.look("events", account)
        store = gateway.reads.store
        start, end = before(store, since, field="from"), upto(store, until, field="to")
        with progress("Looking") as advance:
            advance(start, end)
            found = listed_events(store, wanted, after=start, until=end, advance=advance)
            rows = list(islice(found, limit + 1))
    shown = rows[:limit]
    if as_json:
        print_json([_as_json(row) for row in shown])
    else:
        print_table(
            ["position", "time (UTC)", "event", "version", "fields"],
            [
                [row.position, clock_time(row.at), row.topic, row.version, _words(row.fields)]
                for row in shown
            ],
        )
    if len(rows) > limit:
        click.echo(f"There is more: --from {shown[-1].position}", err=True)


def _words(fields: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)


def _as_json(row: "Listed") -> dict[str, Any]:
    return {
        "position": row.position,
        "at": moment(row.at),
        "topic": row.topic,
        "aggregate_id": str(row.aggregate),
        "version": row.version,
        "fields": row.fields,
    }
