"""Staff see what came in without numbers and texts, unless on record, and who opted out."""

import json
from pathlib import Path

import pytest

from tests.support.incoming import receive
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import sending

NUMBER = "+260971234567"


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    found = Cli(tmp_path_factory.mktemp("inbound") / "data")
    with sending(found.folder) as sender:
        receive(sender.system, NUMBER, "Stop", account=1)
        receive(sender.system, "Shop", "A secret offer", account=None)
    return found


def test_what_came_in_is_listed_masked_and_without_texts(cli: Cli) -> None:
    rows = json.loads(cli.run("message", "inbound", "--json").stdout)
    assert [(row["account_id"], row["sender"], row["keyword"]) for row in rows] == [
        (None, "Shop", None),
        (1, "+26097*****67", "stop"),
    ]
    assert "message" not in rows[0]
    (only,) = json.loads(cli.run("message", "inbound", "--unowned", "--json").stdout)
    assert only["sender"] == "Shop"


def test_who_looks_at_numbers_and_texts_is_on_record(cli: Cli) -> None:
    shown = cli.run("message", "inbound", "--account", 1, "--reveal", "--reason", "complaint 9")
    assert NUMBER in shown.stdout
    assert "Stop" in shown.stdout
    assert "secret" not in shown.stdout
    (look,) = json.loads(cli.run("look", "list", "--account", 1, "--json").stdout)
    assert (look["what"], look["reason"]) == ("inbound", "complaint 9")


def test_staff_suppress_and_let_go(cli: Cli) -> None:
    for_one = ("0971234567", "--account", 1)
    cli.run("suppression", "add", *for_one, "--reason", "by phone")
    cli.run("suppression", "add", "0966000001", "--reason", "by letter")
    rows = json.loads(cli.run("suppression", "list", "--account", 1, "--json").stdout)
    assert [(row["account_id"], row["recipient"], row["reason"]) for row in rows] == [
        (None, "+26096*****01", "by letter"),
        (1, "+26097*****67", "by phone"),
    ]
    cli.run("suppression", "lift", *for_one, "--reason", "asked for it")
    (left,) = json.loads(cli.run("suppression", "list", "--json").stdout)
    assert left["recipient"] == "+26096*****01"


def test_a_purge_of_the_account_takes_what_came_in_for_it(cli: Cli, tmp_path: Path) -> None:
    found = Cli(tmp_path / "data")
    with sending(found.folder, credits=0) as sender:
        receive(sender.system, NUMBER, "x" * 200, account=sender.account)
        account = sender.account
    found.run("contents", "purge", "--account", account, "--reason", "request 9")
    (row,) = json.loads(found.run("message", "inbound", "--json").stdout)
    assert (row["sender"], row["exact"]) == (None, False)
