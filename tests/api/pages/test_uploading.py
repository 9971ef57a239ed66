"""A shop owner uploads a list on a page, looks at each row, has it sent, and watches it."""

import csv
import io
import re
from datetime import datetime, timedelta
from html import unescape

import httpx
import pytest

from api.pages.written import LUSAKA
from domain.upload.bounds import ROWS_A_PART, UPLOAD_BAD_SHOWN, UPLOAD_PAGE
from tests.api.conftest import Gateway, StartGateway, limited, new_account
from tests.api.pages.browser import TOKEN, Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.api.pages.test_customer import NASTY
from tests.api.pages.test_frame import check
from tests.support.staff import open_session
from tests.support.system import grant
from tests.support.uploads import HELLO, csv_list, send_all, sending

PATH = "/app/uploads"
THREE = "phone;name\n0977000001;Chanda\nabc;Mutale\n0955000003;Bwalya\n0977000001;Chanda\n"


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    """Give the browser of the gateway's own account, logged in."""
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def bring(
    browser: Browser, file: bytes | str, *, page: str = "/app/send", **fields: str
) -> httpx.Response:
    """Send the form of a page with a file, as a browser does."""
    token = TOKEN.search(browser.get(page).text)
    assert token
    told = {"csrf_token": unescape(token[1]), "do": "upload", "template": HELLO, "column": "phone"}
    body = file.encode() if isinstance(file, str) else file
    files = {"file": ("C:\\customers.csv", body)}
    return browser.ask("POST", PATH, data={**told, **fields}, files=files)


def brought(browser: Browser, file: bytes | str, **fields: str) -> str:
    """Bring a list; give the address of its page."""
    answer = bring(browser, file, **fields)
    assert answer.status_code == 303, seen(answer)
    return str(answer.headers["location"]).partition("?")[0]


def number_of(path: str) -> int:
    return int(path.rpartition("up_")[2])


def rows_in(answer: httpx.Response, column: str) -> list[str]:
    """Give what stands in a column of the tables of a page."""
    found = re.findall(rf'<td class="\w+ {column}"[^>]*>(.*?)</td>', answer.text, re.DOTALL)
    return [unescape(re.sub(r"</?(?:bdi|span)[^>]*>", "", cell)).strip("\n") for cell in found]


def test_the_form_stands_with_the_composer_and_leads_to_every_row_with_its_price(
    gateway: Gateway, shop: Browser
) -> None:
    assert "Or upload a list" in seen(shop.get("/app/send"))
    before = gateway.balance()
    page = shop.follow(bring(shop, THREE))
    check(page)
    words = seen(page)
    assert "Look at it: nothing is sent yet." in words
    assert (
        f"Rows 4 Can be sent 2 Cannot be sent 2 Segments 2 Credits 2 of {before:,} you have"
        in words
    )
    assert "2 messages are sent in the background, for 2 credits in all." in words
    assert words.index("for 2 credits in all") < words.index("Send them")
    assert rows_in(page, "message") == [HELLO.format(name=name) for name in ("Chanda", "Bwalya")]
    assert rows_in(page, "recipient") == ["abc", "0977000001", "260977000001", "260955000003"]
    assert rows_in(page, "network") == ["MTN", "Airtel"]
    assert rows_in(page, "segments") == rows_in(page, "credits") == ["1", "1"]
    assert "The same text to the same number stands in row 2." in words
    assert gateway.balance() == before


def test_bad_rows_are_a_file_to_download(shop: Browser) -> None:
    bad = "phone,name\n" + "".join(f"x{n},=Chanda\n" for n in range(UPLOAD_BAD_SHOWN + 5))
    path = brought(shop, bad)
    page = shop.get(path)
    words = seen(page)
    assert f"These are the first {UPLOAD_BAD_SHOWN} of {UPLOAD_BAD_SHOWN + 5}." in words
    assert "No row of it can be sent" in words
    assert "Send them" not in words
    link = re.search(r'href="([^"]+)" download', page.text)
    assert link
    file = shop.get(unescape(link[1]))
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "_bad.csv" in file.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row["row"] for row in rows] == [str(n + 2) for n in range(UPLOAD_BAD_SHOWN + 5)]
    assert all(row["reason"] for row in rows)


def test_rows_go_on_page_by_page_to_the_last(shop: Browser) -> None:
    path = brought(shop, csv_list(2 * UPLOAD_PAGE + 1))
    address, numbers = path, list[str]()
    for _ in range(3):
        page = shop.get(address)
        numbers += rows_in(page, "row")
        more = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = unescape(more[1]) if more else ""
    assert address == "", "it ended"
    assert numbers == [str(n + 2) for n in range(2 * UPLOAD_PAGE + 1)]
    for odd in ("x", "-1", "9" * 5_000):
        assert shop.get(path, params={"after": odd}).status_code == 422


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_text_shows_as_itself_whatever_is_in_it(shop: Browser, text: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["phone", "name"], ["0977000001", text], [text, "Chanda"]])
    page = shop.get(brought(shop, file.getvalue(), template="{name}"))
    assert rows_in(page, "message") == [text]
    assert rows_in(page, "recipient")[0] == text[:40]
    check(page)
    page = shop.get(brought(shop, THREE, template=text))
    assert f'<div class="text-shown" dir="auto">{text}</div>' in unescape(page.text)
    check(page)


@pytest.mark.parametrize(
    ("file", "fields", "words"),
    [
        (b"%PDF-1.4", {}, "PDF"),
        (b"", {}, "file field is required"),
        (THREE, {"column": "number"}, "number"),
        (THREE, {"template": "Dear {title}"}, "title"),
        (THREE, {"template": ""}, "template field is required"),
        (THREE, {"send_at": "soon"}, "send_at"),
        (THREE, {"sender_id": "NOBODY TWELVE"}, "sender"),
    ],
)
def test_what_cannot_be_read_is_said_in_place_and_what_was_typed_stays(
    shop: Browser, file: bytes | str, fields: dict[str, str], words: str
) -> None:
    answer = bring(shop, file, **fields)
    assert answer.status_code == 422
    check(answer)
    assert words in seen(answer)
    assert f'value="{fields.get("column", "phone")}"' in answer.text
    assert fields.get("template", HELLO) in unescape(answer.text)


def test_when_and_how_it_goes_is_asked_and_told(shop: Browser) -> None:
    at = (datetime.now(LUSAKA) + timedelta(days=2)).replace(hour=8, minute=0, second=0)
    asked = {"send_at": f"{at:%Y-%m-%dT%H:%M}", "lane": "normal", "category": "promotional"}
    words = seen(shop.get(brought(shop, THREE, page=PATH, **asked)))
    assert f"When {at:%-d %b %Y}, 08:00:00" in words, "Lusaka's time"
    assert "How urgent Normal What for To win them for something" in words
    plain = seen(shop.get(brought(shop, THREE, page=PATH, **dict.fromkeys(asked, ""))))
    assert "Column of the numbers phone From The usual sender Rows that" in plain


def test_a_list_is_started_watched_and_done(gateway: Gateway, shop: Browser) -> None:
    path = brought(shop, csv_list(ROWS_A_PART + 2))
    before = gateway.balance()
    page = shop.follow(shop.send(path, "start"))
    assert "goes on by itself" in seen(page)
    assert f'data-live="{path}/progress" data-every="1"' in page.text
    assert f"sending 0 of {ROWS_A_PART + 2} rows are done." in seen(page)
    assert shop.send(path, "start").status_code == 303, "twice is once"
    with sending(gateway.system) as uploads:
        gateway.wait_for_log()
        while f"{ROWS_A_PART} of" not in seen(shop.get(f"{path}/progress")):
            uploads.step()
    piece = shop.get(f"{path}/progress")
    assert f'<progress max="{ROWS_A_PART + 2}" value="{ROWS_A_PART}" aria-label' in piece.text
    assert "data-over" not in piece.text
    send_all(gateway.system, number_of(path))
    piece = shop.get(f"{path}/progress")
    words = seen(piece)
    assert f"done {ROWS_A_PART + 2} of {ROWS_A_PART + 2} rows are done." in words
    assert f"Credits used {ROWS_A_PART + 2} / {ROWS_A_PART + 2}" in words
    assert "data-over" in piece.text
    assert "<button" not in piece.text
    assert "Cancel the list" not in seen(shop.get(path))
    assert gateway.balance() == before - ROWS_A_PART - 2
    row = next(csv.DictReader(io.StringIO(shop.get(f"{PATH}?format=csv").text)))
    told = {"upload_id": path.rpartition("/")[2], "state": "done", "good": "502", "queued": "502"}
    assert row == row | told
    for late in ("start", "pause", "cancel"):
        answer = shop.send(path, late, page=PATH)
        assert answer.status_code == 409, late
        assert "All of this list was accepted already." in seen(answer)


def test_a_list_waits_goes_on_and_is_cancelled_after_it_was_said_what_that_does(
    gateway: Gateway, shop: Browser
) -> None:
    path = brought(shop, THREE)
    assert "Nothing of it is sent, and its rows are erased" in seen(shop.get(path))
    assert shop.send(path, "pause").status_code == 409, "it was not started yet"
    shop.send(path, "start")
    page = shop.follow(shop.send(path, "pause"))
    assert "paused 0 of 2 rows are done. Somebody of the account let it wait." in seen(page)
    assert "What was accepted is still sent, and stays paid for." in seen(page)
    page = shop.follow(shop.send(path, "start"))
    assert "sending 0 of 2 rows" in seen(page)
    before = gateway.balance()
    page = shop.follow(shop.send(path, "cancel"))
    words = seen(page)
    assert "cancelled 0 of 2 rows" in words
    assert "Its rows and its text are erased." in words
    assert "Chanda" not in words
    assert shop.send(path, "start", page=PATH).status_code == 409
    send_all(gateway.system, number_of(path))
    assert gateway.balance() == before


def test_it_says_what_is_missing_before_it_is_sent_and_waits_for_it(
    gateway: Gateway, open_browser: OpenBrowser
) -> None:
    account, _ = new_account(gateway.system, credits=1)
    poor = open_browser(gateway, token=open_session(gateway.system, account))
    path = brought(poor, THREE)
    assert "You have fewer credits than this takes" in seen(poor.get(path))
    poor.send(path, "start")
    send_all(gateway.system, number_of(path))
    words = seen(poor.get(path))
    assert "The next rows need 2 credits and 1 are available: top up, then go on." in words
    grant(gateway.system, account, 5)
    poor.send(path, "start")
    send_all(gateway.system, number_of(path))
    assert "done 2 of 2 rows are done." in seen(poor.get(path))


def test_nobody_elses_list_is_there(
    gateway: Gateway, shop: Browser, open_browser: OpenBrowser
) -> None:
    path = brought(shop, csv_list(1, first=77))
    account, _ = new_account(gateway.system, credits=5)
    other = open_browser(gateway, token=open_session(gateway.system, account))
    for more in ("", "/progress", "?after=0", "?format=csv"):
        answer = other.get(path + more)
        assert answer.status_code == 404, more
        check(answer)
        nothing = other.get(path.replace(path.rpartition("/")[2], "up_999999") + more)
        assert nothing.text == answer.text, "nobody can tell the two apart"
    assert "up_" not in seen(other.get(PATH))


def test_a_list_counts_as_a_bulk(start_gateway: StartGateway, open_browser: OpenBrowser) -> None:
    gateway = start_gateway(limits=limited(bulk=1))
    shop = open_browser(gateway, token=open_session(gateway.system, gateway.account))
    brought(shop, THREE)
    answer = bring(shop, THREE)
    assert answer.status_code == 429
    assert HELLO in unescape(answer.text), "what was typed stays"
