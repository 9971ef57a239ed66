"""``ngoma login`` and ``logout``: the sessions of staff on the command line."""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click

from domain.errors import InvalidKey, NgomaError
from worker.cli.gateway import Gateway, opened
from worker.cli.options import CODE, EMAIL, Place, example, json_option, place_options
from worker.cli.output import moment, print_json

if TYPE_CHECKING:
    from application.accounts.logins import LoggedIn
    from application.accounts.sessions import Session

LINE_CHARACTERS_MAX: Final = 1_000
NEEDS_SECOND_FACTOR: Final = (
    "Your roles count only with a second factor: `ngoma second-factor enrol`, then log in again."
)


def read_password() -> str:
    """Read a password from the first line of standard input.

    Raises:
        click.UsageError: there is none.
    """
    password = sys.stdin.readline(LINE_CHARACTERS_MAX + 1).rstrip("\r\n")
    if not password or len(password) > LINE_CHARACTERS_MAX:
        raise click.UsageError("Standard input must hold the password, on one line.")
    return password


def read_proof(*, password_stdin: bool, code: str | None) -> tuple[str, str | None]:
    """Give the password and the code, asked for unless they were given.

    Raises:
        click.UsageError: standard input holds no password.
    """
    if password_stdin:
        return read_password(), code
    password = click.prompt("Password", hide_input=True, err=True)
    if code is None:
        asked = "Code of the second factor (empty when you have none)"
        code = CODE(click.prompt(asked, default="", show_default=False, err=True)) or None
    return password, code


code_option = click.option(
    "--code",
    type=CODE,
    help="The code of your second factor, or a recovery code; asked for unless given.",
)
password_stdin_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input; it is never an option itself.",
)


@click.command(
    "login",
    epilog=example(
        "ngoma login --email ann@example.com", "ngoma login --email a@b.zm --code 123456"
    ),
)
@click.option("--email", type=EMAIL, help="Your e-mail address; asked for unless given.")
@code_option
@password_stdin_option
@json_option
@place_options
def login(
    place: Place, email: str | None, code: str | None, *, password_stdin: bool, as_json: bool
) -> None:
    """Open a session: from now on commands are given by your account, until `ngoma logout`.

    It ends after half an hour without a command, and 12 hours after it was opened.
    """
    with opened(place) as gateway:
        if email is None:
            email = EMAIL(click.prompt("E-mail", err=True))
        password, code = read_proof(password_stdin=password_stdin, code=code)
        logged_in = gateway.system.logins.login(
            email, password, code=code, instead_of=_present(gateway), execute=gateway.run
        )
        gateway.file.write(logged_in.token)
    _say(logged_in, as_json=as_json)


def _present(gateway: Gateway) -> "Session | None":
    """Give the session that the new one takes the place of."""
    try:
        return gateway.login()
    except (NgomaError, click.ClickException):
        return None


def _say(logged_in: "LoggedIn", *, as_json: bool) -> None:
    found = logged_in.session
    if as_json:
        print_json(
            {
                "account_id": found.account,
                "roles": list(logged_in.roles),
                "second_factor": found.has_second_factor,
                "ends_at": moment(found.ends_at),
                "recovery_codes_left": logged_in.recovery_codes_left,
            }
        )
    else:
        roles = ", ".join(logged_in.roles) or "none"
        click.echo(f"You are logged in as account {found.account}. Roles: {roles}.")
        if logged_in.recovery_codes_left is not None:
            click.echo(f"Recovery codes left: {logged_in.recovery_codes_left}.")
    if logged_in.needs_second_factor:
        click.echo(NEEDS_SECOND_FACTOR, err=True)


@click.command("logout", epilog=example("ngoma logout"))
@json_option
@place_options
def logout(place: Place, *, as_json: bool) -> None:
    """End your session, and forget it here; commands are the host user's again."""
    with opened(place) as gateway:
        token = gateway.file.any_token()
        if token is not None:
            logins = gateway.system.logins
            with suppress(InvalidKey):  # it was over already
                logins.logout(logins.find(token, execute=gateway.run), execute=gateway.run)
            gateway.file.remove()
    if as_json:
        print_json({"logged_out": token is not None})
    else:
        click.echo("You are logged out." if token is not None else "You were not logged in.")
