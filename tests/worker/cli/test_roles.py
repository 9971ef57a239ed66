"""Roles are given by two people, hold what they name, and end their sessions when they change."""

import pytest

from application.books.codec import event_mapper
from application.system import System
from domain.account import Account, account_id
from domain.auditor_read import AuditorRead, auditor_read_id
from domain.roles import Role
from tests.support.outcomes import SILENCE
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending
from tests.worker.cli.people import dismiss, log_in, team

OWN = "No one of staff acts on an account of their own."


def roles(cli: Cli) -> dict[int, list[str]]:
    return {row["account_id"]: row["roles"] for row in cli.json("role", "list")}


def head(cli: Cli) -> int:
    with running_system(cli.folder) as system:
        return system.store.head()


def test_the_user_of_the_host_makes_the_first_admin_and_no_other(cli: Cli) -> None:
    first, second = cli.account("Ann"), cli.account("Bob")
    assert cli.json("role", "grant", first, "admin") == {
        "account_id": first, "role": "admin", "status": "done", "entry": None,
    }  # fmt: skip
    waiting = cli.json("role", "grant", second, "admin")
    assert waiting["status"] == "waiting"
    assert waiting["entry"] is not None
    assert "waits for another person" in cli.run("role", "grant", second, "auditor").stdout
    assert roles(cli) == {first: ["admin"]}


def test_no_role_but_admin_is_given_by_one_person(cli: Cli) -> None:
    assert cli.json("role", "grant", cli.account("Ann"), "auditor")["entry"] is not None
    assert roles(cli) == {}


def test_there_is_a_first_admin_once_also_when_that_role_is_gone(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    dismiss(cli, ann, Role.ADMIN, by=bob)
    assert cli.json("role", "grant", ann.number, "admin")["entry"] is not None


def test_a_role_is_there_once_another_person_agreed(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    third = cli.account("Carol")
    entry = ann.json("role", "grant", third, "finance_preparer", "--reason", "joined")["entry"]
    assert third not in roles(cli)
    bob.run("approval", "approve", entry)
    assert roles(cli)[third] == ["finance_preparer"]
    with running_system(cli.folder) as system:
        event = system.reader.events(account_id(third))[-1]
    assert isinstance(event, Account.RoleGranted)
    assert (event.actor, event.approver, event.entry) == (ann.name, bob.name, entry)


@pytest.mark.parametrize(("verb", "role"), [("grant", "auditor"), ("withdraw", "admin")])
def test_nobody_changes_roles_of_their_own(cli: Cli, verb: str, role: str) -> None:
    (ann,) = team(cli, ann=Role.ADMIN)
    assert ann.refusal("role", verb, ann.number, role) == OWN
    assert cli.json("approval", "list") == []


def test_a_role_that_another_prepared_for_one_is_not_ones_own_to_approve(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    entry = ann.json("role", "grant", bob.number, "finance_reviewer")["entry"]
    assert bob.refusal("approval", "approve", entry) == OWN
    assert roles(cli)[bob.number] == ["admin"]


def test_a_role_that_is_there_or_not_cannot_be_given_or_taken(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.AUDITOR)
    assert "has the role auditor already" in ann.refusal("role", "grant", bob.number, "auditor")
    assert "does not have the role" in ann.refusal("role", "withdraw", bob.number, "admin")
    assert ann.refusal("role", "grant", 99, "admin") == "No such account."
    ann.refusal("role", "grant", bob.number, "king", code=2)


def test_a_withdrawn_role_ends_every_session_at_once(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=(Role.ADMIN, Role.AUDITOR))
    other_seat = log_in(cli, bob.number)
    other_seat.run("account", "list")
    dismiss(cli, bob, Role.ADMIN, by=ann)
    for seat in (bob, other_seat):
        assert "Your session is over" in seat.refusal("account", "list")
    command = ("account", "suspend", ann.number, "--reason", "x")
    assert "may run accounts" in log_in(cli, bob.number).refusal(*command)


def test_a_role_of_a_suspended_account_does_not_count(cli: Cli) -> None:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    ann.run("account", "suspend", bob.number, "--reason", "on leave")
    for command in (["account", "list"], ["wallet", "grant", ann.number, 1, "--reason", "x"]):
        assert bob.refusal(*command) == "Account 2 is suspended: its roles do not count."


CHANGES: list[tuple[str, str]] = [
    ("account create X --email x@y.z", "run accounts"),
    ("account suspend 1 --reason x", "run accounts"),
    ("account reinstate 1 --reason x", "run accounts"),
    ("account limits 1 --single 9", "run accounts"),
    ("account quiet-hours 1 --all", "run accounts"),
    ("account low-balance 1 --below 9", "run accounts"),
    ("key issue 1 --name x", "run accounts"),
    ("wallet grant 1 1 --reason x", "move credits"),
    ("wallet adjust 1 1 --reason x", "move credits"),
    ("role grant 1 auditor", "grant roles"),
    ("role withdraw 1 admin", "grant roles"),
    ("second-factor reset 1 --reason x", "grant roles"),
]


def test_an_auditor_changes_nothing(cli: Cli) -> None:
    _, eve = team(cli, ann=Role.ADMIN, eve=Role.AUDITOR)
    before = head(cli)
    for command, duty in CHANGES:
        refusal = eve.refusal(*command.split())
        assert refusal == f"This takes a role that may {duty}; account 2 has none.", command
    assert head(cli) == before


def test_a_preparer_moves_credits_and_runs_no_accounts(cli: Cli) -> None:
    _, dan = team(cli, ann=Role.ADMIN, dan=Role.FINANCE_PREPARER)
    dan.run("wallet", "grant", 1, 5, "--reason", "x")
    for command, duty in CHANGES:
        if duty != "move credits":
            assert f"may {duty}" in dan.refusal(*command.split())


def test_messages_and_sims_are_settled_by_admins_and_by_the_host_only(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        doubtful, waiting = sender.send(), sender.send()
        sender.attempt(doubtful, SILENCE)
        key = sender.key[:8]
    ann, eve = team(cli, ann=Role.ADMIN, eve=Role.AUDITOR)
    commands = [
        (f"message cancel {waiting}", "settle messages"),
        (f"message resolve {doubtful} --sent --reason x", "settle messages"),
        ("modem quarantine 1 --reason x", "settle messages"),
        ("modem release 1 --reason x", "settle messages"),
        ("number override 0977000001 mtn", "settle messages"),
        ("phone enrol --network-of 1=mtn", "settle messages"),
        ("number lift 0977000001 --reason x", "settle messages"),
        (f"key revoke {key}", "run accounts"),
    ]
    before = head(cli)
    for command, duty in commands:
        refusal = eve.refusal(*command.split())
        assert refusal == f"This takes a role that may {duty}; account {eve.number} has none."
    assert head(cli) == before
    for command, _ in commands:
        ann.run(*command.split())
    with running_system(cli.folder) as system:
        assert _actors(system, before) == {ann.name}


def _actors(system: System, after: int) -> set[str]:
    mapper = event_mapper()
    events = [mapper.to_domain_event(s) for _, s in system.store.events_after(after, limit=99)]
    return {event.actor for event in events if hasattr(event, "actor")}


READS: list[tuple[str, str, int | None]] = [
    ("account list", "accounts", None),
    ("account limits 1", "account", 1),
    ("account quiet-hours 1", "account", 1),
    ("account low-balance 1", "account", 1),
    ("wallet show 1", "wallet", 1),
    ("wallet statement 1", "statement", 1),
    ("key list 1", "keys", 1),
    ("sender-id list", "sender_ids", None),
    ("modem list", "fleet", None),
    ("phone list", "fleet", None),
    ("role list", "roles", None),
    ("approval list", "approvals", None),
    ("approval show 2", "approval", 2),
    ("look list", "looks", None),
    ("number list", "ported_numbers", None),
]


@pytest.mark.slow
def test_each_read_of_an_auditor_is_recorded_once_and_nobody_elses(cli: Cli) -> None:
    both = (Role.AUDITOR, Role.FINANCE_REVIEWER)
    ann, eve, frank = team(cli, ann=Role.ADMIN, eve=Role.AUDITOR, frank=both)
    before = head(cli)
    for command, _, _ in READS:
        for person in (cli, ann, frank):
            person.run(*command.split())
    assert head(cli) == before
    for command, _, _ in READS:
        eve.run(*command.split())
    with running_system(cli.folder) as system:
        reads = [system.reader.events(auditor_read_id(n + 1)) for n in range(len(READS) + 1)]
    assert reads[-1] == []
    for (event,), (_, what, subject) in zip(reads[:-1], READS, strict=True):
        assert isinstance(event, AuditorRead.Read)
        assert (event.actor, event.what, event.subject) == (eve.name, what, subject)
