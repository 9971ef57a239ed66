"""People log in on the command line: their commands are theirs, and a lost session says so."""

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import orjson
import pyotp
import pytest

from application.accounts.sessions import ABSOLUTE_S, IDLE_S
from domain.roles import Role
from domain.wallet import CreditWallet, wallet_id
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import log_in, team

PASSWORD = "a long password"
EMAIL = "ann@example.com"
WRONG = "The e-mail address, the password or the code is wrong."
OVER = "Your session is over: `ngoma login` opens another, `ngoma logout` forgets it."


@pytest.fixture(autouse=True)
def _store(cli: Cli) -> None:
    cli.migrate()


@pytest.fixture
def ann(cli: Cli) -> Cli:
    """Give the command line of Ann, the first admin, with a password and nothing more."""
    made = cli.json(
        "account", "create", "Ann", "--email", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    cli.run("role", "grant", made["account_id"], "admin")
    return replace(cli, environment={"NGOMA_SESSION_FILE": str(cli.folder.parent / "ann")})


def login(cli: Cli, *options: str) -> dict[str, object]:
    found: dict[str, object] = cli.json(
        "login", "--email", EMAIL, "--password-stdin", *options, stdin=f"{PASSWORD}\n"
    )
    return found


def code(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def session_file(cli: Cli) -> Path:
    return Path(str(cli.environment["NGOMA_SESSION_FILE"]))


def actor_of_last_grant(cli: Cli, account: int) -> str:
    with running_system(cli.folder) as system:
        event = system.reader.events(wallet_id(account))[-1]
    assert isinstance(event, CreditWallet.Granted)
    return event.actor


@pytest.mark.slow
def test_after_password_and_second_factor_the_commands_are_the_accounts(ann: Cli) -> None:
    shop = replace(ann, environment={}).account("Shop")
    first = login(ann)
    assert (first["account_id"], first["roles"], first["second_factor"]) == (1, ["admin"], False)
    refusal = ann.refusal("wallet", "grant", shop, 5, "--reason", "x")
    assert "only in a session with a second factor" in refusal
    secret = ann.json("second-factor", "enrol", "--password-stdin", stdin=PASSWORD)["secret"]
    assert ann.json("second-factor", "confirm", "--code", code(secret))["confirmed"] is True
    assert ann.refusal("wallet", "grant", shop, 5, "--reason", "x") == OVER
    second = login(ann, "--code", code(secret, steps=1))
    assert second["second_factor"] is True
    ann.run("wallet", "grant", shop, 5, "--reason", "x")
    assert actor_of_last_grant(ann, shop) == "account:1"


def test_people_are_asked_for_what_they_did_not_give_and_told_what_is_next(ann: Cli) -> None:
    asked = ann.run("login", stdin=f"{EMAIL}\n{PASSWORD}\n\n")
    assert "You are logged in as account 1. Roles: admin." in asked.stdout
    assert "ngoma second-factor enrol" in asked.stderr
    assert PASSWORD not in asked.output
    shown = ann.run("second-factor", "enrol", stdin=f"{PASSWORD}\n\n").stdout
    assert "otpauth://totp/" in shown
    confirmed = ann.run("second-factor", "confirm", stdin=code(shown.split()[1]) + "\n")
    assert "It is confirmed" in confirmed.stdout


def test_what_is_wrong_of_a_login_is_not_said(ann: Cli) -> None:
    for email, password in ((EMAIL, "another password"), ("no@example.com", PASSWORD)):
        refusal = ann.refusal("login", "--email", email, "--password-stdin", stdin=password)
        assert refusal == WRONG
    assert not session_file(ann).exists()


def test_a_password_is_never_an_option(cli: Cli) -> None:
    cli.account()
    for command in (["login"], ["account", "create", "B", "--email", "b@c.d"]):
        assert "No such option" in cli.refusal(*command, "--password", "x", code=2)
    cli.refusal("login", "--email", EMAIL, "--password-stdin", stdin="", code=2)


def test_a_short_password_makes_no_account(cli: Cli) -> None:
    arguments = ("account", "create", "B", "--email", "b@c.d", "--password-stdin")
    assert "10 to 128 characters" in cli.refusal(*arguments, stdin="short\n")
    assert cli.json("account", "list") == []


def test_the_session_is_kept_for_its_store_and_its_owner_alone(ann: Cli) -> None:
    state = ann.folder.parent / "state"
    at_home = replace(ann, environment={"XDG_STATE_HOME": str(state)})
    login(at_home)
    (file,) = (state / "ngoma").iterdir()
    assert file.name.startswith("session-")
    assert file.stat().st_mode & 0o777 == 0o600
    elsewhere = replace(at_home, folder=ann.folder.parent / "other")
    elsewhere.account()
    assert elsewhere.run("logout").stdout == "You were not logged in.\n"
    file.chmod(0o640)
    assert "Others can read the session" in at_home.refusal("account", "list")
    assert at_home.run("logout").stdout == "You are logged out.\n"
    assert not file.exists()
    at_home.run("account", "list")


def test_neither_token_nor_password_stands_in_the_data_folder(ann: Cli) -> None:
    login(ann)
    token = session_file(ann).read_text()
    assert token.startswith("ngs_")
    files = [file.read_bytes() for file in ann.folder.rglob("*") if file.is_file()]
    assert files
    assert not [1 for found in files if token.encode() in found or PASSWORD.encode() in found]


def test_a_logout_ends_the_session_and_gives_the_commands_back_to_the_host(cli: Cli) -> None:
    (ann,) = team(cli, ann=Role.ADMIN)
    copy = session_file(ann).read_text()
    shop = ann.account("Shop")
    assert ann.json("logout") == {"logged_out": True}
    ann.run("wallet", "grant", shop, 5, "--reason", "x")
    assert actor_of_last_grant(cli, shop).startswith("os:")
    session_file(ann).write_text(copy)
    session_file(ann).chmod(0o600)
    assert ann.refusal("wallet", "grant", shop, 5, "--reason", "x") == OVER
    assert ann.json("logout") == {"logged_out": True}
    assert ann.json("logout") == {"logged_out": False}


@pytest.mark.parametrize("seconds", [IDLE_S, ABSOLUTE_S])
def test_a_session_that_ran_out_is_refused_not_replaced_by_the_user_of_the_host(
    cli: Cli, seconds: int
) -> None:
    (ann,) = team(cli, ann=Role.ADMIN)
    _age_sessions(cli, seconds)
    for command in (["account", "list"], ["wallet", "grant", 1, 5, "--reason", "x"]):
        assert ann.refusal(*command) == OVER


def _age_sessions(cli: Cli, seconds: int) -> None:
    """Let every session be older, in the store."""
    connection = sqlite3.connect(cli.folder / "store.db")
    with connection:
        rows = connection.execute("SELECT key, value FROM secrets WHERE kind = 'session'")
        for key, value in rows.fetchall():
            fields = orjson.loads(value)
            for name in ("opened_at", "seen_at", "ends_at"):
                fields[name] -= seconds * 1_000_000
            changed = orjson.dumps(fields).decode()
            connection.execute("UPDATE secrets SET value = ? WHERE key = ?", (changed, key))
    connection.close()


def test_a_new_login_ends_the_session_before_it(ann: Cli) -> None:
    login(ann)
    before = session_file(ann).read_text()
    login(ann)
    assert session_file(ann).read_text() != before
    session_file(ann).write_text(before)
    assert ann.refusal("second-factor", "remove", "--password-stdin", stdin=PASSWORD) == OVER


def test_a_session_without_a_second_factor_may_do_nothing_of_staffs(cli: Cli) -> None:
    (ann,) = team(cli, ann=Role.ADMIN)
    shop = cli.account("Shop")
    bare = log_in(cli, ann.number, has_second_factor=False)
    for command in (
        ["account", "list"],
        ["wallet", "grant", shop, 1, "--reason", "x"],
        ["role", "grant", shop, "auditor"],
        ["approval", "list"],
    ):
        assert "second factor" in bare.refusal(*command)


def test_an_account_without_a_role_is_not_staff(cli: Cli) -> None:
    _, guest = team(cli, ann=Role.ADMIN, guest=())
    for command in (["account", "list"], ["wallet", "grant", 1, 1, "--reason", "x"]):
        assert "account with a role of staff" in guest.refusal(*command)
