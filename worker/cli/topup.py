"""``ngoma topup``: top-ups by mobile money, and what goes back."""

from typing import TYPE_CHECKING
from uuid import UUID

import click

from domain.money import Ngwee, format_kwacha, parse_kwacha
from domain.msisdn import normalise
from domain.public_ids import iso_time, iso_time_or_none, parse_top_up_id, top_up_id
from domain.values import Network
from domain.written import NUMBER_MAX
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    CREDITS,
    Place,
    example,
    json_option,
    kind,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, print_json, print_table

if TYPE_CHECKING:
    from application.money.shown import TopUpShown


def _top_up_number(value: str) -> int:
    number = parse_top_up_id(value.strip())
    if number is None or number > NUMBER_MAX:
        msg = "is not the id of a top-up, for example top_7."
        raise click.BadParameter(msg)
    return number


def _msisdn(value: str) -> str:
    from domain.errors import InvalidRecipient

    try:
        return normalise(value)
    except InvalidRecipient as error:
        raise click.BadParameter(str(error).replace("The recipient", "The number")) from error


_top_up_number.__name__ = "top_up"
_msisdn.__name__ = "number"


def _kwacha(value: str) -> Ngwee:
    return parse_kwacha(value)


@click.group(cls=Group)
def topup() -> None:
    """Ask for top-ups by mobile money, and see where they stand."""


@topup.command("request", epilog=example("ngoma topup request 1 --msisdn 0961234567 --amount K50"))
@click.argument("account", type=ACCOUNT)
@click.option("--msisdn", type=_msisdn, required=True, help="Who pays.")
@click.option("--amount", type=kind(_kwacha, name="kwacha"), help="How much, in kwacha.")
@click.option("--pack", help="Or the name of a pack of the price list.")
@click.option("--network", type=click.Choice([one.value for one in Network]), help="Whose wallet.")
@json_option
@place_options
def request(
    *,
    place: Place,
    account: int,
    msisdn: str,
    amount: Ngwee | None,
    pack: str | None,
    network: str | None,
    as_json: bool,
) -> None:
    """Ask for a top-up of ACCOUNT; the payer is asked for the PIN by the running gateway."""
    if (amount is None) == (pack is None):
        msg = "give either --amount or --pack."
        raise click.UsageError(msg)
    from application.money.providers import provider_for, wallet_network
    from application.money.topups import RequestTopUp, TopUpWish
    from domain.msisdn import Msisdn
    from domain.payment.bounds import check_amount

    payer = Msisdn(msisdn)
    with opened(place) as gateway:
        wallet = Network(network) if network else wallet_network(payer)
        provider = provider_for(gateway.system.mobile_money, wallet)
        wish = TopUpWish(
            account=account,
            actor=gateway.actor,
            amount_ngwee=None if amount is None else check_amount(amount),
            pack=pack,
            payer=payer,
            network=wallet,
            provider=provider.traits.name,
            idempotency_key=None,
            at=gateway.now(),
        )
        write = provider.traits.write_reference
        asked = gateway.run(RequestTopUp(wish, write_reference=write))
        shown = _shown(gateway, asked.payment)
    _print(shown, as_json=as_json)


@topup.command("show", epilog=example("ngoma topup show top_7"))
@click.argument("top_up", type=_top_up_number)
@json_option
@place_options
def show(place: Place, top_up: int, *, as_json: bool) -> None:
    """Show where TOP_UP stands."""
    with opened(place) as gateway:
        gateway.look("top_up", top_up)
        shown = _shown(gateway, _payment(gateway, top_up))
    _print(shown, as_json=as_json)


@topup.command(
    "explain", epilog=example("ngoma topup explain top_7", "ngoma topup explain 7 --json")
)
@click.argument("top_up", type=_top_up_number)
@json_option
@place_options
def explain(place: Place, top_up: int, *, as_json: bool) -> None:
    """Tell what is behind TOP_UP: the wire (more: `ngoma pay log`), the log, and the books.

    With --json each event that is sealed has its proof, which `verify.py` reads without us.
    """
    from worker.cli import exhibits

    with opened(place) as gateway:
        gateway.look("top_up", top_up)
        payment = _payment(gateway, top_up)
        shown = _shown(gateway, payment)
        ledger = exhibits.top_up(gateway, payment, with_proofs=as_json)
        said = exhibits.wire(gateway, shown.reference)
    if as_json:
        print_json({**_as_json(shown), "wire": said, "ledger": ledger.as_json(with_fields=True)})
        return
    _print(shown, as_json=False)
    exhibits.show_wire(said)
    ledger.show()


@topup.command("list", epilog=example("ngoma topup list --account 1 --state pending"))
@click.option("--account", type=ACCOUNT, help="Only those of one account.")
@click.option("--state", help="Only those that stand so, for example pending or held.")
@list_limit_option
@json_option
@place_options
def list_top_ups(
    place: Place, account: int | None, state: str | None, limit: int, *, as_json: bool
) -> None:
    """List top-ups, newest first."""
    from application.money.shown import states_shown_as

    states = states_shown_as(state.lower()) if state else []
    if state and not states:
        msg = f"there is no state {state!r}."
        raise click.BadParameter(msg, param_hint="'--state'")
    with opened(place) as gateway:
        gateway.look("top_ups", account)
        rows = gateway.reading("topups").top_ups(account, states, before=NUMBER_MAX, limit=limit)
        shown = [_shown(gateway, UUID(row.payment)) for row in rows]
    if as_json:
        print_json([_as_json(one) for one in shown])
        return
    print_table(
        ["id", "account", "asked (UTC)", "amount", "credits", "state", "provider", "look at"],
        [
            [
                top_up_id(one.number),
                one.account,
                clock_time(one.created_at),
                format_kwacha(Ngwee(one.amount_ngwee)),
                one.credits,
                one.state,
                one.provider,
                one.exception or "",
            ]
            for one in shown
        ],
    )


# -- what goes back -------------------------------------------------------------------------------


@topup.command("refund", epilog=example("ngoma topup refund top_7 --reason 'asked for it back'"))
@click.argument("top_up", type=_top_up_number)
@click.option("--credits", type=CREDITS, help="How many go back; without it, all that it brought.")
@reason_option
@json_option
@place_options
def refund(place: Place, top_up: int, credits: int | None, reason: str, *, as_json: bool) -> None:
    """Ask for the money of unused credits to go back; another person approves it."""
    from application.money.refunds import RequestRefund
    from domain.values import Credits

    with opened(place) as gateway:
        amount = gateway.run(
            RequestRefund(
                top_up,
                None if credits is None else Credits(credits),
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    name = top_up_id(top_up)
    if as_json:
        print_json({"topup_id": name, "amount_ngwee": amount, "status": "waiting"})
        return
    click.echo(
        f"{format_kwacha(amount)} wait for another person (`ngoma topup approve-refund {name}`)."
    )


def _decide(place: Place, top_up: int, reason: str, *, approves: bool, as_json: bool) -> None:
    from application.money.refunds import DecideRefund

    with opened(place) as gateway:
        gateway.run(
            DecideRefund(
                top_up, approves=approves, actor=gateway.actor, reason=reason, at=gateway.now()
            )
        )
    if as_json:
        print_json({"topup_id": top_up_id(top_up), "status": "done"})
        return
    click.echo("The provider is asked to pay it back." if approves else "Nothing goes back.")


@topup.command(
    "approve-refund", epilog=example("ngoma topup approve-refund top_7 --reason 'seen, right'")
)
@click.argument("top_up", type=_top_up_number)
@reason_option
@json_option
@place_options
def approve_refund(place: Place, top_up: int, reason: str, *, as_json: bool) -> None:
    """Approve a refund that another person asked for: its credits go, the provider pays."""
    _decide(place, top_up, reason, approves=True, as_json=as_json)


@topup.command(
    "reject-refund", epilog=example("ngoma topup reject-refund top_7 --reason 'was used'")
)
@click.argument("top_up", type=_top_up_number)
@reason_option
@json_option
@place_options
def reject_refund(place: Place, top_up: int, reason: str, *, as_json: bool) -> None:
    """Refuse a refund that another person asked for."""
    _decide(place, top_up, reason, approves=False, as_json=as_json)


@topup.command("reverse", epilog=example("ngoma topup reverse top_7 --reason 'MTN case 881'"))
@click.argument("top_up", type=_top_up_number)
@reason_option
@json_option
@place_options
def reverse(place: Place, top_up: int, reason: str, *, as_json: bool) -> None:
    """Record that the provider took the money back: the credits go, used or not."""
    from application.money.reversals import ReversePayment

    with opened(place) as gateway:
        left = gateway.run(
            ReversePayment(top_up, actor=gateway.actor, reason=reason, at=gateway.now())
        )
    if as_json:
        print_json({"topup_id": top_up_id(top_up), "available": left, "status": "done"})
        return
    click.echo(f"The account has {left} available.")


# -- showing --------------------------------------------------------------------------------------


def _payment(gateway: Gateway, number: int) -> UUID:
    row = gateway.reading("topups").top_up(number)
    if row is None:
        msg = "No such top-up."
        raise click.ClickException(msg)
    return UUID(row.payment)


def _shown(gateway: Gateway, payment: UUID) -> "TopUpShown":
    from application.money.shown import show_top_up

    shown = show_top_up(gateway.system.reader, gateway.system.store, payment)
    if shown is None:
        msg = "No such top-up."
        raise click.ClickException(msg)
    return shown


def _print(shown: "TopUpShown", *, as_json: bool) -> None:
    values = _as_json(shown)
    if as_json:
        print_json(values)
        return
    for name, value in values.items():
        if value is not None:
            click.echo(f"{name}: {value}")


def _as_json(shown: "TopUpShown") -> dict[str, object]:
    failure = shown.failure
    return {
        "topup_id": top_up_id(shown.number),
        "account_id": shown.account,
        "state": shown.state,
        "amount_ngwee": shown.amount_ngwee,
        "paid_ngwee": shown.paid_ngwee,
        "credits": shown.credits,
        "price_list": shown.price_list,
        "network": shown.network,
        "provider": shown.provider,
        "reference": shown.reference,
        "receipt": shown.receipt,
        "created_at": iso_time(shown.created_at),
        "confirmed_at": iso_time_or_none(shown.confirmed_at),
        "failure": None if failure is None else {"code": failure.code, "message": failure.message},
        "exception": shown.exception,
    }
