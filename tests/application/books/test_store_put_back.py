"""An older copy of the store, put back under a running process: what it remembers is forgotten."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from application.system import System
from domain.errors import StoreDown
from domain.wallet import CreditWallet, wallet_id
from tests.conformance.stores import Stores
from tests.support.invariants import violations_in
from tests.support.system import create_account, grant, running_system


class PutBack:
    """A running gateway with an account of 100 credits, whose log can be cut back past it."""

    def __init__(self, system: System, database: Stores) -> None:
        self.system = system
        self.account, self.key = create_account(system, credits=100)
        self._database = database

    def grant(self, credits: int, *, by: System | None = None) -> None:
        grant(by or self.system, self.account, credits)

    @property
    def available(self) -> int:
        wallet = self.system.reader.find(CreditWallet, wallet_id(self.account))
        assert wallet is not None
        return wallet.available

    def cut(self, head: int) -> None:
        """Forget all after a position, as an older copy of the store would have."""
        position = "rowid" if self._database.is_sqlite else "notification_id"
        self._database.execute(
            f"DELETE FROM stored_events WHERE {position} > {head}",
            "DELETE FROM stored_snapshots",
            f"DELETE FROM writer_tags WHERE after >= {head}",
            "DELETE FROM saves",
            "DELETE FROM numbers WHERE kind = 'message'",
        )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    is_sqlite = request.param == "sqlite"
    return Stores(
        str(tmp_path / "store.db") if is_sqlite else request.getfixturevalue("database_url")
    )


def opened(database: Stores, folder: Path) -> AbstractContextManager[System]:
    url = None if database.is_sqlite else database.url
    return running_system(folder, database_url=url, follows=False)


@pytest.fixture
def gateway(database: Stores, tmp_path: Path) -> Iterator[PutBack]:
    with opened(database, tmp_path) as system:
        yield PutBack(system, database)
        assert violations_in(system.store) == []


def test_nothing_is_decided_on_what_is_remembered_of_a_newer_store(
    gateway: PutBack, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.grant(10)
    head = gateway.system.store.head()
    gateway.grant(20)
    gateway.cut(head)
    with pytest.raises(StoreDown, match="nothing was stored"):
        gateway.grant(1)
    assert (gateway.system.store.head(), gateway.available) == (head, 110)
    gateway.grant(5)
    assert gateway.available == 115
    gateway.grant(5)
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert "an older store was put back" in said


def test_an_older_store_that_another_process_has_written_to_since_is_noticed_as_well(
    gateway: PutBack, database: Stores, tmp_path: Path
) -> None:
    gateway.grant(10)
    head = gateway.system.store.head()
    gateway.grant(20)
    gateway.cut(head)
    with opened(database, tmp_path) as other:
        gateway.grant(7, by=other)  # the same version of the same wallet
        gateway.grant(7, by=other)
    with pytest.raises(StoreDown):
        gateway.grant(1)
    gateway.grant(1)
    assert gateway.available == 125


def test_numbers_that_were_taken_from_a_newer_store_are_not_used(gateway: PutBack) -> None:
    numbers = gateway.system.committer.saver.numbers
    first = numbers.take("message")
    head = gateway.system.store.head()
    gateway.grant(20)
    gateway.cut(head)
    with pytest.raises(StoreDown):
        gateway.grant(1)
    assert numbers.take("message") == first


def test_a_key_is_asked_for_anew_when_the_log_is_another_one(gateway: PutBack) -> None:
    keys = gateway.system.keyring
    gateway.grant(20)
    keys.follow()
    keys.verify(gateway.key)
    keys.follow()
    assert keys.known(gateway.key) is not None
    gateway.cut(gateway.system.store.head() - 1)
    keys.follow()
    assert keys.known(gateway.key) is None
    keys.verify(gateway.key)
    keys.follow()
    assert keys.known(gateway.key) is not None
