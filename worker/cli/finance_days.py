"""``ngoma finance`` for the end of a day: its sheet, two signatures, the lock."""

from typing import TYPE_CHECKING, Any

import click

from domain.sheet import check_period
from worker.cli.gateway import opened
from worker.cli.options import (
    REASON,
    Place,
    example,
    json_option,
    kind,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import hint_of_more, moment, print_json, print_table

if TYPE_CHECKING:
    from application.money.sheets import Sheet
    from application.ports.queries import PeriodRow
    from domain.period import PeriodState
    from domain.provider_account import ProviderAccount

PERIOD = kind(check_period, name="date")
AMOUNT_CHARACTERS = 16

date_option = click.option(
    "--date",
    "period",
    type=PERIOD,
    required=True,
    help="A day in Lusaka, 2026-11-28, or a month, 2026-11.",
)
provider_option = click.option("--provider", required=True, help="The provider's name.")
wallet_option = click.option(
    "--wallet", default="main", show_default=True, help="Which of our wallets there."
)
of_provider_option = click.option("--provider", help="Only its wallets.")
of_wallet_option = click.option("--wallet", help="Only wallets of this name.")


@click.command("sheet", epilog=example("ngoma finance sheet --date 2026-11-27 --provider mtn"))
@date_option
@of_provider_option
@of_wallet_option
@json_option
@place_options
def sheet(
    *, place: Place, period: str, provider: str | None, wallet: str | None, as_json: bool
) -> None:
    """Show the daily sheet of each wallet: from what we sold to what its statement says.

    What was prepared, signed off or locked is shown as it was then.
    """
    from application.money.sheets import sheets

    with opened(place) as gateway:
        gateway.look("sheet")
        found = sheets(gateway.reading("days"), period, provider=provider, wallet=wallet)
    if as_json:
        print_json([_sheet_json(one) for one in found])
        return
    if not found:
        click.echo("Nothing is known of such a wallet.")
    for number, one in enumerate(found):
        if number:
            click.echo()
        _show(one)


def _sheet_json(one: "Sheet") -> dict[str, Any]:
    provider, _, wallet = one.provider_account.partition("/")
    figures, closing = one.figures, one.closing
    return {
        "provider": provider,
        "wallet": wallet,
        "date": one.period,
        "state": one.state.value,
        "book_ngwee": figures.book_ngwee,
        "in_transit_ngwee": figures.in_transit_ngwee,
        "explained_ngwee": figures.explained_ngwee,
        "unidentified_ngwee": figures.unidentified_ngwee,
        "expected_ngwee": figures.expected_ngwee,
        "statement_ngwee": figures.statement_ngwee,
        "unexplained_ngwee": figures.unexplained_ngwee,
        "changed_since": one.has_changed,
        **_closing_json(closing),
    }


def _closing_json(row: "PeriodRow | None") -> dict[str, Any]:
    return {
        "prepared_by": None if row is None else row.preparer,
        "prepared_at": None if row is None else moment(row.prepared_at),
        "note": None if row is None else row.note,
        "signed_off_by": None if row is None else row.approver,
        "signed_off_at": None if row is None else moment(row.signed_at),
        "locked_by": None if row is None else row.locked_by,
        "locked_at": None if row is None else moment(row.locked_at),
    }


def _show(one: "Sheet") -> None:
    figures, closing = one.figures, one.closing
    print_table(
        [f"{one.provider_account}, {one.period}", "kwacha".rjust(AMOUNT_CHARACTERS)],
        [
            ["Book balance", kwacha(figures.book_ngwee)],
            ["- in transit: confirmed, on no statement", kwacha(-figures.in_transit_ngwee)],
            ["+ explained: shown with another amount", kwacha(figures.explained_ngwee)],
            ["+ unidentified: shown, and nobody's", kwacha(figures.unidentified_ngwee)],
            ["= expected on the statement", kwacha(figures.expected_ngwee)],
            ["Statement", kwacha(figures.statement_ngwee)],
            ["Unexplained", kwacha(figures.unexplained_ngwee)],
        ],
    )
    words = [f"It is {one.state.value.replace('_', ' ')}"]
    if closing is not None:
        for done, who in (
            ("prepared by", closing.preparer),
            ("signed off by", closing.approver),
            ("locked by", closing.locked_by),
        ):
            words += [f"{done} {who}"] if who else []
    click.echo(", ".join(words) + ".")
    if closing is not None and closing.note:
        click.echo(f"Note: {closing.note}")
    if one.has_changed:
        click.echo("Its figures are others by now.")


def kwacha(amount: int | None) -> str:
    """Write an amount as wide as a sheet's column is."""
    from domain.money import Ngwee, format_kwacha

    return ("-" if amount is None else format_kwacha(Ngwee(amount))).rjust(AMOUNT_CHARACTERS)


# -- closing --------------------------------------------------------------------------------------


@click.command(
    "sign",
    epilog=example(
        "ngoma finance sign --date 2026-11-27 --provider mtn",
        "ngoma finance sign --date 2026-11-27 --provider mtn --note 'row 7 of the file is torn'",
    ),
)
@date_option
@provider_option
@wallet_option
@click.option("--note", type=REASON, help="Why the statement is not as expected.")
@click.option("--prepare", "is_anew", is_flag=True, help="Prepare it anew, with today's figures.")
@json_option
@place_options
def sign(
    *,
    place: Place,
    period: str,
    provider: str,
    wallet: str,
    note: str | None,
    is_anew: bool,
    as_json: bool,
) -> None:
    """Sign a sheet: the first person prepares it, another one signs it off.

    What is signed are its figures: when they change before the second signature, it is prepared
    anew. Who prepared it cannot sign it off.
    """
    from application.money.days import sign_sheet

    with opened(place) as gateway:
        account, position = _account(provider, wallet), gateway.reads.store.head()
        command = sign_sheet(
            account,
            period,
            queries=gateway.reading("days"),
            position=position,
            note=note or "",
            is_anew=is_anew,
            actor=gateway.actor,
            at=gateway.now(),
        )
        state = gateway.run(command)
    _say(account, period, state, as_json=as_json)


@click.command("lock", epilog=example("ngoma finance lock --date 2026-11-27 --provider mtn"))
@date_option
@provider_option
@wallet_option
@json_option
@place_options
def lock(*, place: Place, period: str, provider: str, wallet: str, as_json: bool) -> None:
    """Lock a day or a month that is over and signed off.

    Statements bring no more lines of it, and what is said of its lines counts on the day it is
    said. The trial balance of now is frozen with it: `ngoma audit frozen`.
    """
    from application.money.days import lock_period

    with opened(place) as gateway:
        account = _account(provider, wallet)
        gateway.reading("ledger")
        queries, at = gateway.reading("days"), gateway.now()
        command = lock_period(account, period, queries=queries, actor=gateway.actor, at=at)
        state = gateway.run(command)
    _say(account, period, state, as_json=as_json)


@click.command(
    "reopen",
    epilog=example("ngoma finance reopen --date 2026-11-27 --provider mtn --reason 'a late file'"),
)
@date_option
@provider_option
@wallet_option
@reason_option
@json_option
@place_options
def reopen(
    *, place: Place, period: str, provider: str, wallet: str, reason: str, as_json: bool
) -> None:
    """Open a period again, whatever was signed and locked."""
    from application.money.days import ReopenPeriod

    with opened(place) as gateway:
        account = _account(provider, wallet)
        state = gateway.run(
            ReopenPeriod(account, period, actor=gateway.actor, reason=reason, at=gateway.now())
        )
    _say(account, period, state, as_json=as_json)


def _account(provider: str, wallet: str) -> "ProviderAccount":
    from domain.provider_account import provider_account

    return provider_account(provider, wallet)


def _say(account: str, period: str, state: "PeriodState", *, as_json: bool) -> None:
    if as_json:
        provider, _, wallet = account.partition("/")
        print_json({"provider": provider, "wallet": wallet, "date": period, "state": state.value})
        return
    click.echo(f"{period} of {account} is {state.value.replace('_', ' ')}.")
    if state.value == "prepared":
        click.echo("Another person signs it off: `ngoma finance sign`.")


@click.command("periods", epilog=example("ngoma finance periods --after 2026-10"))
@of_provider_option
@of_wallet_option
@click.option("--after", default="", help="Only periods with a later name.")
@list_limit_option
@json_option
@place_options
def list_periods(
    *,
    place: Place,
    provider: str | None,
    wallet: str | None,
    after: str,
    limit: int,
    as_json: bool,
) -> None:
    """List the periods that somebody began to close, by name."""
    with opened(place) as gateway:
        gateway.look("periods")
        found = gateway.reading("days").periods(None, after=after, limit=limit)
    rows = [row for row in found if is_of(row.provider_account, provider, wallet)]
    if as_json:
        print_json([_period_json(row) for row in rows])
        return
    print_table(
        ["period", "wallet", "state", "unexplained", "prepared by", "signed off by", "locked by"],
        [
            [
                *(row.period, row.provider_account, row.state.replace("_", " ")),
                kwacha(None if row.figures is None else row.figures.unexplained_ngwee).strip(),
                *(row.preparer, row.approver, row.locked_by),
            ]
            for row in rows
        ],
        empty="There are none.",
    )
    if found:
        hint_of_more(len(found), limit, f"--after {found[-1].period}")


def _period_json(row: "PeriodRow") -> dict[str, Any]:
    provider, _, wallet = row.provider_account.partition("/")
    figures = row.figures
    return {
        "provider": provider,
        "wallet": wallet,
        "date": row.period,
        "state": row.state,
        "statement_ngwee": None if figures is None else figures.statement_ngwee,
        "unexplained_ngwee": None if figures is None else figures.unexplained_ngwee,
        **_closing_json(row),
    }


def is_of(account: str, provider: str | None, wallet: str | None) -> bool:
    """Whether an account is of a provider, and of a name, where those are given."""
    its_provider, _, its_wallet = account.partition("/")
    return provider in {None, its_provider} and wallet in {None, its_wallet}
