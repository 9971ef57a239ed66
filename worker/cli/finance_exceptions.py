"""``ngoma finance exceptions`` and ``note``: what has to be explained, and what is known of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from domain.days import DAY_S
from domain.matching import Trouble
from domain.money import Ngwee, format_kwacha
from domain.page_sizes import LIST_PAGE, LIST_PAGE_MAX
from domain.public_ids import top_up_id
from domain.span import read_as_of
from domain.values import SECOND
from worker.cli.gateway import opened
from worker.cli.options import (
    ACCOUNT,
    REASON,
    Place,
    Whole,
    example,
    json_option,
    kind,
    place_options,
)
from worker.cli.output import clock_time, moment, print_json, print_table

if TYPE_CHECKING:
    from application.money.cases import Subject
    from application.money.exceptions import Exceptions, ToExplain


def _subject(value: str) -> "Subject":
    from application.money.cases import read_subject

    return read_subject(value, field="subject")


SUBJECT: Final = kind(_subject, name="receipt|top_up|callback")
AS_OF: Final = kind(read_as_of, name="when")


@click.command(
    "exceptions",
    epilog=example(
        "ngoma finance exceptions",
        "ngoma finance exceptions --kind missing_in_ledger --as-of 2026-11-30 --json",
    ),
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([one.value for one in Trouble]),
    multiple=True,
    help="Only these.",
)
@click.option("--as-of", type=AS_OF, help="As of the end of this day, or of this time.")
@click.option("--all", "with_closed", is_flag=True, help="Also those that somebody noted as done.")
@click.option(
    "--limit",
    type=Whole(1, LIST_PAGE_MAX),
    default=LIST_PAGE,
    show_default=True,
    help="How many are listed, oldest first.",
)
@json_option
@place_options
def exceptions(
    *,
    place: Place,
    kinds: Sequence[str],
    as_of: Any,
    with_closed: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List what has to be explained: its kind, age, whose work it is, and what was noted."""
    from application.money.exceptions import money_exceptions

    with opened(place) as gateway:
        gateway.look("finance_exceptions")
        found = money_exceptions(
            gateway.reading("receipts"),
            now=gateway.now(),
            as_of=as_of,
            kinds=[Trouble(one) for one in kinds],
            with_closed=with_closed,
        )
    if as_json:
        print_json(as_object(found, limit=limit))
    else:
        _show(found, limit=limit)


def as_object(found: "Exceptions", *, limit: int) -> dict[str, Any]:
    """Give exceptions as JSON, the oldest of them."""
    return {
        "as_of": moment(found.as_of),
        "count": len(found.found),
        "to_match": found.to_match,
        "exceptions": [_as_json(one, found) for one in found.found[:limit]],
    }


def _as_json(one: "ToExplain", found: "Exceptions") -> dict[str, Any]:
    from domain.matching.findings import WORDS

    return {
        "kind": one.kind.value,
        "what": one.name,
        "wallet": one.wallet,
        "amount_ngwee": one.amount_ngwee,
        "since": moment(one.since),
        "age_s": (found.as_of - one.since) // SECOND,
        "cause": one.cause,
        "account_id": one.account,
        "owner": one.owner,
        "note": one.note,
        "noted_by": one.noted_by,
        "done": one.is_closed,
        "meaning": WORDS[one.kind],
    }


def _show(found: "Exceptions", *, limit: int) -> None:
    print_table(
        ["kind", "what", "amount", "since (UTC)", "days", "owner", "note"],
        [
            [
                one.kind.value,
                one.name,
                format_kwacha(Ngwee(one.amount_ngwee)),
                clock_time(one.since),
                (found.as_of - one.since) // SECOND // DAY_S,
                one.owner,
                one.note,
            ]
            for one in found.found[:limit]
        ],
        empty="Nothing has to be explained.",
    )
    if found.to_match:
        click.echo(f"{found.to_match:,} lines wait for `ngoma finance match`.", err=True)
    if len(found.found) > limit:
        click.echo(f"{len(found.found) - limit:,} more: --limit", err=True)


@click.command(
    "note",
    epilog=example(
        "ngoma finance note mtn/main/1234567890 --owner 7 --note 'asked MTN, case 881'",
        "ngoma finance note top_7 --note 'the customer paid late' --done",
        "ngoma finance note cb_7 --note 'of our test account' --done",
    ),
)
@click.argument("subject", type=SUBJECT)
@click.option("--owner", type=ACCOUNT, help="Whose work it is: the account of one of staff.")
@click.option("--note", type=REASON, help="What is known; kept beside the log.")
@click.option("--done", "is_closed", is_flag=True, help="Nothing is left to explain.")
@json_option
@place_options
def note(
    *,
    place: Place,
    subject: "Subject",
    owner: int | None,
    note: str | None,
    is_closed: bool,
    as_json: bool,
) -> None:
    """Note about SUBJECT whose work it is and what is known.

    It is a receipt, a top-up or a callback, as `ngoma finance exceptions` names it.
    """
    from application.money.cases import NoteCase

    written = top_up_id(subject) if isinstance(subject, int) else str(subject)
    with opened(place) as gateway:
        gateway.run(
            NoteCase(
                subject,
                owner=owner,
                is_closed=is_closed,
                actor=gateway.actor,
                note=note or "",
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"what": written, "status": "done"})
    else:
        click.echo("Noted.")
