"""What finance does about receipts: assign and write off by two people, match and unmatch alone."""

from collections.abc import Sequence
from typing import Final

import click

from domain.money import Ngwee, parse_kwacha
from domain.public_ids import parse_callback_id, parse_top_up_id, top_up_id
from domain.receipt.names import ReceiptName, parse_receipt_name
from worker.cli.gateway import opened
from worker.cli.options import (
    ACCOUNT,
    NUMBER,
    Place,
    example,
    json_option,
    kind,
    place_options,
    reason_option,
)
from worker.cli.output import print_json, visible, waiting

into_open_option = click.option(
    "--into-open",
    "is_into_open",
    is_flag=True,
    help="Of a line of a locked day: let it count today.",
)
ASKED: Final = "Nothing has happened yet: another person has to approve entry {}."


def _top_up(value: str) -> int:
    number = parse_top_up_id(value)
    if number is None:
        msg = "is not the id of a top-up, for example top_7."
        raise click.BadParameter(msg)
    return number


_top_up.__name__ = "top_up"


def _shown(value: str) -> ReceiptName | int:
    callback = parse_callback_id(value)
    return parse_receipt_name(value) if callback is None else callback


RECEIPT: Final = kind(parse_receipt_name, name="receipt")
SHOWN: Final = kind(_shown, name="receipt|callback")
AMOUNT: Final = kind(parse_kwacha, name="kwacha")


# -- by two ---------------------------------------------------------------------------------------


@click.command(
    "assign",
    epilog=example("ngoma finance assign mtn/main/1234567890 7 --reason 'paid without asking'"),
)
@click.argument("receipt", type=RECEIPT)
@click.argument("account", type=ACCOUNT)
@into_open_option
@reason_option
@json_option
@place_options
def assign(
    *,
    place: Place,
    receipt: ReceiptName,
    account: int,
    is_into_open: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Prepare that RECEIPT, which credited nobody, credits ACCOUNT at the prices of then.

    It is named wallet and transaction, such as mtn/main/1234567890. Another person has to
    approve it: `ngoma approval approve`.
    """
    from application.accounts.loose_money import PrepareAssignment

    with opened(place) as gateway:
        entry = gateway.run(
            PrepareAssignment(
                receipt,
                account,
                is_into_open=is_into_open,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    _waits(entry, as_json=as_json)


@click.command(
    "write-off",
    epilog=example("ngoma finance write-off mtn/main/1234567890 --reason 'K0.10 short, tolerated'"),
)
@click.argument("receipt", type=RECEIPT)
@into_open_option
@reason_option
@json_option
@place_options
def write_off(
    *, place: Place, receipt: ReceiptName, is_into_open: bool, reason: str, as_json: bool
) -> None:
    """Prepare that what is open of RECEIPT is given up; another person has to approve it."""
    from application.accounts.loose_money import PrepareWriteOff

    with opened(place) as gateway:
        entry = gateway.run(
            PrepareWriteOff(
                receipt,
                is_into_open=is_into_open,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    _waits(entry, as_json=as_json)


def _waits(entry: int, *, as_json: bool) -> None:
    if as_json:
        print_json(waiting(entry))
    else:
        click.echo(ASKED.format(entry))


# -- alone ----------------------------------------------------------------------------------------


@click.command(
    "match-line",
    epilog=example(
        "ngoma finance match-line mtn/main/12 --shows mtn/main/34 --reason 'by mail'",
        "ngoma finance match-line mtn/main/12 --shows mtn/main/34 --amount 20 --reason 'a part'",
    ),
)
@click.argument("line", type=RECEIPT)
@click.option(
    "--shows",
    "receipts",
    type=RECEIPT,
    multiple=True,
    required=True,
    help="Whose confirmed money the line shows; more than one for a sum.",
)
@click.option("--amount", type=AMOUNT, help="A part of the line, in kwacha; all that is left else.")
@into_open_option
@reason_option
@json_option
@place_options
def match_line(
    *,
    place: Place,
    line: ReceiptName,
    receipts: Sequence[ReceiptName],
    amount: Ngwee | None,
    is_into_open: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Say by hand whose money LINE shows: all of it, or a part."""
    from application.money.matching import MatchByHand
    from domain.receipt import receipt_id

    with opened(place) as gateway:
        parts = gateway.run(
            MatchByHand(
                receipt_id(*line),
                [receipt_id(*one) for one in receipts],
                amount_ngwee=amount,
                is_into_open=is_into_open,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"line": str(line), "parts": parts, "status": "done"})
    else:
        click.echo(f"Matched as part {', '.join(map(str, parts))}.")


@click.command(
    "unmatch", epilog=example("ngoma finance unmatch mtn/main/1234567890 1 --reason 'wrong day'")
)
@click.argument("line", type=RECEIPT)
@click.argument("part", type=NUMBER)
@into_open_option
@reason_option
@json_option
@place_options
def unmatch(
    *, place: Place, line: ReceiptName, part: int, is_into_open: bool, reason: str, as_json: bool
) -> None:
    """Take back match number PART of LINE: both sides are open again, for a person."""
    from application.money.matching import Unmatch
    from domain.receipt import receipt_id

    with opened(place) as gateway:
        gateway.run(
            Unmatch(
                receipt_id(*line),
                part,
                is_into_open=is_into_open,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    _done("Both sides are open again.", what=str(line), as_json=as_json)


@click.command(
    "paid-out", epilog=example("ngoma finance paid-out top_7 --reason 'cash, voucher 12'")
)
@click.argument("top_up", type=_top_up)
@reason_option
@json_option
@place_options
def paid_out(*, place: Place, top_up: int, reason: str, as_json: bool) -> None:
    """Record that an approved refund of TOP_UP was paid by hand, since its provider refused it."""
    from application.money.refunds import PaidByHand

    with opened(place) as gateway:
        gateway.run(PaidByHand(top_up, actor=gateway.actor, reason=reason, at=gateway.now()))
    _done("It is paid back.", what=top_up_id(top_up), as_json=as_json)


@click.command(
    "show",
    epilog=example("ngoma finance show mtn/main/1234567890 --json", "ngoma finance show cb_7"),
)
@click.argument("what", type=SHOWN)
@json_option
@place_options
def show(*, place: Place, what: ReceiptName | int, as_json: bool) -> None:
    """Show what is known of WHAT, a receipt: what was said, its line, its matches, what is open.

    Of a callback about no payment of ours (cb_7) it shows what it said.
    """
    from application.money.receipt_shown import show_receipt
    from application.money.unknown_callbacks import show_callback

    with opened(place) as gateway:
        if isinstance(what, int):
            gateway.look("finance_callback", what)
            values = show_callback(gateway.system.store, what)
        else:
            gateway.look("finance_receipt")
            values = show_receipt(gateway.system.reader, what)
    if as_json:
        print_json(values)
        return
    for name, value in values.items():
        if value not in (None, [], ""):
            click.echo(f"{name}: {visible(str(value))}")


def _done(words: str, *, what: str, as_json: bool) -> None:
    if as_json:
        print_json({"what": what, "status": "done"})
    else:
        click.echo(words)
