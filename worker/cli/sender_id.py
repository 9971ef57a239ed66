"""``ngoma sender-id``: the names that accounts ask for, and what staff decide about them."""

from collections.abc import Sequence

import click

from application.ports.queries import Queries, SenderIdRow
from domain.errors import NotFound
from domain.sender_id_rules import SenderIdStatus
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    NUMBER,
    POSITION,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, moment, print_json, print_table


@click.group(cls=Group)
def sender_id() -> None:
    """List and decide sender IDs.

    NUMBER is the number that the list shows.
    """


@sender_id.command("list", epilog=example("ngoma sender-id list --pending"))
@click.option("--account", type=ACCOUNT, help="Only those of one account.")
@click.option("--pending", is_flag=True, help="Only those that wait for a decision.")
@click.option("--after", type=POSITION, default=0, help="Only those with a higher number.")
@list_limit_option
@json_option
@place_options
def list_sender_ids(
    place: Place, account: int | None, after: int, limit: int, *, pending: bool, as_json: bool
) -> None:
    """List the sender IDs that accounts asked for, oldest first."""
    status = SenderIdStatus.PENDING.value if pending else None
    with opened(place) as gateway:
        gateway.look("sender_ids", account)
        queries = gateway.reading("directory")
        if account is None:
            rows = queries.sender_id_requests(status, after=after, limit=limit)
        else:
            rows = _of_account(queries, account, status, after=after)[:limit]
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        ["number", "account", "name", "status", "asked (UTC)", "use case", "reason"],
        [
            [
                row.number,
                row.account,
                row.name,
                row.status,
                clock_time(row.created_at),
                row.use_case or None,
                row.reason,
            ]
            for row in rows
        ],
        empty="There are none.",
    )


def _of_account(
    queries: Queries, account: int, status: str | None, *, after: int
) -> Sequence[SenderIdRow]:
    if queries.account(account) is None:
        msg = "No such account."
        raise NotFound(msg)
    rows = [row for row in queries.sender_ids(account) if row.number > after]
    return [row for row in rows if status is None or row.status == status]


@sender_id.command("approve", epilog=example("ngoma sender-id approve 3"))
@click.argument("number", type=NUMBER)
@json_option
@place_options
def approve(place: Place, number: int, *, as_json: bool) -> None:
    """Let an account send under a name; also one that was rejected before."""
    _decide(place, number, SenderIdStatus.APPROVED, reason="", as_json=as_json)


@sender_id.command("reject", epilog=example("ngoma sender-id reject 3 --reason 'not your name'"))
@click.argument("number", type=NUMBER)
@reason_option
@json_option
@place_options
def reject(place: Place, number: int, reason: str, *, as_json: bool) -> None:
    """Refuse a name that waits for a decision."""
    _decide(place, number, SenderIdStatus.REJECTED, reason=reason, as_json=as_json)


def _decide(
    place: Place, number: int, status: SenderIdStatus, *, reason: str, as_json: bool
) -> None:
    from application.accounts import DecideSenderId

    with opened(place) as gateway:
        row = gateway.reading("directory").sender_id(number)
        if row is None or row.name is None:
            msg = "No such sender ID."
            raise NotFound(msg)
        gateway.run(
            DecideSenderId(
                row.account,
                row.name,
                approved=status is SenderIdStatus.APPROVED,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"number": number, "account_id": row.account, "status": status.value})
    else:
        click.echo(f"Sender ID {row.name} of account {row.account} is {status.value}.")


def _as_json(row: SenderIdRow) -> dict[str, object]:
    return {
        "number": row.number,
        "account_id": row.account,
        "name": row.name,
        "status": row.status,
        "use_case": row.use_case,
        "reason": row.reason,
        "created_at": moment(row.created_at),
    }
