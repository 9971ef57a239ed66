"""Finance brings a provider's statement on a page: first what it would bring, then that."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from api.pages.finance import importing
from tests.api.pages.browser import TOKEN, Browser, seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check
from tests.api.staff.test_statements import file_of

PATH = "/finance/statements"
WRONG = b"913,2026-02-01 09:30:00,Successful,260961234567,2x,0,171.00\n"
AMBIGUOUS = b"Transaction ID,Date,Amount\n11,03/02/2026 08:00:00,50.00\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(tmp_path_factory.mktemp("office")) as made:
        yield made


def bring(
    browser: Browser, do: str, file: bytes, *, headers: Any = None, **fields: str
) -> httpx.Response:
    """Send the form with a file, as a browser does."""
    token = TOKEN.search(browser.get(PATH).text)
    assert token
    told = {"csrf_token": unescape(token[1]), "do": do, "provider": "mtn", **fields}
    files = {"file": ("C:\\mtn.csv", file)}
    return browser.ask("POST", PATH, data=told, files=files, headers=headers or {})


def mark_in(answer: httpx.Response) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert found, seen(answer)
    return found[1]


def test_a_file_is_previewed_and_then_imported_as_it_was_seen(office: Office) -> None:
    ann, file = office.at["preparer"], file_of(71)
    answer = bring(ann, "preview", file, wallet="first")
    assert answer.status_code == 200
    check(answer)
    words = seen(answer)
    assert "Lines 2 Lines that are new 2 Known from earlier files 0 Refused 0" in words
    assert "Opening K100.00 Lines, less fees K69.00 Closing K169.00" in words
    assert "Opening and lines make the closing balance." in words
    assert office.rows("preparer", f"{PATH}?wallet=mtn/first") == [], "nothing was taken yet"
    done = bring(ann, "import", file, wallet="first", seen=mark_in(answer))
    page = ann.follow(done)
    assert "2 lines, 2 new, 0 known, 0 refused." in seen(page)
    (row,) = office.rows("preparer", f"{PATH}?wallet=mtn/first")
    told = {"lines": "2", "added": "2", "refused": "0", "balanced": "balanced"}
    assert row == row | told | {"opening_ngwee": "10000", "closing_ngwee": "16900"}
    assert row["imported_by"] == f"account:{office.people['preparer'].account}"
    again = seen(bring(ann, "preview", file, wallet="first"))
    assert "Lines that are new 0 Known from earlier files 2" in again


def test_a_script_gets_the_preview_alone(office: Office) -> None:
    ann = office.at["preparer"]
    piece = bring(ann, "preview", file_of(72), wallet="piece", headers={"accept": "*/*"})
    assert "<html" not in piece.text
    assert mark_in(piece)
    assert "Choose the same file once more" not in seen(piece), "it is still chosen"


def test_rows_that_are_refused_are_told_before_with_their_reasons(office: Office) -> None:
    words = seen(bring(office.at["preparer"], "preview", file_of(73) + WRONG, wallet="rows"))
    assert "Refused 1" in words
    assert re.search(r"Row Why it is not taken 4 [^.]*no amount", words), words
    assert "Opening and lines do not make the closing balance" in words


@pytest.mark.parametrize("change", ["file", "wallet", "date_format", "nothing seen"])
def test_what_was_not_previewed_is_not_imported(office: Office, change: str) -> None:
    ann, file, fields = office.at["preparer"], file_of(74), {"wallet": "changed"}
    fields["seen"] = mark_in(bring(ann, "preview", file, **fields))
    match change:
        case "file":
            file = file_of(75)
        case "nothing seen":
            fields["seen"] = ""
        case _:
            fields[change] = {"wallet": "other", "date_format": "ymd"}[change]
    answer = bring(ann, "import", file, **fields)
    assert answer.status_code == 422
    assert "This is not what was previewed" in seen(answer)
    for wallet in ("changed", "other"):
        assert office.rows("preparer", f"{PATH}?wallet=mtn/{wallet}") == []


@pytest.mark.parametrize(
    ("file", "fields", "words"),
    [
        (b"%PDF-1.4", {}, "PDF"),
        (b"", {}, "file field is required"),
        (file_of(76), {"provider": "../x"}, "is named by"),
        (file_of(76), {"provider": ""}, "provider field is required"),
        (AMBIGUOUS, {"template": "airtel", "wallet": "both"}, "both ways"),
    ],
)
def test_what_cannot_be_read_is_said_in_place_and_what_was_typed_stays(
    office: Office, file: bytes, fields: dict[str, str], words: str
) -> None:
    answer = bring(office.at["preparer"], "preview", file, **{"wallet": "kept", **fields})
    assert answer.status_code == 422
    assert words in seen(answer)
    assert f'value="{fields.get("wallet", "kept")}"' in answer.text


def test_who_does_not_reconcile_brings_nothing(office: Office) -> None:
    mark = mark_in(bring(office.at["preparer"], "preview", file_of(77), wallet="theirs"))
    for do in ("preview", "import"):
        answer = bring(office.at["eve"], do, file_of(77), wallet="theirs", seen=mark)
        assert answer.status_code == 403, do
    assert office.rows("eve", f"{PATH}?wallet=mtn/theirs") == []
    assert "finance_statements" in office.looks(), "and what an auditor looks at is on record"


def test_the_list_goes_on_with_its_filter_and_odd_places_are_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LIST_PAGE", 2)
    ann, address = office.at["preparer"], f"{PATH}?wallet=mtn/many"
    for number in range(3):
        file = file_of(800 + number)
        mark = mark_in(bring(ann, "preview", file, wallet="many"))
        assert bring(ann, "import", file, wallet="many", seen=mark).status_code == 303
    more = re.search(r'rel="next" href="([^"]+)"', ann.get(address).text)
    assert more
    assert "wallet=mtn%2Fmany&before=" in unescape(more[1])
    assert len(re.findall(r'class="text statement_id"', ann.get(unescape(more[1])).text)) == 1
    rows = office.rows("preparer", address)
    assert len({row["statement_id"] for row in rows}) == 3, "as CSV it is whole"
    for odd in ("x", "-1", "9" * 5_000):
        assert ann.get(f"{PATH}?before={odd}").status_code == 422
