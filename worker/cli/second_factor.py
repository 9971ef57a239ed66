"""``ngoma second-factor``: one's own codes, and the reset of one that somebody else has lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from domain.errors import InvalidKey, NotPermitted
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.login import code_option, password_stdin_option, read_proof
from worker.cli.options import (
    ACCOUNT,
    CODE,
    Place,
    example,
    json_option,
    place_options,
    reason_option,
)
from worker.cli.output import DONE, print_json, waiting

if TYPE_CHECKING:
    from application.accounts.second_factor import Proof
    from application.accounts.sessions import Session


@click.group("second-factor", cls=Group)
def second_factor() -> None:
    """Set up the codes without which roles do not count.

    What you change of your own takes your password and, where you have a second factor, a code
    of it or a recovery code. After each change you log in again.
    """


@second_factor.command("enrol", epilog=example("ngoma second-factor enrol"))
@code_option
@password_stdin_option
@json_option
@place_options
def enrol(place: Place, code: str | None, *, password_stdin: bool, as_json: bool) -> None:
    """Draw the secret of a second factor, for an authenticator app; it is shown once.

    A second factor that you have counts until the new one is confirmed.
    """
    with opened(place) as gateway:
        proof = _prove(gateway, _required(gateway), code, password_stdin=password_stdin)
        seed, uri = gateway.system.logins.factors.enrol(proof, execute=gateway.run)
    if as_json:
        print_json({"secret": seed, "uri": uri})
        return
    click.echo(f"Secret  {seed}\nURI     {uri}\n")
    click.echo("Put it into your authenticator app, then `ngoma second-factor confirm`.")


@second_factor.command("confirm", epilog=example("ngoma second-factor confirm --code 123456"))
@click.option("--code", type=CODE, help="The code that the app shows; asked for unless given.")
@json_option
@place_options
def confirm(place: Place, code: str | None, *, as_json: bool) -> None:
    """Confirm your second factor by a code of it; from then on each login takes one.

    Your recovery codes are shown, this one time. Your sessions end.
    """
    with opened(place) as gateway:
        found = _required(gateway)
        code = code or CODE(click.prompt("Code", err=True))
        codes = gateway.system.logins.factors.confirm(found.account, code, execute=gateway.run)
    if as_json:
        print_json({"confirmed": True, "recovery_codes": list(codes)})
        return
    _show(codes)
    click.echo("It is confirmed. Log in again, with the next code: then your roles count.")


@second_factor.command("codes", epilog=example("ngoma second-factor codes 1"))
@click.argument("account", type=ACCOUNT)
@code_option
@password_stdin_option
@json_option
@place_options
def codes(
    place: Place, account: int, code: str | None, *, password_stdin: bool, as_json: bool
) -> None:
    """Replace the recovery codes of ACCOUNT, which must be yours; the ones before are void."""
    with opened(place) as gateway:
        session = _required(gateway)
        if session.account != account:
            msg = (
                f"Account {account} is not yours: only its owner makes its recovery codes. For "
                f"one who has lost the phone: `ngoma second-factor reset {account}`."
            )
            raise NotPermitted(msg)
        proof = _prove(gateway, session, code, password_stdin=password_stdin)
        made = gateway.system.logins.factors.renew_codes(proof, execute=gateway.run)
    if as_json:
        print_json({"recovery_codes": list(made)})
    else:
        _show(made)


@second_factor.command("remove", epilog=example("ngoma second-factor remove"))
@code_option
@password_stdin_option
@json_option
@place_options
def remove(place: Place, code: str | None, *, password_stdin: bool, as_json: bool) -> None:
    """Give up your second factor, and the recovery codes with it; your sessions end."""
    with opened(place) as gateway:
        proof = _prove(gateway, _required(gateway), code, password_stdin=password_stdin)
        gateway.system.logins.factors.remove(proof, execute=gateway.run)
    if as_json:
        print_json({"removed": True})
    else:
        click.echo("It is removed: roles do not count until you enrol another.")


@second_factor.command(
    "reset", epilog=example("ngoma second-factor reset 7 --reason 'phone lost, seen in person'")
)
@click.argument("account", type=ACCOUNT)
@reason_option
@json_option
@place_options
def reset(place: Place, account: int, reason: str, *, as_json: bool) -> None:
    """Take the second factor of ACCOUNT away, for one who has lost it; its sessions end.

    In your session it waits until another person approves it. As the user of the host it is done
    at once, and an alarm stands for a day.
    """
    from application.accounts import ResetSecondFactor

    with opened(place) as gateway:
        done = gateway.run(
            ResetSecondFactor(account, actor=gateway.actor, reason=reason, at=gateway.now())
        )
    if as_json:
        outcome = waiting(done.entry) if done.entry is not None else DONE
        print_json({"account_id": account, **outcome})
    elif done.entry is not None:
        click.echo(
            f"Nothing has changed yet: entry {done.entry} waits for another person "
            f"(`ngoma approval approve {done.entry}`)."
        )
    else:
        click.echo(
            f"Account {account} has no second factor any more, and no sessions. An alarm says so "
            "for a day. Next: it logs in with its password and enrols another."
        )


def _required(gateway: Gateway) -> "Session":
    found = gateway.login()
    if found is None:
        msg = "You are not logged in: `ngoma login` first."
        raise InvalidKey(msg)
    return found


def _prove(
    gateway: Gateway, session: "Session", code: str | None, *, password_stdin: bool
) -> "Proof":
    password, code = read_proof(password_stdin=password_stdin, code=code)
    return gateway.system.logins.prove(session, password=password, code=code, execute=gateway.run)


def _show(codes: Sequence[str]) -> None:
    """Show recovery codes."""
    click.echo("Recovery codes, each good for one login without the app. Keep them on paper:\n")
    for code in codes:
        click.echo(f"  {code}")
    click.echo()
