"""Prices are published, listed and withdrawn from the command line, with a reason."""

import pytest

from tests.support.invariants import violations_in
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending

PUBLISH = ("prices", "publish", "--per-credit", "0.50", "--reason", "new prices")


@pytest.fixture
def made(cli: Cli) -> Cli:
    cli.migrate()
    return cli


def test_prices_are_published_and_listed(made: Cli) -> None:
    packs = ("--vat", 16, "--pack", "starter=120/K50.00", "--pack", "large=2000/600")
    assert made.json(*PUBLISH, *packs) == {"version": "prices-1", "account_id": None}
    (row,) = made.json("prices", "list")
    assert row["in_force"] is True
    assert row["packs"][1] == {"name": "large", "credits": 2000, "amount_ngwee": 60_000}
    assert (row["ngwee_per_credit"], row["vat_percent"], row["until"]) == (50, 16, None)
    shown = made.run("prices", "list").stdout
    assert "K0.50" in shown
    assert "prices-1" in shown


def test_a_version_of_one_account_begins_and_ends_on_dates(made: Cli) -> None:
    account = made.account()
    dates = ("--from", "2999-01-01T00:00+02:00", "--until", "2999-02-01T00:00Z")
    version = made.json(*PUBLISH, "--account", account, *dates)["version"]
    (row,) = made.json("prices", "list", "--account", account)
    assert (row["version"], row["in_force"]) == (version, False)
    assert row["from"] == "2998-12-31T22:00:00.000000Z"
    assert made.json("prices", "list") == []


def test_a_withdrawn_version_is_in_force_no_more_and_the_log_is_sound(made: Cli) -> None:
    made.run(*PUBLISH)
    withdraw = ("prices", "withdraw", "prices-1", "--reason", "wrong")
    assert made.run(*withdraw).stdout == "Withdrew prices-1.\n"
    assert [row["in_force"] for row in made.json("prices", "list")] == [False]
    assert made.refusal(*withdraw) == "The price list prices-1 has ended."
    with sending(made.folder, credits=1) as sender:
        assert violations_in(sender.system.store) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("--pack", "starter"),
        ("--pack", "starter=1_0/5"),
        ("--pack", "starter=10/5.001"),
        ("--from", "2999-01-01"),
        ("--until", "9999-12-31T23:59-23:59"),
        ("--vat", "101"),
        ("--per-credit", "-1"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(made: Cli, wrong: tuple[str, str]) -> None:
    made.refusal(*PUBLISH, *wrong, code=2)


def test_prices_that_make_no_sense_are_refused(made: Cli) -> None:
    assert "buys more" in made.refusal(*PUBLISH, "--pack", "dear=10/50.00")
    assert "begins now or later" in made.refusal(*PUBLISH, "--from", "2020-01-01T00:00Z")
    assert made.refusal(*PUBLISH, "--account", 99) == "No such account."
