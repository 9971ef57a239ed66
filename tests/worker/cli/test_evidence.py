"""``message explain`` and ``topup explain`` as evidence: events, postings and proofs."""

import base64
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence import verify
from adapters.mobile_money.simulation.scenarios import PAYERS_ROOT
from domain.reports import Accepted
from tests.conformance.mobile_money_rigs import MTN
from tests.support.outcomes import SILENCE, refused
from tests.support.sealing import seal_now
from tests.support.templates import copy_data
from tests.support.topups import till
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import RECIPIENT, TEXT, sending

NARROW = 80
OTHER = "+260961234568"


class Told:
    """What is told of three messages of a sealed log."""

    def __init__(self, cli: Cli, sent: int, refunded: int, bulk: int) -> None:
        self.cli, self.sent, self.refunded, self.bulk = cli, sent, refunded, bulk

    def ledger(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cli.json("message", "explain", number)["ledger"]
        return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    cli = Cli(tmp_path_factory.mktemp("told") / "data")
    cli.migrate()
    cli.run("seal", "--make-key")
    with sending(cli.folder) as sender:
        sent, refunded = sender.send(), sender.send()
        sender.attempt(sent, Accepted(42))
        sender.attempt(refunded, refused("+CMS ERROR: 28"))
        bulk = sender.send(RECIPIENT, OTHER)
        seal_now(sender.system)
        sender.attempt(bulk + 1, SILENCE)
    return Told(cli, sent, refunded, bulk)


def test_a_charge_is_told_from_its_reservation_to_what_it_earned(told: Told) -> None:
    ledger = told.ledger(told.sent)
    assert [one["event"] for one in ledger] == [
        *("CreditWallet.Reserved", "Message.Queued", "Message.AttemptStarted", "Message.Sent")
    ]
    posted = [
        (one["event"], line["account"].rpartition(":")[2], line["unit"], line["amount"])
        for one in ledger
        for line in one["postings"]
    ]
    assert posted == [
        ("CreditWallet.Reserved", "Available", "SMSCR", 1),
        ("CreditWallet.Reserved", "Reserved", "SMSCR", -1),
        ("Message.Sent", "Reserved", "SMSCR", 1),
        ("Message.Sent", "Consumed", "SMSCR", -1),
    ]


def test_a_refund_stands_with_the_charge_that_it_gives_back(told: Told) -> None:
    moved: Counter[str] = Counter()
    for one in told.ledger(told.refunded):
        moved.update({line["account"]: line["amount"] for line in one["postings"]})
    assert told.ledger(told.refunded)[-1]["event"] == "CreditWallet.Refunded"
    assert set(moved.values()) == {0}


def test_each_message_of_a_bulk_names_the_one_reservation(told: Told) -> None:
    first, second = told.ledger(told.bulk), told.ledger(told.bulk + 1)
    assert first[0] == second[0]
    assert (first[0]["event"], first[0]["postings"][0]["amount"]) == ("CreditWallet.Reserved", 2)
    assert [one["event"] for one in first] == ["CreditWallet.Reserved", "Message.Queued"]


@pytest.mark.slow
def test_what_is_sealed_has_a_proof_that_the_verifier_takes(told: Told, tmp_path: Path) -> None:
    (key,) = told.cli.json("audit", "keys")
    (tmp_path / "key").write_text(key["key"])
    for one in told.ledger(told.refunded):
        assert one["sealed"]
        path = tmp_path / f"{one['position']}.tlog-proof"
        path.write_text(one["proof"])
        assert verify.main([str(path), "--key", str(tmp_path / "key")]) == 0
    *_, doubted = told.ledger(told.bulk + 1)
    assert (doubted["event"], doubted["sealed"], doubted["proof"]) == (
        *("Message.InDoubt", False, None),
    )


def test_neither_number_nor_text_is_in_any_of_it(told: Told) -> None:
    told_json = told.cli.run("message", "explain", told.sent, "--json").stdout
    leaves = b"".join(
        base64.b64decode(line.removeprefix("extra "))
        for one in told.ledger(told.sent)
        for line in one["proof"].splitlines()
        if line.startswith("extra ")
    ).decode("utf-8", "replace")
    for secret in (RECIPIENT, RECIPIENT[1:], TEXT):
        assert secret not in told_json
        assert secret not in leaves


def test_people_read_it_in_80_columns(told: Told) -> None:
    shown = Cli(told.cli.folder, {"COLUMNS": str(NARROW)}).run("message", "explain", told.refunded)
    ledger = shown.stdout.partition("In the log")[2]
    assert "CreditWallet.Refunded" in ledger
    assert "Liabilities:Credits:Acct-1:Reserved" in ledger
    assert max(map(len, ledger.splitlines())) <= NARROW


def test_a_changed_event_is_not_proven(told: Told, tmp_path: Path) -> None:
    changed = Cli(tmp_path / "data")
    copy_data(told.cli.folder, changed.folder)
    with closing(sqlite3.connect(changed.folder / "store.db", isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            file.execute(f"DROP TRIGGER {name}")
        file.execute(
            "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE topic = ?",
            ("Message.Sent",),
        )
    said = changed.refusal("message", "explain", told.sent, "--json")
    assert "is not what was sealed" in said


# -- top-ups --------------------------------------------------------------------------------------

STATEMENT = (
    "Id,External id,Date,Status,Type,Information,From,Amount,Fee,Balance\n"
    "{receipt},,2026-02-01 08:00:00,Successful,Payment,,{payer},50.00,0.50,149.50\n"
)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cli, str]]:
    """Give a gateway with a top-up that was paid, shown on a statement and matched; and its id."""
    with till(MTN) as office:
        cli = Cli(office.folder, {"COLUMNS": str(NARROW)})
        office.new_account("Shop")
        office.publish()
        number = office.request()
        office.run()
        shown = office.shown(number)
        assert shown.state == "confirmed"
        path = tmp_path_factory.mktemp("statement") / "february.csv"
        payer = office.payer("success").removeprefix("+")
        path.write_text(STATEMENT.format(receipt=shown.receipt, payer=payer))
        of = ("--provider", "mtn", "--wallet", "main", "--template", "mtn")
        cli.run("finance", "import", path, *of)
        cli.run("finance", "match")
        yield cli, f"top_{number}"


def test_a_top_up_is_told_from_the_wish_to_the_line_of_the_statement(
    paid: tuple[Cli, str],
) -> None:
    cli, name = paid
    told = cli.json("topup", "explain", name)
    events = [one["event"] for one in told["ledger"]]
    assert [event for event in events if event.startswith("Payment.")] == [
        *("Payment.Requested", "Payment.Initiated", "Payment.Pending", "Payment.Confirmed")
    ]
    assert {"CreditWallet.TopUp", "Receipt.Credited", "Receipt.SeenByApi"} < set(events)
    assert events[-1] == "Receipt.Matched"
    assert {"Statement.Opened", "Receipt.SeenOnStatement", "Statement.Imported"} < set(events)
    purposes = {one["purpose"] for one in told["wire"]}
    assert {"collect", "status"} <= purposes
    assert told["state"] == "confirmed"
    moved: Counter[tuple[str, str]] = Counter()
    for one in told["ledger"]:
        for line in one["postings"]:
            moved[line["account"], line["unit"]] += line["amount"]
    assert {name: amount for (name, unit), amount in moved.items() if amount} == {
        "Assets:MobileMoney:MTN:Main": 4_950,
        "Expenses:MoMoFees:MTN:Main": 50,
        "Equity:Credits:Issued": 100,
        "Liabilities:Credits:Acct-1:Available": -100,
        "Liabilities:Prepaid:Acct-1": -5_000,
    }


def test_who_paid_is_nowhere_in_it(paid: tuple[Cli, str]) -> None:
    cli, name = paid
    for flags in ((), ("--json",)):
        shown = cli.run("topup", "explain", name, *flags).stdout
        assert f"{MTN.prefix}{PAYERS_ROOT}" not in shown


def test_people_read_a_top_up_in_80_columns(paid: tuple[Cli, str]) -> None:
    cli, name = paid
    shown = cli.run("topup", "explain", name).stdout
    assert "state: confirmed" in shown
    for part in ("On the wire", "In the log", "In the books"):
        assert part in shown
    assert "+K50.00" in shown
    assert max(map(len, shown.partition("In the log")[2].splitlines())) <= NARROW


def test_a_top_up_that_is_not_there_is_none(paid: tuple[Cli, str]) -> None:
    assert paid[0].refusal("topup", "explain", "top_99") == "No such top-up."
