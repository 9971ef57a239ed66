"""Read models say where they stand, and are built anew to the same rows."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from projections.folds import PROJECTIONS
from tests.end_to_end import damage
from tests.worker.cli.commands import Cli

NAMES = [projection.name for projection in PROJECTIONS]


def test_each_read_model_says_where_it_stands(cli: Cli) -> None:
    account = cli.account(credits=1)
    cli.json("wallet", "show", account)
    rows = cli.json("projections", "status")
    assert [row["name"] for row in rows] == NAMES
    assert {row["lag"] for row in rows} == {0}
    assert {row["error"] for row in rows} == {None}
    assert "balances" in cli.run("projections", "status").stdout


def test_what_nobody_followed_yet_is_behind(cli: Cli) -> None:
    account = cli.account(credits=1)
    cli.json("wallet", "show", account)
    cli.run("wallet", "grant", account, 1, "--reason", "x")
    assert {row["lag"] for row in cli.json("projections", "status")} == {2}


@pytest.mark.slow
def test_a_read_model_is_rebuilt_to_the_same_balance(cli: Cli) -> None:
    account = cli.account(credits=3)
    before = cli.json("wallet", "show", account)
    assert cli.json("projections", "rebuild", "balances") == {"rebuilt": ["balances"]}
    assert cli.json("wallet", "show", account) == before
    rebuilt = cli.run("projections", "rebuild")
    assert rebuilt.stdout == f"Rebuilt: {', '.join(NAMES)}.\n"
    assert "Rebuilding" in rebuilt.stderr
    assert cli.json("wallet", "show", account) == before


def test_a_read_model_that_does_not_exist_is_a_wrong_call(cli: Cli) -> None:
    cli.account()
    refusal = cli.refusal("projections", "rebuild", "balance", code=2)
    assert "there is no read model 'balance'; there are message_log" in refusal


def test_a_read_model_that_has_stopped_is_named_by_whoever_needs_it(cli: Cli) -> None:
    account = cli.account(credits=3)
    _write_an_event_that_cannot_be_folded(cli)
    assert "The read model balances has stopped" in cli.refusal("wallet", "show", account)
    rows = cli.json("projections", "status", code=1)
    assert [row["name"] for row in rows if row["error"]] == ["balances"]
    assert cli.json("account", "list")[0]["account_id"] == account
    refusal = cli.run("projections", "rebuild", "balances", code=1).stderr
    assert "Not rebuilt, and the old ones serve on: balances" in refusal
    checks = cli.json("doctor", code=1)
    assert any("balances has stopped" in item["words"] for item in checks)


@pytest.fixture
def with_others_read_models(cli: Cli, tmp_path: Path) -> Cli:
    """Give a store with an account of 3 credits, and the read models of another with 9."""
    other = Cli(tmp_path / "other")
    other.run("migrate")
    other.json("wallet", "show", other.account(credits=9))
    cli.account(credits=3)
    shutil.copy(other.folder / "read.db", cli.folder / "read.db")
    return cli


def test_a_command_answers_from_no_read_model_of_another_store(
    with_others_read_models: Cli,
) -> None:
    cli = with_others_read_models
    rows = cli.json("projections", "status", code=1)
    assert {(row["error"], row["rebuilding"]) for row in rows} == {("is of another store", True)}
    assert cli.json("wallet", "show", 1)["available"] == 3
    rows = cli.json("projections", "status")
    assert {(row["error"], row["rebuilding"], row["lag"]) for row in rows} == {(None, False, 0)}


@pytest.mark.slow
def test_doctor_finds_read_models_of_another_store_and_changes_nothing(
    with_others_read_models: Cli,
) -> None:
    cli = with_others_read_models
    for _ in range(2):
        words = [item["words"] for item in cli.json("doctor", code=1)]
        assert any("balances is of another store" in each for each in words)
        assert not any("positions behind the log" in each for each in words)


@pytest.mark.slow
def test_doctor_says_that_read_models_are_damaged_and_the_next_command_makes_them_anew(
    cli: Cli,
) -> None:
    account = cli.account(credits=3)
    cli.json("wallet", "show", account)
    damage.zero_its_head(cli.folder / "read.db")
    for _ in range(2):
        checks = json.loads(cli.process("doctor", "--json", code=1))
        assert [
            item["words"].partition(" (")[0]
            for item in checks
            if item["check"] == "read models" and item["verdict"] == "wrong"
        ] == ["read.db is damaged"]
    shown = json.loads(cli.process("wallet", "show", account, "--json"))
    assert shown["available"] == 3
    assert (cli.folder / "read.db.aside-1").exists()


@pytest.mark.slow
def test_damage_that_a_command_meets_while_it_reads_is_mended_for_the_next_one(cli: Cli) -> None:
    account = cli.account(credits=3)
    cli.json("wallet", "show", account)
    damage.zero_all_but_its_head(cli.folder / "read.db")
    with cli.start("wallet", "show", account, "--json") as met:
        met.communicate(timeout=60)
    shown = json.loads(cli.process("wallet", "show", account, "--json"))
    assert shown["available"] == 3


def _write_an_event_that_cannot_be_folded(cli: Cli) -> None:
    """Add a movement of a wallet that was never opened, past all guards."""
    connection = sqlite3.connect(cli.folder / "store.db")
    try:
        (state,) = connection.execute(
            "SELECT state FROM stored_events WHERE topic = 'CreditWallet.Granted'"
        ).fetchone()
        connection.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, 1, 'CreditWallet.Granted', ?)",
            ("0" * 32, state.replace(b'"account":1', b'"account":77')),
        )
        connection.commit()
    finally:
        connection.close()
