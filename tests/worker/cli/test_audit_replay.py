"""An auditor rebuilds the books from the log alone, and whatever says something else is named."""

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest

from adapters.store.guarding import SQLITE_LIFT
from application.invariants import InvariantChecker
from domain.ledger import chart
from domain.roles import Role
from domain.wallet import CreditWallet, wallet_id
from tests.projections.history import START
from tests.support.logged_money import money_log, sqlite_log
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import team

EVENTS = money_log()
END = len(EVENTS)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Give a gateway whose read models have followed a log with everything in it."""
    cli = Cli(tmp_path_factory.mktemp("audited") / "data")
    cli.migrate()
    sqlite_log(cli.folder, EVENTS).close()
    assert cli.json("audit", "replay")["equal"]
    return cli


@pytest.fixture
def broken(audited: Cli, tmp_path: Path) -> Cli:
    """Give a copy, for whoever breaks it."""
    shutil.copytree(audited.folder, tmp_path / "data")
    return Cli(tmp_path / "data")


def change(cli: Cli, file: str, statement: str, *values: object) -> None:
    connection = sqlite3.connect(cli.folder / file)
    with connection:
        for lift in SQLITE_LIFT:
            connection.execute(lift)
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


def expected(until: int = END) -> dict[str, int]:
    """Give the balances that the checker of the invariants comes to."""
    checker = InvariantChecker()
    for position, event in enumerate(EVENTS[:until], start=1):
        checker.feed(position, event)
    return {name: held for name, held in checker.ledger.balances.items() if held}


# -- replay ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_replay_finds_the_read_models_and_the_count_in_sql_equal(audited: Cli) -> None:
    told = audited.json("audit", "replay", "--every-event")
    assert (told["position"], told["equal"]) == (END, True)
    assert [one["with"] for one in told["compared"]] == [
        *("read model ledger", "read model balances", "count in SQL"),
    ]
    assert all(one["accounts"] and not one["differences"] for one in told["compared"])
    shown = audited.run("audit", "replay").stdout
    assert f"The log up to position {END:,} has {told['events']:,} events" in shown


@pytest.mark.parametrize("as_of", [1, 97, END // 2, END - 1])
def test_they_are_equal_as_of_any_position(audited: Cli, as_of: int) -> None:
    told = audited.json("audit", "replay", "--as-of", as_of)
    assert (told["position"], told["equal"]) == (as_of, True)


def test_they_are_equal_for_one_customer(audited: Cli) -> None:
    told = audited.json("audit", "replay", "--account", 2)
    assert told["equal"]
    assert [one["accounts"] for one in told["compared"]][1] == 1


def test_a_changed_balance_is_found_with_the_account(broken: Cli) -> None:
    name = chart.prepaid(2)
    change(
        broken, "read.db", "UPDATE ledger_accounts SET amount = amount + 1 WHERE account = ?", name
    )
    told = broken.json("audit", "replay", code=1)
    ledger, wallets, in_sql = told["compared"]
    held = expected()[name]
    assert ledger["differences"] == [{"account": name, "by_log": held, "there": held + 1}]
    assert ledger["first"] is None
    assert (wallets["equal"], in_sql["equal"]) == (True, True)
    assert "it is a sum that was not kept" in broken.run("audit", "replay", code=1).stdout


@pytest.mark.slow
def test_a_changed_posting_is_found_with_its_event(broken: Cli) -> None:
    position = next(
        number for number, one in enumerate(EVENTS, 1) if cast("Any", one).TOPIC == "Message.Sent"
    )
    change(
        broken, "read.db", "UPDATE ledger_postings SET amount = amount + 1 WHERE place = ?",
        position * 64 + 1,
    )  # fmt: skip
    assert broken.json("audit", "replay")["equal"]  # sums are kept, and are right
    told = broken.json("audit", "replay", "--every-event", code=1)
    first = told["compared"][0]["first"]
    assert (first["position"], first["topic"]) == (position, "Message.Sent")
    shown = broken.run("audit", "replay", "--every-event", code=1).stdout
    assert f"The first event that diverges is at position {position}, Message.Sent" in shown


def test_a_changed_wallet_is_found_with_the_customer(broken: Cli) -> None:
    change(broken, "read.db", "UPDATE balances SET spent = spent + 1 WHERE account = 1")
    differences = broken.json("audit", "replay", code=1)["compared"][1]["differences"]
    assert [one["account"] for one in differences] == ["account 1: spent"]


@pytest.mark.parametrize(
    ("topic", "word"),
    [("CreditWallet.TopUp", b'"credits":'), ("Message.Sent", b'"credits":')],
)
def test_a_changed_event_is_named_as_the_first_that_diverges(
    broken: Cli, topic: str, word: bytes
) -> None:
    """One credit more in the log than the read models followed."""
    connection = sqlite3.connect(broken.folder / "store.db")
    position, state = connection.execute(
        "SELECT rowid, state FROM stored_events WHERE topic = ? ORDER BY rowid LIMIT 1 OFFSET 5",
        (topic,),
    ).fetchone()
    before, _, after = state.partition(word)
    number, rest = after.split(b",", 1)
    forged = before + word + b"%d," % (int(number) + 1) + rest
    connection.close()
    change(
        broken, "store.db", "UPDATE stored_events SET state = ? WHERE rowid = ?", forged, position
    )
    told = broken.json("audit", "replay", code=1)
    assert told["compared"][0]["first"]["position"] == position
    assert told["compared"][0]["first"]["topic"] == topic
    assert told["compared"][2]["equal"], "both counts read the log as it is now"
    if topic == "CreditWallet.TopUp":
        first = told["compared"][1]["first"]
        assert (first["position"], first["topic"]) == (position, topic)
        assert first["by_log"]["available"] == first["there"]["available"] + 1


def test_an_event_that_is_not_what_its_topic_says_is_named(broken: Cli) -> None:
    change(
        broken, "store.db", "UPDATE stored_events SET state = ? WHERE rowid ="
        " (SELECT min(rowid) FROM stored_events WHERE topic = 'CreditWallet.Reserved')", b"{}",
    )  # fmt: skip
    told = broken.run("audit", "replay", code=1).stderr
    assert told.endswith(
        "Error: The event at position 13 is no CreditWallet.Reserved: ValidationError.\n"
    )


def test_a_position_that_the_log_has_not_reached_is_refused(audited: Cli) -> None:
    assert f"positions 1 to {END}" in audited.refusal("audit", "replay", "--as-of", END + 1)
    assert "a day, 2026-11-30" in audited.refusal("audit", "replay", "--as-of", "soon")


# -- books ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", [END // 3, END])
def test_the_trial_balance_is_that_of_the_log_and_sums_to_nothing(audited: Cli, as_of: int) -> None:
    told = audited.json("audit", "trial-balance", "--as-of", as_of)
    held = {row["account"]: row["closing"] for row in told["accounts"] if row["closing"]}
    assert held == expected(as_of)
    assert {word["closing"] for word in told["totals"].values()} == {0}
    assert set(told["totals"]) == {"SMSCR", "ZMW"}


def test_the_difference_between_two_points_leads_from_one_to_the_other(audited: Cli) -> None:
    start, end = END // 3, 2 * END // 3
    told = audited.json("audit", "trial-balance", "--since", start, "--as-of", end)
    before, after = expected(start), expected(end)
    for row in told["accounts"]:
        assert row["opening"] == before.get(row["account"], 0)
        assert row["closing"] == after.get(row["account"], 0)
        assert row["opening"] + row["debit"] - row["credit"] == row["closing"]
    for totals in told["totals"].values():
        assert totals["debit"] == totals["credit"] > 0


def test_a_time_is_the_position_that_the_log_had_then(audited: Cli) -> None:
    later = next(n for n, one in enumerate(EVENTS) if one.at > START + 3_600_000_000)
    assert START == 1_700_000_000_000_000  # 2023-11-14T22:13:20Z
    told = audited.json("audit", "trial-balance", "--as-of", "2023-11-14T23:13:20.000001Z")
    assert told["position"] == later
    assert audited.json("audit", "trial-balance", "--as-of", "2023-11-13")["accounts"] == []


def test_the_ledger_lists_every_line_with_a_running_balance(audited: Cli) -> None:
    name = "Assets:Clearing"
    told = audited.json("audit", "ledger", name, "--limit", 100_000)["lines"]
    running: dict[str, int] = {}
    for line in told:
        running[line["account"]] = running.get(line["account"], 0) + line["amount"]
        assert line["balance"] == running[line["account"]]
    under = {one: held for one, held in expected().items() if one.startswith(f"{name}:")}
    assert {one: held for one, held in running.items() if held} == under


def test_an_account_statement_goes_on_from_where_the_last_one_ended(audited: Cli) -> None:
    whole = audited.json("audit", "ledger", "--account", 1, "--limit", 100_000)["lines"]
    first = audited.json("audit", "ledger", "--account", 1, "--as-of", END // 2)["lines"]
    rest = audited.json("audit", "ledger", "--account", 1, "--since", END // 2, "--limit", 100_000)[
        "lines"
    ]
    assert first + rest == whole
    shown = audited.run("audit", "ledger", "--account", 1, "--limit", 2)
    assert "There is more: --since" in shown.stderr


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
@pytest.mark.slow
def test_files_have_all_of_it_and_are_the_same_twice(
    audited: Cli, tmp_path: Path, ending: str
) -> None:
    files = [tmp_path / f"{name}.{ending}" for name in ("one", "two")]
    for file in files:
        audited.run("audit", "trial-balance", "--out", file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert closings(files[0]) == expected()
    audited.run("audit", "ledger", "--out", files[0])
    audited.run("audit", "ledger", "--out", files[1])
    assert files[0].read_bytes() == files[1].read_bytes()


def closings(file: Path) -> dict[str, int]:
    """Read a written trial balance, in whole ngwee and credits."""
    rows: list[dict[str, Any]]
    if file.suffix == ".json":
        rows = json.loads(file.read_text())
        return {row["account"]: row["closing"] for row in rows if row["closing"]}
    if file.suffix == ".csv":
        rows = list(csv.DictReader(file.read_text().splitlines()))
    else:
        sheet = openpyxl.load_workbook(file).worksheets[0]
        heads, *cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        rows = [dict(zip(map(str, heads), row, strict=True)) for row in cells]
    whole = {
        row["account"]: round(float(row["closing"]) * (100 if row["commodity"] == "ZMW" else 1))
        for row in rows
    }
    return {account: held for account, held in whole.items() if held}


def test_a_file_of_another_form_is_refused(audited: Cli, tmp_path: Path) -> None:
    told = audited.refusal("audit", "trial-balance", "--out", tmp_path / "books.pdf", code=2)
    assert ".csv, .json, .xlsx" in told


# -- the log --------------------------------------------------------------------------------------


def test_events_are_listed_as_they_are_stored(audited: Cli) -> None:
    rows = audited.json("events", "list", "--topic", "CreditWallet.TopUp", "--account", 2)
    stored = [
        (position, one)
        for position, one in enumerate(EVENTS, start=1)
        if isinstance(one, CreditWallet.TopUp) and one.account == 2
    ]
    assert [row["position"] for row in rows] == [position for position, _ in stored]
    _, first = stored[0]
    assert rows[0]["fields"]["value_ngwee"] == first.value_ngwee
    assert rows[0]["aggregate_id"] == str(first.originator_id)
    shown = audited.run("events", "list", "--topic", "CreditWallet", "--limit", 2)
    assert "There is more: --from" in shown.stderr


def test_events_are_filtered_by_aggregate_position_and_time(audited: Cli) -> None:
    whose = str(wallet_id(1))
    rows = audited.json("events", "list", "--aggregate", whose, "--from", 100, "--to", 200)
    versions = [
        one.originator_version for one in EVENTS[100:200] if str(one.originator_id) == whose
    ]
    assert [row["version"] for row in rows] == versions
    early = audited.json("events", "list", "--to", "2023-11-14T22:13:20.000001Z")
    assert len(early) == sum(one.at == START for one in EVENTS)


def test_a_topic_that_no_event_has_is_refused(audited: Cli) -> None:
    assert "No event has the topic Wallet" in audited.refusal("events", "list", "--topic", "Wallet")


# -- controls -------------------------------------------------------------------------------------


def test_holds_are_the_open_messages_and_their_credits_what_is_reserved(audited: Cli) -> None:
    told = audited.json("audit", "holds", "--limit", 500)
    reserved = {name: held for name, held in expected().items() if name.endswith(":Reserved")}
    assert told["credits"] == -sum(reserved.values()) > 0
    assert told["holds"] == len(told["oldest"])
    assert [one["position"] for one in told["oldest"]] == sorted(
        one["position"] for one in told["oldest"]
    )
    assert audited.json("audit", "holds", "--older-than", 10_000)["holds"] == told["holds"]


def test_what_people_did_by_hand_is_listed_and_what_accounts_do_themselves_is_not(
    audited: Cli,
) -> None:
    told = audited.json("audit", "manual", "--limit", 500)
    grants = [n for n, one in enumerate(EVENTS, 1) if isinstance(one, CreditWallet.Granted)]
    assert [one["position"] for one in told if one["topic"] == "CreditWallet.Granted"] == grants
    assert {one["fields"]["actor"] for one in told} == {"account:90", "account:1"}
    own = [one for one in told if one["fields"]["actor"] == "account:1"]
    assert {one["fields"]["account"] for one in own} == {2, 3}
    assert {one["topic"] for one in told} >= {"Receipt.WrittenOff", "Payment.RefundRequested"}
    first = audited.json("audit", "manual", "--to", grants[0])
    assert first[-1]["position"] == grants[0]


def test_what_an_auditor_reads_here_is_on_record(tmp_path: Path) -> None:
    _, eve = team(Cli(tmp_path / "data"), ann=Role.ADMIN, eve=Role.AUDITOR)
    for words in ("audit replay", "audit trial-balance", "audit ledger", "audit holds",
                  "audit manual", "events list"):  # fmt: skip
        eve.run(*words.split())
    looks = [row["what"] for row in eve.json("look", "list")]
    assert looks == ["looks", "events", "manual", "holds", "ledger", "trial_balance", "replay"]
