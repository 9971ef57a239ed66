"""``ngoma suppression``: numbers that get no promotional messages."""

from typing import TYPE_CHECKING

import click

from domain.msisdn import Msisdn, masked
from domain.public_ids import inbound_id
from domain.suppression import EVERYBODY
from domain.written import NUMBER_MAX
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.msisdn import read_msisdn
from worker.cli.options import (
    ACCOUNT,
    POSITION,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table

if TYPE_CHECKING:
    from application.messages.suppressing import Suppressible

_account_option = click.option(
    "--account", type=ACCOUNT, help="For the messages of this account; else for all."
)


@click.group(cls=Group)
def suppression() -> None:
    """See and say who gets no promotional messages.

    Whoever answers STOP is suppressed for the account that wrote; START lifts that.
    """


@suppression.command("list", epilog=example("ngoma suppression list --account 7"))
@click.option("--account", type=ACCOUNT, help="Only those that hold for this account.")
@click.option("--before", type=POSITION, help="Only those with a lower number.")
@list_limit_option
@json_option
@place_options
def list_suppressions(
    place: Place, account: int | None, before: int | None, limit: int, *, as_json: bool
) -> None:
    """List suppressed numbers, masked, newest first."""
    with opened(place) as gateway:
        gateway.look("suppressions", account)
        rows = gateway.reading("suppressions").suppressions(
            account, before=before or NUMBER_MAX, limit=limit
        )
    shown = [
        {
            "number": row.number,
            "account_id": row.account or None,
            "recipient": masked(Msisdn(row.msisdn)) if row.msisdn else None,
            "since": moment(row.since),
            "inbound": None if row.inbound is None else inbound_id(row.inbound),
            "actor": row.actor,
            "reason": row.reason,
        }
        for row in rows
    ]
    if as_json:
        print_json(shown)
        return
    print_table(
        ["no.", "account", "recipient", "since (UTC)", "by", "reason"],
        [
            [
                row.number,
                row.account or "all",
                one["recipient"],
                clock_time(row.since),
                one["inbound"] or row.actor,
                row.reason,
            ]
            for row, one in zip(rows, shown, strict=True)
        ],
    )
    if rows:
        hint_of_more(len(rows), limit, f"--before {rows[-1].number}")


@suppression.command(
    "add", epilog=example("ngoma suppression add 0977123456 --account 7 --reason 'asked by phone'")
)
@click.argument("msisdn", metavar="NUMBER", type=read_msisdn)
@_account_option
@reason_option
@json_option
@place_options
def add(place: Place, msisdn: str, account: int | None, reason: str, *, as_json: bool) -> None:
    """Suppress NUMBER."""
    from application.messages.suppressing import SuppressNumber

    with opened(place) as gateway:
        whom = _whom(gateway, account, msisdn)
        command = SuppressNumber(whom, actor=gateway.actor, reason=reason, at=gateway.now())
        number = gateway.run(command)
    if as_json:
        print_json({"number": number, "account_id": account})
    else:
        click.echo(f"The number gets no promotions from {_from(account)} (suppression {number}).")


@suppression.command(
    "lift", epilog=example("ngoma suppression lift 0977123456 --account 7 --reason 'in writing'")
)
@click.argument("msisdn", metavar="NUMBER", type=read_msisdn)
@_account_option
@reason_option
@json_option
@place_options
def lift(place: Place, msisdn: str, account: int | None, reason: str, *, as_json: bool) -> None:
    """Let promotions reach NUMBER again."""
    from application.messages.suppressing import LiftSuppression

    with opened(place) as gateway:
        whom = _whom(gateway, account, msisdn)
        gateway.run(LiftSuppression(whom, actor=gateway.actor, reason=reason, at=gateway.now()))
    if as_json:
        print_json({"account_id": account, "lifted": True})
    else:
        click.echo(f"Promotions from {_from(account)} reach the number again.")


def _whom(gateway: Gateway, account: int | None, msisdn: str) -> "Suppressible":
    from application.messages.suppressing import Suppressible

    return Suppressible.of(gateway.system.digests, account or EVERYBODY, msisdn)


def _from(account: int | None) -> str:
    return "anybody" if account is None else f"account {account}"
