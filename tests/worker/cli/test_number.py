"""Staff record ported numbers, and see them without seeing the numbers."""

from pathlib import Path

import pytest

from tests.worker.cli.commands import Cli


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    found = Cli(tmp_path_factory.mktemp("number") / "data")
    found.account()
    return found


def test_a_number_is_overridden_listed_and_lifted(cli: Cli) -> None:
    assert cli.json("number", "override", "0977 123 456", "mtn")["recipient"] == "+26097*****56"
    cli.run("number", "override", "0966000001", "ZAMTEL", "--reason", "list of May")
    rows = cli.json("number", "list")
    assert [(row["recipient"], row["network"], row["reason"]) for row in rows] == [
        ("+26096*****01", "zamtel", "list of May"),
        ("+26097*****56", "mtn", "Recorded as ported by an operator."),
    ]
    assert rows[0]["actor"].startswith("os:")
    said = cli.run("number", "lift", "0966000001", "--reason", "ported back").stdout
    assert said == "The prefix of +26096*****01 says again who carries it.\n"
    assert [row["network"] for row in cli.json("number", "list")] == ["mtn"]
    assert "0977" not in cli.run("number", "list").stdout


def test_what_cannot_be_is_refused(cli: Cli) -> None:
    cli.refusal("number", "override", "0211123456", "mtn", code=2)
    cli.refusal("number", "override", "0977123456", "vodacom", code=2)
    again = ("number", "override", "0955000001", "mtn")
    cli.run(*again)
    assert cli.refusal(*again) == "This number is recorded for this network already."
    assert (
        cli.refusal("number", "lift", "0966000009", "--reason", "x")
        == "This number is not recorded as ported."
    )


def test_a_purge_of_the_number_takes_it_from_the_list_and_leaves_the_override(
    cli: Cli, tmp_path: Path
) -> None:
    found = Cli(tmp_path / "data")
    found.account()
    found.run("number", "override", "0977123456", "zamtel")
    found.run("contents", "purge", "--number", "0977123456", "--reason", "request 9")
    (row,) = found.json("number", "list")
    assert (row["recipient"], row["network"]) == (None, "zamtel")
