"""The page of the seals: what is sealed and where it is kept; damage is said in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.anchors import anchor_file
from adapters.settings import Settings
from api.pages.audit import seals
from domain.ledger_seal import ledger_seal_id
from tests.api.pages.browser import seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check
from tests.support.sealing import seal_now

PATH = "/audit/seals"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def office(folder: Path) -> Iterator[Office]:
    with an_office(folder, has_seal=True) as made:
        yield made


def seal(office: Office, times: int = 1) -> None:
    for _ in range(times):
        office.gateway.send()
        assert office.gateway.system.sealing is not None
        for anchor in office.gateway.system.sealing.anchors:
            anchor.put(seal_now(office.gateway.system))


def damage(folder: Path, statement: str, *values: object) -> None:
    """Change the store; whatever refuses that goes first."""
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            file.execute(f"DROP TRIGGER {name}")
        of_chapter = "WHERE originator_id = ? AND originator_version = ?"
        file.execute(f"{statement} {of_chapter}", (*values, ledger_seal_id(1).hex, 2))


def test_an_auditor_sees_seals_key_and_anchors_and_it_is_on_record(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = seen(office.at["eve"].get(PATH))
    assert "nothing was sealed yet" in words
    assert "This process has the key" in words
    seal(office, times=2)
    page = office.at["eve"].get(PATH)
    check(page)
    assert "It has the newest seal." in seen(page)
    rows = office.rows("eve", PATH)
    assert [row["kind"] for row in rows] == ["sealed", "sealed", "key_taken"]
    assert int(rows[0]["size"]) > int(rows[1]["size"]) > 0
    assert len(rows[0]["root"]) == len(rows[2]["fingerprint"]) == 64
    assert rows[2]["fingerprint"] in page.text
    assert "seals" in office.looks()
    monkeypatch.setattr(seals, "LIST_PAGE", 1)
    assert office.rows("eve", PATH) == rows, "page by page it is the same list"


@pytest.mark.parametrize(
    ("statement", "values", "words"),
    [
        ("UPDATE stored_events SET state = ?", (b"{",), "cannot be read (JSONDecodeError)"),
        ("UPDATE stored_events SET state = ?", (b"{}",), "cannot be read (AttributeError)"),
        ("UPDATE stored_events SET state = ?", (b'{"checkpoint":"x"}',), "(BadNote)"),
        ("UPDATE stored_events SET state = ?", (None,), "cannot be read"),
        ("UPDATE stored_events SET topic = ?", ("Account.Suspended",), "(BadNote)"),
        ("DELETE FROM stored_events", (), "this event of the seal is gone"),
    ],
)
@pytest.mark.slow
def test_a_seal_that_was_damaged_is_said_in_words(
    office: Office, folder: Path, statement: str, values: tuple[object, ...], words: str
) -> None:
    seal(office, times=2)
    damage(folder, statement, *values)
    answer = office.at["eve"].get(PATH)
    assert answer.status_code == 200, seen(answer)
    rows = office.rows("eve", PATH)
    assert [row["kind"] for row in rows] == ["sealed", "unreadable", "key_taken"]
    assert words in rows[1]["told"]


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("a\nb\n\n\N{EM DASH} name %%%\n", "it holds what is no checkpoint"),
        ("ngoma\n1\nAAAA\n\n\N{EM DASH} name YWJjZGVm\n", "damaged"),
        ("x", "It has none yet."),
        (None, "It has none yet."),
    ],
)
@pytest.mark.slow
def test_an_anchor_that_was_damaged_is_said_in_words(
    office: Office, folder: Path, kept: str | None, words: str
) -> None:
    seal(office)
    path = anchor_file(Settings(data_dir=folder))
    path.unlink()
    if kept is not None:
        path.write_text(kept, encoding="utf-8")
    answer = office.at["eve"].get(PATH)
    assert answer.status_code == 200, seen(answer)
    assert words in seen(answer)


def test_without_a_key_it_says_that_nothing_is_sealed_here(tmp_path: Path) -> None:
    with an_office(tmp_path / "keyless") as office:
        words = seen(office.at["eve"].get(PATH))
        assert "has no key of the seal" in words
        assert "This process knows of no anchor." in words
        for odd in ("x", "0-1", "1", "1-2-3", f"1-{'9' * 30}", "-", "9" * 5_000):
            assert office.at["eve"].get(f"{PATH}?before={odd}").status_code == 422, odd
        assert office.at["preparer"].get(PATH).status_code == 403
