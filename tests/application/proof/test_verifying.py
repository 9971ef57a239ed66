"""The live log against its seals: each fraud is found, and its place is named."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from adapters.security.signing import make_key_file
from domain.ledger_seal import ledger_seal_id
from domain.proof.notes import Checkpoint, Note
from tests.adapters.evidence.forger import FRAUDS, duplicated, tail_cut
from tests.application.proof.live import Log
from tests.support.counts import Count, soak_count

CLEVER = 200
LIVE_FRAUDS = [fraud for fraud in FRAUDS if fraud is not duplicated]
"""The store has each position once."""
SEAL = f"originator_id = '{ledger_seal_id(1).hex}'"
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    folder = tmp_path_factory.mktemp("live")
    return Log(folder, make_key_file(folder / "key"))


@pytest.fixture(autouse=True)
def _restored(log: Log) -> Iterator[None]:
    yield
    log.restore()


def test_what_nobody_touched_is_proven(log: Log) -> None:
    found = log.verified()
    assert found.faults == []
    assert found.is_proven
    assert (found.seals, found.checkpoints) == (3, 1)
    assert found.events == len(log.events) > found.sealed_events > log.covered
    assert found.newest is not None
    assert Checkpoint.read(Note.read(found.newest).text).size == found.sealed_events


@pytest.mark.parametrize(("key", "checkpoint"), [(False, False), (True, False), (False, True)])
def test_without_a_key_and_a_checkpoint_of_ones_own_nothing_is_proven(
    log: Log, key: bool, checkpoint: bool
) -> None:
    found = log.verified(key=key, checkpoint=checkpoint)
    assert found.faults == []
    assert not found.is_proven


def test_each_clever_fraud_is_found_where_it_is(log: Log, record_property: Record) -> None:
    missed, runs = [], soak_count(CLEVER)
    for seed in range(runs):
        random, fraud = Random(seed), LIVE_FRAUDS[seed % len(LIVE_FRAUDS)]
        events = fraud(list(log.events), random, log.covered)
        first = next(
            (n for n, (a, b) in enumerate(zip(events, log.events, strict=False)) if a != b),
            len(events) - 1,
        )
        log.write(events)
        faults = log.verified(checkpoint=False).faults
        expected = events[first].position
        if fraud is tail_cut:  # a seal covers more than there is
            expected = faults[0].first if faults else 0
        if not faults or faults[0].first != expected:
            missed.append(seed)
        log.restore()
    record_property(*Count("frauds in the live log", runs, len(missed), 0).as_property())
    assert missed == []


def test_where_leaves_were_rewritten_too_the_interval_of_the_checkpoint_is_named(
    log: Log,
) -> None:
    at = log.covered + 3
    events = list(log.events)
    events[at] = events[at]._replace(version=events[at].version + 7)
    log.write(events, with_leaves=True)
    (fault,) = log.verified(checkpoint=False).faults
    assert fault.first == log.covered + 1
    assert fault.first <= log.events[at].position <= fault.last < log.events[-1].position
    assert "not what was sealed" in fault.words


def test_a_tail_that_was_cut_with_its_seals_is_found_by_the_auditors_checkpoint(log: Log) -> None:
    log.write(log.events[: log.covered - 3])
    log.run("DELETE FROM seal_tiles")
    found = log.verified()
    assert [fault.words for fault in found.faults][:1] == [
        f"your checkpoint covers {log.covered} events, and the log has {log.covered - 3}:"
        " some are gone"
    ]


def test_a_tail_that_was_cut_is_found_by_the_leaves_that_are_left(log: Log) -> None:
    log.write(log.events[: log.covered - 3])
    (fault,) = log.verified(key=False, checkpoint=False).faults
    assert fault.first == log.covered - 2
    assert "is gone" in fault.words


def test_a_seal_that_was_changed_is_found_by_its_signature(log: Log) -> None:
    log.run(f"UPDATE stored_events SET state = replace(state, '\\n1', '\\n2') WHERE {SEAL}")
    (fault,) = log.verified(checkpoint=False).faults
    assert fault.first == fault.last


def test_a_seal_signed_by_a_stranger_is_no_seal(log: Log, tmp_path: Path) -> None:
    stranger = make_key_file(tmp_path / "stranger")
    own = Checkpoint.read(log.own.text)
    forged = Note.signed(log.own.text, stranger.named(own.origin), stranger.sign)
    old, new = (str(note).replace("\n", "\\n") for note in (log.own, forged))
    log.run(f"UPDATE stored_events SET state = replace(state, '{old}', '{new}') WHERE {SEAL}")
    (fault,) = log.verified(checkpoint=False).faults
    assert "signature" in fault.words


def test_a_key_or_a_checkpoint_of_another_log_is_told(log: Log) -> None:
    log.fingerprint, kept = "0" * 64, log.fingerprint
    try:
        assert "no key of this log has the fingerprint" in str(log.verified().faults[0])
    finally:
        log.fingerprint = kept
    own, log.own = log.own, Note(log.own.text.replace("ngoma/", "ngoma/0"), log.own.signatures)
    try:
        assert "of another log" in str(log.verified().faults[0])
    finally:
        log.own = own


def test_a_log_that_was_never_sealed_is_not_proven(log: Log) -> None:
    log.run(f"DELETE FROM stored_events WHERE {SEAL}", "DELETE FROM seal_tiles")
    found = log.verified(key=False, checkpoint=False)
    assert (found.faults, found.seals, found.is_proven) == ([], 0, False)


@pytest.mark.parametrize(
    "change",
    [
        "state = CAST(state AS TEXT)",
        "state = NULL",
        "topic = NULL",
        "topic = x'00'",
        "originator_version = 'one'",
        "originator_version = -1",
        "originator_version = 1.5",
        "originator_id = upper(originator_id)",
        "originator_id = '" + "é" * 16 + "'",
        "originator_id = NULL",
    ],
)
def test_what_is_no_event_at_all_is_named(log: Log, change: str) -> None:
    position = log.events[4].position
    log.run(
        "CREATE TABLE loose AS SELECT rowid AS position, * FROM stored_events",
        "DROP TABLE stored_events",
        "CREATE TABLE stored_events (originator_id, originator_version, topic, state)",
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
        " SELECT * FROM loose",
        f"UPDATE stored_events SET {change} WHERE rowid = {position}",
    )
    (fault,) = log.verified(checkpoint=False).faults
    assert fault.first == fault.last == position


# -- with the writer's key -------------------------------------------------------------------------


def test_with_the_writers_key_what_nobody_touched_is_proven_too(log: Log) -> None:
    found = log.verified(tags=True)
    assert (found.faults, found.is_proven, found.tags_checked) == ([], True, True)
    assert found.events == len(log.events)


def test_a_top_up_that_was_put_in_at_the_tail_is_named(log: Log) -> None:
    last = log.events[-1]
    state = b'{"timestamp":1,"account":1,"credits":1000,"available":1000}'
    forged = last._replace(
        position=last.position + 1, version=99, topic="CreditWallet.TopUp", state=state
    )
    log.write([*log.events, forged])
    assert log.verified().faults == [], "no seal covers it"
    (fault,) = log.verified(tags=True).faults
    assert fault.first == fault.last == forged.position


def test_an_edit_in_the_unsealed_tail_is_found(log: Log) -> None:
    at = len(log.events) - 1
    events = list(log.events)
    state = events[at].state.replace(b'"segments":1', b'"segments":2')
    assert state != events[at].state
    events[at] = events[at]._replace(state=state)
    log.write(events)
    assert log.verified().faults == [], "no seal covers it"
    (fault,) = log.verified(tags=True).faults
    assert fault.first <= events[at].position <= fault.last


def test_of_a_save_that_was_changed_the_event_is_named(log: Log) -> None:
    at = log.covered - 2
    events = list(log.events)
    events[at] = events[at]._replace(state=events[at].state + b" ")
    log.write(events)
    (fault,) = log.verified(tags=True).faults
    assert fault.first == fault.last == events[at].position


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE writer_tags SET mac = zeroblob(32) WHERE number = 3",
        "UPDATE writer_tags SET count = count + 1 WHERE number = 3",
        "UPDATE writer_tags SET after = after - 1 WHERE number = 3",
        "UPDATE writer_tags SET how = 'adopted' WHERE number = 3",
        "DELETE FROM writer_tags WHERE number = 3",
    ],
)
def test_a_tag_row_that_was_changed_is_found_at_its_save(log: Log, change: str) -> None:
    (after,) = log.one("SELECT after FROM writer_tags WHERE number = 3")
    log.run(change)
    (fault,) = log.verified(tags=True).faults
    assert fault.first <= after + 1 <= fault.last + 1
    assert "tag" in fault.words
