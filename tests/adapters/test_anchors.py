"""The places where checkpoints are kept: a file that grows, and somebody's mail."""

import email
from email import policy
from pathlib import Path

import pytest

from adapters.anchors import FileAnchor, MailAnchor, anchor_file
from adapters.mail import FileMailer
from adapters.settings import Settings
from application.ports import AnchorAway
from domain.proof.notes import Checkpoint, Note, notes_in


def note(size: int) -> str:
    body = str(Checkpoint("ngoma/x/1/1", size, bytes(32)))
    return str(Note(body, (("ngoma/x/1/1", b"abcd", bytes(64)),)))


def test_checkpoints_stand_one_after_the_other_for_their_owner_alone(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "anchors" / "checkpoints")
    assert anchor.newest() is None
    for size in (1, 2, 3):
        anchor.put(note(size))
        assert FileAnchor(tmp_path / "anchors" / "checkpoints").newest() == note(size)
    text = (tmp_path / "anchors" / "checkpoints").read_text(encoding="utf-8")
    assert [str(each) for each in notes_in(text)] == [note(1), note(2), note(3)]
    assert (tmp_path / "anchors" / "checkpoints").stat().st_mode & 0o777 == 0o600


def test_the_newest_of_many_is_found_at_the_end(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints")
    for size in range(1, 1_000):
        if size > 997:
            anchor.put(note(size))
    (tmp_path / "checkpoints").write_text(
        "".join(f"{note(size)}\n" for size in range(1, 1_000)), encoding="utf-8"
    )
    assert anchor.newest() == note(999)


def test_a_place_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AnchorAway, match=r"File exists|Not a directory"):
        FileAnchor(tmp_path / "file" / "checkpoints").put(note(1))


def test_a_file_that_was_damaged_says_so(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints")
    anchor.put(note(1))
    with (tmp_path / "checkpoints").open("a", encoding="utf-8") as file:
        file.write(note(2).replace("YWJj", "Y?Jj") + "\n")
    with pytest.raises(AnchorAway, match="no checkpoint"):
        anchor.newest()


def test_by_default_the_file_is_in_another_folder_than_the_store(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    assert anchor_file(settings) == tmp_path / "data-anchors" / "checkpoints"
    elsewhere = Settings(data_dir=tmp_path / "data", seal_anchor=tmp_path / "x")
    assert anchor_file(elsewhere) == tmp_path / "x"


def test_a_mail_holds_the_checkpoint_as_it_is(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path, sender="Ngoma <ngoma@localhost>")
    anchor = MailAnchor(mailer, to="auditor@example.com", sent=tmp_path / "sent")
    assert anchor.newest() is None
    anchor.put(note(5))
    assert anchor.newest() == note(5)
    (tmp_path / "sent").unlink()
    (path,) = tmp_path.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "auditor@example.com"
    body = mail.get_body()
    assert body is not None
    assert [str(each) for each in notes_in(body.get_content().replace("\r\n", "\n"))] == [note(5)]
