"""``ngoma approval``: what one person prepared, and another approves or rejects."""

import click

from application.ports.queries import EntryRow
from domain.errors import NotFound
from domain.manual_entry import EntryStatus
from domain.values import credits_in_words
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    NUMBER,
    POSITION,
    REASON,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table

remark_option = click.option(
    "--reason", type=REASON, help="Why; kept with the event, beside the log."
)


@click.group(cls=Group)
def approval() -> None:
    """List and decide what takes two people.

    NUMBER is the number that the list shows. Deciding takes a login, of another person than the
    one who prepared it.
    """


@approval.command("list", epilog=example("ngoma approval list --status waiting"))
@click.option(
    "--status",
    type=click.Choice([status.value for status in EntryStatus]),
    help="Only those that stand so.",
)
@click.option("--after", type=POSITION, default=0, help="Only entries with a higher number.")
@list_limit_option
@json_option
@place_options
def list_entries(
    place: Place, status: str | None, after: int, limit: int, *, as_json: bool
) -> None:
    """List what was prepared, oldest first."""
    with opened(place) as gateway:
        gateway.look("approvals")
        rows = gateway.reading("approvals").entries(status, after=after, limit=limit)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        ["number", "what", "account", "by", "prepared (UTC)", "status", "decided by", "reason"],
        [
            [
                row.number,
                _what(row),
                row.account,
                row.actor,
                clock_time(row.prepared_at),
                row.status,
                row.approver,
                row.reason,
            ]
            for row in rows
        ],
        empty="There are none.",
    )
    if rows:
        hint_of_more(len(rows), limit, f"--after {rows[-1].number}")


@approval.command("show", epilog=example("ngoma approval show 3"))
@click.argument("number", type=NUMBER)
@json_option
@place_options
def show(place: Place, number: int, *, as_json: bool) -> None:
    """Show one entry: what it would do, who asked for it and why, and what became of it."""
    with opened(place) as gateway:
        gateway.look("approval", number)
        row = gateway.reading("approvals").entry(number)
    if row is None:
        msg = "No such entry."
        raise NotFound(msg)
    values = _as_json(row)
    if as_json:
        print_json(values)
    else:
        print_table(["field", "value"], [[name, value] for name, value in values.items()])


@approval.command("approve", epilog=example("ngoma approval approve 3"))
@click.argument("number", type=NUMBER)
@remark_option
@json_option
@place_options
def approve(place: Place, number: int, reason: str | None, *, as_json: bool) -> None:
    """Agree to what another person prepared: it takes effect at once."""
    _decide(place, number, "approve", reason or "", as_json=as_json)


@approval.command("reject", epilog=example("ngoma approval reject 3 --reason 'no such ticket'"))
@click.argument("number", type=NUMBER)
@reason_option
@json_option
@place_options
def reject(place: Place, number: int, reason: str, *, as_json: bool) -> None:
    """Refuse what another person prepared."""
    _decide(place, number, "reject", reason, as_json=as_json)


@approval.command("withdraw", epilog=example("ngoma approval withdraw 3"))
@click.argument("number", type=NUMBER)
@remark_option
@json_option
@place_options
def withdraw(place: Place, number: int, reason: str | None, *, as_json: bool) -> None:
    """Take back what you prepared yourself."""
    _decide(place, number, "withdraw", reason or "", as_json=as_json)


def _decide(place: Place, number: int, decision: str, reason: str, *, as_json: bool) -> None:
    from application.accounts import DecideEntry, Decision

    with opened(place) as gateway:
        decided = gateway.run(
            DecideEntry(
                number, Decision(decision), actor=gateway.actor, reason=reason, at=gateway.now()
            )
        )
    if as_json:
        print_json(
            {
                "number": number,
                "kind": decided.kind.value,
                "account_id": decided.account,
                "status": decided.status.value,
            }
        )
    else:
        click.echo(f"Entry {number} is {decided.status.value}.")


def _what(row: EntryRow) -> str:
    words = row.kind.replace("_", " ")
    if row.amount_ngwee is not None:
        from domain.money import Ngwee, format_kwacha

        return f"{words} {format_kwacha(Ngwee(row.amount_ngwee))}, {row.receipt}"
    if row.credits is not None:
        return f"{words} {credits_in_words(row.credits)}"
    return words if row.role is None else f"{words} {row.role}"


def _as_json(row: EntryRow) -> dict[str, object]:
    return {
        "number": row.number,
        "kind": row.kind,
        "account_id": row.account,
        "credits": row.credits,
        "role": row.role,
        "receipt": row.receipt,
        "amount_ngwee": row.amount_ngwee,
        "seal_key": row.seal_key,
        "actor": row.actor,
        "reason": row.reason,
        "status": row.status,
        "approver": row.approver,
        "remark": row.remark,
        "prepared_at": moment(row.prepared_at),
        "decided_at": moment(row.decided_at),
    }
