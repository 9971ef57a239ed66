"""What one person prepared takes effect when another agrees, and in no other way."""

import json

import pytest

from domain.manual_entry import ManualEntry, manual_entry_id
from domain.roles import Role
from domain.wallet import CreditWallet, wallet_id
from tests.support.invariants import violations_in
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import Person, log_in, team

LIMIT = 100
OWN = "No one of staff acts on an account of their own."


@pytest.fixture
def people(cli: Cli) -> list[Person]:
    """Give an admin, a reviewer and an admin; one person moves at most 100 credits a day."""
    cli.environment["NGOMA_APPROVAL_CREDITS_PER_DAY"] = str(LIMIT)
    return team(cli, ann=Role.ADMIN, bob=Role.FINANCE_REVIEWER, carol=Role.ADMIN)


def available(cli: Cli, account: int) -> int:
    return int(cli.json("wallet", "show", account)["available"])


def grant(cli: Cli, account: int, credits: int) -> int | None:
    moved = cli.json("wallet", "grant", account, credits, "--reason", "ticket 88")
    entry: int | None = moved["entry"]
    return entry


def test_what_crosses_the_days_limit_takes_effect_by_another_person(
    cli: Cli, people: list[Person]
) -> None:
    ann, bob, _ = people
    shop = cli.account("Shop")
    assert grant(ann, shop, 60) is None
    entry = grant(ann, shop, 41)
    assert entry is not None
    assert available(cli, shop) == 60
    assert grant(ann, shop, 40) is None, "what still fits goes through"
    assert available(cli, shop) == LIMIT
    assert bob.json("approval", "approve", entry, "--reason", "seen") == {
        "number": entry, "kind": "grant", "account_id": shop, "status": "approved",
    }  # fmt: skip
    assert available(cli, shop) == LIMIT + 41
    with running_system(cli.folder) as system:
        event = system.reader.events(wallet_id(shop))[-1]
        assert violations_in(system.store) == []
    assert isinstance(event, CreditWallet.Granted)
    assert (event.actor, event.approver, event.entry) == (ann.name, bob.name, entry)


def test_the_limit_is_each_persons_own_and_counts_both_directions(
    cli: Cli, people: list[Person]
) -> None:
    ann, _, carol = people
    shop = cli.account("Shop", credits=100)
    assert ann.json("wallet", "adjust", shop, -60, "--reason", "x")["entry"] is None
    assert grant(ann, shop, 41) is not None
    assert grant(carol, shop, 100) is None
    assert "waits for another person" in cli.run("wallet", "grant", shop, 1, "--reason", "x").stdout


def test_an_entry_shows_who_what_and_why(cli: Cli, people: list[Person]) -> None:
    ann, bob, _ = people
    shop = cli.account("Shop")
    entry, other = grant(ann, shop, 101), grant(ann, shop, 102)
    bob.run("approval", "reject", other, "--reason", "no such ticket")
    waiting = cli.json("approval", "list", "--status", "waiting")
    assert [row["number"] for row in waiting] == [entry]
    shown = bob.json("approval", "show", other)
    assert shown.pop("prepared_at") < shown.pop("decided_at")
    assert shown == {
        "number": other, "kind": "grant", "account_id": shop, "credits": 102, "role": None,
            "receipt": None, "amount_ngwee": None, "seal_key": None,
        "actor": ann.name, "reason": "ticket 88", "status": "rejected", "approver": bob.name,
        "remark": "no such ticket",
    }  # fmt: skip
    assert "grant 101 credits" in cli.run("approval", "list").stdout
    assert "--after" in cli.run("approval", "list", "--limit", 1).stderr
    assert cli.refusal("approval", "show", 99) == "No such entry."
    assert available(cli, shop) == 0


def test_the_same_person_cannot_approve_in_another_session(cli: Cli, people: list[Person]) -> None:
    ann, _, _ = people
    shop = cli.account("Shop")
    entry = grant(ann, shop, 101)
    for seat in (ann, log_in(cli, ann.number)):
        assert seat.refusal("approval", "approve", entry) == (
            "Who prepared an entry cannot decide on it: that takes another person."
        )
    assert available(cli, shop) == 0


def test_the_user_of_the_host_never_approves(cli: Cli, people: list[Person]) -> None:
    shop = cli.account("Shop")
    entry = grant(people[0], shop, 101)
    for verb in ("approve", "reject"):
        refusal = cli.refusal("approval", verb, entry, "--reason", "x")
        assert refusal == "Approving takes a login: `ngoma login`."
    assert available(cli, shop) == 0


def test_who_acts_is_never_an_option(cli: Cli, people: list[Person]) -> None:
    ann, bob, _ = people
    shop = cli.account("Shop")
    entry = grant(ann, shop, 101)
    for command in (
        ["approval", "approve", entry],
        ["wallet", "grant", shop, 1, "--reason", "x"],
        ["role", "grant", shop, "auditor"],
    ):
        for option in ("--actor", "--approver"):
            assert "No such option" in ann.refusal(*command, option, bob.name, code=2)


def test_nobody_moves_or_approves_credits_of_their_own(cli: Cli, people: list[Person]) -> None:
    ann, bob, carol = people
    entry = grant(ann, bob.number, 101)
    assert bob.refusal("approval", "approve", entry) == OWN
    assert ann.refusal("wallet", "grant", ann.number, 1, "--reason", "x") == OWN
    carol.run("approval", "approve", entry)
    assert available(cli, bob.number) == 101


def test_an_approval_takes_the_role_for_it(cli: Cli, people: list[Person]) -> None:
    ann, bob, carol = people
    shop = cli.account("Shop")
    entry = ann.json("role", "grant", shop, "finance_preparer")["entry"]
    assert "may approve roles" in bob.refusal("approval", "approve", entry)
    carol.run("approval", "approve", entry)
    waiting = grant(ann, bob.number, 101)
    assert "may approve credits" in log_in(cli, shop).refusal("approval", "approve", waiting)


def test_only_who_prepared_it_withdraws_it_and_a_decision_is_final(
    cli: Cli, people: list[Person]
) -> None:
    ann, bob, _ = people
    shop = cli.account("Shop")
    entry = grant(ann, shop, 101)
    refusal = bob.refusal("approval", "withdraw", entry)
    assert refusal == "Only who prepared an entry may withdraw it."
    assert ann.json("approval", "withdraw", entry)["status"] == "withdrawn"
    assert "is withdrawn already" in bob.refusal("approval", "approve", entry)
    second = grant(ann, shop, 101)
    bob.run("approval", "approve", second)
    for command in (["approve", second], ["reject", second, "--reason", "x"]):
        assert "is approved already" in bob.refusal("approval", *command)
    assert available(cli, shop) == 101


def test_an_approval_that_cannot_be_carried_out_any_more_leaves_the_entry_waiting(
    cli: Cli, people: list[Person]
) -> None:
    ann, bob, carol = people
    shop = cli.account("Shop")
    bob.run("approval", "approve", grant(ann, shop, 150))
    entry = ann.json("wallet", "adjust", shop, -150, "--reason", "x")["entry"]
    carol.run("wallet", "adjust", shop, -1, "--reason", "x")
    refusal = bob.refusal("approval", "approve", entry)
    assert "150 credits are needed and 149 are available" in refusal
    assert cli.json("approval", "show", entry)["status"] == "waiting"
    assert available(cli, shop) == 149


def test_credits_of_a_new_account_above_the_limit_wait(cli: Cli, people: list[Person]) -> None:
    _, bob, _ = people
    made = cli.run("account", "create", "Shop", "--email", "s@b.c", "--credits", 101, "--json")
    assert "waits for another person" in made.stderr
    assert json.loads(made.stdout)["status"] == "waiting"
    (row,) = cli.json("approval", "list", "--status", "waiting")
    assert (row["kind"], row["credits"]) == ("grant", 101)
    assert row["actor"].startswith("os:")
    assert available(cli, row["account_id"]) == 0
    bob.run("approval", "approve", row["number"])
    assert available(cli, row["account_id"]) == 101


def test_what_an_approver_says_is_kept_beside_the_log(cli: Cli, people: list[Person]) -> None:
    ann, bob, _ = people
    entry = grant(ann, cli.account("Shop"), 101)
    assert entry is not None
    bob.run("approval", "approve", entry, "--reason", "seen on paper")
    assert cli.json("approval", "show", entry)["remark"] == "seen on paper"
    with running_system(cli.folder) as system:
        event = system.reader.events(manual_entry_id(entry))[-1]
    assert isinstance(event, ManualEntry.Approved)
    assert "seen on paper" not in str(event)
