"""Staff see which names accounts asked for, and decide."""

from application.accounts import RequestSenderId
from domain.contents import ContentKind
from domain.sender_id import SenderId, sender_id_id
from tests.support.system import running_system
from tests.worker.cli.commands import Cli


def _ask(cli: Cli, account: int, *names: str) -> None:
    with running_system(cli.folder) as system:
        for name in names:
            system.committer.execute(
                RequestSenderId(account, name=name, use_case="Offers", at=system.clock.now())
            )


def _statuses(cli: Cli, *flags: object) -> dict[str, str]:
    return {row["name"]: row["status"] for row in cli.json("sender-id", "list", *flags)}


def test_names_are_listed_by_account_and_by_whether_they_wait(cli: Cli) -> None:
    one, two = cli.account("One", sender_ids=["ONE"]), cli.account("Two")
    _ask(cli, one, "Uno")
    _ask(cli, two, "Dos")
    assert _statuses(cli) == {"ONE": "approved", "Uno": "pending", "Dos": "pending"}
    assert _statuses(cli, "--account", one) == {"ONE": "approved", "Uno": "pending"}
    assert _statuses(cli, "--pending") == {"Uno": "pending", "Dos": "pending"}
    assert _statuses(cli, "--pending", "--account", two) == {"Dos": "pending"}
    assert "Offers" in cli.run("sender-id", "list").stdout


def test_a_name_is_approved_by_its_number(cli: Cli) -> None:
    account = cli.account()
    _ask(cli, account, "Uno", "Dos")
    (number,) = [row["number"] for row in cli.json("sender-id", "list") if row["name"] == "Dos"]
    assert cli.json("sender-id", "approve", number) == {
        "number": number, "account_id": account, "status": "approved",
    }  # fmt: skip
    assert _statuses(cli) == {"Uno": "pending", "Dos": "approved"}


def test_a_rejection_keeps_who_and_why_and_may_be_taken_back(cli: Cli) -> None:
    account = cli.account()
    _ask(cli, account, "Zanaco")
    cli.run("sender-id", "reject", 1, "--reason", "not your name")
    with running_system(cli.folder) as system:
        event = system.reader.events(sender_id_id(account, "zanaco"))[-1]
        assert isinstance(event, SenderId.Rejected)
        row = system.store.content(ContentKind.REASON, int(event.reason.partition("/")[0]))
        assert row is not None
        assert row.body == "not your name"
        assert event.actor.startswith("os:")
    assert "rejected already" in cli.refusal("sender-id", "reject", 1, "--reason", "again")
    cli.run("sender-id", "approve", 1)
    assert _statuses(cli) == {"Zanaco": "approved"}


def test_a_name_that_nobody_asked_for_cannot_be_decided(cli: Cli) -> None:
    cli.account()
    assert cli.refusal("sender-id", "approve", 9) == "No such sender ID."
    assert cli.refusal("sender-id", "list", "--account", 9) == "No such account."
    assert cli.run("sender-id", "list").stdout == "There are none.\n"
