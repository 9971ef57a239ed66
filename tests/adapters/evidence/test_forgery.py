"""A forger who makes anew all that needs no key, against an auditor with a key and a checkpoint."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

import pytest

from adapters.evidence import verify
from adapters.evidence.export import export, line_of
from adapters.security.signing import Ed25519Key, make_key_file
from tests.adapters.evidence.forger import FRAUDS, Forger, Fraud, with_one_byte_changed
from tests.adapters.evidence.sealed import Sealed, sealed_gateway
from tests.support.counts import Count, soak_count

Record = Callable[[str, object], None]
BYTES: Final = 1_000
CLEVER: Final = 200


class Case:
    """An export, what the auditor kept from earlier, and the forger."""

    def __init__(self, folder: Path) -> None:
        self.private: Ed25519Key = make_key_file(folder / "key")
        with sealed_gateway(self.private) as sealed:
            self.kept = _earlier(sealed)
            sealed.work(2)
            sealed.seal()
            out = folder / "export.zip"
            export(sealed.store, first=1, last=None, out=out, made_at="")
            self.key = sealed.key
        self.folder = folder / "export"
        zipfile.ZipFile(out).extractall(self.folder)
        self.forger = Forger(self.folder)
        self.own = list(verify.notes_in(self.kept))
        self.covered = verify.checkpoint_of(self.own[0][0])[1]

    def verdict(self, *, key: bool = True, checkpoint: bool = True) -> tuple[int, str]:
        said: list[str] = []
        code = verify.verify_export(
            str(self.folder),
            (self.key.name, self.key.public) if key else None,
            self.own if checkpoint else [],
            said.append,
        )
        return code, "\n".join(said)


def _earlier(sealed: Sealed) -> str:
    sealed.work(3)
    return sealed.seal()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("forgery"))


@pytest.fixture(autouse=True)
def _restored(case: Case) -> Iterator[None]:
    yield
    case.forger.restore()


def test_what_nobody_touched_is_proven(case: Case) -> None:
    code, said = case.verdict()
    assert code == verify.PROVEN, said
    assert "PROVEN: every event up to position" in said
    assert case.covered < len(case.forger.events)


@pytest.mark.parametrize(("key", "checkpoint"), [(False, False), (True, False), (False, True)])
def test_without_a_key_and_a_checkpoint_of_ones_own_nothing_is_proven(
    case: Case, key: bool, checkpoint: bool
) -> None:
    code, said = case.verdict(key=key, checkpoint=checkpoint)
    assert code == verify.NOT_PROVEN
    assert "consistent with itself; who wrote it is not proven" in said
    assert ("the seal's key" in said) != key
    assert ("that you kept" in said) != checkpoint


@pytest.mark.slow
def test_each_byte_that_was_changed_is_found(case: Case, record_property: Record) -> None:
    missed, runs = [], soak_count(BYTES)
    for seed in range(runs):
        random = Random(seed)
        lines = list(case.forger.lines)
        at = random.randrange(case.covered)
        lines[at] = with_one_byte_changed(lines[at], random)
        assert lines[at] != case.forger.lines[at]
        case.forger.write(lines)
        if case.verdict()[0] != verify.FAULT:
            missed.append(seed)
    _count(record_property, "bytes changed", runs, missed)


def test_each_clever_fraud_is_found(case: Case, record_property: Record) -> None:
    missed, runs, stranger = [], soak_count(CLEVER), _stranger(case)
    forger = case.forger
    for seed in range(runs):
        random, fraud = Random(seed), FRAUDS[seed % len(FRAUDS)]
        events = fraud(list(forger.events), random, case.covered)
        lines = list(map(line_of, events))
        match seed // len(FRAUDS) % 4:
            case 0:
                forger.write(lines)
            case 1:
                forger.write(lines, notes=forger.rooted(events))
            case 2:
                forger.write(lines, notes="", checkpoints=0)
            case _:
                notes = forger.signed(events, stranger)
                forger.write(lines, notes=notes, keys=forger.keys(stranger))
        if case.verdict()[0] != verify.FAULT:
            missed.append(seed)
        forger.restore()
    _count(record_property, "clever frauds", runs, missed)


@pytest.mark.parametrize("fraud", FRAUDS)
def test_a_forger_who_signs_with_the_real_key_is_found_by_the_earlier_checkpoint(
    case: Case, fraud: Fraud
) -> None:
    forger = case.forger
    events = fraud(list(forger.events), Random(1), case.covered)
    positions = [event.position for event in events]
    forger.write(list(map(line_of, events)), notes=forger.signed(events, case.private))
    code, said = case.verdict()
    assert code == verify.FAULT
    if positions == sorted(set(positions)):
        assert "your checkpoint" in said
        assert case.verdict(checkpoint=False)[0] == verify.NOT_PROVEN


def test_a_forger_with_a_key_of_their_own_is_believed_by_nobody_who_has_ours(case: Case) -> None:
    forger, stranger = case.forger, _stranger(case)
    events = FRAUDS[4](list(forger.events), Random(1), case.covered)
    notes = forger.signed(events, stranger)
    forger.write(list(map(line_of, events)), notes=notes, keys=forger.keys(stranger))
    assert case.verdict(key=False, checkpoint=False)[0] == verify.NOT_PROVEN
    code, said = case.verdict(checkpoint=False)
    assert code == verify.FAULT
    assert "not sealed by your key" in said


def test_who_changes_a_file_and_forgets_its_sum_is_told_which(case: Case) -> None:
    path = case.folder / "tags.ndjson"
    path.write_bytes(path.read_bytes() + b"\n")
    code, said = case.verdict()
    assert code == verify.FAULT
    assert "tags.ndjson" in said


def test_the_fault_names_the_position_or_the_checkpoint_between_which_it_is(case: Case) -> None:
    forger = case.forger
    lines = list(forger.lines)
    lines[3] = lines[3].replace(b'"version":', b'"version":1')
    forger.write(lines)
    assert f"position {forger.events[3].position}:" in case.verdict()[1]
    events = list(forger.events)
    events[3] = events[3]._replace(version=9)
    forger.write(list(map(line_of, events)))
    _, said = case.verdict()
    assert f"between position 1 and {forger.events[case.covered - 1].position}" in said


def _stranger(case: Case) -> Ed25519Key:
    path = case.folder.with_name("stranger")
    path.unlink(missing_ok=True)
    return make_key_file(path)


def _count(record: Record, name: str, runs: int, missed: list[int]) -> None:
    record(*Count(name, runs, len(missed), missed[0] if missed else "0").as_property())
    assert missed == []
