"""``ngoma number``: numbers that another network carries than their prefix says."""

import click

from domain.msisdn import Msisdn, masked
from domain.values import Network
from domain.written import NUMBER_MAX
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.msisdn import read_msisdn
from worker.cli.options import (
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


@click.group(cls=Group)
def number() -> None:
    """Say which network carries a number that was ported."""


@number.command("override", epilog=example("ngoma number override 0977123456 mtn"))
@click.argument("msisdn", metavar="MSISDN", type=read_msisdn)
@click.argument(
    "network",
    metavar="NETWORK",
    type=click.Choice([each.value for each in Network], case_sensitive=False),
)
@click.option(
    "--reason",
    type=REASON,
    default="Recorded as ported by an operator.",
    help="Why; kept with the event.",
)
@json_option
@place_options
def override(place: Place, msisdn: str, network: str, reason: str, *, as_json: bool) -> None:
    """Send what is for MSISDN by NETWORK (mtn, airtel, zamtel), whatever its prefix says.

    It holds for what is accepted from a second later on; what waits already keeps its network.
    """
    from application.messages.porting import OverrideNumber

    with opened(place) as gateway:
        command = OverrideNumber(
            msisdn,
            Network(network),
            digest=gateway.system.digests.ported(msisdn),
            actor=gateway.actor,
            reason=reason,
            at=gateway.now(),
        )
        made = gateway.run(command)
    if as_json:
        print_json({"number": made, "recipient": masked(Msisdn(msisdn)), "network": network})
    else:
        click.echo(f"{masked(Msisdn(msisdn))} is carried by {network} (override {made}).")


@number.command("list", epilog=example("ngoma number list --json"))
@click.option("--before", type=POSITION, help="Only those with a lower number.")
@list_limit_option
@json_option
@place_options
def list_overrides(place: Place, before: int | None, limit: int, *, as_json: bool) -> None:
    """List ported numbers, masked, newest first."""
    with opened(place) as gateway:
        gateway.look("ported_numbers")
        rows = gateway.reading("ported_numbers").ported(before=before or NUMBER_MAX, limit=limit)
    shown = [
        {
            "number": row.number,
            "recipient": masked(Msisdn(row.msisdn)) if row.msisdn else None,
            "network": row.network.value,
            "since": moment(row.since),
            "actor": row.actor,
            "reason": row.reason,
        }
        for row in rows
    ]
    if as_json:
        print_json(shown)
        return
    print_table(
        ["no.", "recipient", "network", "since (UTC)", "by", "reason"],
        [
            [
                row.number,
                one["recipient"],
                row.network,
                clock_time(row.since),
                row.actor,
                row.reason,
            ]
            for row, one in zip(rows, shown, strict=True)
        ],
        empty="No number is recorded as ported.",
    )
    if rows:
        hint_of_more(len(rows), limit, f"--before {rows[-1].number}")


@number.command("lift", epilog=example("ngoma number lift 0977123456 --reason 'ported back'"))
@click.argument("msisdn", metavar="MSISDN", type=read_msisdn)
@reason_option
@json_option
@place_options
def lift(place: Place, msisdn: str, reason: str, *, as_json: bool) -> None:
    """Let the prefix of MSISDN say again who carries it."""
    from application.messages.porting import LiftOverride

    with opened(place) as gateway:
        digest = gateway.system.digests.ported(msisdn)
        gateway.run(LiftOverride(digest, actor=gateway.actor, reason=reason, at=gateway.now()))
    if as_json:
        print_json({"recipient": masked(Msisdn(msisdn)), "lifted": True})
    else:
        click.echo(f"The prefix of {masked(Msisdn(msisdn))} says again who carries it.")
