"""The sealer: what it seals and when, that there is one, and what keeps it from going on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from adapters.security.signing import Ed25519Key, is_signature, make_key_file
from application.books.books import Books
from application.books.commands import Command
from application.ports import SealTile
from application.proof.chapters import newest_chapter, newest_checkpoint
from application.proof.sealing import NAME, OTHER_KEY, RESTORED, Sealer, SealStopped
from application.proof.tiles import Tiles
from domain.ledger_seal import LedgerSeal, ledger_seal_id
from domain.period import Period, period_id
from domain.proof.notes import Checkpoint, Note, SealKey
from domain.proof.tree import CompactRange, inclusion_proof, leaf_hash, root_by_path
from domain.sheet import Figures
from domain.trial_balance import TrialBalance
from tests.conformance.stores import change
from tests.support.virtual import Gateway, open_account, virtual_gateway

LEASED_S = 11.0


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Ed25519Key:
    return make_key_file(tmp_path_factory.mktemp("keys") / "seal")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with virtual_gateway() as gateway:
        yield gateway


def _sealer(gateway: Gateway, key: Ed25519Key, **more: object) -> Sealer:
    system = gateway.system
    return Sealer(
        **{  # type: ignore[arg-type]  # a test puts any one of them in another's place
            "store": system.store,
            "reader": system.reader,
            "execute": gateway.run,
            "clock": gateway.clock,
            "key": key,
            "holder": "one",
            "writer": system.writer,
            "events": 8,
            **more,
        }
    )


def _events(gateway: Gateway, count: int) -> None:
    for number in range(count):
        open_account(gateway, name=f"Shop {number} of {gateway.system.store.head()}")


def _seal(gateway: Gateway, sealer: Sealer, *, after_s: float = 60.0) -> Checkpoint | None:
    gateway.clock.pass_s(after_s)
    note = sealer.step()
    return None if note is None else Checkpoint.read(Note.read(note).text)


def _rebuilt(gateway: Gateway, size: int) -> bytes:
    tree = CompactRange()
    for event in gateway.system.store.sealed.raw_after(0, limit=size):
        tree.append(leaf_hash(event))
    assert tree.size == size
    return tree.root()


def test_a_minute_after_a_seal_the_log_is_sealed_again(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key, events=100)
    _events(gateway, 1)
    assert _seal(gateway, sealer, after_s=0) is not None, "what waited for a sealer waits no more"
    _events(gateway, 1)
    assert _seal(gateway, sealer, after_s=59) is None
    found = _seal(gateway, sealer, after_s=1.1)
    assert found is not None
    seal = newest_chapter(gateway.system.reader)
    assert seal is not None
    assert (seal.size, seal.root) == (found.size, found.root.hex())
    assert found.root == _rebuilt(gateway, found.size)
    note = Note.read(newest_checkpoint(gateway.system.reader) or "")
    sealed_by = SealKey.read(seal.key)
    assert note.is_signed_by(sealed_by, is_signature)
    assert note.signed_at(sealed_by) == gateway.clock.now() // 1_000_000 * 1_000_000


def test_many_events_are_sealed_before_the_minute_is_over_but_not_twice_a_second(
    gateway: Gateway, key: Ed25519Key
) -> None:
    sealer = _sealer(gateway, key)
    _events(gateway, 5)
    assert _seal(gateway, sealer) is not None
    _events(gateway, 5)
    assert _seal(gateway, sealer, after_s=1.0) is not None
    _events(gateway, 5)
    assert _seal(gateway, sealer, after_s=0.9) is None
    assert _seal(gateway, sealer, after_s=0.1) is not None


class LockSomething(Command[None]):
    """Close a day, as three people do in three commands."""

    def touches(self) -> Iterator[UUID]:
        yield period_id("mtn/main", "2025-01-01")

    def decide(self, books: Books) -> None:
        nothing = Figures(
            book_ngwee=0,
            in_transit_ngwee=0,
            explained_ngwee=0,
            unidentified_ngwee=0,
            statement_ngwee=0,
        )
        period = Period.open("mtn/main", "2025-01-01", at=self.at)
        period.prepare(nothing, position=1, actor="account:1", at=self.at)
        period.sign_off(nothing, approver="account:2", at=self.at)
        frozen = TrialBalance.of(1, {"Equity:Credits:Issued": 3})
        period.lock(nothing, frozen=frozen, actor="account:2", at=self.at)
        books.record(period)


def test_a_period_that_is_locked_is_sealed_at_once(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key, events=100)
    _events(gateway, 1)
    assert _seal(gateway, sealer) is not None
    _events(gateway, 1)
    assert _seal(gateway, sealer, after_s=2) is None
    command = LockSomething()
    command.at = gateway.clock.now()
    gateway.run(command)
    head = gateway.system.store.head()
    sealed = _seal(gateway, sealer, after_s=2)
    assert sealed is not None
    assert sealed.size == head
    _events(gateway, 1)
    assert _seal(gateway, sealer, after_s=2) is None, "one lock, one seal"


def test_a_seal_alone_is_not_sealed(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key)
    _events(gateway, 5)
    assert _seal(gateway, sealer) is not None
    head = gateway.system.store.head()
    for _ in range(3):
        assert _seal(gateway, sealer) is None
    assert gateway.system.store.head() == head
    _events(gateway, 1)
    found = _seal(gateway, sealer)
    assert found is not None
    assert found.size == gateway.system.store.head() - 1, "the seal before is sealed by this one"


def test_a_long_history_is_sealed_a_part_a_second(gateway: Gateway, key: Ed25519Key) -> None:
    _events(gateway, 20)
    sealer = _sealer(gateway, key, events_max=16)
    head = gateway.system.store.head()
    sizes = []
    while (found := _seal(gateway, sealer, after_s=1.0)) is not None:
        sizes.append(found.size)
    assert sizes[:3] == [16, 32, 48]
    assert sizes[-1] >= head


def test_each_event_is_proven_from_the_tiles(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key)
    for _ in range(3):
        _events(gateway, 45)
        found = _seal(gateway, sealer)
    assert found is not None
    assert found.size > 512
    events = gateway.system.store.sealed.raw_after(0, limit=found.size)
    node = Tiles(gateway.system.store.sealed).node
    for index, event in enumerate(events):
        path = inclusion_proof(index, found.size, node)
        assert root_by_path(leaf_hash(event), index, found.size, path) == found.root
    for event in (events[0], events[300], events[-1]):
        tile = gateway.system.store.sealed.tile_of(event.position)
        assert tile is not None
        assert tile.position == events[tile.number * 256].position
        assert tile.position <= event.position


def test_of_two_sealers_one_leads_and_the_other_goes_on_when_it_is_gone(
    gateway: Gateway, key: Ed25519Key
) -> None:
    one, two = _sealer(gateway, key), _sealer(gateway, key, holder="two")
    _events(gateway, 3)
    gateway.clock.pass_s(60)
    assert one.step() is not None
    _events(gateway, 3)
    gateway.clock.pass_s(2)
    assert two.step() is None, "it stands by"
    gateway.clock.pass_s(LEASED_S)
    assert two.step() is not None, "the other one says nothing any more"
    _events(gateway, 3)
    gateway.clock.pass_s(2)
    assert one.step() is None
    two.close()
    gateway.clock.pass_s(4)
    found = one.step()
    assert found is not None
    checkpoint = Checkpoint.read(Note.read(found).text)
    assert checkpoint.root == _rebuilt(gateway, checkpoint.size)


def test_where_it_stands_is_among_the_followers(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key)
    _events(gateway, 3)
    assert _seal(gateway, sealer) is not None
    standing = {each.follower: each.position for each in gateway.system.store.effects.standings()}
    seal = newest_chapter(gateway.system.reader)
    assert seal is not None
    assert standing[NAME] == seal.position


def test_another_key_does_not_go_on_with_a_chapter(
    gateway: Gateway, key: Ed25519Key, tmp_path: Path
) -> None:
    _events(gateway, 3)
    first = _sealer(gateway, key)
    assert _seal(gateway, first) is not None
    first.close()
    _events(gateway, 3)
    other = _sealer(gateway, make_key_file(tmp_path / "other"))
    gateway.clock.pass_s(60)
    with pytest.raises(SealStopped, match="the seal's key is not the one"):
        other.step()
    assert "ngoma audit chapter" in OTHER_KEY


def test_after_a_restore_nothing_is_sealed_until_two_people_begin_a_chapter(
    gateway: Gateway, key: Ed25519Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    _events(gateway, 3)
    first = _sealer(gateway, key)
    assert _seal(gateway, first) is not None
    first.close()
    identity = gateway.system.store.identity()
    later = type(identity)(identity.id, identity.generation + 1)
    monkeypatch.setattr(gateway.system.store, "identity", lambda: later, raising=False)
    _events(gateway, 3)
    gateway.clock.pass_s(60)
    with pytest.raises(SealStopped, match="a backup was brought back"):
        _sealer(gateway, key).step()
    assert "two people" in RESTORED


def test_tiles_that_were_changed_are_noticed_before_anything_is_built_on_them(
    gateway: Gateway, key: Ed25519Key
) -> None:
    _events(gateway, 3)
    first = _sealer(gateway, key)
    assert _seal(gateway, first) is not None
    first.close()
    store = gateway.system.store
    tile = store.sealed.tiles(0, [0])[0]
    changed = bytes([tile.hashes[0] ^ 1]) + tile.hashes[1:]
    change(store, SealTile(0, 0, tile.position, changed))
    _events(gateway, 3)
    gateway.clock.pass_s(60)
    with pytest.raises(SealStopped, match="audit verify"):
        _sealer(gateway, key).step()


def test_a_log_is_sealed_wherever_it_was_left(gateway: Gateway, key: Ed25519Key) -> None:
    for _ in range(3):
        _events(gateway, 4)
        sealer = _sealer(gateway, key)
        found = _seal(gateway, sealer)
        sealer.close()
        assert found is not None
        assert found.root == _rebuilt(gateway, found.size)
    assert gateway.system.reader.find(LedgerSeal, ledger_seal_id(2)) is None


def test_nothing_is_sealed_behind_an_event_that_the_gateway_did_not_write(
    gateway: Gateway, key: Ed25519Key
) -> None:
    sealer = _sealer(gateway, key)
    _events(gateway, 3)
    assert _seal(gateway, sealer) is not None
    _events(gateway, 1)
    with closing(sqlite3.connect(gateway.folder / "store.db")) as file:
        file.execute(
            "INSERT INTO stored_events VALUES (?, 1, 'CreditWallet.TopUp', ?)", ("0" * 32, b"{}")
        )
        file.commit()
    position = gateway.system.store.head()
    for _ in range(2):
        with pytest.raises(SealStopped, match=f"position {position}: no tag covers it"):
            _seal(gateway, sealer)


def test_an_idle_sealer_writes_nothing(gateway: Gateway, key: Ed25519Key) -> None:
    sealer = _sealer(gateway, key)
    _events(gateway, 3)
    assert _seal(gateway, sealer) is not None
    assert _seal(gateway, sealer) is None
    with closing(sqlite3.connect(gateway.folder / "store.db")) as file:
        (before,) = file.execute("PRAGMA data_version").fetchone()
        for _ in range(100):
            assert _seal(gateway, sealer, after_s=5) is None
        assert file.execute("PRAGMA data_version").fetchone() == (before,)
