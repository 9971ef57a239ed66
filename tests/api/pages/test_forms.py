"""Every form of every page: nobody sends one for another account, and nothing typed is logged."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

import httpx
import pytest

from api.pages.page import Page, Who
from api.pages.site import PAGES
from tests.api.conftest import Gateway, new_account
from tests.api.pages.browser import TOKEN, Browser
from tests.api.pages.conftest import OpenBrowser
from tests.api.uploading import an_upload_of
from tests.support.keywords import set_keyword
from tests.support.staff import open_session

MARKER: Final = "xylophone"


@dataclass(frozen=True)
class Form:
    """What a form is sent with, and which of it names something that has an owner."""

    fields: dict[str, str] = field(default_factory=dict)
    names: str = ""
    """The field, or the part of the path, that names what is another account's."""

    def is_in(self, path: str) -> bool:
        """Whether a path names it."""
        return f"{{{self.names}}}" in path


TYPED: Final = {"password": MARKER, "code": MARKER}
FORMS: Final[dict[tuple[str, str], Form]] = {
    ("/login", "login"): Form({"email": f"{MARKER}@x.test", **TYPED}),
    ("/logout", "logout"): Form(),
    ("/register", "register"): Form({"name": MARKER, "email": MARKER, "password": MARKER}),
    ("/reset", "reset"): Form({"email": f"{MARKER}@x.test"}),
    ("/reset", "confirm"): Form({"token": MARKER, "password": f"{MARKER} {MARKER}"}),
    ("/second-factor", "enrol"): Form(TYPED),
    ("/second-factor", "confirm"): Form({"code": MARKER}),
    ("/second-factor", "codes"): Form(TYPED),
    ("/second-factor", "remove"): Form(TYPED),
    ("/app", "low_balance"): Form({"low_balance_credits": MARKER}),
    ("/app/send", "send"): Form({"to": "0977000001", "message": MARKER, "send_at": MARKER}),
    ("/app/send", "preview"): Form({"to": MARKER, "message": MARKER}),
    ("/app/uploads", "upload"): Form({"template": MARKER, "column": MARKER, "send_at": MARKER}),
    ("/app/uploads/{upload_id}", "start"): Form(names="upload_id"),
    ("/app/uploads/{upload_id}", "pause"): Form(names="upload_id"),
    ("/app/uploads/{upload_id}", "cancel"): Form(names="upload_id"),
    ("/app/messages/{message_id}", "cancel"): Form(names="message_id"),
    ("/app/threads/{msisdn}", "send"): Form({"message": MARKER, "sender_id": MARKER}),
    ("/app/keywords", "set"): Form({"word": MARKER, "answer": MARKER, "sender_id": MARKER}),
    ("/app/keywords", "delete"): Form(names="word"),
    ("/app/topups", "topup"): Form({"msisdn": MARKER, "amount_ngwee": MARKER}),
    ("/app/keys", "issue"): Form({"name": MARKER, "sources": MARKER}),
    ("/app/keys", "regenerate"): Form(names="key_id"),
    ("/app/keys", "end"): Form(names="key_id"),
    ("/app/sender-ids", "request"): Form({"name": f"{MARKER} {MARKER}", "use_case": MARKER}),
    ("/app/limits", "change"): Form({"from": MARKER, "to": MARKER, "default_sender_id": MARKER}),
    ("/app/test", "issue"): Form({"name": MARKER}),
    ("/app/people", "password"): Form({"current_password": MARKER, "new_password": MARKER}),
}
"""Every form of a page: one that is not here fails."""
OWN: Final = {Who.ANYONE, Who.CUSTOMER}


def forms_of(*kinds: Who) -> dict[tuple[str, str], Page]:
    return {(page.path, do): page for page in PAGES if page.who in kinds for do in page.acts}


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def send(browser: Browser, path: str, do: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form with the token of any page."""
    found = TOKEN.search(browser.get("/second-factor").text)
    assert found is not None
    token = {"csrf_token": unescape(found[1]), "do": do}
    return browser.ask("POST", path, data={**token, **fields})


def test_every_form_is_classed() -> None:
    assert set(forms_of(*OWN)) == set(FORMS)


@pytest.mark.slow
def test_what_is_typed_into_a_form_is_not_logged_and_never_fails_the_gateway(
    gateway: Gateway, open_browser: OpenBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for (path, do), form in FORMS.items():
        token = open_session(gateway.system, gateway.account)
        shop = open_browser(gateway, token=token)
        address = re.sub(r"{\w+}", MARKER, path)
        named = {form.names: MARKER} if form.names and not form.is_in(path) else {}
        answer = send(shop, f"{address}?odd={MARKER}", do, {**form.fields, **named})
        assert answer.status_code < 500, (path, do)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("ngoma")]
    assert [line for line in ours if MARKER in line] == []


def test_a_form_that_names_what_is_anothers_is_answered_as_if_it_were_not_there(
    gateway: Gateway, open_browser: OpenBrowser, shop: Browser
) -> None:
    answer = shop.send("/app/send", "send", to="0977000001", message="theirs")
    message = str(answer.headers["location"]).partition("?")[0].rpartition("/")[2]
    theirs = {
        "message_id": message,
        "key_id": gateway.key[:8],
        "upload_id": an_upload_of(gateway),
        "word": "theirs",
    }
    set_keyword(gateway.system, gateway.account, theirs["word"], "theirs")
    account, _ = new_account(gateway.system, credits=5)
    other = open_browser(gateway, token=open_session(gateway.system, account))
    naming = {key: form for key, form in FORMS.items() if form.names}
    assert len(naming) == 7
    for (path, do), form in naming.items():
        named = {} if form.is_in(path) else {form.names: theirs[form.names]}
        answer = send(other, path.format(**theirs), do, named)
        assert answer.status_code == 404, (path, do)
        nothing = {
            "message_id": "msg_99999999",
            "key_id": "ZZZZZZZZ",
            "upload_id": "up_999999",
            "word": "nobodys",
        }
        named = {} if form.is_in(path) else {form.names: nothing[form.names]}
        missing = send(other, path.format(**nothing), do, named)
        assert missing.text == answer.text, "nobody can tell the two apart"
    assert gateway.balance() == 999
    assert gateway.get("/api/v1/balance").status_code == 200
