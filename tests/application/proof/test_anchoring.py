"""Checkpoints on their way out of the database: when, where to, and what is said of failures."""

import pytest

from application.ports import AnchorAway
from application.proof.anchoring import Anchoring
from domain.proof.notes import Checkpoint, Note
from tests.support.virtual import VirtualClock


class Place:
    """An anchor that works or does not."""

    def __init__(self, name: str, every_s: int = 60) -> None:
        self.name = name
        self.every_s = every_s
        self.kept: list[str] = []
        self.is_away = False

    def put(self, note: str) -> None:
        if self.is_away:
            raise AnchorAway("the disk is full")
        self.kept.append(note)

    def newest(self) -> str | None:
        if self.is_away:
            raise AnchorAway("the disk is full")
        return self.kept[-1] if self.kept else None


def note(size: int) -> str:
    body = str(Checkpoint("ngoma/x/1/1", size, bytes(32)))
    return str(Note(body, (("ngoma/x/1/1", b"abcd", bytes(64)),)))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def test_the_newest_checkpoint_goes_to_each_anchor_no_oftener_than_it_wants(
    clock: VirtualClock,
) -> None:
    file, mail = Place("file"), Place("mail", every_s=86_400)
    anchoring = Anchoring([file, mail], clock=clock)
    for size in range(1, 301):
        anchoring.offer(note(size))
        anchoring.step()
        clock.pass_s(1)
    assert file.kept == [note(size) for size in (1, 61, 121, 181, 241)]
    assert mail.kept == [note(1)]
    clock.pass_s(60)
    anchoring.step()
    anchoring.step()
    assert file.kept[-1] == note(300), "the last one before it is quiet goes out, too"
    assert len(file.kept) == 6


def test_an_hour_without_any_anchor_is_told_and_ends_with_the_first_that_works(
    clock: VirtualClock,
) -> None:
    file, mail = Place("file"), Place("mail")
    anchoring = Anchoring([file, mail], clock=clock)
    file.is_away = mail.is_away = True
    anchoring.offer(note(1))
    for _ in range(59):
        anchoring.step()
        clock.pass_s(60)
    assert anchoring.words() == "ok"
    clock.pass_s(60)
    anchoring.offer(note(2))
    anchoring.step()
    assert "took a checkpoint for 60 min" in anchoring.words()
    assert "file: the disk is full; mail: the disk is full" in anchoring.words()
    mail.is_away = False
    clock.pass_s(60)
    anchoring.step()
    assert anchoring.words() == "ok"
    assert mail.kept == [note(2)]


def test_the_hour_goes_on_over_a_start(clock: VirtualClock) -> None:
    file = Place("file")
    file.is_away = True
    anchoring = Anchoring([file], clock=clock)
    anchoring.resume(note(1), age_s=3_000)
    anchoring.step()
    assert anchoring.words() == "ok"
    clock.pass_s(600)
    anchoring.step()
    assert "took a checkpoint for 60 min" in anchoring.words()


def test_an_hour_without_anything_new_is_no_trouble(clock: VirtualClock) -> None:
    anchoring = Anchoring([Place("file")], clock=clock)
    anchoring.offer(note(1))
    anchoring.step()
    clock.pass_s(7_200)
    anchoring.step()
    assert anchoring.words() == "ok"


def test_at_a_start_a_checkpoint_is_offered_unless_an_anchor_has_it(clock: VirtualClock) -> None:
    file = Place("file")
    file.kept.append(note(7))
    anchoring = Anchoring([file, Place("mail")], clock=clock)
    anchoring.resume(note(7))
    anchoring.step()
    assert file.kept == [note(7)]
    anchoring.resume(note(8))
    anchoring.step()
    assert file.kept == [note(7), note(8)]


def test_an_anchor_that_holds_junk_or_cannot_be_read_gets_the_checkpoint(
    clock: VirtualClock,
) -> None:
    file = Place("file")
    file.kept.append("junk")
    anchoring = Anchoring([file], clock=clock)
    anchoring.resume(note(7))
    anchoring.step()
    assert file.kept[-1] == note(7)
    file.is_away = True
    again = Anchoring([file], clock=clock)
    again.resume(note(7))
    again.step()
    assert "disk is full" in next(iter(again.faults.values()))
