"""Both stores keep the sealed tree alike: sealing, verifying, proving and exporting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.evidence import verify
from adapters.evidence.export import export
from adapters.evidence.hashers import HashingProcesses
from adapters.security.signing import is_signature, make_key_file
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.ports import SealTile, Store
from application.proof.chapters import newest_chapter
from application.proof.proving import prove
from application.proof.stretches import stretches
from application.proof.verifying import LogVerifier
from application.retention.erasure import EraseMessages
from application.system import System
from domain.contents import ContentKind
from domain.ledger_seal import ledger_seal_id
from domain.message import Extent
from domain.proof.notes import Note, SealKey
from tests.application.sending import send
from tests.conformance.stores import change
from tests.support.sealing import seal_now
from tests.support.system import create_account, grant, running_system


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    """Give a gateway with a key of the seal, over either store."""
    url = request.getfixturevalue("database_url") if request.param == "postgres" else None
    make_key_file(tmp_path / "key")
    with running_system(
        tmp_path / "data", database_url=url, follows=False, seal_key=f"file:{tmp_path / 'key'}"
    ) as system:
        yield system


def test_tiles_come_back_as_they_were_kept_and_grow_in_place(store: Store) -> None:
    tiles = [SealTile(0, 0, 1, b"a" * 8_192), SealTile(0, 1, 257, b"b"), SealTile(1, 0, 0, b"c")]
    change(store, *tiles)
    log = store.sealed
    assert log.tiles(0, [0, 1, 2]) == {0: tiles[0], 1: tiles[1]}
    assert log.tiles(1, [0]) == {0: tiles[2]}
    grown = SealTile(0, 1, 257, b"b" * 8_192)
    change(store, grown)
    assert log.tiles(0, [1]) == {1: grown}
    assert [log.tile_of(position) for position in (1, 256, 257, 9_999)] == [
        *(tiles[0], tiles[0]),
        *(grown, grown),
    ]
    assert log.tile_of(0) is None


@pytest.mark.slow
@pytest.mark.parametrize("are_tagged", [True, False])
def test_processes_that_hash_find_what_one_alone_does(
    system: System,
    are_tagged: bool,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("application.proof.stretches.EVENTS", 50)
    account, _ = create_account(system, credits=5)
    for _ in range(100):
        grant(system, account, 1)
    seal_now(system)
    is_postgres = request.node.callspec.params["system"] == "postgres"
    where = request.getfixturevalue("database_url") if is_postgres else tmp_path / "data/store.db"
    store, writer = system.store, system.writer if are_tagged else None
    head = store.head()
    processes = HashingProcesses(where, writer, 2)
    with processes.each(stretches(store.sealed, head, are_tagged=are_tagged)) as done:
        results = [found for _, found in done]
    assert len(results) == (head - 1) // 50
    assert all(found is not None and found.leaves for found in results)
    alone, together = (
        LogVerifier(store, verify=is_signature, writer=writer, hashers=hashers).run()
        for hashers in (None, processes)
    )
    assert together == alone
    assert (alone.faults, alone.events) == ([], head)


def test_a_log_is_sealed_verified_proven_and_exported(system: System, tmp_path: Path) -> None:
    account, _ = create_account(system, credits=5)
    for _ in range(150):
        grant(system, account, 1)
    first = seal_now(system)
    for _ in range(3):
        grant(system, account, 1)
    second = seal_now(system)
    store, seal = system.store, newest_chapter(system.reader)
    assert seal is not None
    assert seal.checkpoint == second
    assert seal.size > 256
    key = SealKey.read(seal.key)
    found = LogVerifier(
        store,
        verify=is_signature,
        fingerprint=key.fingerprint,
        own=[Note.read(first)],
        writer=system.writer,
    ).run()
    assert (found.faults, found.is_proven, found.seals) == ([], True, 2)
    assert found.position == store.head()
    for position in (1, 200, 257, seal.position):
        receipt = prove(store, system.reader, position).receipt
        known = (key.name, key.public)
        assert verify.verify_proof(str(receipt), known, lambda _: None) == verify.PROVEN
    made = export(store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    own = list(verify.notes_in(first))
    said: list[str] = []
    code = verify.verify_export(str(made.file), (key.name, key.public), own, said.append)
    assert code == verify.PROVEN, said
    events = store.sealed.raw_of(ledger_seal_id(1), 1, limit=10)
    assert [event.version for event in events] == [2, 3]
    assert [event.topic for event in events] == ["LedgerSeal.Sealed"] * 2


def test_an_erased_message_still_verifies(system: System, tmp_path: Path) -> None:
    account, key_id = create_account(system, credits=5)
    accepted = system.committer.execute(
        send(account, key_id[:8], at=system.clock.now()), timeout_s=10
    )
    number = accepted.first_number
    system.committer.execute(
        CancelMessage(number, account=account, actor=Actor("test"), at=system.clock.now()),
        timeout_s=10,
    )
    first = seal_now(system)
    erased = system.committer.execute(
        EraseMessages(
            [number],
            what=Extent.ALL,
            actor=Actor("test"),
            reason="asked for",
            at=system.clock.now(),
        ),
        timeout_s=10,
    )
    assert erased.erased == 1
    assert system.store.content(ContentKind.MESSAGE, number) is None
    seal_now(system)
    seal = newest_chapter(system.reader)
    assert seal is not None
    key = SealKey.read(seal.key)
    own = [Note.read(first)]
    found = LogVerifier(
        system.store,
        verify=is_signature,
        fingerprint=key.fingerprint,
        own=own,
        writer=system.writer,
    ).run()
    assert (found.faults, found.is_proven) == ([], True)
    out = tmp_path / "a.zip"
    made = export(system.store, first=1, last=None, out=out, made_at="now")
    known = (key.name, key.public)
    notes = list(verify.notes_in(first))
    code = verify.verify_export(str(made.file), known, notes, lambda _: None)
    assert code == verify.PROVEN
    (queued,) = [
        event.position
        for event in system.store.sealed.raw_after(0, limit=1_000)
        if event.topic == "Message.Queued"
    ]
    receipt = prove(system.store, system.reader, queued).receipt
    assert verify.verify_proof(str(receipt), known, lambda _: None) == verify.PROVEN
