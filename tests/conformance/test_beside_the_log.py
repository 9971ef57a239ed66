"""``audit verify`` reads what stands beside the log too, and names what was changed there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from adapters.security.signing import is_signature
from application.books.writing import tagged_secret, tagged_snapshot
from application.ports import SecretKind, SecretRow
from application.proof.adopting import adopt
from application.proof.verifying import Fault, LogVerifier
from application.system import System
from domain.proof.writer import WriterKeys
from domain.wallet import CreditWallet, wallet_id
from tests.application.sending import send
from tests.conformance.stores import NOW, Stores, change, snapshot, stores_at
from tests.support.system import create_account, grant, running_system
from tests.support.virtual import SeededRandomness

PLANTED: Final = {
    "a snapshot": (
        "UPDATE stored_snapshots SET originator_version = originator_version - 1",
        ("CreditWallet.Granted", "the snapshot of"),
    ),
    "a key's hash": (
        "UPDATE credentials SET hash = 'fast:mine'",
        ("Account.ApiKeyIssued", "the stored API key"),
    ),
    "a key's account": ("UPDATE credentials SET account = 77", ("", "the stored API key")),
    "a password": (
        "UPDATE secrets SET value = 'mine'",
        ("", "a password of account 1 has no right tag"),
    ),
    "a text": (
        "UPDATE contents SET body = 'Send me money' WHERE kind = 'message'",
        ("Message.Queued", "the stored content of message"),
    ),
    "a number": (
        "UPDATE contents SET msisdn = '+260970000009' WHERE kind = 'message'",
        ("Message.Queued", "the stored content of message"),
    ),
    "a name": (
        "UPDATE contents SET body = '{\"name\":\"Me\"}' WHERE kind = 'account'",
        ("Account.Registered", "the stored content of account 1"),
    ),
    "a reason": (
        "UPDATE contents SET body = 'a gift' WHERE kind = 'reason'"
        " AND number = (SELECT max(number) FROM contents WHERE kind = 'reason')",
        ("CreditWallet.Granted", "the stored content of reason"),
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    """Give a gateway with something of each kind beside its log."""
    url = request.getfixturevalue("database_url") if request.param == "postgres" else None
    with running_system(tmp_path / "data", database_url=url, follows=False) as system:
        account, key = create_account(system, credits=5)
        grant(system, account, 3)
        system.committer.execute(send(account, key[:8], at=system.clock.now()), timeout_s=10)
        password = SecretRow(SecretKind.PASSWORD, str(account), account, "fast:own", NOW)
        change(system.store, tagged_secret(system.writer, password))
        wallet = system.reader.find(CreditWallet, wallet_id(account))
        assert wallet is not None
        system.store.put_snapshot(tagged_snapshot(system.writer, snapshot(wallet)))
        yield system


@pytest.fixture
def stores(request: pytest.FixtureRequest, system: System, tmp_path: Path) -> Iterator[Stores]:
    is_postgres = "postgres" in request.node.callspec.id
    url = request.getfixturevalue("database_url") if is_postgres else tmp_path / "data" / "store.db"
    with stores_at(str(url)) as stores:
        yield stores


def faults(system: System, keys: WriterKeys | None = None) -> list[Fault]:
    writer = keys or system.writer
    return LogVerifier(system.store, verify=is_signature, writer=writer).run().faults


def test_what_nobody_touched_is_no_fault(system: System) -> None:
    assert faults(system) == []


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_changed_beside_the_log_is_named(
    system: System, stores: Stores, what: str
) -> None:
    statement, (topic, words) = PLANTED[what]
    stores.execute(statement)
    (fault,) = faults(system)
    assert words in fault.words
    events = system.store.sealed.raw_after(0, limit=100)
    assert {event.position: event.topic for event in events}.get(fault.first, "") == topic
    assert fault.first == fault.last


def test_what_was_erased_is_no_fault(system: System, stores: Stores) -> None:
    stores.execute(
        "UPDATE contents SET body = NULL, folded = NULL WHERE kind = 'message'",
        "DELETE FROM contents WHERE kind IN ('account', 'reason')",
    )
    assert faults(system) == []


def test_after_an_adoption_everything_is_under_the_new_key(system: System) -> None:
    keys = WriterKeys(["another key of the writer, after the first was lost"])
    adopt(system.store, keys, SeededRandomness(1), at=NOW)
    assert faults(system, keys) == []
    assert system.store.snapshot(wallet_id(1)) is None


def test_secrets_of_a_kind_that_nobody_knows_are_nobodys(system: System, stores: Stores) -> None:
    stores.execute("UPDATE secrets SET kind = 'another'")
    assert faults(system) == []
