"""Credits are shown and moved from the command line; a balance is of one moment."""

from domain.reports import Accepted
from domain.roles import Role
from tests.support.outcomes import refused
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending
from tests.worker.cli.people import team


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
        whole = cli.json("wallet", "statement", account)
        lines = whole["lines"]
        assert [(line["kind"], line["credits"], line["available"]) for line in lines] == [
            ("Granted", 100, 100), ("Reserved", -2, 98), ("Refunded", 1, 99),
        ]  # fmt: skip
        assert (whole["opening"], whole["closing"], whole["next"]) == (0, 99, None)
        assert [line["count"] for line in lines] == [None, 2, None]
        assert lines[2]["cause"] == "CANCELLED"
        shown = cli.run("wallet", "statement", account).stdout
        for words in ("+100", "-2", f"batch_1: msg_{first} to {first + 1}", f"msg_{first}"):
            assert words in shown


def test_a_statement_goes_on_after_a_position(cli: Cli) -> None:
    account = cli.account(credits=1)
    for _ in range(3):
        cli.run("wallet", "grant", account, 1, "--reason", "x")
    first = cli.json("wallet", "statement", account, "--limit", 2)
    whole = cli.json("wallet", "statement", account)
    said = cli.run("wallet", "statement", account, "--limit", 2).stderr
    assert said == f"There is more: --after {first['next']}\n"
    rest = cli.json("wallet", "statement", account, "--after", first["next"], "--limit", 2)
    assert first["lines"] + rest["lines"] == whole["lines"]
    assert rest["next"] is whole["next"] is None


def test_a_statement_says_who_moved_credits_by_hand_why_and_who_agreed(cli: Cli) -> None:
    admin, reviewer = team(cli, admin=Role.ADMIN, reviewer=Role.ADMIN)
    account = cli.account(credits=1)
    admin.run("wallet", "adjust", account, 7, "--reason", "counted twice on 3 May")
    entry = admin.json("wallet", "grant", account, 250_000, "--reason", "paid by bank")["entry"]
    reviewer.run("approval", "approve", entry)
    host, adjusted, granted = admin.json("wallet", "statement", account)["lines"]
    assert host["actor"].startswith("os:")
    assert (adjusted["actor"], adjusted["reason"]) == (admin.name, "counted twice on 3 May")
    assert (adjusted["approver"], adjusted["entry"]) == (None, None)
    assert (granted["actor"], granted["reason"]) == (admin.name, "paid by bank")
    assert (granted["approver"], granted["entry"]) == (reviewer.name, entry)
    shown = admin.run("wallet", "statement", account).stdout
    assert f"{admin.name}, {reviewer.name} (entry {entry})" in shown
    assert "counted twice on 3 May" in shown
    assert "Opening 0 credits, closing 250008 credits." in shown


def test_a_statement_of_some_days_opens_and_closes_with_what_was_there(cli: Cli) -> None:
    account = cli.account(credits=5)
    past = cli.json("wallet", "statement", account, "--to", "2020-01-31")
    assert past == {
        "account_id": account, "from": None, "to": "2020-01-31T22:00:00.000000Z",
        "opening": 0, "closing": 0, "lines": [], "next": None,
    }  # fmt: skip
    later = cli.json("wallet", "statement", account, "--from", "2020-02-01")
    assert (later["opening"], later["closing"], len(later["lines"])) == (0, 5, 1)
    assert "No movements." in cli.run("wallet", "statement", account, "--to", "2020-01-31").stdout
    refusal = cli.refusal("wallet", "statement", account, "--from", "May")
    assert refusal.startswith("The from must be a day")


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
