"""``ngoma doctor``: looks for what is wrong with this setup, and changes nothing."""

from typing import Final

import click

from domain.errors import NgomaError
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import print_json, visible

COLOURS: Final = {"ok": "green", "note": "blue", "warning": "yellow", "wrong": "red"}


@click.command(epilog=example("ngoma doctor", "ngoma doctor --config /etc/ngoma.toml --json"))
@click.option(
    "--whole", "is_whole", is_flag=True, help="Also read the whole store: each page, each event."
)
@json_option
@place_options
def doctor(place: Place, *, is_whole: bool, as_json: bool) -> None:
    """Look for what is wrong with this setup; nothing is changed.

    The exit code is 1 when something is wrong. Notes and warnings do not count.
    """
    from worker.cli.diagnosis import findings
    from worker.cli.finding import Finding, Verdict

    try:
        found = list(findings(place.settings(), place.config, is_whole=is_whole))
    except NgomaError as error:
        found = [Finding("settings", Verdict.WRONG, line) for line in str(error).splitlines()]
    if as_json:
        print_json(
            [
                {"check": item.check, "verdict": item.verdict.value, "words": item.words}
                for item in found
            ]
        )
    else:
        for item in found:
            mark = click.style(f"{item.verdict.value:7}", fg=COLOURS[item.verdict.value])
            click.echo(f"{mark} {item.check}: {visible(item.words)}")
    if any(item.verdict is Verdict.WRONG for item in found):
        raise click.exceptions.Exit(1)
