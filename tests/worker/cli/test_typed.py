"""What is typed on the command line is read as it is over HTTP: by the same checks."""

from collections.abc import Iterator
from typing import Any

import click
import pytest

from domain.credits import CREDITS_MAX
from domain.people import NAME_CHARACTERS_MAX
from domain.reasons import REASON_CHARACTERS_MAX
from tests.tidy.reference import commands
from tests.worker.cli.commands import Cli
from worker.cli import main
from worker.cli.options import Whole

ARABIC_3 = "\u0663"
NO_NUMBERS = ("1_000", ARABIC_3, "+5", " 5", "5.0", "1e3", "")


def numeric() -> Iterator[tuple[str, click.Parameter]]:
    """Give every argument and option of every command that click reads as a number."""
    for path, command in commands(main):
        for parameter in command.params:
            if isinstance(parameter.type, click.types.IntParamType | click.types.FloatParamType):
                yield f"{path} {parameter.name}", parameter


NUMERIC = dict(numeric())


def test_there_are_numbers_on_the_command_line() -> None:
    assert {"ngoma wallet grant credits", "ngoma serve port"} < set(NUMERIC)


@pytest.mark.parametrize("name", NUMERIC)
def test_every_number_is_written_in_digits_0_to_9(name: str) -> None:
    kind = NUMERIC[name].type
    assert isinstance(kind, Whole)
    assert kind.convert("3", None, None) == kind.convert(3, None, None) == 3
    for written in NO_NUMBERS:
        with pytest.raises(click.BadParameter, match="digits 0 to 9"):
            kind.convert(written, None, None)


@pytest.mark.parametrize("written", NO_NUMBERS)
def test_credits_that_are_no_number_are_wrong_usage_and_move_nothing(
    cli: Cli, written: str
) -> None:
    account = cli.account(credits=5)
    said = cli.refusal("wallet", "grant", account, written, "--reason", "x", code=2)
    assert "digits 0 to 9" in said
    cli.refusal("wallet", "grant", written, 7, "--reason", "x", code=2)
    assert cli.json("wallet", "show", account)["available"] == 5


def test_a_day_s_credits_may_be_as_many_as_over_http(cli: Cli) -> None:
    account = cli.account()
    for credits in (1_000_001, CREDITS_MAX):
        limits = cli.json("account", "limits", account, "--daily-credits", credits)
        assert limits["daily_credits"] == credits
    for option, value in (
        ("--daily-credits", CREDITS_MAX + 1),
        ("--single", 1_000_001),
        ("--bulk", ARABIC_3),
        ("--read", -1),
    ):
        said = cli.refusal("account", "limits", account, option, value, code=2)
        assert "must be a whole number from 0 to" in said
    cleared = cli.json("account", "limits", account, "--daily-credits", "default")
    assert cleared["daily_credits"] is None


@pytest.mark.parametrize(
    "email", ["a", "a@b@c", "a b@c.zm", "a@b..zm", "\u00e4@b.zm", f"{'a' * 65}@b.zm"]
)
def test_an_address_that_cannot_be_is_refused(cli: Cli, email: str) -> None:
    said = cli.refusal("account", "create", "Shop", "--email", email, code=2)
    assert "an address such as you@example.com" in " ".join(said.split())


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x1b[31mb", "x" * (NAME_CHARACTERS_MAX + 1)])
def test_a_name_that_cannot_be_shown_is_refused(cli: Cli, name: str) -> None:
    account = cli.account()
    cli.refusal("account", "create", name, "--email", "a@b.zm", code=2)
    cli.refusal("key", "issue", account, "--name", name, code=2)


@pytest.mark.parametrize("reason", ["", " ", "a\x1bb", "x" * (REASON_CHARACTERS_MAX + 1)])
def test_a_reason_that_cannot_be_kept_is_refused(cli: Cli, reason: str) -> None:
    account = cli.account()
    said = cli.refusal("wallet", "grant", account, 5, "--reason", reason, code=2)
    assert "The reason" in said


@pytest.mark.parametrize(
    ("option", "value"),
    [("--source", "example.com"), ("--source", "10.0.0.1/8"), ("--scope", "all")],
)
def test_a_key_s_rules_are_those_of_the_api(cli: Cli, option: str, value: str) -> None:
    account = cli.account()
    cli.refusal("key", "issue", account, "--name", "till", option, value, code=2)


def test_sources_spaces_and_passwords_are_read_as_the_api_reads_them(cli: Cli) -> None:
    cli.migrate()
    made = cli.json(
        *("account", "create", "Shop", "--email", "a@b.zm", "--password-stdin"),
        *("--sender-id", " My  Shop", "--sender-id", "My Shop"),
        stdin="cafe\u0301 au lait\n",
    )
    account = made["account_id"]
    listed = cli.json("sender-id", "list", "--account", account)
    assert [row["name"] for row in listed] == ["My Shop"]
    cli.run("key", "issue", account, "--name", "x", "--source", "::ffff:203.0.113.5")
    listed = cli.json("key", "list", account)
    assert listed[-1]["sources"] == ["203.0.113.5"]
    session: dict[str, str | None] = {"NGOMA_SESSION_FILE": str(cli.folder.parent / "shop")}
    Cli(cli.folder, session).run(
        *("login", "--email", "a@b.zm", "--password-stdin"), stdin="caf\u00e9 au lait\n"
    )


def test_a_malformed_sender_id_is_wrong_usage(cli: Cli) -> None:
    arguments: tuple[Any, ...] = ("account", "create", "Shop", "--email", "a@b.zm")
    said = cli.refusal(*arguments, "--sender-id", "TWELVE CHARS", code=2)
    assert "at most 11 characters" in " ".join(said.split())
