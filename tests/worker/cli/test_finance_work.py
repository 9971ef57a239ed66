"""Finance matches statements, and works what stays: from the command line, alone and by two."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.roles import Role
from tests.support.invariants import violations_in
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import Person, team

HEAD = "Id,External id,Date,Status,Type,Information,From,Amount,Fee,Balance"
K50 = 5_000


class Till:
    """A wallet of ours at MTN, whose statements are imported and matched."""

    def __init__(self, cli: Cli, *people: Person) -> None:
        self.cli = cli
        self.people = people
        self.balance = 100_00
        self.files = 0

    def row(
        self, name: str, amount: int, type_: str = "Payment", info: str = "", fee: int = 0
    ) -> str:
        self.balance += amount - fee
        return (
            f"{name},,2026-02-01 08:{self.files:02}:00,Successful,{type_},{info},260961234567,"
            f"{amount / 100:.2f},{fee / 100:.2f},{self.balance / 100:.2f}"
        )

    def bring(self, rows: Sequence[str]) -> None:
        self.files += 1
        path = self.cli.folder.parent / f"statement-{self.files}.csv"
        path.write_text("\n".join((HEAD, *rows)))
        self.cli.json("finance", "import", path, "--provider", "mtn", "--wallet", "main")

    def match(self, *more: str) -> dict[str, Any]:
        done = self.cli.json("finance", "match", *more)
        return dict(done[0]) if done else {}

    def exceptions(self, *more: str) -> list[tuple[str, str, int]]:
        found = self.cli.json("finance", "exceptions", *more)["exceptions"]
        return [(one["kind"], one["what"], one["amount_ngwee"]) for one in found]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Till:
    cli = Cli(tmp_path_factory.mktemp("office") / "data")
    cli.migrate()
    admin, ann, bob = team(
        cli, admin=Role.ADMIN, ann=Role.FINANCE_PREPARER, bob=Role.FINANCE_REVIEWER
    )
    cli.run("prices", "publish", "--per-credit", "0.50", "--reason", "first")
    return Till(cli, ann, bob, admin)


@pytest.fixture(scope="module")
def shop(office: Till) -> int:
    return office.cli.account("Shop")


def is_sound(cli: Cli) -> bool:
    with running_system(cli.folder, follows=False) as system:
        return violations_in(system.store) == []


@pytest.mark.slow
def test_money_that_no_one_asked_for_is_found_and_assigned_by_two(office: Till, shop: int) -> None:
    ann, bob = office.people[:2]
    office.bring([office.row("901", K50)])
    assert office.cli.json("finance", "exceptions")["to_match"] == 1
    dry = office.match("--dry-run")
    assert (dry["troubles"], dry["recorded"]) == ({"missing_in_ledger": 1}, {})
    assert office.exceptions() == []
    assert office.match()["recorded"]["held"] == 1
    assert office.exceptions() == [("missing_in_ledger", "mtn/main/901", K50)]
    entry = ann.json("finance", "assign", "mtn/main/901", shop, "--reason", "rang up")["entry"]
    assert "may approve credits" in ann.refusal("approval", "approve", entry)
    assert office.exceptions() == [("missing_in_ledger", "mtn/main/901", K50)]
    bob.run("approval", "approve", entry)
    assert office.exceptions() == []
    statement = office.cli.json("wallet", "statement", shop)
    (line,) = statement["lines"]
    assert (line["kind"], line["credits"], line["entry"]) == ("TopUp", 100, entry)
    assert (line["actor"], line["approver"], line["reason"]) == (ann.name, bob.name, "rang up")
    assert statement["closing"] == 100


def test_who_prepared_an_entry_does_not_approve_it_though_they_could(
    office: Till, shop: int
) -> None:
    both = office.people[2]
    office.bring([office.row("902", K50)])
    office.match()
    call = ("finance", "assign", "mtn/main/902", shop, "--reason", "rang up")
    entry = both.json(*call)["entry"]
    assert "another person" in both.refusal("approval", "approve", entry)
    shown = both.json("approval", "show", entry)
    assert (shown["receipt"], shown["amount_ngwee"]) == ("mtn/main/902", K50)
    both.run("approval", "withdraw", entry)
    assert ("missing_in_ledger", "mtn/main/902", K50) in office.exceptions()


def test_what_stays_is_owned_noted_and_written_off_by_two(office: Till) -> None:
    ann, bob = office.people[:2]
    office.bring([office.row("903", 30)])
    office.match()
    call = ("finance", "note", "mtn/main/903")
    ann.run(*call, "--owner", ann.number, "--note", "asked MTN, case 881")
    (one,) = [
        one
        for one in office.cli.json("finance", "exceptions")["exceptions"]
        if one["what"] == "mtn/main/903"
    ]
    assert (one["owner"], one["note"], one["noted_by"]) == (
        ann.number, "asked MTN, case 881", ann.name
    )  # fmt: skip
    assert "one of staff" in ann.refusal(*call, "--owner", 999)
    assert "may reconcile" in bob.refusal(*call, "--note", "no")
    entry = ann.json("finance", "write-off", "mtn/main/903", "--reason", "a tip")["entry"]
    bob.run("approval", "approve", entry)
    assert "mtn/main/903" not in {what for _, what, _ in office.exceptions()}
    assert "is open" in ann.refusal("finance", "write-off", "mtn/main/903", "--reason", "again")


def test_done_is_done_until_something_else_comes_up(office: Till) -> None:
    ann = office.people[0]
    office.bring([office.row("904", 40)])
    office.match()
    ann.run("finance", "note", "mtn/main/904", "--note", "a test of MTN", "--done")
    assert "mtn/main/904" not in {what for _, what, _ in office.exceptions()}
    assert "mtn/main/904" in {what for _, what, _ in office.exceptions("--all")}


def test_what_was_credited_is_matched_with_its_line_by_hand_and_apart_again(
    office: Till, shop: int
) -> None:
    ann, bob = office.people[:2]
    office.bring([office.row("905", K50, fee=10)])
    line = office.cli.json("finance", "show", "mtn/main/905")
    assert (line["line_ngwee"], line["fee_ngwee"], line["matches"]) == (K50, 10, [])
    call = ("finance", "match-line", "mtn/main/905", "--shows", "mtn/main/905")
    assert ann.json(*call, "--reason", "MTN says so")["parts"] == [1]
    assert ("amount_mismatch", "mtn/main/905", -K50) in office.exceptions()
    ann.run("finance", "unmatch", "mtn/main/905", 1, "--reason", "another line")
    assert ("amount_mismatch", "mtn/main/905", K50) in office.exceptions()
    entry = ann.json("finance", "assign", "mtn/main/905", shop, "--reason", "rang up")["entry"]
    bob.run("approval", "approve", entry)
    assert "mtn/main/905" not in {what for _, what, _ in office.exceptions()}


def test_matching_again_changes_nothing_and_the_books_are_sound(office: Till) -> None:
    office.bring([office.row("906", 50)])
    office.match()
    assert office.match()["recorded"].get("matched", 0) == 0
    assert is_sound(office.cli)


def test_people_see_tables_and_wrong_names_are_refused(office: Till) -> None:
    office.bring([office.row("907", 50)])
    office.match()
    for call in (("exceptions", "--all"), ("match", "--dry-run")):
        wide, narrow = (
            Cli(office.cli.folder, {"COLUMNS": columns}).run("finance", *call).stdout
            for columns in ("1000", "80")
        )
        assert "missing_in_ledger" in wide
        assert {word for word in wide.split() if "─" not in word} <= set(narrow.split())
    assert "No line waits" in office.cli.run("finance", "match", "--provider", "none").stdout
    for wrong in (("show", "mtn/901"), ("note", "901"), ("unmatch", "901", "1"), ("paid-out", "x")):
        office.cli.run("finance", *wrong, "--reason", "r", code=2)
    assert office.cli.refusal("finance", "show", "mtn/main/none") == "No such receipt."
    assert "No such top-up" in office.cli.refusal("finance", "paid-out", "top_9", "--reason", "r")


def test_who_paid_is_erased_by_number_and_what_was_paid_stays(office: Till) -> None:
    office.bring([office.row("911", 60)])
    call = ("contents", "purge", "--number", "0961234567", "--reason", "request 12")
    assert office.cli.json(*call, "--dry-run")["payers"] > 0
    erased = office.cli.json(*call)["payers"]
    assert erased > 0
    assert office.cli.json(*call)["payers"] == 0
    assert b"260961234567" not in (office.cli.folder / "store.db").read_bytes()
    assert office.cli.json("finance", "show", "mtn/main/911")["line_ngwee"] == 60
    assert is_sound(office.cli)
