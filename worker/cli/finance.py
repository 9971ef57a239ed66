"""``ngoma finance``: what providers say was paid, by their statements."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from worker.cli import finance_days, finance_exceptions, finance_reports, finance_work
from worker.cli.finance_match import match
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import clock_time, moment, print_json, print_table, visible
from worker.cli.progress import Progress

if TYPE_CHECKING:
    from adapters.settings import Settings
    from adapters.statements.templates import Template
    from application.money.imported import ImportedFile

REFUSED_SHOWN: Final = 20

FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)


@click.group(cls=Group)
def finance() -> None:
    """Import statements, match their lines, work what stays to be explained, close the days."""


for _command in (
    match,
    finance_exceptions.exceptions,
    finance_exceptions.note,
    finance_work.assign,
    finance_work.write_off,
    finance_work.match_line,
    finance_work.unmatch,
    finance_work.paid_out,
    finance_work.show,
    finance_days.sheet,
    finance_days.sign,
    finance_days.lock,
    finance_days.reopen,
    finance_days.list_periods,
    finance_reports.ageing,
    finance_reports.export_table,
):
    finance.add_command(_command)


@finance.command(
    "import",
    epilog=example(
        "ngoma finance import february.csv --provider mtn --wallet main --dry-run",
        "ngoma finance import february.xlsx --provider airtel --wallet main --date-format dmy",
    ),
)
@click.argument("file", type=FILE)
@click.option("--provider", required=True, help="The provider's name in the settings.")
@click.option("--wallet", required=True, help="Which of our wallets there, such as main.")
@click.option(
    "--template", help="How its columns are named: of `ngoma finance templates`, or a TOML file."
)
@click.option(
    "--date-format",
    "order",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    help="In which order dates are written, where that is not sure.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be added, and add nothing.")
@json_option
@place_options
def import_file(
    *,
    place: Place,
    file: Path,
    provider: str,
    wallet: str,
    template: str | None,
    order: str | None,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Import a provider's statement: CSV, XLSX, XLS or ODS.

    A file may come again, and a longer one that contains it: only what is new is added. Rows that
    cannot be read are listed with the reason, and come in with a file in which they are mended.
    """
    from adapters.statement_files import open_of
    from application.money.statements import import_statement
    from domain.provider_account import provider_account

    account, progress = provider_account(provider, wallet), Progress()
    with opened(place) as gateway:
        read = open_of(
            gateway.settings,
            file,
            provider=provider,
            template=_template(template),
            order=order,
            on_rows=lambda rows: progress.say(f"{rows:,} rows looked at"),
        )
        imported = import_statement(
            read,
            account,
            execute=gateway.run,
            clock=gateway.system.clock,
            actor=gateway.actor,
            is_dry=is_dry,
            on_progress=lambda done, of: progress.say(f"{done:,} of {of:,} lines"),
        )
    if as_json:
        print_json(_as_json(imported))
    else:
        _show(imported)


def _template(name: str | None) -> "str | Template | None":
    """Read a template that somebody wrote, where the name is a file's."""
    if name is None or not name.endswith(".toml"):
        return name
    from adapters.statements.templates import load_template

    return load_template(Path(name))


def _as_json(imported: "ImportedFile") -> dict[str, Any]:
    told = imported.summary
    return {
        "statement_id": None if imported.statement is None else f"stm_{imported.statement}",
        "template": told.template,
        "lines": told.lines,
        "added": imported.added,
        "known": imported.known,
        "refused": [{"row": one.row, "reason": one.reason} for one in imported.refused],
        "refused_count": imported.refused_count,
        "opening_ngwee": told.opening_ngwee,
        "total_ngwee": told.total_ngwee,
        "closing_ngwee": told.closing_ngwee,
        "balanced": imported.is_balanced,
        "contiguous": imported.is_contiguous,
        "from": moment(told.first_at),
        "until": moment(told.last_at),
        "gaps": [
            {"after": moment(gap.after), "before": moment(gap.before)} for gap in imported.gaps
        ],
        "notes": list(told.notes),
    }


def _show(imported: "ImportedFile") -> None:
    from domain.money import Ngwee, format_kwacha

    told = imported.summary
    opening, total, closing = (
        None if amount is None else format_kwacha(Ngwee(amount))
        for amount in (told.opening_ngwee, told.total_ngwee, told.closing_ngwee)
    )
    if imported.statement is None:
        click.echo("Nothing was imported: this is what would be.")
    else:
        click.echo(f"Imported as stm_{imported.statement}.")
    print_table(
        ["lines", "added", "known", "refused", "opening", "total", "closing", "balanced"],
        [
            [
                *(told.lines, imported.added, imported.known, imported.refused_count),
                *(opening, total, closing, imported.is_balanced),
            ]
        ],
    )
    for sentence in (*told.notes, *_gaps(imported)):
        click.echo(sentence)
    if imported.refused:
        click.echo()
        shown = imported.refused[:REFUSED_SHOWN]
        print_table(["row", "why it was refused"], [[one.row, one.reason] for one in shown])
        if imported.refused_count > len(shown):
            click.echo(f"{imported.refused_count - len(shown)} more: --json lists them.", err=True)


def _gaps(imported: "ImportedFile") -> Iterator[str]:
    for gap in imported.gaps:
        yield (
            f"No statement tells of the time from {clock_time(gap.after)} to"
            f" {clock_time(gap.before)} (UTC), or the balances do not meet."
        )


@finance.command(
    "templates",
    epilog=example("ngoma finance templates", "ngoma finance templates other.csv > other.toml"),
)
@click.argument("file", type=FILE, required=False)
@json_option
@place_options
def list_templates(*, place: Place, file: Path | None, as_json: bool) -> None:
    """List the templates, or write one to begin with for a file that none fits.

    Its columns are those of the file; what is guessed from their names is for you to check.
    """
    from adapters.statements.templates import TEMPLATES

    if file is not None:
        _propose(file, place.settings(), as_json=as_json)
    elif as_json:
        print_json([{"template": one.name, "dates": one.order} for one in TEMPLATES])
    else:
        rows = [[one.name, one.order, one.about] for one in TEMPLATES]
        print_table(["template", "dates", "what it reads"], rows)


def _propose(file: Path, settings: "Settings", *, as_json: bool) -> None:
    from adapters.statement_files import bounds_of
    from adapters.statements.file import headings_in
    from adapters.statements.templates import FIELDS, guess_columns

    row, headings = headings_in(file, bounds=bounds_of(settings))
    guessed = guess_columns(headings)
    if as_json:
        print_json({"row": row, "headings": list(headings), "columns": guessed})
        return
    click.echo(f"# Row {row} of {visible(file.name)} looks like its headings:")
    for heading in headings:
        click.echo(f"#   {visible(heading)}")
    click.echo('order = "dmy"  # or mdy, ymd\nhas_accounting_signs = false  # (50.00) and 50.00-')
    click.echo("\n[columns]  # id, date, and amount (signed) or in and out are needed")
    for name in FIELDS:
        if name in guessed:
            click.echo(f"{name} = {json.dumps(guessed[name])}")
        else:
            click.echo(f'# {name} = ""')
