"""``ngoma webhook set`` and its like: the webhook of an account, by an operator on the host."""

from functools import partial
from typing import TYPE_CHECKING, Final

import click

from domain.feed import FeedType
from domain.page_sizes import LIST_PAGE
from domain.webhook_rules import check_webhook_url
from domain.written import NUMBER_MAX
from worker.cli.gateway import Gateway, opened
from worker.cli.options import (
    ACCOUNT,
    POSITION,
    Place,
    Whole,
    example,
    json_option,
    kind,
    place_options,
)
from worker.cli.output import clock_time, hint_of_more, moment, print_json, print_table, visible

if TYPE_CHECKING:
    from application.ports.queries import AttemptRow
    from application.telling.desk import ShownWebhook, Tried, WebhookDesk

READ_MODEL: Final = "account_feed"
ONCE: Final = "It is shown this one time: keep it now."


@click.command(
    "set",
    epilog=example(
        "ngoma webhook set 7 --url https://shop.example.com/ngoma --event message.delivered"
    ),
)
@click.argument("account", type=ACCOUNT)
@click.option(
    "--url",
    type=kind(partial(check_webhook_url, may_be_plain=True), name="url"),
    required=True,
    help="Where each event is posted; by https.",
)
@click.option(
    "--event",
    "events",
    type=click.Choice([each.value for each in FeedType]),
    multiple=True,
    help="What it is told of; may stand several times. Without it, all.",
)
@json_option
@place_options
def set_webhook(
    place: Place, account: int, url: str, events: tuple[str, ...], *, as_json: bool
) -> None:
    """Say where ACCOUNT is told of its events; a new webhook is told what happens from now on."""
    from application.telling.webhooks import SetWebhook

    with opened(place) as gateway:
        desk = gateway.system.webhook_desk
        check_webhook_url(url, may_be_plain=desk.webhooks.may_be_plain)
        gateway.reading(READ_MODEL)
        secret, sealed = desk.draw_secret()
        is_new = gateway.run(
            SetWebhook(
                account,
                sealed_url=desk.webhooks.texts.seal(url),
                sealed_secret=sealed,
                events=[each for each in FeedType if each.value in events],
                after=desk.end_of_feed(account),
                actor=gateway.actor,
                at=gateway.now(),
            )
        )
        found = _shown(gateway, account)
    _say(account, found, secret=secret if is_new else None, as_json=as_json)


@click.command("show", epilog=example("ngoma webhook show 7"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def show(place: Place, account: int, *, as_json: bool) -> None:
    """Show the webhook of ACCOUNT, and how it goes."""
    with opened(place) as gateway:
        gateway.look("webhook", account)
        found = _shown(gateway, account)
    _say(account, found, as_json=as_json)


@click.command("delete", epilog=example("ngoma webhook delete 7"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def delete(place: Place, account: int, *, as_json: bool) -> None:
    """Tell ACCOUNT nothing any more; address, secrets and attempts go."""
    from application.telling.webhooks import RemoveWebhook

    with opened(place) as gateway:
        gateway.run(RemoveWebhook(account, actor=gateway.actor, at=gateway.now()))
    if as_json:
        print_json({"account_id": account, "deleted": True})
    else:
        click.echo(f"Account {account} is told of nothing any more.")


@click.command("test", epilog=example("ngoma webhook test 7"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def try_webhook(place: Place, account: int, *, as_json: bool) -> None:
    """Post a test to the webhook of ACCOUNT; exit with 1 when it does not take it."""
    import asyncio

    from application.telling.webhooks import AllowTrial

    with opened(place) as gateway:
        gateway.run(AllowTrial(account, actor=gateway.actor, at=gateway.now()))
        tried = asyncio.run(_try_out(gateway.system.webhook_desk, account))
    posted = tried.posted
    if as_json:
        print_json(
            {
                "account_id": account,
                "event": tried.event,
                "taken": posted.is_taken,
                "http_status": posted.status,
                "error": posted.error,
                "answer": posted.answer,
                "took_ms": posted.took_ms,
            }
        )
    elif posted.is_taken:
        click.echo(f"It took {tried.event} ({posted.status}) after {posted.took_ms} ms.")
    else:
        why = posted.error or f"{posted.status} {visible(posted.answer)}".rstrip()
        click.echo(f"It did not take {tried.event} after {posted.took_ms} ms: {why}.")
    if not posted.is_taken:
        raise click.exceptions.Exit(1)


@click.command("rotate", epilog=example("ngoma webhook rotate 7"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def rotate(place: Place, account: int, *, as_json: bool) -> None:
    """Give the webhook of ACCOUNT another secret; for a day both sign."""
    from application.telling.webhooks import RotateSecret

    with opened(place) as gateway:
        secret, sealed = gateway.system.webhook_desk.draw_secret()
        gateway.run(RotateSecret(account, sealed, actor=gateway.actor, at=gateway.now()))
        found = _shown(gateway, account)
    until = found.old_secret_until
    if as_json:
        print_json({"account_id": account, "secret": secret, "old_secret_until": moment(until)})
        return
    click.echo(f"Secret of account {account}'s webhook: {secret}")
    click.echo(f"The one before signs as well until {clock_time(until)} UTC. {ONCE}", err=True)


@click.command("replay", epilog=example("ngoma webhook replay 7 --after 40"))
@click.argument("account", type=ACCOUNT)
@click.option(
    "--after", type=POSITION, required=True, help="A sequence; 0 is everything from the beginning."
)
@json_option
@place_options
def replay(place: Place, account: int, after: int, *, as_json: bool) -> None:
    """Tell the webhook of ACCOUNT once more all that came after a sequence."""
    from application.telling.webhooks import ReplayWebhook

    with opened(place) as gateway:
        gateway.run(ReplayWebhook(account, after, actor=gateway.actor, at=gateway.now()))
        found = _shown(gateway, account)
    _say(account, found, as_json=as_json)


@click.command("attempts", epilog=example("ngoma webhook attempts 7"))
@click.argument("account", type=ACCOUNT)
@click.option("--before", type=POSITION, help="Only those with a lower number.")
@click.option(
    "--limit",
    type=Whole(1, LIST_PAGE),
    default=LIST_PAGE,
    show_default=True,
    help="How many are listed.",
)
@json_option
@place_options
def attempts(place: Place, account: int, before: int | None, limit: int, *, as_json: bool) -> None:
    """List the newest attempts to tell ACCOUNT, newest first."""
    with opened(place) as gateway:
        gateway.look("webhook", account)
        queries = gateway.reading(READ_MODEL)
        rows = queries.webhook_attempts(
            account, before=NUMBER_MAX if before is None else before, limit=limit
        )
    if as_json:
        print_json([_attempt(row) for row in rows])
        return
    print_table(
        ["no.", "at (UTC)", "sequence", "type", "event", "answer", "said", "ms"],
        [
            [
                row.number,
                clock_time(row.at),
                row.sequence,
                row.type,
                row.event,
                row.error or row.status,
                row.answer or None,
                row.took_ms,
            ]
            for row in rows
        ],
        empty="Nothing was told yet.",
    )
    if rows:
        hint_of_more(len(rows), limit, f"--before {rows[-1].number}")


COMMANDS: Final = (set_webhook, show, delete, try_webhook, rotate, replay, attempts)


async def _try_out(desk: "WebhookDesk", account: int) -> "Tried":
    poster = desk.webhooks.open_poster()
    try:
        return await desk.try_out(desk.target(account), poster)
    finally:
        await poster.close()


def _shown(gateway: Gateway, account: int) -> "ShownWebhook":
    gateway.reading(READ_MODEL)
    return gateway.system.webhook_desk.shown(account)


def _say(account: int, found: "ShownWebhook", *, secret: str | None = None, as_json: bool) -> None:
    row = found.row
    types = [each.value for each in row.types]
    if as_json:
        print_json(
            {
                "account_id": account,
                "url": found.url,
                "events": types,
                "state": row.state,
                "delivered": row.delivered,
                "newest": row.last,
                "failed_tries": row.tries,
                "next_try_at": moment(found.next_try_at),
                "old_secret_until": moment(found.old_secret_until),
                "secret": secret,
            }
        )
        return
    click.echo(f"Webhook of account {account}: {found.url}, {row.state}")
    click.echo(f"told of       {', '.join(types) or 'everything'}")
    click.echo(f"told up to    {row.delivered} of {row.last}")
    if found.next_try_at is not None:
        tries = f" after {row.tries} that failed" if row.tries else ""
        click.echo(f"next try      {clock_time(found.next_try_at)} UTC{tries}")
    if found.old_secret_until is not None:
        click.echo(f"old secret    signs until {clock_time(found.old_secret_until)} UTC")
    if secret is not None:
        click.echo(f"secret        {secret}")
        click.echo(ONCE, err=True)


def _attempt(row: "AttemptRow") -> dict[str, object]:
    return {
        "number": row.number,
        "event": row.event,
        "sequence": row.sequence,
        "type": row.type,
        "at": moment(row.at),
        "http_status": row.status,
        "error": row.error,
        "answer": row.answer,
        "took_ms": row.took_ms,
    }
