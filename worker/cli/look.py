"""``ngoma look``: what staff looked at, as far as it is on record."""

import click

from application.ports.queries import LookRow
from domain.written import NUMBER_MAX
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    NUMBER,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
)
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table


@click.group(cls=Group)
def look() -> None:
    """See who of staff looked at what."""


@look.command("list", epilog=example("ngoma look list --account 7", "ngoma look list --json"))
@click.option("--account", type=ACCOUNT, help="Only looks at what belongs to this account.")
@click.option("--before", type=NUMBER, default=NUMBER_MAX, help="Only looks with a lower number.")
@list_limit_option
@json_option
@place_options
def list_looks(
    place: Place, account: int | None, before: int, limit: int, *, as_json: bool
) -> None:
    """List looks on record, newest first: who saw what of whose, when and why.

    On record is all that an auditor reads, and every number and text that was revealed.
    """
    with opened(place) as gateway:
        gateway.look("looks", account)
        rows = gateway.reading("looks").looks(account, before=before, limit=limit)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        ["number", "time (UTC)", "who", "what", "of account", "why"],
        [
            [row.number, clock_time(row.at), row.actor, _what(row), row.account, row.reason]
            for row in rows
        ],
        empty="There are none.",
    )
    if rows:
        hint_of_more(len(rows), limit, f"--before {rows[-1].number}")


def _what(row: LookRow) -> str:
    words = row.what.replace("_", " ")
    return words if row.subject is None else f"{words} {row.subject}"


def _as_json(row: LookRow) -> dict[str, object]:
    return {
        "number": row.number,
        "at": moment(row.at),
        "actor": row.actor,
        "what": row.what,
        "subject": row.subject,
        "account_id": row.account,
        "reason": row.reason,
    }
