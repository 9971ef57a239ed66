"""``ngoma finance`` to take along: what is open for how long, and tables for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.ageing import BUCKETS, bucket_name
from domain.sheet import bounds_of, check_day, day_named
from worker.cli.finance_days import is_of, kwacha, of_provider_option, of_wallet_option
from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, kind, place_options
from worker.cli.output import print_json, print_table

if TYPE_CHECKING:
    from application.ports.queries import AgeRow

DAY = kind(check_day, name="day")


@click.command("ageing", epilog=example("ngoma finance ageing --as-of 2026-11-27"))
@click.option("--as-of", type=DAY, help="At the end of this day in Lusaka; today unless given.")
@of_provider_option
@of_wallet_option
@json_option
@place_options
def ageing(
    *,
    place: Place,
    as_of: str | None,
    provider: str | None,
    wallet: str | None,
    as_json: bool,
) -> None:
    """Say how much is open for how many days: confirmed and not shown, shown and nobody's, owed
    to customers, asked for and not paid.
    """
    with opened(place) as gateway:
        gateway.look("ageing")
        day = as_of or day_named(gateway.now())
        rows = gateway.reading("days").ages(bounds_of(day)[1])
    rows = [row for row in rows if is_of(row.provider_account, provider, wallet)]
    grouped: dict[tuple[str, str], list[AgeRow]] = {}
    for row in rows:
        grouped.setdefault((row.kind, row.provider_account), []).append(row)
    if as_json:
        print_json({"as_of": day, "rows": [_ages_json(*key, its) for key, its in grouped.items()]})
        return
    names = [bucket_name(*bucket) for bucket in BUCKETS]
    print_table(
        ["what", "wallet", *(f"{name} days" for name in names), "all"],
        [
            [
                *(what.replace("_", " "), account),
                *(_in_bucket(its, least) for least, _ in BUCKETS),
                kwacha(sum(row.amount_ngwee for row in its)).strip(),
            ]
            for (what, account), its in grouped.items()
        ],
        empty="Nothing is open.",
    )


def _in_bucket(rows: "list[AgeRow]", least: int) -> str:
    amount = sum(row.amount_ngwee for row in rows if row.days_least == least)
    return kwacha(amount).strip() if amount else "-"


def _ages_json(what: str, account: str, rows: "list[AgeRow]") -> dict[str, Any]:
    provider, _, wallet = account.partition("/")
    return {
        "what": what,
        "provider": provider,
        "wallet": wallet,
        "count": sum(row.count for row in rows),
        "amount_ngwee": sum(row.amount_ngwee for row in rows),
        "buckets": [
            {
                "days": bucket_name(row.days_least, row.days_most),
                "count": row.count,
                "amount_ngwee": row.amount_ngwee,
            }
            for row in rows
        ],
    }


# -- exports --------------------------------------------------------------------------------------


@click.command(
    "export",
    epilog=example(
        "ngoma finance export --kind sheets --from 2026-11-01 --to 2026-11-27 --out sheets.xlsx",
        "ngoma finance export --kind journal --from 2026-11-27 --format csv --out journal.csv",
    ),
)
@click.option(
    "--kind",
    "what",
    type=click.Choice(["sheets", "periods", "ageing", "open", "lines", "journal"]),
    required=True,
    help="Which table.",
)
@click.option("--from", "first", type=DAY, help="The first day; that of --to unless given.")
@click.option("--to", "last", type=DAY, help="The last day; --from, else today, unless given.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "xlsx"]),
    help="How it is written; what the file's name ends in unless given.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="The file.",
)
@of_provider_option
@of_wallet_option
@json_option
@place_options
def export_table(
    *,
    place: Place,
    what: str,
    first: str | None,
    last: str | None,
    form: str | None,
    out: Path,
    provider: str | None,
    wallet: str | None,
    as_json: bool,
) -> None:
    """Write a table for a spreadsheet or an accounting package: the same bytes every time.

    journal is what the ledger posted in money, a debit or credit a line, balanced for each day.
    ageing and open are as of the end of the last day.
    """
    from adapters.tables import write_table
    from application.money.exports import ExportKind, Wanted, export, require_export
    from application.ports.tables import Format

    suffix = form or out.suffix.removeprefix(".").lower()
    if suffix not in {"csv", "xlsx"}:
        msg = "say by --format whether the file is csv or xlsx."
        raise click.UsageError(msg)
    with opened(place) as gateway:
        gateway.look("export")
        if what == ExportKind.LINES:
            require_export(gateway.system.reader, gateway.actor, ExportKind.LINES)
        last = last or first or day_named(gateway.now())
        wanted = Wanted(first=first or last, last=last, provider=provider, wallet=wallet)
        for read_model in ("ledger", "receipts"):
            gateway.reading(read_model)
        table = export(gateway.reading("days"), ExportKind(what), wanted)
        partial = out.with_name(f"{out.name}.part")
        try:
            with partial.open("wb") as file:
                rows = write_table(table, Format(suffix), file)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
    if as_json:
        print_json({"file": str(out), "kind": what, "format": suffix, "rows": rows})
    else:
        click.echo(f"{rows:,} rows in {out}.")
