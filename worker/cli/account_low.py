"""``ngoma account low-balance``: when an account is told that its credits run low."""

import click

from domain.credits import CREDITS_MAX, LOW_BALANCE_FIELD
from domain.errors import NotFound
from domain.values import credits_in_words
from domain.wallet import CreditWallet, wallet_id
from worker.cli.gateway import Gateway, opened
from worker.cli.options import ACCOUNT, Place, Whole, example, json_option, place_options
from worker.cli.output import print_json


@click.command(
    "low-balance",
    epilog=example("ngoma account low-balance 1 --below 500", "ngoma account low-balance 1 --none"),
)
@click.argument("number", metavar="ACCOUNT", type=ACCOUNT)
@click.option(
    "--below", type=Whole(1, CREDITS_MAX), help="Credits: it is told when fewer are left."
)
@click.option("--none", "is_none", is_flag=True, help="It is told no more.")
@json_option
@place_options
def low_balance(
    place: Place, number: int, below: int | None, *, is_none: bool, as_json: bool
) -> None:
    """Set when an account is told that few credits are left; without options, show it.

    It is told once each time that what it has falls below: in its feed and at its webhook.
    """
    from application.accounts import ChooseLowBalance

    if is_none and below is not None:
        msg = "--below and --none exclude each other."
        raise click.UsageError(msg)
    with opened(place) as gateway:
        if is_none or below is not None:
            actor, at = gateway.actor, gateway.now()
            gateway.run(ChooseLowBalance(number, below, actor=actor, at=at))
        else:
            gateway.look("account", number)
            below = _wallet(gateway, number).low_balance
    if as_json:
        print_json({"account_id": number, LOW_BALANCE_FIELD: below})
    elif below is None:
        click.echo(f"Account {number} is not told when its credits run low.")
    else:
        click.echo(f"Account {number} is told when fewer than {credits_in_words(below)} are left.")


def _wallet(gateway: Gateway, number: int) -> CreditWallet:
    found = gateway.system.reader.find(CreditWallet, wallet_id(number))
    if found is None:
        msg = "No such account."
        raise NotFound(msg)
    return found
