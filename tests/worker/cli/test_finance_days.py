"""A day is closed from the command line: sheet, two signatures, lock; and what is taken along."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adapters.clock import SystemClock
from application.money.exports import ExportKind
from application.money.outcomes import RecordStatus
from application.ports import PaymentState as Said
from application.ports import PaymentStatus
from domain.money import Ngwee
from domain.payment import PaymentState
from domain.roles import Role
from domain.sheet import day_named
from tests.api.money.asking import publish
from tests.support.reconciling import Pay
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import Person, team
from tests.worker.cli.test_finance import ROWS, brought, is_sound

FIRST, SECOND, THIRD = "2026-02-01", "2026-02-02", "2026-02-03"
MTN = ("--provider", "mtn", "--wallet", "main")


@pytest.fixture
def people(cli: Cli) -> tuple[Person, Person, Person]:
    """Give an admin, who prepares, a reviewer and a preparer, with two days of lines."""
    cli.migrate()
    admin, reviewer, preparer = team(
        Cli(cli.folder, {"COLUMNS": "120"}),
        ann=Role.ADMIN,
        rita=Role.FINANCE_REVIEWER,
        paul=Role.FINANCE_PREPARER,
    )
    brought(cli, *ROWS[:3])
    return admin, reviewer, preparer


def sheet(cli: Cli, day: str) -> dict[str, Any]:
    (found,) = cli.json("finance", "sheet", "--date", day, *MTN)
    answer: dict[str, Any] = found
    return answer


def call(what: str, day: str) -> tuple[str, ...]:
    return ("finance", what, "--date", day, *MTN)


def test_a_sheet_goes_from_the_books_to_the_statement(people: tuple[Person, ...]) -> None:
    admin = people[0]
    assert sheet(admin, FIRST) == {
        "provider": "mtn",
        "wallet": "main",
        "date": FIRST,
        "state": "open",
        "book_ngwee": 10_000,
        "in_transit_ngwee": 0,
        "explained_ngwee": 0,
        "unidentified_ngwee": 6_900,
        "expected_ngwee": 16_900,
        "statement_ngwee": 16_900,
        "unexplained_ngwee": 0,
        "changed_since": False,
        "prepared_by": None,
        "prepared_at": None,
        "note": None,
        "signed_off_by": None,
        "signed_off_at": None,
        "locked_by": None,
        "locked_at": None,
    }
    assert sheet(admin, SECOND)["statement_ngwee"] == 17_400
    shown = admin.run("finance", "sheet", "--date", FIRST).stdout
    for words in ("mtn/main, 2026-02-01", "Book balance", "K169.00", "It is open."):
        assert words in shown
    assert (
        "Nothing is known"
        in admin.run("finance", "sheet", "--date", FIRST, "--wallet", "other").stdout
    )


def test_two_people_sign_and_the_lock_refuses_what_comes_later(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, preparer = people
    assert preparer.json(*call("sign", FIRST))["state"] == "prepared"
    assert "close days" in preparer.refusal(*call("sign", FIRST))
    assert reviewer.json(*call("sign", FIRST))["state"] == "signed_off"
    assert reviewer.json(*call("lock", FIRST))["state"] == "locked"
    found = sheet(admin, FIRST)
    assert (found["state"], found["prepared_by"], found["signed_off_by"], found["locked_by"]) == (
        *("locked", preparer.name),
        *(reviewer.name, reviewer.name),
    )
    late = ROWS[1].replace("12,", "15,").replace("169.00", "189.00")
    answer = brought(admin, *ROWS[:2], late)
    assert (answer["added"], answer["refused"]) == (
        0,
        [
            {
                "row": 4,
                "reason": "2026-02-01 is locked: have it reopened, then import the file again.",
            }
        ],
    )
    assert sheet(admin, FIRST)["unidentified_ngwee"] == 6_900
    assert "is locked" in preparer.refusal(*call("sign", FIRST), "--prepare")
    reopened = reviewer.json(*call("reopen", FIRST), "--reason", "a late file")
    assert reopened["state"] == "open"
    assert brought(admin, *ROWS[:2], late)["added"] == 1
    assert sheet(admin, FIRST)["unidentified_ngwee"] == 8_900
    assert is_sound(admin)


def test_the_lock_freezes_a_trial_balance_that_an_auditor_replays(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, preparer = people
    admin.account("Buyer", credits=7)
    frozen = ("audit", "frozen", "--date", FIRST, *MTN)
    assert "No trial balance was frozen" in admin.refusal(*frozen)
    preparer.run(*call("sign", FIRST))
    reviewer.run(*call("sign", FIRST))
    reviewer.run(*call("lock", FIRST))
    admin.account("Another", credits=5)
    found = admin.json(*frozen)
    assert (found["equal"], found["locked_by"], found["seal"]) == (True, reviewer.name, None)
    assert found["position"] < found["locked_position"]
    totals = {one["account"]: (one["frozen"], one["by_log"]) for one in found["totals"]}
    assert totals["Liabilities:Credits:Customers:Available"] == (-7, -7)
    assert totals["Equity:Credits:Granted"] == (7, 7)
    assert "gives the same, customer by customer" in admin.run(*frozen).stdout
    assert f"{admin.folder}" not in admin.run(*frozen).stdout

    with closing(sqlite3.connect(admin.folder / "store.db", isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            file.execute(f"DROP TRIGGER {name}")
        file.execute(
            "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT),"
            " '\"credits\":7', '\"credits\":8') AS BLOB) WHERE topic = 'CreditWallet.Granted'"
        )
    changed = admin.json(*frozen, code=1)
    totals = {one["account"]: (one["frozen"], one["by_log"]) for one in changed["totals"]}
    assert totals["Equity:Credits:Granted"] == (7, 8)
    assert changed["digest"] == found["digest"] != changed["digest_by_log"]
    assert "gives another" in admin.run(*frozen, code=1).stderr


@pytest.mark.slow
def test_what_a_line_of_a_locked_day_is_counts_on_the_day_it_is_said(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, preparer = people
    shop = admin.account("Buyer")
    admin.run("prices", "publish", "--per-credit", "0.50", "--reason", "the first prices")
    preparer.run("finance", "match")
    preparer.run(*call("sign", FIRST))
    reviewer.run(*call("sign", FIRST))
    reviewer.run(*call("lock", FIRST))
    before = sheet(admin, FIRST)
    because = ("--reason", "the buyer told us")
    for refused in (
        ("assign", "mtn/main/11", str(shop)),
        ("write-off", "mtn/main/11"),
        ("match-line", "mtn/main/11", "--shows", "mtn/main/12"),
        ("unmatch", "mtn/main/11", "1"),
    ):
        words = preparer.refusal("finance", *refused, *because)
        assert words.startswith("2026-02-01 of mtn/main is locked: post the correction"), words
        assert "--into-open" in words
    assigned = preparer.json("finance", "assign", "mtn/main/11", shop, "--into-open", *because)
    reviewer.run("approval", "approve", assigned["entry"])
    assert admin.json("wallet", "show", shop)["available"] == 100
    assert sheet(admin, FIRST) == before
    today = day_named(SystemClock().now())
    assert (sheet(admin, SECOND)["book_ngwee"], sheet(admin, today)["book_ngwee"]) == (
        *(before["book_ngwee"], before["book_ngwee"] + 5_000),
    )
    assert is_sound(admin)


@pytest.mark.slow  # ten commands of three people, a second and more
def test_a_lock_closes_all_before_it_and_matching_counts_on_the_day_that_it_is_done(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, preparer = people
    preparer.run(*call("sign", SECOND))
    reviewer.run(*call("sign", SECOND))
    reviewer.run(*call("lock", SECOND))
    before = sheet(admin, SECOND)
    account = admin.account("Buyer")
    with running_system(admin.folder) as system:
        publish(system)
        pay = Pay(
            *(700, account, "mtn/main", PaymentState.INITIATED),
            receipt="",
            amount=5_000,
            at=system.clock.now(),
        )
        system.committer.execute(pay)
        paid = PaymentStatus(state=Said.PAID, receipt="11", amount_ngwee=Ngwee(5_000))
        done = RecordStatus(
            *(pay.payment.id, paid), currency="ZMW", tells_status=True, at=system.clock.now()
        )
        assert system.committer.execute(done) is PaymentState.CONFIRMED
    assert preparer.json("finance", "match")[0]["recorded"]["matched"] == 1
    assert sheet(admin, SECOND) == before, "what was signed, and not changed since"
    today = sheet(admin, day_named(SystemClock().now()))
    assert (today["unidentified_ngwee"], today["in_transit_ngwee"]) == (2_500, 0)
    wanted = ("assign", "mtn/main/12", str(account), "--reason", "she called")
    words = preparer.refusal("finance", *wanted)
    assert words.startswith("2026-02-02 of mtn/main is locked: post the correction"), words
    late = ROWS[0].replace("11,", "15,")
    assert brought(admin, *ROWS[:3], late)["refused"] == [
        {"row": 5, "reason": "2026-02-02 is locked: have it reopened, then import the file again."}
    ]
    preparer.run(*call("sign", FIRST), "--note", "closed with the second")
    reviewer.run(*call("sign", FIRST))
    reviewer.run(*call("lock", FIRST))
    why = ("--reason", "a late file")
    words = reviewer.refusal(*call("reopen", FIRST), *why)
    assert words == "2026-02-02 of mtn/main is locked: have that reopened first."
    for day in (SECOND, FIRST):
        assert reviewer.json(*call("reopen", day), *why)["state"] == "open"
    assert brought(admin, *ROWS[:3], late)["added"] == 1
    assert is_sound(admin)


def test_who_prepared_a_sheet_cannot_sign_it_off_whatever_their_role(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, preparer = people
    assert admin.json(*call("sign", FIRST))["state"] == "prepared"
    assert admin.refusal(*call("sign", FIRST)) == (
        "Who prepared a sheet cannot sign it off: that takes another person."
    )
    host = Cli(admin.folder)
    assert "takes a login" in host.refusal(*call("sign", FIRST))
    assert "Nothing is known" in admin.refusal(*call("sign", FIRST)[:-1], "other")
    assert "may reconcile" in reviewer.refusal(*call("sign", SECOND))
    assert reviewer.refusal(*call("lock", FIRST)) == "2026-02-01 of mtn/main is prepared."
    assert "No such period" in reviewer.refusal(*call("lock", SECOND))
    assert "close days" in preparer.refusal(*call("reopen", FIRST), "--reason", "x")


def test_figures_that_changed_are_signed_by_nobody(people: tuple[Person, ...]) -> None:
    admin, reviewer, _ = people
    admin.run(*call("sign", THIRD), "--note", "the file of the third is not there yet")
    row = brought(admin, *ROWS)
    assert row["added"] == 1
    assert "have it prepared again" in reviewer.refusal(*call("sign", THIRD))
    assert sheet(admin, THIRD)["changed_since"] is True
    assert "others by now" in admin.run("finance", "sheet", "--date", THIRD).stdout
    admin.run(*call("sign", THIRD), "--prepare")
    assert reviewer.json(*call("sign", THIRD))["state"] == "signed_off"


def test_what_is_not_explained_wants_a_note_and_a_month_is_a_period_too(
    people: tuple[Person, ...],
) -> None:
    admin, reviewer, _ = people
    torn = ROWS[3].replace("6.00", "six")
    brought(admin, *ROWS[:3], torn)
    assert "Say in a note" in admin.refusal(*call("sign", "2026-01-31"))
    admin.run(*call("sign", "2026-02"), "--note", "the month's last days are missing")
    (month,) = admin.json("finance", "sheet", "--date", "2026-02", *MTN)
    assert (month["note"], month["state"]) == ("the month's last days are missing", "prepared")
    reviewer.run(*call("sign", "2026-02"))
    (row,) = admin.json("finance", "periods")
    assert (row["date"], row["state"]) == ("2026-02", "signed_off")
    assert "signed off" in admin.run("finance", "periods", "--provider", "mtn").stdout
    assert "There are none." in admin.run("finance", "periods", "--provider", "airtel").stdout


def test_ages_are_of_any_day(people: tuple[Person, ...]) -> None:
    admin = people[0]
    answer = admin.json("finance", "ageing", "--as-of", "2026-02-04")
    assert answer == {
        "as_of": "2026-02-04",
        "rows": [
            {
                "what": "unallocated",
                "provider": "mtn",
                "wallet": "main",
                "count": 3,
                "amount_ngwee": 7_400,
                "buckets": [{"days": "2-3", "count": 3, "amount_ngwee": 7_400}],
            }
        ],
    }
    assert admin.json("finance", "ageing", "--as-of", "2026-01-01")["rows"] == []
    assert "31+ days" in admin.run("finance", "ageing", "--as-of", "2027-01-01").stdout


def exported(cli: Cli, path: Path, *more: str) -> list[list[str]]:
    cli.run("finance", "export", "--out", path, *more)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_tables_are_taken_along_the_same_bytes_twice(
    people: tuple[Person, ...], tmp_path: Path
) -> None:
    admin = people[0]
    days = ("--from", FIRST, "--to", SECOND)
    rows = exported(admin, tmp_path / "a.csv", "--kind", "sheets", *days)
    assert rows[0][:6] == ["date", "provider", "wallet", "state", "book", "in_transit"]
    assert [row[0] for row in rows[1:]] == [FIRST, SECOND]
    assert rows[1][4:11] == ["100.00", "0.00", "0.00", "69.00", "169.00", "169.00", "0.00"]
    open_rows = exported(admin, tmp_path / "b.csv", "--kind", "open", "--to", SECOND)
    assert sorted(open_rows[1:], key=lambda row: row[4])[0] == [
        *(SECOND, "unallocated", "mtn", "main", "11"),
        *("2026-02-01 08:00:00", "2026-02-01T06:00:00.000000Z", "1", "49.00"),
    ]
    for name in ("a.xlsx", "b.xlsx"):
        admin.run("finance", "export", "--out", tmp_path / name, "--kind", "sheets", *days)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet_ = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet_ is not None
    first = next(sheet_.iter_rows(min_row=2))
    assert (first[0].value, first[0].data_type, first[4].value) == (FIRST, "s", 100)
    assert "csv or xlsx" in admin.refusal(
        "finance", "export", "--kind", "open", "--out", tmp_path / "a.pdf", code=2
    )
    assert "before the first" in admin.refusal(
        *("finance", "export", "--kind", "open", "--out", tmp_path / "c.csv"),
        *("--from", SECOND, "--to", FIRST),
    )
    assert not (tmp_path / "c.csv").exists()


_SHEET = (
    "provider wallet state book in_transit explained unidentified expected statement unexplained"
    " prepared_by prepared_at_utc note signed_off_by signed_off_at_utc locked_by locked_at_utc"
)
COLUMNS = {
    "sheets": f"date {_SHEET}",
    "periods": f"period {_SHEET}",
    "ageing": "as_of what provider wallet days count amount",
    "open": "as_of what provider wallet id since_cat since_utc days amount",
    "lines": "provider wallet id at_cat at_utc kind amount fee payer payer_words reference account"
    " waits_for",
    "journal": "journal_no journal_date account_name debit credit description currency",
}
"""What scripts and accounting packages of others rely on: new columns come last."""


@pytest.mark.slow
def test_every_table_has_its_columns_and_is_the_same_bytes_twice(
    people: tuple[Person, ...], tmp_path: Path
) -> None:
    admin = people[0]
    assert COLUMNS.keys() == set(ExportKind)
    for kind, columns in COLUMNS.items():
        wanted = ("--kind", kind, "--from", FIRST, "--to", SECOND)
        rows = exported(admin, tmp_path / "a.csv", *wanted)
        assert rows[0] == columns.split()
        assert len(rows) > 1 or kind in {"periods", "journal"}
        for name in ("b.csv", "a.xlsx", "b.xlsx"):
            admin.run("finance", "export", "--out", tmp_path / name, *wanted)
        for ending in ("csv", "xlsx"):
            first, again = (tmp_path / f"{name}.{ending}" for name in "ab")
            assert first.read_bytes() == again.read_bytes()
