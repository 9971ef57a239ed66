"""API keys are issued, replaced and revoked from the command line."""

import pytest

from application.accounts import NoteKeyUses
from domain.account import Account, account_id
from tests.support.system import running_system
from tests.worker.cli.commands import Cli


def _working(cli: Cli, account: int) -> list[str]:
    rows = cli.json("key", "list", account)
    return [row["key_id"] for row in rows if row["revoked_at"] is None]


def test_a_second_key_works_beside_the_first(cli: Cli) -> None:
    account = cli.account()
    (first,) = _working(cli, account)
    issued = cli.json("key", "issue", account, "--name", "till 2")
    assert issued["account_id"] == account
    assert issued["api_key"].startswith(issued["key_id"])
    assert _working(cli, account) == [first, issued["key_id"]]
    wide = Cli(cli.folder, {"COLUMNS": "200"})
    assert "till 2" in wide.run("key", "list", account).stdout


def test_a_key_is_replaced_in_one_save(cli: Cli) -> None:
    account = cli.account()
    (first,) = _working(cli, account)
    made = cli.json("key", "regenerate", first)
    assert _working(cli, account) == [made["key_id"]]
    assert [row["name"] for row in cli.json("key", "list", account)] == ["first", "first"]
    with running_system(cli.folder) as system:
        revoked, issued = system.reader.events(account_id(account))[-2:]
        assert isinstance(revoked, Account.ApiKeyRevoked)
        assert isinstance(issued, Account.ApiKeyIssued)
        assert revoked.at == issued.at


def test_a_replaced_key_cannot_be_replaced_again(cli: Cli) -> None:
    account = cli.account()
    (first,) = _working(cli, account)
    cli.run("key", "regenerate", first)
    working = _working(cli, account)
    assert "no working key" in cli.refusal("key", "regenerate", first)
    assert _working(cli, account) == working


def test_a_revoked_key_ends(cli: Cli) -> None:
    account = cli.account()
    (first,) = _working(cli, account)
    assert cli.json("key", "revoke", first.lower()) == {
        "account_id": account, "key_id": first, "revoked": True,
    }  # fmt: skip
    assert _working(cli, account) == []


def test_the_key_is_for_stdout_and_the_warning_for_stderr(cli: Cli) -> None:
    account = cli.account()
    shown = cli.run("key", "issue", account, "--name", "till")
    assert len(shown.stdout.split()[-1]) == 32
    assert "keep it now" in shown.stderr


def test_unknown_keys_and_accounts_are_refused(cli: Cli) -> None:
    cli.account()
    assert cli.refusal("key", "revoke", "AAAAAAAA") == "No such key."
    assert cli.refusal("key", "regenerate", "AAAAAAAA") == "No such key."
    assert cli.refusal("key", "issue", 9, "--name", "x") == "No such account."
    assert cli.refusal("key", "list", 9) == "No such account."


@pytest.mark.parametrize("word", ["A" * 32, "short", "AAAA-AAA"])
def test_a_whole_key_is_not_taken_for_its_id(cli: Cli, word: str) -> None:
    assert "first 8 characters" in cli.refusal("key", "revoke", word, code=2)


def test_a_key_is_bound_to_scopes_and_sources_and_stays_so(cli: Cli) -> None:
    account = cli.account()
    bound = ("--scope", "read", "--scope", "send", "--source", "192.0.2.0/24")
    issued = cli.json("key", "issue", account, "--name", "till", *bound)
    made = cli.json("key", "regenerate", issued["key_id"])
    first, *others = cli.json("key", "list", account)
    assert (first["scopes"], first["sources"], first["last_used_at"]) == ([], [], None)
    assert [row["key_id"] for row in others] == [issued["key_id"], made["key_id"]]
    for row in others:
        assert (row["scopes"], row["sources"]) == (["send", "read"], ["192.0.2.0/24"])
    listed = cli.run("key", "list", account).stdout
    assert "anywhere" in listed


def test_a_key_for_tests_says_so_and_stays_one(cli: Cli) -> None:
    account = cli.account()
    issued = cli.json("key", "issue", account, "--name", "try", "--scope", "send", "--test")
    made = cli.json("key", "regenerate", issued["key_id"])
    modes = {row["key_id"]: row["mode"] for row in cli.json("key", "list", account)}
    assert modes[issued["key_id"]] == modes[made["key_id"]] == "test"
    assert sorted(modes.values()) == ["live", "test", "test"]
    assert {tuple(row["scopes"]) for row in cli.json("key", "list", account)} == {(), ("send",)}


def test_a_scope_or_source_that_cannot_be_is_refused(cli: Cli) -> None:
    account = cli.account()
    new = ("key", "issue", account, "--name", "x")
    assert "not one of" in cli.refusal(*new, "--scope", "fly", code=2)
    assert "IP address" in cli.refusal(*new, "--source", "192.0.2.1/24", code=2)
    many = [word for number in range(21) for word in ("--source", f"192.0.2.{number}")]
    assert "at most 20" in cli.refusal(*new, *many)
    assert len(_working(cli, account)) == 1


def test_the_last_use_is_shown(cli: Cli) -> None:
    account = cli.account()
    (first,) = _working(cli, account)
    with running_system(cli.folder) as system:
        at = system.clock.now()
        system.committer.execute(NoteKeyUses({first: at}, at=at))
    (row,) = cli.json("key", "list", account)
    assert row["last_used_at"] is not None
