"""Credits are shown and moved from the command line; a balance is of one moment."""

from domain.reports import Accepted
from tests.support.outcomes import refused
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending


def test_a_balance_is_one_row_of_one_position(cli: Cli) -> None:
    with sending(cli.folder, credits=100) as sender:
        sent, failed, _queued = (sender.send() for _ in range(3))
        sender.attempt(sent, Accepted(7))
        sender.attempt(failed, refused("+CMS ERROR: 28"))
        balance = cli.json("wallet", "show", sender.account)
        assert balance == {
            "available": 98, "reserved": 1, "spent": 1, "refunded": 1,
            "position": sender.system.store.head(),
        }  # fmt: skip
        assert "98" in cli.run("wallet", "show", sender.account).stdout


def test_a_balance_is_that_of_the_end_of_the_log_though_nobody_followed(cli: Cli) -> None:
    account = cli.account(credits=5)
    cli.run("wallet", "grant", account, 7, "--reason", "try")
    assert cli.json("wallet", "show", account)["available"] == 12


def test_a_grant_says_what_is_available_now(cli: Cli) -> None:
    account = cli.account(credits=5)
    assert cli.json("wallet", "grant", account, 7, "--reason", "try") == {
        "account_id": account, "credits": 7, "available": 12, "status": "done", "entry": None,
    }  # fmt: skip
    shown = cli.run("wallet", "grant", account, 1, "--reason", "try").stdout
    assert shown == f"Granted 1 credit; account {account} has 13 available.\n"


def test_a_wallet_is_adjusted_up_and_down(cli: Cli) -> None:
    account = cli.account(credits=10)
    assert cli.json("wallet", "adjust", account, 5, "--reason", "x")["available"] == 15
    assert cli.json("wallet", "adjust", account, -15, "--reason", "x")["available"] == 0


def test_more_than_is_there_cannot_be_taken(cli: Cli) -> None:
    account = cli.account(credits=10)
    refusal = cli.refusal("wallet", "adjust", account, -11, "--reason", "x")
    assert refusal == "11 credits are needed and 10 are available."
    assert "changes nothing" in cli.refusal("wallet", "adjust", account, 0, "--reason", "x")
    assert cli.json("wallet", "show", account)["available"] == 10


def test_a_statement_lists_each_movement_once_oldest_first(cli: Cli) -> None:
    with sending(cli.folder, credits=100) as sender:
        first = sender.send("+260961234567", "+260961234568")
        cli.run("message", "cancel", first)
        account = sender.account
        lines = cli.json("wallet", "statement", account)
        assert [(line["kind"], line["credits"], line["available"]) for line in lines] == [
            ("Granted", 100, 100), ("Reserved", -2, 98), ("Refunded", 1, 99),
        ]  # fmt: skip
        assert [line["count"] for line in lines] == [None, 2, None]
        assert lines[2]["cause"] == "CANCELLED"
        shown = cli.run("wallet", "statement", account).stdout
        for words in ("+100", "-2", f"batch_1: msg_{first} to {first + 1}", f"msg_{first}"):
            assert words in shown


def test_a_statement_goes_on_after_a_position(cli: Cli) -> None:
    account = cli.account(credits=1)
    for _ in range(3):
        cli.run("wallet", "grant", account, 1, "--reason", "x")
    first = cli.run("wallet", "statement", account, "--limit", 2)
    whole = cli.json("wallet", "statement", account)
    assert f"--after {whole[1]['position']}" in first.stderr
    assert cli.json("wallet", "statement", account, "--after", whole[1]["position"]) == whole[2:]


def test_an_account_that_is_not_there_has_no_wallet(cli: Cli) -> None:
    cli.account()
    for arguments in (
        ["show", 9],
        ["statement", 9],
        ["grant", 9, 1, "--reason", "x"],
        ["adjust", 9, 1, "--reason", "x"],
    ):
        assert cli.refusal("wallet", *arguments) == "No such account."


def test_numbers_beyond_any_store_are_wrong_calls(cli: Cli) -> None:
    cli.account()
    for arguments in (["show", 2**63], ["show", 0], ["statement", 1, "--after", 2**63]):
        cli.refusal("wallet", *arguments, code=2)
    cli.refusal("wallet", "grant", 1, 0, "--reason", "x", code=2)
    cli.refusal("wallet", "grant", 1, 10**13, "--reason", "x", code=2)
