"""Exports of every part of a log, and the program that verifies them, which knows nothing of us."""

import ast
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pymerkle
import pytest

from adapters.evidence import export as exporting
from adapters.evidence import verify
from adapters.evidence.export import MEMBERS, export
from adapters.security.signing import make_key_file
from application.proof.history import SealMade, seal_history
from application.proof.proving import prove
from domain.errors import AlreadyExists, InvalidRequest
from domain.proof.notes import Note, SealKey, notes_in
from domain.proof.tree import leaf_hash
from tests.adapters.evidence.sealed import Sealed, sealed_gateway

PROGRAM: Final = Path(verify.__file__)
LEAST: Final = (3, 8)
"""The oldest Python that the program is for."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """Give a log with three seals, and events behind the last one."""
    with sealed_gateway(make_key_file(tmp_path_factory.mktemp("key") / "key")) as sealed:
        for _ in range(3):
            sealed.work(6)
            sealed.seal()
        sealed.work(1)
        yield sealed


@pytest.fixture(scope="module")
def seals(sealed: Sealed) -> Sequence[SealMade]:
    found = seal_history(sealed.store.sealed)
    return [each for each in found if isinstance(each, SealMade)]


def _verdict(out: Path, key: SealKey | None = None, *own: SealMade) -> tuple[int, str]:
    said: list[str] = []
    notes = [note for made in own for note in verify.notes_in(made.text)]
    code = verify.verify_export(
        str(out), (key.name, key.public) if key else None, notes, said.append
    )
    return code, "\n".join(said)


def test_an_export_holds_every_sealed_event_byte_for_byte(sealed: Sealed, tmp_path: Path) -> None:
    made = export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    events = sealed.store.sealed.raw_after(0, limit=10_000)
    with zipfile.ZipFile(made.file) as archive:
        assert tuple(archive.namelist()) == MEMBERS
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        lines = archive.read("events.ndjson").split(b"\n")
        assert archive.read("verify.py") == PROGRAM.read_bytes()
    assert lines.pop() == b""
    assert len(lines) == made.events == made.last
    for line, event in zip(lines, events, strict=False):
        fields = json.loads(line)
        assert fields["position"] == event.position
        assert fields["originator"] == event.originator.hex()
        assert (fields["version"], fields["topic"]) == (event.version, event.topic)
        assert fields["leaf"] == leaf_hash(event).hex()
        assert line.endswith(b',"state":' + event.state + b"}")


def test_the_tags_of_the_saves_are_with_their_events(sealed: Sealed, tmp_path: Path) -> None:
    made = export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    part = export(sealed.store, first=40, last=44, out=tmp_path / "b.zip", made_at="now")
    kept = sealed.store.sealed.tags_after(0, limit=1_000)
    for each in (made, part):
        with zipfile.ZipFile(each.file) as archive:
            rows = [json.loads(line) for line in archive.read("tags.ndjson").splitlines()]
        first, last = rows[0], rows[-1]
        assert first["after"] < each.first <= first["after"] + first["count"]
        assert last["after"] < each.last <= last["after"] + last["count"]
        assert [row["number"] for row in rows] == list(range(first["number"], last["number"] + 1))
        by_number = {tag.number: tag for tag in kept}
        assert all(row["mac"] == by_number[row["number"]].mac.hex() for row in rows)


def test_the_same_export_has_the_same_bytes(sealed: Sealed, tmp_path: Path) -> None:
    one, two = (
        export(sealed.store, first=1, last=None, out=tmp_path / name, made_at="now").file
        for name in ("1.zip", "2.zip")
    )
    assert one.read_bytes() == two.read_bytes()


def test_every_part_of_the_log_is_proven_by_the_seals_around_it(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    ends = [made.covered for made in seals]
    parts = [(1, ends[0]), (1, ends[0] + 5), (3, ends[1]), (ends[0] + 1, ends[1] + 1)]
    parts += [(ends[0] + 3, ends[0] + 3), (2, ends[2]), (ends[1] - 2, ends[1] + 4)]
    for number, (first, last) in enumerate(parts):
        out = tmp_path / f"{number}.zip"
        made = export(sealed.store, first=first, last=last, out=out, made_at="now")
        assert made.events == last - first + 1
        behind = next(each for each in seals if each.covered >= last)
        code, said = _verdict(out, sealed.key, behind)
        assert code == verify.PROVEN, (first, last, said)
        assert f"up to position {last}." in said


def test_a_part_goes_on_from_the_checkpoint_of_the_part_before(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    out = tmp_path / "later.zip"
    export(sealed.store, first=seals[0].covered + 1, last=None, out=out, made_at="now")
    assert _verdict(out, sealed.key, seals[0])[0] == verify.PROVEN
    forged = Note(seals[0].note.text.replace("\n", "\n1", 1), seals[0].note.signatures)
    assert forged.text != seals[0].note.text


def test_a_checkpoint_of_before_the_part_is_said_to_be_not_compared(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    out = tmp_path / "later.zip"
    export(sealed.store, first=seals[1].covered + 1, last=None, out=out, made_at="now")
    code, said = _verdict(out, sealed.key, seals[0])
    assert code == verify.NOT_PROVEN
    assert "of a time before this export" in said


def test_what_is_not_sealed_yet_is_exported_and_said_to_be_so(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    head = sealed.store.head()
    out = tmp_path / "tail.zip"
    export(sealed.store, first=1, last=head, out=out, made_at="now")
    code, said = _verdict(out, sealed.key, seals[2])
    assert code == verify.PROVEN
    assert f"After position {seals[2].covered} nothing is sealed" in said


def test_an_export_that_was_broken_off_goes_on_where_it_stood(
    sealed: Sealed,
    seals: Sequence[SealMade],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "EVENTS_AT_ONCE", 10)
    out, whole = tmp_path / "broken.zip", tmp_path / "whole.zip"
    export(sealed.store, first=1, last=None, out=whole, made_at="now")

    class BrokenOff(Exception):
        pass

    def break_off(done: int, _all: int) -> None:
        if done >= 20:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        export(sealed.store, first=1, last=None, out=out, made_at="now", advance=break_off)
    assert not out.exists()
    partial = tmp_path / "broken.zip.partial" / "events.ndjson"
    with partial.open("ab") as file:
        file.write(b'{"position":99')
    reached: list[int] = []
    export(
        sealed.store,
        first=1,
        last=None,
        out=out,
        made_at="now",
        advance=lambda done, _all: reached.append(done),
    )
    assert reached[0] > 20, "what is there is not written again"
    assert out.read_bytes() == whole.read_bytes()
    assert not partial.parent.exists()


def test_another_export_does_not_go_on_with_what_is_left(sealed: Sealed, tmp_path: Path) -> None:
    out = tmp_path / "a.zip"
    left = tmp_path / "a.zip.partial"
    left.mkdir()
    (left / "export.json").write_text("{}")
    (left / "events.ndjson").write_text("junk\n")
    export(sealed.store, first=2, last=5, out=out, made_at="now")
    with zipfile.ZipFile(out) as archive:
        assert archive.read("events.ndjson").count(b"\n") == 4


def test_a_file_that_is_there_and_a_part_without_seals_are_refused(
    sealed: Sealed, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").touch()
    with pytest.raises(AlreadyExists):
        export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    with pytest.raises(InvalidRequest):
        export(sealed.store, first=5, last=4, out=tmp_path / "b.zip", made_at="now")


def test_another_library_finds_the_checkpoints_roots_in_an_export(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    made = export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    with zipfile.ZipFile(made.file) as archive:
        for line in archive.read("events.ndjson").splitlines(keepends=True):
            event = json.loads(line)
            topic, state = event["topic"].encode(), line[line.index(b',"state":') + 9 : -2]
            tree.append_entry(
                struct.pack(">Q", event["position"])
                + bytes.fromhex(event["originator"])
                + struct.pack(">QI", event["version"], len(topic))
                + topic
                + struct.pack(">I", len(state))
                + state
            )
    for each in seals:
        assert tree.get_root(each.checkpoint.size) == each.checkpoint.root


# -- the program -------------------------------------------------------------------------------


def test_the_program_needs_nothing_but_an_old_python() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=LEAST)
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    newer = {"removesuffix", "removeprefix", "bit_count", "is_relative_to"}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not newer & used


def test_the_program_runs_alone_and_tells_by_its_exit_code(
    sealed: Sealed, seals: Sequence[SealMade], tmp_path: Path
) -> None:
    made = export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(made.file).extractall(folder)
    (tmp_path / "key").write_text(f"{sealed.key}\n")
    (tmp_path / "kept").write_text(f"{seals[0].text}\n{seals[1].text}", encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={},
        )
        return done.returncode, done.stdout + done.stderr

    assert run("--key", "../key", "--checkpoint", "../kept")[0] == verify.PROVEN
    assert run(str(made.file), "--key", "../key", "--checkpoint", "../kept")[0] == verify.PROVEN
    assert run()[0] == verify.NOT_PROVEN
    code, said = run("--key", "../nowhere")
    assert (code, "Traceback" in said) == (2, False)
    (folder / "events.ndjson").write_bytes(b"")
    code, said = run()
    assert (code, "Traceback" in said) == (verify.FAULT, False)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_missing_or_damaged_is_a_fault_and_no_crash(
    sealed: Sealed, tmp_path: Path, name: str
) -> None:
    made = export(sealed.store, first=1, last=None, out=tmp_path / "a.zip", made_at="now")
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(made.file).extractall(folder)
    for damage in (b"\n", b"\xff\xfe junk", b"{}"):
        (folder / name).write_bytes(damage)
        assert _verdict(folder)[0] == verify.FAULT
    (folder / name).unlink()
    assert _verdict(folder)[0] == verify.FAULT


def test_a_proof_of_each_event_is_verified_by_the_program(sealed: Sealed) -> None:
    system, key = sealed.gateway.system, (sealed.key.name, sealed.key.public)
    for position in (1, 2, 40, 57):
        text = str(prove(sealed.store, system.reader, position).receipt)
        said: list[str] = []
        assert verify.verify_proof(text, key, said.append) == verify.PROVEN
        event = sealed.store.sealed.raw_after(position - 1, limit=1)[0]
        assert event.topic in said[0]
        assert event.state.decode() in said[1]
        assert verify.verify_proof(text, None, said.append) == verify.NOT_PROVEN
        changed = text.replace("index ", "index 1")
        assert verify.verify_proof(changed, key, said.append) == verify.FAULT
        stranger = ("ngoma/x", bytes(32))
        assert verify.verify_proof(text, stranger, said.append) == verify.FAULT
    assert verify.verify_proof("junk", key, said.append) == verify.FAULT


def test_both_implementations_read_the_same_notes(
    sealed: Sealed, seals: Sequence[SealMade]
) -> None:
    for made in seals:
        (ours,), (theirs,) = list(notes_in(made.text)), list(verify.notes_in(made.text))
        assert theirs == (ours.text, list(ours.signatures))
        assert verify.checkpoint_of(theirs[0])[1:] == (made.checkpoint.size, made.checkpoint.root)
        assert verify.is_signed(theirs, verify.read_key(str(sealed.key)))
