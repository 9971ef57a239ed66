"""``ngoma audit journal``: a month for plain-text accounting tools, which check it on their own."""

from pathlib import Path

import click

from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, kind, place_options
from worker.cli.output import print_json
from worker.cli.projections import progress


def _month(written: str) -> str:
    from domain.month import read_month

    return str(read_month(written))


@click.command(
    "journal",
    epilog=example(
        "ngoma audit journal --dialect beancount --period 2026-11 --out november.bean",
        "ngoma audit journal --dialect plain --period 2026-11 --out november.journal",
    ),
)
@click.option(
    "--dialect",
    type=click.Choice(["beancount", "plain"]),
    required=True,
    help="For bean-check, or for both hledger and ledger.",
)
@click.option(
    "--period", type=kind(_month, name="YYYY-MM"), required=True, help="The month, in Lusaka."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="Where to write it.",
)
@json_option
@place_options
def journal(place: Place, dialect: str, period: str, out: Path, *, as_json: bool) -> None:
    """Write the books of a month as a journal that beancount, hledger or ledger checks.

    It begins with what each account held and ends by asserting what each holds: one ngwee more or
    less anywhere, and the tool names the account. Check it by `bean-check FILE`, by
    `hledger -f FILE check --strict`, by `ledger -f FILE --pedantic balance`.
    """
    from application.audit.dialects import DIALECTS
    from application.audit.journal import write_journal
    from domain.month import read_month

    month = read_month(period)
    with opened(place) as gateway:
        gateway.look("journal")
        with out.open("w", encoding="utf-8") as file, progress("Writing") as advance:
            written = write_journal(
                gateway.reads.store,
                month,
                DIALECTS[dialect](month.first_day),
                file.write,
                advance=advance,
            )
    if as_json:
        print_json(
            {
                "file": str(out),
                "period": period,
                "dialect": dialect,
                "after": written.after,
                "position": written.until,
                "transactions": written.transactions,
                "accounts": written.accounts,
            }
        )
    else:
        click.echo(
            f"Written to {out}: {written.transactions:,} transactions of {period}, and the closing"
            f" balances of {written.accounts:,} accounts."
        )
