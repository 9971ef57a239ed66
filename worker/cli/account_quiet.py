"""``ngoma account quiet-hours``: when an account's messages wait."""

from typing import TYPE_CHECKING

import click

from domain.account import Account, account_id
from domain.errors import NotFound
from domain.quiet_hours import QuietHours, check_quiet_hours
from worker.cli.gateway import Gateway, opened
from worker.cli.options import (
    ACCOUNT,
    Place,
    example,
    json_option,
    kind,
    place_options,
)
from worker.cli.output import print_json

if TYPE_CHECKING:
    from application.accounts import Quiet


@click.command(
    "quiet-hours",
    epilog=example(
        "ngoma account quiet-hours 1 --hours 20:00-07:00", "ngoma account quiet-hours 1 --none"
    ),
)
@click.argument("number", metavar="ACCOUNT", type=ACCOUNT)
@click.option(
    "--hours",
    type=kind(check_quiet_hours, name="hours"),
    help="From and to, in Lusaka: 20:00-07:00.",
)
@click.option("--none", "is_none", is_flag=True, help="No quiet hours any more.")
@click.option(
    "--all/--promotions",
    "is_all",
    default=None,
    help="Whether they hold all but lane otp, or promotional messages only.",
)
@json_option
@place_options
def quiet_hours(
    place: Place,
    number: int,
    hours: QuietHours | None,
    *,
    is_none: bool,
    is_all: bool | None,
    as_json: bool,
) -> None:
    """Set when an account's messages wait; without options, show it.

    This holds for messages that are accepted from then on, and changes no earlier one.
    """
    from application.accounts import ChooseQuietHours, Quiet

    if is_none and hours is not None:
        msg = "--hours and --none exclude each other."
        raise click.UsageError(msg)
    changes: dict[str, str | bool | None] = {} if is_all is None else {"is_all": is_all}
    if is_none or hours is not None:
        changes["hours"] = None if hours is None else hours.written
    with opened(place) as gateway:
        if not changes:
            gateway.look("account", number)
            found = find_account(gateway, number)
            chosen = Quiet(found.quiet_hours, found.quiet_all)
        else:
            actor, at = gateway.actor, gateway.now()
            chosen = gateway.run(ChooseQuietHours(number, changes, actor=actor, at=at))
    if as_json:
        print_json({"account_id": number, **_quiet_json(chosen)})
    elif chosen.hours is None:
        click.echo(f"Account {number} has no quiet hours.")
    else:
        what = "all messages but those in lane otp" if chosen.is_all else "promotional messages"
        click.echo(f"Account {number}: {chosen.hours} in Lusaka, {what} wait.")


def _quiet_json(chosen: "Quiet") -> dict[str, object]:
    hours = None if chosen.hours is None else QuietHours.read(chosen.hours)
    return {
        "quiet_hours": hours and {"from": hours.begins, "to": hours.ends},
        "quiet_all": chosen.is_all,
    }


def find_account(gateway: Gateway, number: int) -> Account:
    """Give an account.

    Raises:
        NotFound: there is none.
    """
    found = gateway.system.reader.find(Account, account_id(number))
    if found is None:
        msg = "No such account."
        raise NotFound(msg)
    return found
