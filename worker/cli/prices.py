"""``ngoma prices``: what credits cost, for everybody and for single accounts, with dates."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from domain.money import Ngwee, format_kwacha, parse_kwacha
from domain.public_ids import check_iso_time
from domain.values import Instant
from domain.vat import VAT_PERCENT_MAX
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    Place,
    Whole,
    example,
    json_option,
    kind,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, moment, print_json, print_table

if TYPE_CHECKING:
    from domain.price_list import Pack, PriceList


def _pack(written: str) -> "Pack":
    from domain.price_list import Pack

    return Pack.check(written)


AMOUNT: Final = kind(parse_kwacha, name="kwacha")
PACK: Final = kind(_pack, name="name=credits/kwacha")
FROM: Final = kind(lambda text: check_iso_time(text, field="from"), name="time")
UNTIL: Final = kind(lambda text: check_iso_time(text, field="until"), name="time")

whose_option = click.option(
    "--account", type=ACCOUNT, help="One account's own prices, which come before everybody's."
)


@click.group(cls=Group)
def prices() -> None:
    """Say what credits cost.

    A version is never changed: another takes its place from a time on. What was quoted to a payer
    holds for a day.
    """


@prices.command("list", epilog=example("ngoma prices list", "ngoma prices list --account 7"))
@whose_option
@json_option
@place_options
def list_prices(place: Place, account: int | None, *, as_json: bool) -> None:
    """List the versions that are in force, to come, or ended within a day."""
    from domain.price_list import PriceList, price_list_id

    with opened(place) as gateway:
        gateway.look("prices", account)
        now = gateway.now()
        found = gateway.system.reader.find(PriceList, price_list_id(account))
    rows = [] if found is None else list(_rows(found, now))
    if as_json:
        print_json(rows)
        return
    print_table(
        ["version", "in force", "per credit", "VAT %", "packs", "from (UTC)", "until (UTC)"],
        [
            [
                row["version"],
                row["in_force"],
                format_kwacha(row["ngwee_per_credit"]),
                row["vat_percent"],
                ", ".join(_shown(pack) for pack in row["packs"]) or None,
                clock_time(one["from"]),
                clock_time(one["until"]),
            ]
            for row, one in zip(rows, found.versions if found else [], strict=True)
        ],
        empty="No prices are published: `ngoma prices publish`.",
    )


def _rows(found: "PriceList", now: Instant) -> Iterator[dict[str, Any]]:
    current = found.at_time(now)
    for one in found.versions:
        prices = found.named(one["version"])
        packs = prices.packs if prices is not None else ()
        yield {
            "version": one["version"],
            "account_id": found.account,
            "in_force": current is not None and current.version == one["version"],
            "ngwee_per_credit": one["ngwee_per_credit"],
            "vat_percent": one["vat_percent"],
            "packs": [
                {"name": pack.name, "credits": pack.credits, "amount_ngwee": pack.amount}
                for pack in packs
            ],
            "from": moment(one["from"]),
            "until": moment(one["until"]),
        }


def _shown(pack: dict[str, Any]) -> str:
    return f"{pack['name']}: {pack['credits']} for {format_kwacha(pack['amount_ngwee'])}"


@prices.command(
    "publish",
    epilog=example(
        "ngoma prices publish --per-credit 0.50 --vat 16 --pack starter=120/50.00"
        " --reason 'prices of 2027' --from 2027-01-01T00:00+02:00"
    ),
)
@click.option("--per-credit", type=AMOUNT, required=True, help="What one credit costs, in kwacha.")
@click.option(
    "--vat",
    type=Whole(0, VAT_PERCENT_MAX),
    default=0,
    show_default=True,
    help="Value added tax in the prices, in per cent.",
)
@click.option("--pack", "packs", type=PACK, multiple=True, help="Credits for one amount.")
@whose_option
@click.option("--from", "since", type=FROM, help="When they begin; now unless said.")
@click.option("--until", type=UNTIL, help="When they end; without it they replace what was before.")
@reason_option
@json_option
@place_options
def publish(
    place: Place,
    per_credit: Ngwee,
    *,
    vat: int,
    packs: "Sequence[Pack]",
    account: int | None,
    since: Instant | None,
    until: Instant | None,
    reason: str,
    as_json: bool,
) -> None:
    """Publish prices, for everybody or for one account."""
    from application.money.prices import PublishPrices

    with opened(place) as gateway:
        version = gateway.run(
            PublishPrices(
                account,
                ngwee_per_credit=per_credit,
                vat_percent=vat,
                packs=packs,
                effective_from=since,
                effective_until=until,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"version": version, "account_id": account})
    else:
        click.echo(f"Published {version}.")


@prices.command("withdraw", epilog=example("ngoma prices withdraw prices-3 --reason 'wrong pack'"))
@click.argument("version")
@whose_option
@reason_option
@json_option
@place_options
def withdraw(
    place: Place, version: str, account: int | None, reason: str, *, as_json: bool
) -> None:
    """End a version now; what was quoted by it is kept to."""
    from application.money.prices import WithdrawPrices

    with opened(place) as gateway:
        gateway.run(
            WithdrawPrices(account, version, actor=gateway.actor, reason=reason, at=gateway.now())
        )
    if as_json:
        print_json({"version": version, "account_id": account})
    else:
        click.echo(f"Withdrew {version}.")
