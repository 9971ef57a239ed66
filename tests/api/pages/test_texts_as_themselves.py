"""Whatever somebody typed stands on every page as itself: escaped, apart, and in no title."""

import csv
import io
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from api.pages.site import PAGES
from domain.roles import Role
from tests.api.conftest import Gateway, gateways
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import OpenBrowser
from tests.support.staff import hire, open_session

MARK: Final = "xylophone"
NASTY: Final = (
    f"=HYPERLINK(1)+{MARK} <script>alert('x')</script> & \u202ecba\u202c \u200f\u05e9\u05dc"
)
PRINTABLE: Final = f"=1+1 {MARK} <script>alert(1)</script> & \u05e9\u05dc\u05d5\u05dd"
"""Names and references hold no marks that cannot be seen."""
LONG: Final = f"=1+1 {MARK} <b> {'Zikomo kwambiri. ' * 100}"[:1_599] + "!"
APART: Final = frozenset({"bdi", "textarea", "pre", "option"})
"""What keeps the direction of a text from its neighbours, or shows it as it was typed."""


WHERE: Final = {
    "customer": {
        *("/app/messages", "/app/messages/{message_id}", "/app/messages/{message_id}/timeline"),
        *("/app/keywords", "/app/uploads/{upload_id}"),
    },
    "admin": {"/staff/accounts", "/app/people"},
}
"""Where the mark has to be seen, at least."""


class Texts(HTMLParser):
    """Notes where the mark stands: in which element, or in which attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        """The same; what has a direction of its own is as good as ``bdi``."""
        self.found: list[tuple[str, str]] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script" and not dict(attrs).get("src")
        self.found += [(f"@{name}", value) for name, value in attrs if value and MARK in value]
        if tag not in {"input", "br", "meta", "link", "img", "hr", "col"}:
            self.open.append("bdi" if dict(attrs).get("dir") == "auto" else tag)
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.tags and self.open.pop() and self.tags.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if MARK in data:
            self.found.append((self.open[-1], data.strip()))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, dict[str, str]]]:
    """Give a gateway in which everything that an account can write is written so."""
    folder: Path = tmp_path_factory.mktemp("written")
    with gateways(folder) as start:
        gateway = start()
        session = {"Authorization": f"Bearer {open_session(gateway.system, gateway.account)}"}
        for text in (LONG, NASTY):
            sent = gateway.http.post_json(
                "/api/v1/sms/send",
                {"to": "0977000001", "message": text, "client_reference": PRINTABLE},
                gateway.bearer,
            )
            assert sent.status_code < 300, sent.text
        answer = {"answer": NASTY}
        kept = gateway.http.put("/api/v1/keywords/help", json=answer, headers=session)
        assert kept.status_code < 300, kept.text
        rows = io.StringIO()
        csv.writer(rows).writerows([("phone", "name"), ("0977000001", NASTY), ("77", NASTY)])
        listed = gateway.http.post(
            "/api/v1/uploads",
            data={"template": f"{MARK} {{name}} <b>", "column": "phone"},
            files={"file": rows.getvalue().encode()},
            headers=session,
        )
        assert listed.status_code == 201, listed.text
        ids = {
            "message_id": sent.json()["message_id"],
            "upload_id": listed.json()["data"]["upload_id"],
            "msisdn": "260977000001",
        }
        yield gateway, ids


def looked_at(browser: Browser, ids: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Give every page that this person may see."""
    for page in PAGES:
        answer = browser.get(page.path.format(**ids))
        if answer.status_code == 200:
            yield page.path, answer


@pytest.mark.parametrize("who", ["customer", "admin"])
@pytest.mark.slow
def test_a_text_stands_apart_on_every_page(
    written: tuple[Gateway, dict[str, str]], open_browser: OpenBrowser, who: str
) -> None:
    gateway, ids = written
    if who == "customer":
        token = open_session(gateway.system, gateway.account)
    else:
        token = hire(gateway.system, PRINTABLE, Role.ADMIN).token
    shown = set()
    for path, answer in looked_at(open_browser(gateway, token=token), ids):
        texts = Texts()
        texts.feed(answer.text)
        assert texts.scripts == 0, path
        for place, text in texts.found:
            shown.add(path)
            assert place in APART or place == "@value", (path, place, text)
    assert shown >= WHERE[who]
