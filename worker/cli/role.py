"""``ngoma role``: who of staff may do what; after the first admin, each change takes two people."""

from collections.abc import Sequence
from typing import Final

import click

from domain.roles import DUTIES, Role
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    POSITION,
    REASON,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
)
from worker.cli.output import DONE, print_json, print_table, waiting

ROLE: Final = click.Choice([role.value for role in Role])


role_reason_option = click.option(
    "--reason",
    type=REASON,
    default="Role changed by an operator.",
    help="Why; kept with the event, beside the log.",
)


@click.group(cls=Group)
def role() -> None:
    """Give accounts roles of staff, and take them away.

    The first admin is made at once, by whoever has the host; every later change waits until
    another person approves it.
    """


@role.command("grant", epilog=example("ngoma role grant 2 finance_reviewer --reason 'joined'"))
@click.argument("account", type=ACCOUNT)
@click.argument("name", metavar="ROLE", type=ROLE)
@role_reason_option
@json_option
@place_options
def grant(place: Place, account: int, name: str, reason: str, *, as_json: bool) -> None:
    """Give an account a role: admin, finance_preparer, finance_reviewer or auditor."""
    _change(place, account, Role(name), reason, is_grant=True, as_json=as_json)


@role.command("withdraw", epilog=example("ngoma role withdraw 2 admin --reason 'has left'"))
@click.argument("account", type=ACCOUNT)
@click.argument("name", metavar="ROLE", type=ROLE)
@role_reason_option
@json_option
@place_options
def withdraw(place: Place, account: int, name: str, reason: str, *, as_json: bool) -> None:
    """Take a role away; the account's sessions end with it."""
    _change(place, account, Role(name), reason, is_grant=False, as_json=as_json)


def _change(
    place: Place, account: int, name: Role, reason: str, *, is_grant: bool, as_json: bool
) -> None:
    from application.accounts import ChangeRole

    with opened(place) as gateway:
        changed = gateway.run(
            ChangeRole(
                account,
                name,
                is_grant=is_grant,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        outcome = waiting(changed.entry) if changed.entry is not None else DONE
        print_json({"account_id": account, "role": name.value, **outcome})
    elif changed.entry is not None:
        click.echo(
            f"Nothing has changed yet: entry {changed.entry} waits for another person "
            f"(`ngoma approval approve {changed.entry}`)."
        )
    else:
        click.echo(
            f"Account {account} is the first {name.value}. Next: it logs in (`ngoma login`) and "
            "enrols a second factor (`ngoma second-factor enrol`)."
        )


@role.command("list", epilog=example("ngoma role list --json"))
@click.option("--after", type=POSITION, default=0, help="Only accounts with a higher number.")
@list_limit_option
@json_option
@place_options
def list_roles(place: Place, after: int, limit: int, *, as_json: bool) -> None:
    """List the accounts that have a role, and what each may do."""
    with opened(place) as gateway:
        gateway.look("roles")
        rows = gateway.reading("directory").staff(after=after, limit=limit)
    if as_json:
        print_json(
            [{"account_id": row.number, "name": row.name, "roles": list(row.roles)} for row in rows]
        )
        return
    print_table(
        ["account", "name", "state", "roles", "may"],
        [
            [
                row.number,
                row.name,
                "suspended" if row.suspended else "active",
                ", ".join(row.roles),
                _duties(row.roles),
            ]
            for row in rows
        ],
        empty="Nobody has a role: `ngoma role grant ACCOUNT admin` makes the first admin.",
    )


def _duties(roles: Sequence[str]) -> str:
    held = {duty for name in roles for duty in DUTIES[Role(name)]}
    return ", ".join(sorted(duty.replace("_", " ") for duty in held))
