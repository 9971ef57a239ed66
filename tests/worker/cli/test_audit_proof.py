"""``ngoma seal`` and ``ngoma audit verify|prove|keys|export``, as an operator and an auditor."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.anchors import FileAnchor, mailed_file
from adapters.evidence import verify
from adapters.settings import Settings
from domain.roles import Role
from tests.support.sealing import seal_now
from tests.support.system import running_system
from tests.worker.cli.commands import Cli
from tests.worker.cli.people import team


def _seal(cli: Cli) -> str:
    with running_system(cli.folder) as system:
        return seal_now(system)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Give a store with one seal."""
    cli = Cli(tmp_path_factory.mktemp("audit") / "data")
    cli.account(credits=9)
    cli.run("seal", "--make-key")
    (cli.folder.parent / "kept").write_text(_seal(cli), encoding="utf-8")
    cli.account("Another", credits=9)
    return cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "data")


def word_on_the_seal(cli: Cli) -> str:
    found = json.loads(cli.run("doctor", "--json").stdout)
    return str(next(one["words"] for one in found if one["check"] == "seal"))


@pytest.mark.slow
def test_the_key_is_made_once_and_for_its_owner_alone(cli: Cli) -> None:
    cli.migrate()
    assert "ngoma seal --make-key" in word_on_the_seal(cli)
    printed = cli.run("seal", "--make-key").stdout
    assert "next start" in printed
    assert "next start" in word_on_the_seal(cli)
    path = cli.folder / "secrets" / "seal"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE KEY" in path.read_text()
    assert "fingerprint" in printed
    assert "PRIVATE" not in printed
    assert "never replaced" in cli.refusal("seal", "--make-key")


@pytest.mark.slow
def test_the_doctor_looks_at_each_anchor_that_is_set_up(cli: Cli) -> None:
    cli.account()
    cli.run("seal", "--make-key")
    note = _seal(cli)  # of some time ago, and nobody gave it to an anchor
    file = cli.folder.parent / "data-anchors"
    mails = Cli(cli.folder, {"NGOMA_SEAL_MAIL": "auditor@example.com"})
    assert word_on_the_seal(cli).endswith(f"min old and not in file {file / 'checkpoints'}.")
    assert word_on_the_seal(mails).endswith(f"neither in file {file / 'checkpoints'} nor mail.")
    FileAnchor(mailed_file(Settings(data_dir=cli.folder))).put(note)
    assert "is sealed up to position" in word_on_the_seal(mails)
    assert "min old and not in" in word_on_the_seal(cli), "nobody set mail up"
    file.touch()
    assert "checkpoints cannot be read: Not a directory." in word_on_the_seal(mails)


def test_a_sealer_without_a_key_or_a_store_says_what_to_do(cli: Cli) -> None:
    assert "There is no store" in cli.refusal("seal")
    cli.migrate()
    assert "ngoma seal --make-key" in cli.refusal("seal")
    cli.run("seal", "--make-key")
    (cli.folder / "secrets" / "seal").chmod(0o644)
    assert "Others can read" in cli.refusal("seal")
    (cli.folder / "secrets" / "seal").write_text("junk")
    assert "no Ed25519 private key" in cli.refusal("seal")


def test_a_log_that_was_never_sealed_is_not_proven(cli: Cli) -> None:
    cli.account()
    done = cli.run("audit", "verify", code=3)
    assert "Nothing of it is sealed." in done.stdout
    assert "who wrote it is not proven" in done.stdout
    assert cli.run("audit", "keys").stdout == "Nothing was sealed yet.\n"
    assert "not sealed yet" in cli.refusal("audit", "prove", 1, "--out", cli.folder / "p")


def test_an_auditor_with_key_and_checkpoint_gets_a_proof(sealed: Cli) -> None:
    (key,) = sealed.json("audit", "keys")
    kept = sealed.folder.parent / "kept"
    own = ("--key", key["fingerprint"], "--checkpoint", kept)
    done = sealed.run("audit", "verify", *own)
    assert "Proven: the" in done.stdout
    assert "1 seal fits, up to position" in done.stdout
    found = sealed.json("audit", "verify", *own)
    assert found["proven"]
    assert (found["seals"], found["checkpoints"], found["faults"]) == (1, 1, [])
    assert found["checkpoint"] == kept.read_text(encoding="utf-8")
    assert found["sealed_position"] < found["position"]
    assert sealed.json("audit", "verify", code=3)["proven"] is False
    assert sealed.json("audit", "verify", *own[:2], code=3)["key_is_known"]
    assert sealed.json("audit", "verify", *own[2:], code=3)["checkpoints"] == 1


def test_what_is_no_fingerprint_or_checkpoint_is_refused(sealed: Cli, tmp_path: Path) -> None:
    assert "is 64 hexadecimal digits" in sealed.refusal("audit", "verify", "--key", "ab", code=2)
    (tmp_path / "junk").write_bytes(b"\xff\n")
    assert "no checkpoint" in sealed.refusal("audit", "verify", "--checkpoint", tmp_path / "junk")
    (tmp_path / "empty").touch()
    assert "no checkpoint" in sealed.refusal("audit", "verify", "--checkpoint", tmp_path / "empty")


def test_a_log_that_was_changed_is_told_with_the_position(cli: Cli) -> None:
    cli.account(credits=9)
    cli.run("seal", "--make-key")
    _seal(cli)
    with closing(sqlite3.connect(cli.folder / "store.db", isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE stored_events SET state = state || ' ' WHERE rowid = 3")
        file.execute("UPDATE stored_events SET state = CAST(state AS BLOB)")
    done = cli.run("audit", "verify", code=1)
    assert "Wrong: position 3: this is not the event that was sealed" in done.stderr
    (fault,) = cli.json("audit", "verify", code=1)["faults"]
    assert (fault["from"], fault["to"]) == (3, 3)
    assert "not what was sealed" in cli.refusal("audit", "prove", 3, "--out", cli.folder / "p")


def test_a_proof_is_a_file_that_stands_for_itself(sealed: Cli, tmp_path: Path) -> None:
    out = tmp_path / "event.tlog-proof"
    made = sealed.json("audit", "prove", 2, "--out", out)
    assert made["position"] == 2
    (key,) = sealed.json("audit", "keys")
    said: list[str] = []
    text = out.read_text(encoding="utf-8")
    assert verify.verify_proof(text, verify.read_key(key["key"]), said.append) == verify.PROVEN
    assert made["topic"] in said[0]
    assert "File exists" in sealed.refusal("audit", "prove", 2, "--out", out)
    assert "no event at position" in sealed.refusal("audit", "prove", 999, "--out", tmp_path / "n")
    assert "No such message" not in sealed.refusal(
        "audit", "prove", "junk", "--out", tmp_path / "n", code=2
    )
    assert (
        "no such message"
        in sealed.refusal("audit", "prove", "msg_9", "--out", tmp_path / "n").lower()
    )
    assert "not sealed yet" in sealed.refusal(
        *("audit", "prove", sealed.json("audit", "verify", code=3)["position"]),
        *("--out", tmp_path / "n"),
    )


def test_an_export_is_verified_by_the_program_in_it(sealed: Cli, tmp_path: Path) -> None:
    out = tmp_path / "ngoma.zip"
    made = sealed.json("audit", "export", "--out", out)
    assert made["file"] == str(out)
    assert made["events"] == made["to"] == sealed.json("audit", "verify", code=3)["sealed_position"]
    (key,) = sealed.json("audit", "keys")
    own = list(verify.notes_in((sealed.folder.parent / "kept").read_text(encoding="utf-8")))
    said: list[str] = []
    code = verify.verify_export(str(out), verify.read_key(key["key"]), own, said.append)
    assert code == verify.PROVEN, said
    assert any(words.startswith("1 seal fits to them") for words in said)
    assert "is there already" in sealed.refusal("audit", "export", "--out", out)
    part = tmp_path / "part.zip"
    assert sealed.json("audit", "export", "--from", 2, "--to", 3, "--out", part)["events"] == 2


def test_an_auditors_look_is_on_record(cli: Cli, tmp_path: Path) -> None:
    admin, auditor = team(cli, ann=Role.ADMIN, ada=Role.AUDITOR)
    cli.run("seal", "--make-key")
    _seal(cli)
    auditor.run("audit", "verify", code=3)
    auditor.run("audit", "export", "--out", tmp_path / "a.zip")
    auditor.run("audit", "prove", 1, "--out", tmp_path / "p")
    looks = [row["what"] for row in json.loads(admin.run("look", "list", "--json").stdout)]
    assert looks[:3] == ["proof", "export", "verify"]


@pytest.mark.slow
def test_the_doctor_looks_at_the_seal_and_at_its_copy_elsewhere(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> tuple[str, str]:
        (found,) = (row for row in cli.json("doctor", code=0) if row["check"] == "seal")
        return found["verdict"], found["words"]

    cli.account()
    assert said()[0] == "note"
    cli.run("seal", "--make-key")
    note = _seal(cli)
    anchor = cli.folder.with_name("data-anchors") / "checkpoints"
    FileAnchor(anchor).put(note)
    verdict, words = said()
    assert (verdict, words[:35]) == ("ok", "the log is sealed up to position 5.")
    anchor.write_text("")
    verdict, words = said()
    assert (verdict, str(anchor) in words) == ("warning", True)
