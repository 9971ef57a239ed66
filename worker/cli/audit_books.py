"""``ngoma audit trial-balance`` and ``ledger``: the books of any moment, out of the log."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from worker.cli.gateway import opened
from worker.cli.options import ACCOUNT, Place, Whole, example, json_option, place_options
from worker.cli.output import clock_time, moment, print_json, print_table
from worker.cli.points import POINT, before, upto
from worker.cli.projections import progress

if TYPE_CHECKING:
    from adapters.sheet_files import Cell, Kwacha
    from application.audit.books import Change, Line

LINES_SHOWN: Final = 200
LINES_MAX: Final = 100_000

as_of_option = click.option(
    "--as-of", metavar=POINT, help="As of this log position, the end of this day, or this time."
)
since_option = click.option(
    "--since", metavar=POINT, help="From after this log position, or from this day or time on."
)
account_option = click.option(
    "--account", type=ACCOUNT, help="Only the ledger accounts of this customer."
)


def _check_ending(_context: click.Context, _parameter: click.Parameter, out: Path | None) -> Any:
    from adapters.sheet_files import ENDINGS

    if out is not None and out.suffix.lower() not in ENDINGS:
        msg = f"a file ends in {', '.join(ENDINGS)}, which says in what form it is written."
        raise click.BadParameter(msg)
    return out


out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    callback=_check_ending,
    help="Write all to this file instead: .csv, .xlsx or .json.",
)


@click.command(
    "trial-balance",
    epilog=example(
        "ngoma audit trial-balance --as-of 2026-11-30",
        "ngoma audit trial-balance --since 2026-11-01 --as-of 2026-11-30 --out november.xlsx",
    ),
)
@as_of_option
@since_option
@account_option
@out_option
@json_option
@place_options
def trial_balance(
    *,
    place: Place,
    as_of: str | None,
    since: str | None,
    account: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Say what every ledger account holds at a moment, and what moved since another.

    All of it is posted anew from the log, and takes nothing from the read models. Debit is plus.
    With --since the opening balance and what moved are those of the time between.
    """
    from application.audit.books import Wanted, changes

    with opened(place) as gateway:
        gateway.look("trial_balance", account)
        store = gateway.reads.store
        start, end = before(store, since, field="since"), upto(store, as_of, field="as-of")
        wanted = Wanted(customer=account)
        with progress("Posting") as advance:
            found = changes(store, since=start, until=end, advance=advance)
        found = [row for row in found if wanted.has(row.account)]
        totals = _totals(found)
    if out is not None:
        _write(out, ["account", "commodity", *CHANGE_WORDS], (_cells(row) for row in found))
    elif as_json:
        print_json(
            {
                "since": start,
                "position": end,
                "accounts": [row._asdict() for row in found],
                "totals": totals,
            }
        )
    else:
        rows = [*map(_cells, found), *map(_cells, _total_rows(totals))]
        print_table(["account", "unit", *CHANGE_WORDS], rows, empty="Nothing was posted.")
        click.echo(f"As of position {end}, from after {start}; all of it posted from the log.")


CHANGE_WORDS: Final = ("opening", "debit", "credit", "closing")


def _totals(found: Sequence["Change"]) -> dict[str, dict[str, int]]:
    """Sum what moved and what is held, for each commodity: all accounts together hold nothing."""
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        of_unit = totals.setdefault(row.commodity, dict.fromkeys(CHANGE_WORDS, 0))
        for word in CHANGE_WORDS:
            of_unit[word] += getattr(row, word)
    return totals


def _total_rows(totals: dict[str, dict[str, int]]) -> Iterator["Change"]:
    from application.audit.books import Change

    for commodity, words in sorted(totals.items()):
        yield Change("total", commodity, **words)


def _cells(row: "Change") -> list["Cell"]:
    amounts = (getattr(row, word) for word in CHANGE_WORDS)
    return [row.account, row.commodity, *(_in_units(row.commodity, amount) for amount in amounts)]


def _in_units(commodity: str, amount: int) -> "int | Kwacha":
    from adapters.sheet_files import Kwacha
    from domain.ledger import ZMW

    return Kwacha(amount) if commodity == ZMW else amount


def _write(out: Path, columns: Sequence[str], rows: Iterable[Sequence["Cell"]]) -> None:
    from adapters.sheet_files import write_table

    write_table(out, columns, rows)
    click.echo(f"Written to {out}.", err=True)


# -- the general ledger -------------------------------------------------------------------------


@click.command(
    "ledger",
    epilog=example(
        "ngoma audit ledger Assets:Clearing:MTN:Main --since 2026-11-01",
        "ngoma audit ledger --account 7 --as-of 120000 --out account-7.csv",
    ),
)
@click.argument("name", required=False)
@as_of_option
@since_option
@account_option
@out_option
@click.option(
    "--limit",
    type=Whole(1, LINES_MAX),
    default=LINES_SHOWN,
    show_default=True,
    help="How many lines are shown; a file has them all.",
)
@json_option
@place_options
def ledger(
    *,
    place: Place,
    name: str | None,
    as_of: str | None,
    since: str | None,
    account: int | None,
    out: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what was posted, line by line in the order of the log, with each account's balance.

    NAME is a ledger account, or the beginning of some (Assets:Clearing). All of it is posted anew
    from the log, and takes nothing from the read models. Debit is plus.
    """
    from application.audit.books import Wanted, general_ledger

    with opened(place) as gateway:
        gateway.look("ledger", account)
        store = gateway.reads.store
        start, end = before(store, since, field="since"), upto(store, as_of, field="as-of")
        with progress("Posting") as advance:
            lines = general_ledger(
                store, since=start, until=end, wanted=Wanted(name, account), advance=advance
            )
            if out is not None:
                _write(out, LINE_COLUMNS, map(_line_cells, lines))
                return
            found = list(islice(lines, limit + 1))
    shown = found[:limit]
    if as_json:
        print_json({"since": start, "position": end, "lines": [_line_json(one) for one in shown]})
    else:
        print_table(LINE_COLUMNS, [_line_cells(line) for line in shown], empty="Nothing.")
    if len(found) > limit:
        last = shown[-1].position
        click.echo(f"There is more: --since {last}, or --out FILE for all of it.", err=True)


LINE_COLUMNS: Final = (
    *("position", "time (UTC)", "event", "account", "unit", "amount", "balance"),
)


def _line_cells(line: "Line") -> list["Cell"]:
    from domain.values import Instant

    return [
        *(line.position, clock_time(Instant(line.at)), line.topic, line.account, line.commodity),
        *(_in_units(line.commodity, amount) for amount in (line.amount, line.balance)),
    ]


def _line_json(line: "Line") -> dict[str, Any]:
    from domain.values import Instant

    return {**line._asdict(), "at": moment(Instant(line.at))}
