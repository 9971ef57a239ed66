"""``ngoma wallet``: what an account has, and the movements that only staff can make."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from domain.errors import NotFound
from domain.page_sizes import STATEMENT_PAGE, STATEMENT_PAGE_MAX
from domain.public_ids import batch_id, feltech_id
from domain.span import Span, read_span
from domain.values import Credits, credits_in_words
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    CREDITS,
    POSITION,
    SIGNED_CREDITS,
    Place,
    Whole,
    example,
    json_option,
    place_options,
    reason_option,
)
from worker.cli.output import (
    DONE,
    clock_time,
    moment,
    print_json,
    print_table,
    waiting,
)

if TYPE_CHECKING:
    from application.ports.queries import Statement, StatementLine


@click.group(cls=Group)
def wallet() -> None:
    """Look at credits and move them."""


@wallet.command("show", epilog=example("ngoma wallet show 1 --json"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def show(place: Place, account: int, *, as_json: bool) -> None:
    """Show what an account has: available, reserved, spent and refunded credits.

    All of them are as of one moment: the log position of the wallet's last movement.
    """
    with opened(place) as gateway:
        gateway.look("wallet", account)
        balance = gateway.reading("balances").balance(account)
    if balance is None:
        msg = "No such account."
        raise NotFound(msg)
    values = {
        name: getattr(balance, name)
        for name in ("available", "reserved", "spent", "refunded", "position")
    }
    if as_json:
        print_json(values)
    else:
        print_table(["account", *values], [[account, *values.values()]])


@wallet.command("grant", epilog=example("ngoma wallet grant 1 500 --reason 'goodwill, ticket 88'"))
@click.argument("account", type=ACCOUNT)
@click.argument("credits", type=CREDITS)
@reason_option
@json_option
@place_options
def grant(place: Place, account: int, credits: int, reason: str, *, as_json: bool) -> None:
    """Give an account credits without payment."""
    _move(place, account, credits, reason, is_grant=True, as_json=as_json)


@wallet.command(
    "adjust",
    context_settings={"ignore_unknown_options": True},  # so that -20 is a number
    epilog=example("ngoma wallet adjust 1 -20 --reason 'counted twice on 3 May'"),
)
@click.argument("account", type=ACCOUNT)
@click.argument("credits", type=SIGNED_CREDITS)
@reason_option
@json_option
@place_options
def adjust(place: Place, account: int, credits: int, reason: str, *, as_json: bool) -> None:
    """Correct a wallet by a signed number of credits."""
    _move(place, account, credits, reason, is_grant=False, as_json=as_json)


def _move(
    place: Place, account: int, credits: int, reason: str, *, is_grant: bool, as_json: bool
) -> None:
    from application.accounts import MoveCredits

    with opened(place) as gateway:
        moved = gateway.run(
            MoveCredits(
                account,
                Credits(credits),
                is_grant=is_grant,
                alone_max=gateway.settings.approval_credits_per_day,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if moved.entry is not None:
        click.echo(
            f"Nothing has moved yet: entry {moved.entry} waits for another person "
            f"(`ngoma approval approve {moved.entry}`).",
            err=as_json,
        )
    if as_json:
        print_json(
            {
                "account_id": account,
                "credits": credits,
                "available": moved.available,
                **(waiting(moved.entry) if moved.entry is not None else DONE),
            }
        )
    elif moved.entry is None:
        word = "Granted" if is_grant else "Adjusted by"
        there = f"account {account} has {moved.available} available"
        click.echo(f"{word} {credits_in_words(credits)}; {there}.")


@wallet.command(
    "statement",
    epilog=example(
        "ngoma wallet statement 1 --after 1200 --limit 20",
        "ngoma wallet statement 1 --from 2026-11-01 --to 2026-11-30 --json",
    ),
)
@click.argument("account", type=ACCOUNT)
@click.option("--from", "since", metavar="WHEN", help="From this day in Lusaka, or this time, on.")
@click.option(
    "--to", "until", metavar="WHEN", help="Up to the end of this day, or up to this time."
)
@click.option("--after", type=POSITION, default=0, help="Only movements after this log position.")
@click.option(
    "--limit",
    type=Whole(1, STATEMENT_PAGE_MAX),
    default=STATEMENT_PAGE,
    show_default=True,
    help="How many movements.",
)
@json_option
@place_options
def statement(
    place: Place,
    account: int,
    since: str | None,
    until: str | None,
    *,
    after: int,
    limit: int,
    as_json: bool,
) -> None:
    """List the movements of an account's wallet, oldest first: who moved what, and why.

    WHEN is a day, 2026-11-30, or a time with its zone, 2026-11-30T08:00:00+02:00. The opening and
    the closing balance are those of the time asked for, whatever page is shown.
    """
    span = read_span(since, until)
    with opened(place) as gateway:
        gateway.look("statement", account)
        found = gateway.reading("balances").statement(account, span, after=after, limit=limit)
    if found is None:
        msg = "No such account."
        raise NotFound(msg)
    if as_json:
        print_json(_as_json(account, span, found))
        return
    print_table(
        ["position", "time (UTC)", "kind", "credits", "available", "of", "by", "why"],
        [
            [
                line.position,
                clock_time(line.at),
                line.kind,
                f"{line.credits:+}",
                line.available,
                _subject(line),
                _people(line),
                line.reason or line.cause,
            ]
            for line in found.lines
        ],
        empty="No movements.",
    )
    click.echo(
        f"Opening {credits_in_words(found.opening)}, closing {credits_in_words(found.closing)}."
    )
    if found.next is not None:
        click.echo(f"There is more: --after {found.next}", err=True)


def _subject(line: "StatementLine") -> str | None:
    """Name the message, or the run of messages and their batch, that a movement is about."""
    if line.number is None:
        return None
    first = feltech_id(line.number)
    if line.count is None or line.count == 1:
        return first
    run = f"{first} to {line.number + line.count - 1}"
    return run if line.batch is None else f"{batch_id(line.batch)}: {run}"


def _people(line: "StatementLine") -> str | None:
    """Say who moved credits by hand, and who agreed where it took two."""
    if line.approver is None:
        return line.actor
    return f"{line.actor}, {line.approver} (entry {line.entry})"


def _as_json(account: int, span: Span, found: "Statement") -> dict[str, object]:
    return {
        "account_id": account,
        "from": moment(span.since),
        "to": moment(span.until),
        "opening": found.opening,
        "closing": found.closing,
        "lines": [{**asdict(line), "at": moment(line.at)} for line in found.lines],
        "next": found.next,
    }
