"""Read models say where they stand, and are built anew to the same rows."""

import sqlite3

from projections.catalogue import PROJECTIONS
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
