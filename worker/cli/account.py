"""``ngoma account``: make accounts, and say what each may do."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Final

import click

from application.ports.queries import AccountRow
from domain.credits import CREDITS_MAX
from domain.password_rules import check_password
from domain.rate_limits import check_limit
from domain.values import Credits, credits_in_words
from worker.cli.account_low import low_balance
from worker.cli.account_quiet import find_account, quiet_hours
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.login import password_stdin_option, read_password
from worker.cli.options import (
    ACCOUNT,
    EMAIL,
    NAME,
    POSITION,
    REASON,
    SENDER_ID,
    Place,
    Whole,
    example,
    json_option,
    kind,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import (
    clock_time,
    console,
    hint_of_more,
    moment,
    print_json,
    print_table,
    visible,
    waiting,
)

DEFAULT: Final = "default"


def limit(name: str) -> Callable[[str], int | str]:
    """Make a kind of argument: an account's own limit, or the word for none of its own."""

    def check(value: str) -> int | str:
        return DEFAULT if value == DEFAULT else check_limit(value, name)

    return kind(check, name="limit")


@click.group(cls=Group)
def account() -> None:
    """Make accounts, and say what each may do."""


account.add_command(quiet_hours)
account.add_command(low_balance)


@account.command(
    "create",
    epilog=example(
        "ngoma account create Shop --email shop@example.com --credits 100 --sender-id SHOP"
    ),
)
@click.argument("name", type=NAME)
@click.option("--email", type=EMAIL, required=True, help="Whom to write to; one account each.")
@click.option(
    "--credits",
    "granted",
    type=Whole(0, CREDITS_MAX),
    default=0,
    help="Credits to give it without payment.",
)
@click.option(
    "--sender-id",
    "sender_ids",
    type=SENDER_ID,
    multiple=True,
    help="Sender ID to approve for it; may stand several times.",
)
@password_stdin_option
@json_option
@place_options
def create(
    place: Place,
    name: str,
    email: str,
    granted: int,
    sender_ids: tuple[str, ...],
    *,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Make an account with an API key, which is shown this one time."""
    from application.accounts import CreateAccount

    password = read_password() if password_stdin else None
    if password is not None:
        password = check_password(password, email=email)
    with opened(place) as gateway:
        key, new_key = gateway.system.keyring.make("first")
        created = gateway.run(
            CreateAccount(
                name=name,
                email=email,
                email_digest=gateway.system.digests.email(email),
                key=new_key,
                granted=Credits(granted),
                alone_max=gateway.settings.approval_credits_per_day,
                sender_ids=sender_ids,
                password_hash=password and gateway.system.logins.hasher.hash(password),
                actor=gateway.actor,
                at=gateway.now(),
            )
        )
        base_url = gateway.settings.reached_at
    if created.entry is not None:
        click.echo(
            f"Its credits ({granted}) are not there yet: entry {created.entry} waits for another "
            f"person (`ngoma approval approve {created.entry}`).",
            err=True,
        )
    if as_json:
        made = {"account_id": created.account, "api_key": key}
        print_json(made if created.entry is None else {**made, **waiting(created.entry)})
    else:
        _welcome(created.account, name, key, 0 if created.entry else granted, base_url)


def _welcome(number: int, name: str, key: str, granted: int, base_url: str) -> None:
    from rich.panel import Panel
    from rich.text import Text as Words

    facts = (
        f"API key  {key}\n"
        f"Credits  {granted}\n\n"
        "The key is shown this one time: keep it now. `ngoma key issue` makes another."
    )
    out = console()
    out.print(Panel(Words(facts), title=Words(f"Account {number}: {visible(name)}"), expand=False))
    steps = [] if granted else [f"  ngoma wallet grant {number} 100 --reason 'to try it'"]
    steps += [
        "  ngoma serve    # unless it runs already",
        f"  curl -s {base_url}/api -d api_key=KEY -d to=0977123456 -d message=Hello",
        f"  ngoma wallet show {number}",
    ]
    click.echo("\n".join(["Next:", *steps]))


@account.command("list", epilog=example("ngoma account list --json"))
@click.option("--after", type=POSITION, default=0, help="Only accounts with a higher number.")
@list_limit_option
@json_option
@place_options
def list_accounts(place: Place, after: int, limit: int, *, as_json: bool) -> None:
    """List accounts by number."""
    with opened(place) as gateway:
        gateway.look("accounts")
        rows = gateway.reading("directory").accounts(after=after, limit=limit)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    print_table(
        ["account", "name", "e-mail", "registered (UTC)", "state", "single", "bulk", "read"],
        [
            [
                row.number,
                row.name,
                row.email,
                clock_time(row.registered_at),
                "suspended" if row.suspended else "active",
                *(_limit(value) for value in (row.single, row.bulk, row.read)),
            ]
            for row in rows
        ],
        empty="There are no accounts: `ngoma account create` makes one.",
    )
    if rows:
        hint_of_more(len(rows), limit, f"--after {rows[-1].number}")


def _as_json(row: AccountRow) -> dict[str, object]:
    return {
        "account_id": row.number,
        "name": row.name,
        "email": row.email,
        "suspended": row.suspended,
        "registered_at": moment(row.registered_at),
        "limits": {"single": row.single, "bulk": row.bulk, "read": row.read},
        "daily_credits": row.daily_credits,
        "roles": list(row.roles),
    }


def _limit(value: int | None) -> str:
    return "default" if value is None else str(value) if value else "none"


@account.command(
    "limits",
    epilog=example(
        "ngoma account limits 1 --single 600 --bulk 30", "ngoma account limits 1 --single default"
    ),
)
@click.argument("number", metavar="ACCOUNT", type=ACCOUNT)
@click.option("--single", type=limit("single"), help="Single sends a minute; 0 is no limit.")
@click.option("--bulk", type=limit("bulk"), help="Bulk sends a minute; 0 is no limit.")
@click.option("--read", type=limit("read"), help="Reads a minute; 0 is no limit.")
@click.option(
    "--daily-credits", type=limit("daily_credits"), help="Credits a day; default or 0 is no limit."
)
@click.option(
    "--reason", type=REASON, default="Limits set by an operator.", help="Why; kept with the event."
)
@json_option
@place_options
def limits(
    place: Place, number: int, reason: str, *, as_json: bool, **given: int | str | None
) -> None:
    """Set how many requests a minute an account may make; without options, show it.

    What is not given stays as it is; `default` follows the settings again.
    """
    from application.accounts import ChangeLimits

    typed = {
        name: None if value == DEFAULT else int(value)
        for name, value in given.items()
        if value is not None
    }
    with opened(place) as gateway:
        if not typed:
            gateway.look("account", number)
            found = find_account(gateway, number)
            wanted = {**found.limits, "daily_credits": found.daily_credits}
        else:
            change = ChangeLimits(
                number, typed, actor=gateway.actor, reason=reason, at=gateway.now()
            )
            wanted = asdict(gateway.run(change))
    if as_json:
        print_json({"account_id": number, **wanted})
    else:
        words = ", ".join(f"{name} {_limit(wanted[name])}" for name in ("single", "bulk", "read"))
        daily = wanted["daily_credits"]
        spends = "" if daily is None else f" It may spend {credits_in_words(daily)} a day."
        click.echo(f"Account {number}, requests a minute: {words}.{spends}")


@account.command(
    "suspend", epilog=example("ngoma account suspend 1 --reason 'invoice 12 is unpaid'")
)
@click.argument("number", metavar="ACCOUNT", type=ACCOUNT)
@reason_option
@json_option
@place_options
def suspend(place: Place, number: int, reason: str, *, as_json: bool) -> None:
    """Keep an account from sending; it may still read."""
    _set_suspension(place, number, reason, suspended=True, as_json=as_json)


@account.command("reinstate", epilog=example("ngoma account reinstate 1 --reason 'paid today'"))
@click.argument("number", metavar="ACCOUNT", type=ACCOUNT)
@reason_option
@json_option
@place_options
def reinstate(place: Place, number: int, reason: str, *, as_json: bool) -> None:
    """Let a suspended account send again."""
    _set_suspension(place, number, reason, suspended=False, as_json=as_json)


def _set_suspension(
    place: Place, number: int, reason: str, *, suspended: bool, as_json: bool
) -> None:
    from application.accounts import SetSuspension

    with opened(place) as gateway:
        gateway.run(
            SetSuspension(
                number,
                suspended=suspended,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"account_id": number, "suspended": suspended})
    else:
        click.echo(f"Account {number} is {'suspended' if suspended else 'active'}.")
