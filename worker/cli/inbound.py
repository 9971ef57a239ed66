"""``ngoma message inbound``: what came to the SIMs; masked and without texts, unless on record."""

from typing import Any

import click

from application.ports.queries import InboundRow
from domain.msisdn import Msisdn, masked
from domain.public_ids import inbound_id, parse_inbound_id
from domain.written import NUMBER_MAX
from worker.cli.gateway import opened
from worker.cli.options import (
    ACCOUNT,
    REASON,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
)
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table, visible


def _inbound_number(value: str) -> int:
    found = parse_inbound_id(value)
    if found is None:
        raise click.BadParameter("is not a message that came in: it is in_… or a number.")
    return found


@click.command(
    "inbound",
    epilog=example(
        "ngoma message inbound --account 7",
        "ngoma message inbound --unowned --reveal --reason 'who writes to SIM 2'",
    ),
)
@click.option("--account", type=ACCOUNT, help="Only what came in for one account.")
@click.option("--unowned", is_flag=True, help="Only what answers nobody's message.")
@click.option("--before", type=_inbound_number, metavar="ID", help="Only those older than this.")
@click.option(
    "--reveal",
    is_flag=True,
    help="Show numbers and texts too: who looked, and why, goes on record.",
)
@click.option("--reason", type=REASON, help="Why they are looked at; needed with --reveal.")
@list_limit_option
@json_option
@place_options
def inbound(
    place: Place,
    account: int | None,
    before: int | None,
    reason: str | None,
    limit: int,
    *,
    unowned: bool,
    reveal: bool,
    as_json: bool,
) -> None:
    """List messages that came in, newest first."""
    from application.accounts.reveal import RevealInbound

    if reveal != (reason is not None):
        raise click.UsageError("--reveal and --reason go together.")
    if unowned and account is not None:
        raise click.UsageError("Give --account or --unowned.")
    with opened(place) as gateway:
        gateway.look("inbound", account)
        if reason is not None:
            actor, at = gateway.actor, gateway.now()
            gateway.run(RevealInbound(account, actor=actor, reason=reason, at=at))
        rows = gateway.reading("inbox").inbox(
            account, unowned=unowned, before=before or NUMBER_MAX, limit=limit
        )
    if as_json:
        print_json([_shown(row, reveal=reveal) for row in rows])
        return
    titles = ["id", "account", "came (UTC)", "from", "asks"]
    print_table(
        [*titles, *(["text"] if reveal else ["parts"])],
        [
            [
                inbound_id(row.number),
                row.account,
                clock_time(row.received_at),
                row.sender if reveal else _masked(row.sender),
                row.word,
                visible(row.text or "") if reveal else f"{row.parts - row.missing}/{row.parts}",
            ]
            for row in rows
        ],
    )
    if rows:
        hint_of_more(len(rows), limit, f"--before {inbound_id(rows[-1].number)}")


def _shown(row: InboundRow, *, reveal: bool) -> dict[str, Any]:
    return {
        "id": inbound_id(row.number),
        "account_id": row.account,
        "sim": row.sim,
        "sender": row.sender if reveal else _masked(row.sender),
        "recipient": row.recipient,
        "received_at": moment(row.received_at),
        "parts": row.parts,
        "missing": row.missing,
        "exact": row.is_exact,
        "keyword": row.word,
        **({"message": row.text} if reveal else {}),
    }


def _masked(sender: str | None) -> str | None:
    """Mask a person's number; a short code and a name stay as they are."""
    return masked(Msisdn(sender)) if sender and sender.startswith("+") else sender
