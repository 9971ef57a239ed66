"""``ngoma finance match``: what the open lines of statements are about."""

import gc
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from domain.page_sizes import LIST_PAGE_MAX
from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import moment, print_json, print_table
from worker.cli.progress import Progress

if TYPE_CHECKING:
    from application.money.reconciling import Found, Reconciled

SHOWN: Final = 20
GARBAGE_OBJECTS: Final = 2_000_000
"""New objects between two looks for cycles: both sides of a month are millions, and none in one."""


@click.command(
    "match",
    epilog=example("ngoma finance match", "ngoma finance match --provider mtn --dry-run --json"),
)
@click.option("--provider", help="Only its wallets, by its name in the settings.")
@click.option("--wallet", help="Only wallets of this name, such as main.")
@click.option(
    "--dry-run", "is_dry", is_flag=True, help="Say what would be matched, and do nothing."
)
@json_option
@place_options
def match(
    *, place: Place, provider: str | None, wallet: str | None, is_dry: bool, as_json: bool
) -> None:
    """Match what is open of statements with what was confirmed, wallet by wallet.

    By receipt, by our reference, by what the narration names, by payer and amount, by parts and
    sums, and reversals with what they take back. What stays is held for a person: see
    `ngoma finance exceptions`. Again, it changes nothing.
    """
    from application.money.reconciling import reconcile

    def is_wanted(name: str) -> bool:
        its, _, called = name.partition("/")
        return provider in {None, its} and wallet in {None, called}

    progress = Progress()
    gc.set_threshold(GARBAGE_OBJECTS)
    with opened(place) as gateway:
        gateway.look("finance_match")
        system = gateway.system
        done = list(
            reconcile(
                gateway.reading("receipts"),
                execute=gateway.run,
                clock=system.clock,
                digests=system.digests,
                traits=system.mobile_money.traits,
                actor=gateway.actor,
                is_wanted=is_wanted,
                is_dry=is_dry,
                on_progress=lambda what, count: progress.say(f"{count:,} {what}"),
            )
        )
    if as_json:
        print_json([as_object(one, is_dry=is_dry) for one in done])
    elif not done:
        click.echo("No line waits to be matched.")
    else:
        for one in done:
            _show(one, is_dry=is_dry)


def as_object(one: "Reconciled", *, is_dry: bool) -> dict[str, Any]:
    """Give what a run over a wallet came to; of its lines and hints the first thousand."""
    return {
        "wallet": one.wallet,
        "lines": one.lines,
        "until": moment(one.until),
        "dry_run": is_dry,
        "recorded": dict(sorted(one.recorded.items())),
        "rules": dict(sorted(Counter(f.rule for f in one.found if f.rule).items())),
        "troubles": dict(sorted(Counter(f.trouble for f in one.found if f.trouble).items())),
        "found": [_found(f) for f in one.found[:LIST_PAGE_MAX]],
        "hints": [
            {
                "receipt": str(hint.receipt),
                "reference": hint.reference,
                "score": hint.score,
                "evidence": list(hint.evidence),
            }
            for hint in one.hints[:LIST_PAGE_MAX]
        ],
    }


def _found(found: "Found") -> dict[str, Any]:
    return {
        "receipt": str(found.receipt),
        "amount_ngwee": found.amount_ngwee,
        "rule": found.rule,
        "evidence": list(found.evidence),
        "shows": list(found.shows),
        "trouble": found.trouble,
    }


def _show(one: "Reconciled", *, is_dry: bool) -> None:
    from domain.money import Ngwee, format_kwacha

    click.echo(f"{one.wallet}: {one.lines:,} lines waited.")
    if is_dry:
        click.echo("Nothing was recorded: this is what would be.")
    else:
        words = (f"{count:,} {what}" for what, count in sorted(one.recorded.items()) if count)
        click.echo(f"{', '.join(words)}." if any(one.recorded.values()) else "Nothing changed.")
    rows = [
        [
            found.receipt.transaction_id,
            format_kwacha(Ngwee(found.amount_ngwee)),
            found.rule or found.trouble or "settled",
            ", ".join(found.evidence),
            ", ".join(found.shows[:2]),
        ]
        for found in one.found[:SHOWN]
    ]
    print_table(["line", "amount", "what", "by", "is about"], rows, empty="No line waited.")
    if len(one.found) > SHOWN:
        click.echo(f"{len(one.found) - SHOWN:,} more: --json lists them.", err=True)
