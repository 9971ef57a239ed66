"""The page of exports: an auditor asks for one, sees how far it is, and verifies what comes."""

import json
import os
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from adapters.evidence import export as writing
from adapters.evidence import kept, verify
from tests.api.pages.browser import SESSION, seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check
from tests.end_to_end.waiting import wait_until
from tests.support.sealing import seal_now

PATH = "/audit/export"
WAIT_S = 60


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path / "data", has_seal=True) as made:
        made.gateway.send()
        seal_now(made.gateway.system)
        yield made
        ended(made)


def ended(office: Office) -> list[dict[str, str]]:
    """Wait until nothing is made any more; give what there is."""

    def is_over() -> bool:
        return all(row["state"] != "under_way" for row in office.rows("admin", PATH))

    wait_until(is_over, within_s=WAIT_S, what="it is made")
    return office.rows("admin", PATH)


def ask(office: Office, **fields: Any) -> Any:
    return office.at["eve"].send(PATH, "export", **fields)


def verdict(folder: Path, archive: bytes) -> tuple[int, list[str]]:
    path = folder / "out.zip"
    said: list[str] = []
    path.write_bytes(archive)
    return verify.verify_export(str(path), None, [], said.append), said


def test_an_auditor_makes_an_export_and_it_verifies_and_is_on_record(
    office: Office, tmp_path: Path
) -> None:
    eve = office.at["eve"]
    page = eve.get(PATH)
    check(page)
    assert "No export was asked for yet." in seen(page)
    done = ask(office)
    assert done.status_code == 303, seen(done)
    (row,) = ended(office)
    assert (row["from"], row["state"], row["progress"]) == ("1", "ready", "100 %")
    shown = eve.get(PATH)
    check(shown)
    assert f'href="{PATH}?download=1-{row["to"]}"' in shown.text
    file = eve.get(f"{PATH}?download=1-{row['to']}")
    assert file.headers["content-type"] == "application/zip"
    assert file.headers["content-disposition"] == (
        f'attachment; filename="ngoma-1-{row["to"]}.zip"'
    )
    assert int(file.headers["content-length"]) == len(file.content)
    with zipfile.ZipFile(BytesIO(file.content)) as archive:
        events = [json.loads(line) for line in archive.open("events.ndjson")]
    assert [event["position"] for event in events] == list(range(1, int(row["to"]) + 1))
    code, said = verdict(tmp_path, file.content)
    assert code == verify.NOT_PROVEN, said
    assert "export" in office.looks()
    head = eve.ask("HEAD", f"{PATH}?download=1-{row['to']}")
    assert (head.status_code, head.content) == (200, b"")
    assert eve.get(PATH).status_code == 200, "the connection is as it was"


def test_a_file_of_many_parts_comes_whole(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routing.resource.PART_BYTES", 1_000)
    ask(office, **{"from": "2", "to": "9"})
    assert [(row["from"], row["to"]) for row in ended(office)] == [("2", "9")]
    code, said = verdict(tmp_path, office.at["eve"].get(f"{PATH}?download=2-9").content)
    assert code == verify.NOT_PROVEN, said


def test_a_client_that_goes_in_the_middle_of_a_file_costs_no_more_than_it_took(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports: Any = office.gateway.system.exports
    ask(office, to="2")
    ended(office)
    path = exports._path(1, 2)
    os.truncate(path, 1 << 30)
    opened: list[BinaryIO] = []

    def open_it(*_: int) -> BinaryIO:
        opened.append(path.open("rb"))
        return opened[-1]

    monkeypatch.setattr(exports, "open", open_it)
    eve = office.at["eve"]
    cookie = {"cookie": f"{SESSION}={eve.cookies[SESSION]}"}
    with eve.http.stream("GET", f"{PATH}?download=1-2", headers=cookie) as answer:
        assert answer.headers["content-length"] == f"{1 << 30}"
        next(answer.iter_raw())
    wait_until(lambda: opened[0].closed, within_s=WAIT_S, what="it is closed")
    assert eve.get(PATH).status_code == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_how_far_it_is_is_shown_and_two_are_not_made_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "EVENTS_AT_ONCE", 1)
    monkeypatch.setattr(kept, "PAUSE_S", 0)
    go_on, is_there = threading.Event(), threading.Event()

    def wait_at(reached: float) -> None:
        del reached
        is_there.set()
        assert go_on.wait(WAIT_S)

    monkeypatch.setattr("adapters.evidence.kept.time.sleep", wait_at)
    ask(office, to="4")
    assert is_there.wait(WAIT_S)
    live = office.at["eve"].get(f"{PATH}/live")
    check(live)
    assert "25 %" in seen(live)
    assert "data-over" not in live.text
    second = ask(office, to="3")
    assert second.status_code == 409
    assert "An export is under way" in seen(second)
    assert office.at["eve"].get(f"{PATH}?download=1-4").status_code == 404
    go_on.set()
    (row,) = ended(office)
    assert (row["to"], row["state"]) == ("4", "ready")
    assert "data-over" in office.at["eve"].get(f"{PATH}/live").text


def test_one_that_is_shown_as_ready_keeps_nobody_from_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_written, go_on = threading.Event(), threading.Event()

    def make(*args: Any, **fields: Any) -> None:
        writing.export(*args, **fields)
        is_written.set()
        assert go_on.wait(WAIT_S)

    monkeypatch.setattr(kept, "export", make)
    ask(office, to="3")
    assert is_written.wait(WAIT_S)
    assert [row["state"] for row in office.rows("eve", PATH)] == ["under_way"]
    go_on.set()
    ended(office)
    assert ask(office, to="4").status_code == 303


def test_what_broke_off_says_why_and_goes_on_where_it_stood(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports: Any = office.gateway.system.exports
    monkeypatch.setattr(writing, "EVENTS_AT_ONCE", 2)
    monkeypatch.setattr(exports, "_free_bytes_min", 1 << 62)
    ask(office, to="8")
    (row,) = ended(office)
    assert row["state"] == "broken_off"
    assert "The disk has not enough room" in row["told"]
    (begun,) = exports._folder.glob("*.partial")
    already = (begun / "events.ndjson").read_bytes()
    assert already.count(b"\n") == 2
    monkeypatch.setattr(exports, "_free_bytes_min", 0)
    ask(office, to="8")
    (row,) = ended(office)
    assert row["state"] == "ready"
    archive = zipfile.ZipFile(BytesIO(office.at["eve"].get(f"{PATH}?download=1-8").content))
    with archive:
        assert archive.read("events.ndjson").startswith(already)


@pytest.mark.slow
def test_the_newest_are_kept_and_what_another_store_left_is_not_shown(office: Office) -> None:
    exports: Any = office.gateway.system.exports
    for last in range(2, 7):
        assert ask(office, to=f"{last}").status_code == 303
        ended(office)
    assert [row["to"] for row in office.rows("eve", PATH)] == ["6", "5", "4"]
    (exports._folder / "ngoma-g9-1-2.zip").write_bytes(b"of another generation")
    assert "2" not in {row["to"] for row in office.rows("eve", PATH)}


@pytest.mark.slow
def test_what_is_no_part_of_the_log_is_refused(office: Office) -> None:
    head = office.gateway.system.store.head()
    for asked in (
        *({"from": "0"}, {"from": "x"}, {"to": "x"}, {"to": "9" * 30}, {"from": "5", "to": "4"}),
        {"from": "1", "to": f"{head + 1_000}"},
    ):
        answer = ask(office, **asked)
        assert answer.status_code == 422, (asked, seen(answer))
    assert office.rows("eve", PATH) == []
    for odd in ("x", "1-", "0-1", "../../secrets", "1-2-3", f"1-{'9' * 19}", "1-2"):
        assert office.at["eve"].get(PATH, params={"download": odd}).status_code == 404, odd
    assert office.at["preparer"].get(f"{PATH}?download=1-2").status_code == 403
    assert office.at["preparer"].send(PATH, "export", page="/second-factor").status_code == 403


def test_without_a_seal_the_last_position_is_asked_for(tmp_path: Path) -> None:
    with an_office(tmp_path / "keyless") as office:
        refused = ask(office)
        assert refused.status_code == 422
        assert "Nothing is sealed yet" in seen(refused)
        ask(office, to="3")
        assert [row["state"] for row in ended(office)] == ["ready"]
