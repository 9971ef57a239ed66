"""Keys of the seal that change: by the old key's signature, or by two people."""

from pathlib import Path

import pytest

from adapters.evidence import verify
from adapters.security.signing import make_key_file
from application.invariants.whole import read_whole
from application.proof.sealing import SealStopped
from domain.roles import Role
from tests.support.sealing import seal_now
from tests.support.system import create_account, running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import Person, log_in, team


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "data")


def _seal(cli: Cli, name: str) -> str:
    with running_system(cli.folder) as system:
        create_account(system, name=name)
        return seal_now(system)


def _people(cli: Cli) -> tuple[Person, Person]:
    ann, bob = team(cli, ann=Role.ADMIN, bob=Role.ADMIN)
    cli.run("seal", "--make-key")
    return ann, bob


def _use_another_key(cli: Cli) -> Path:
    path = cli.folder / "secrets" / "seal"
    path.rename(path.with_name("old"))
    make_key_file(path)
    return path


def test_a_key_hands_over_to_the_next_one_and_auditors_follow(cli: Cli, tmp_path: Path) -> None:
    cli.account()
    cli.run("seal", "--make-key")
    (tmp_path / "kept").write_text(_seal(cli, "One"), encoding="utf-8")
    make_key_file(tmp_path / "next")
    assert "sealed by the key in" in cli.run("seal", "--change-key", tmp_path / "next").stdout
    with pytest.raises(SealStopped, match="key is not the one of this chapter"):
        _seal(cli, "Two")
    (tmp_path / "next").rename(cli.folder / "secrets" / "seal")
    _seal(cli, "Three")
    old, new = cli.json("audit", "keys")
    assert (old["chapter"], new["chapter"], new["cause"]) == (1, 1, "key_changed")
    own = ("--checkpoint", tmp_path / "kept")
    assert cli.json("audit", "verify", "--key", old["fingerprint"], *own)["proven"]
    assert cli.json("audit", "verify", "--key", new["fingerprint"], *own)["proven"]
    cli.run("audit", "export", "--out", tmp_path / "a.zip")
    for each in (old, new):
        kept = list(verify.notes_in((tmp_path / "kept").read_text(encoding="utf-8")))
        said: list[str] = []
        key = verify.read_key(each["key"])
        code = verify.verify_export(str(tmp_path / "a.zip"), key, kept, said.append)
        assert code == verify.PROVEN, said


def test_a_lost_key_begins_a_chapter_that_two_people_sign(cli: Cli, tmp_path: Path) -> None:
    ann, bob = _people(cli)
    (tmp_path / "kept").write_text(_seal(cli, "One"), encoding="utf-8")
    assert "none has to begin" in ann.refusal("audit", "chapter", "--reason", "why not")
    _use_another_key(cli)
    with pytest.raises(SealStopped, match="two people begin a chapter"):
        _seal(cli, "Two")
    entry = ann.json("audit", "chapter", "--reason", "the key was lost")["entry"]
    shown = bob.json("approval", "show", entry)
    assert shown["kind"] == "begin_chapter"
    assert shown["seal_key"].startswith("ngoma/")
    assert "another person" in ann.refusal("approval", "approve", entry)
    bob.run("approval", "approve", entry)
    _seal(cli, "Three")
    old, new = cli.json("audit", "keys")
    assert (new["chapter"], new["cause"]) == (2, "key_lost")
    own = ("--checkpoint", tmp_path / "kept")
    assert cli.json("audit", "verify", "--key", new["fingerprint"], *own)["proven"]
    assert not cli.json("audit", "verify", "--key", old["fingerprint"], *own, code=3)["proven"]
    with running_system(cli.folder) as system:
        assert list(read_whole(system.store, lambda *_: None).violations) == []


def test_a_restore_begins_a_chapter_too_and_what_was_lost_is_told(cli: Cli, tmp_path: Path) -> None:
    ann, bob = _people(cli)
    before = _seal(cli, "One")
    cli.run("backup", "create", tmp_path / "b.zip")
    after = _seal(cli, "Two")
    cli.run("restore", tmp_path / "b.zip", "--replace")
    with pytest.raises(SealStopped, match="a backup was brought back"):
        _seal(cli, "Three")
    ann, bob = (_again(cli, person) for person in (ann, bob))
    entry = ann.json("audit", "chapter", "--reason", "the disk failed")["entry"]
    bob.run("approval", "approve", entry)
    _seal(cli, "Four")
    _, new = cli.json("audit", "keys")
    assert (new["chapter"], new["cause"]) == (2, "restored")
    (tmp_path / "before").write_text(before, encoding="utf-8")
    (tmp_path / "after").write_text(after, encoding="utf-8")
    key = ("--key", new["fingerprint"])
    assert cli.json("audit", "verify", *key, "--checkpoint", tmp_path / "before")["proven"]
    lost = cli.json("audit", "verify", *key, "--checkpoint", tmp_path / "after", code=1)
    assert lost["faults"]


def _again(cli: Cli, person: Person) -> Person:
    return log_in(cli, person.number)


def test_without_a_key_or_a_seal_there_is_nothing_to_change(cli: Cli, tmp_path: Path) -> None:
    cli.account()
    assert "no key of the seal" in cli.refusal("audit", "chapter", "--reason", "x")
    cli.run("seal", "--make-key")
    assert "Nothing was sealed yet" in cli.refusal("audit", "chapter", "--reason", "x")
    make_key_file(tmp_path / "next")
    assert "nothing was sealed yet" in cli.refusal("seal", "--change-key", tmp_path / "next")
