"""Accounts are made, limited, suspended and listed from the command line."""

import getpass
import socket
from pathlib import Path

import pytest

from domain.account import Account, account_id
from domain.contents import ContentKind
from domain.key_rules import KEY_CHARACTERS
from domain.wallet import CreditWallet, wallet_id
from tests.support.system import create_account, running_system
from tests.worker.cli.commands import Cli


@pytest.fixture(autouse=True)
def _store(cli: Cli) -> None:
    cli.migrate()


def test_the_first_account_makes_the_embedded_store(cli: Cli) -> None:
    made = cli.json(
        "account", "create", "Shop", "--email", "shop@example.com", "--credits", 100,
        "--sender-id", "SHOP", "--sender-id", "Shop Offers",
    )  # fmt: skip
    assert set(made) == {"account_id", "api_key"}
    assert made["account_id"] == 1
    assert len(made["api_key"]) == KEY_CHARACTERS
    assert cli.json("wallet", "show", 1)["available"] == 100
    names = [(row["name"], row["status"]) for row in cli.json("sender-id", "list")]
    assert names == [("SHOP", "approved"), ("Shop Offers", "approved")]


def test_the_key_of_a_new_account_opens_the_gateway(cli: Cli) -> None:
    made = cli.json("account", "create", "Shop", "--email", "shop@example.com")
    from adapters.bootstrap import bootstrap
    from adapters.settings import Settings

    system = bootstrap(Settings(data_dir=cli.folder))
    try:
        assert system.keyring.verify(made["api_key"]).account == made["account_id"]
    finally:
        system.close()


def test_people_see_the_key_once_and_what_to_do_next(cli: Cli) -> None:
    shown = cli.run("account", "create", "Shop", "--email", "shop@example.com").stdout
    assert "Account 1: Shop" in shown
    key = shown.partition("API key  ")[2][:KEY_CHARACTERS]
    assert key.isalnum()
    assert shown.count(key) == 1
    for command in ("ngoma wallet grant 1", "ngoma serve", "curl", "ngoma wallet show 1"):
        assert command in shown


def test_credits_are_granted_by_the_person_at_the_keyboard(cli: Cli) -> None:
    number = cli.account(credits=70)
    with running_system(cli.folder) as system:
        events = system.reader.events(wallet_id(number))
        granted = [event for event in events if isinstance(event, CreditWallet.Granted)]
    assert [event.credits for event in granted] == [70]
    assert granted[0].actor == f"os:{getpass.getuser()}@{socket.gethostname()}"


def test_an_e_mail_address_has_one_account(cli: Cli) -> None:
    cli.account("Shop")
    refusal = cli.refusal("account", "create", "Other", "--email", "SHOP@example.com")
    assert refusal == "An account with this e-mail address exists already."
    assert len(cli.json("account", "list")) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [" ", "--email", "a@example.com"],
        ["A", "--email", "a"],
        ["A"],
        ["A" * 101, "--email", "a@example.com"],
        ["A", "--email", "a@example.com", "--credits", "-1"],
        ["A", "--email", "a@example.com", "--credits", str(10**13)],
        ["A", "--email", "a@example.com", "--colour", "red"],
        ["A\udcff", "--email", "a@example.com"],
    ],
)
def test_a_wrong_call_makes_no_account(cli: Cli, arguments: list[str]) -> None:
    cli.refusal("account", "create", *arguments, code=2)
    assert cli.json("account", "list") == []


def test_an_illegal_sender_id_is_refused_before_anything_is_stored(cli: Cli) -> None:
    wrong = ("account", "create", "A", "--email", "a@b.c", "--sender-id", "12345")
    assert "at least one letter" in " ".join(cli.refusal(*wrong, code=2).split())
    assert cli.json("account", "list") == []


def test_accounts_are_listed_page_by_page(cli: Cli) -> None:
    for name in ("One", "Two", "Three"):
        cli.account(name)
    first = cli.run("account", "list", "--limit", 2)
    assert [name in first.stdout for name in ("One", "Two", "Three")] == [True, True, False]
    assert "--after 2" in first.stderr
    rest = cli.json("account", "list", "--after", 2)
    assert [(row["account_id"], row["name"], row["email"]) for row in rest] == [
        (3, "Three", "Three@example.com")
    ]


def test_what_people_named_an_account_cannot_steer_the_terminal(cli: Cli) -> None:
    with running_system(cli.folder) as system:  # no edge takes such a name any more
        create_account(system, name="Sh\x1b[31mop")
    assert "\x1b[31m" not in cli.run("account", "list").stdout
    assert cli.json("account", "list")[0]["name"] == "Sh\x1b[31mop"


def test_limits_that_are_not_given_stay(cli: Cli) -> None:
    number = cli.account()
    assert cli.json("account", "limits", number, "--single", 600, "--bulk", 0) == {
        "account_id": number, "single": 600, "bulk": 0, "read": None, "daily_credits": None,
    }  # fmt: skip
    assert cli.json("account", "limits", number, "--read", 9)["single"] == 600
    assert cli.json("account", "limits", number, "--single", "default") == {
        "account_id": number, "single": None, "bulk": 0, "read": 9, "daily_credits": None,
    }  # fmt: skip
    shown = cli.run("account", "limits", number).stdout
    assert "single default, bulk none, read 9" in shown
    assert cli.json("account", "list")[0]["limits"] == {"single": None, "bulk": 0, "read": 9}


@pytest.mark.parametrize("value", ["-1", "x", "1000001", "00000000001000001", ""])
def test_a_limit_is_a_number_or_default(cli: Cli, value: str) -> None:
    number = cli.account()
    cli.refusal("account", "limits", number, f"--single={value}", code=2)


def test_quiet_hours_are_seen_and_set(cli: Cli) -> None:
    number = cli.account()
    command = ("account", "quiet-hours", number)
    none = {"account_id": number, "quiet_hours": None, "quiet_all": False}
    assert cli.json(*command) == none
    chosen = {**none, "quiet_hours": {"from": "20:00", "to": "07:00"}}
    assert cli.json(*command, "--hours", "20:00-07:00") == chosen
    assert cli.json(*command, "--all") == {**chosen, "quiet_all": True}
    said = cli.run(*command).stdout
    assert said == "Account 1: 20:00-07:00 in Lusaka, all messages but those in lane otp wait.\n"
    assert cli.json(*command, "--none", "--promotions") == none
    cli.refusal(*command, "--none", "--hours", "20:00-07:00", code=2)
    cli.refusal(*command, "--hours", "20:00", code=2)
    assert cli.refusal("account", "quiet-hours", 99, "--all") == "No such account."


def test_below_how_many_credits_an_account_is_told_is_seen_and_set(cli: Cli) -> None:
    number = cli.account()
    command = ("account", "low-balance", number)
    never = {"account_id": number, "low_balance_credits": None}
    assert cli.json(*command) == never
    assert cli.json(*command, "--below", 500) == {**never, "low_balance_credits": 500}
    assert cli.run(*command).stdout == "Account 1 is told when fewer than 500 credits are left.\n"
    assert cli.json(*command, "--none") == never
    assert cli.run(*command).stdout == "Account 1 is not told when its credits run low.\n"
    cli.refusal(*command, "--none", "--below", 5, code=2)
    for written in ("0", "-1", "1_0", "many", "1000000000001"):
        cli.refusal(*command, f"--below={written}", code=2)
    for asked in ((), ("--below", 5)):
        assert cli.refusal("account", "low-balance", 99, *asked) == "No such account."


def test_a_suspended_account_is_listed_as_such_until_it_is_reinstated(cli: Cli) -> None:
    number = cli.account()
    assert cli.json("account", "suspend", number, "--reason", "unpaid")["suspended"] is True
    assert cli.json("account", "list")[0]["suspended"] is True
    assert "active" in cli.run("account", "reinstate", number, "--reason", "paid").stdout
    assert cli.json("account", "list")[0]["suspended"] is False


def test_a_reason_is_kept_beside_the_log(cli: Cli) -> None:
    number = cli.account()
    cli.run("account", "suspend", number, "--reason", "invoice 12 is unpaid")
    with running_system(cli.folder) as system:
        event = system.reader.events(account_id(number))[-1]
        assert isinstance(event, Account.Suspended)
        row = system.store.content(ContentKind.REASON, int(event.reason.partition("/")[0]))
    assert row is not None
    assert row.body == "invoice 12 is unpaid"
    assert b"invoice 12" not in _log(cli.folder)


def _log(folder: Path) -> bytes:
    import sqlite3

    connection = sqlite3.connect(folder / "store.db")
    try:
        return b"".join(row[0] for row in connection.execute("SELECT state FROM stored_events"))
    finally:
        connection.close()


@pytest.mark.parametrize("verb", ["suspend", "reinstate"])
def test_an_account_that_is_not_there_cannot_be_suspended(cli: Cli, verb: str) -> None:
    cli.account()
    assert cli.refusal("account", verb, 9, "--reason", "x") == "No such account."


def test_a_reason_must_be_given(cli: Cli) -> None:
    cli.account()
    assert "--reason" in cli.refusal("account", "suspend", 1, code=2)
    cli.refusal("account", "suspend", 1, "--reason", "  ", code=2)
