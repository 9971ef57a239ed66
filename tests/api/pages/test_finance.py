"""Forms of finance say first what they will do, and whose role is not for it does nothing."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from api.pages.page import Who
from api.pages.site import STAFF
from application.money.prices import PublishPrices
from domain.reasons import REASON_CHARACTERS_MAX
from domain.roles import Role
from tests.api.pages.browser import seen
from tests.api.pages.conftest import OpenBrowser
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_customer import NASTY
from tests.api.staff.receipts import a_match_in_force, a_write_off, an_assignment
from tests.support.staff import HOST_USER, hire

PATH = "/finance/exceptions"
API = "/api/v1/staff/finance"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(tmp_path_factory.mktemp("office")) as made:
        yield made


def waiting(office: Office) -> list[Any]:
    bearer = office.people["admin"].bearer
    found = office.gateway.http.get("/api/v1/staff/approvals?status=waiting", headers=bearer)
    return list(found.json()["data"])


def receipt(office: Office, name: str) -> dict[str, Any]:
    bearer = office.people["admin"].bearer
    found = office.gateway.http.get(f"{API}/receipt", params={"receipt": name}, headers=bearer)
    return dict(found.json()["data"])


def publish(office: Office) -> None:
    """Set what a credit costs."""
    system = office.gateway.system
    prices = PublishPrices(
        None,
        ngwee_per_credit=50,
        vat_percent=0,
        packs=(),
        effective_from=None,
        effective_until=None,
        actor=HOST_USER,
        reason="test",
        at=system.clock.now(),
    )
    system.committer.execute(prices)


def hidden(page: str) -> dict[str, str]:
    """Give what a confirmation hands on."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


@pytest.mark.parametrize("do", ["assign", "write_off"])
def test_what_takes_two_people_is_shown_first_and_then_waits_for_another(
    office: Office, do: str
) -> None:
    ann, before = office.at["preparer"], waiting(office)
    told = (an_assignment if do == "assign" else a_write_off)(office.gateway)
    sure = ann.send(PATH, f"ask_{do}", **told)
    assert sure.status_code == 200, seen(sure)
    words = seen(sure)
    assert "This would happen" in words
    assert told["receipt"] in words
    assert "Another person has to approve it: until then nothing happens." in words
    assert waiting(office) == before, "nothing was asked yet"
    fields = {name: value for name, value in hidden(sure.text).items() if name != "csrf_token"}
    assert fields == {name: str(value) for name, value in told.items()}
    if do == "assign":
        refused = ann.send(PATH, do, **fields)
        assert refused.status_code == 404
        assert "No price list is in force" in seen(refused)
        assert waiting(office) == before
        publish(office)
    done = ann.send(PATH, do, **fields)
    assert "another person has to approve it" in seen(ann.follow(done))
    (entry,) = [one for one in waiting(office) if one not in before]
    assert entry["receipt"] == told["receipt"]


def test_a_match_is_taken_back_once_it_was_said_what_that_does(office: Office) -> None:
    told, ann = a_match_in_force(office.gateway), office.at["preparer"]
    sure = ann.send(PATH, "ask_unmatch", **told)
    assert f"Match 1 of {told['line']} is taken back" in seen(sure)
    assert len(receipt(office, told["line"])["matches"]) == 1
    fields = {name: value for name, value in hidden(sure.text).items() if name != "csrf_token"}
    assert "The match is taken back." in seen(ann.follow(ann.send(PATH, "unmatch", **fields)))
    assert receipt(office, told["line"])["matches"] == []
    assert ann.send(PATH, "unmatch", **fields).status_code in {404, 409, 422}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_reason_is_shown_as_itself_before_it_is_sent(office: Office, text: str) -> None:
    told = an_assignment(office.gateway) | {"reason": text}
    sure = office.at["preparer"].send(PATH, "ask_assign", **told)
    if sure.status_code == 422:  # it is longer than a reason may be
        assert "reason" in seen(sure)
    else:
        assert hidden(sure.text)["reason"] == text
    assert "<script>alert" not in sure.text
    assert "<b>bold" not in sure.text


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_what_people_typed_is_shown_as_itself_in_lists_and_files(office: Office, text: str) -> None:
    publish(office)
    ann, http = office.people["preparer"].bearer, office.gateway.http
    told = an_assignment(office.gateway)
    note = {"what": told["receipt"], "note": text}
    noted = http.post(f"{API}/note", json=note, headers=ann)
    asked = http.post(f"{API}/assign", json={**told, "reason": text}, headers=ann)
    if len(text) > REASON_CHARACTERS_MAX:
        assert (noted.status_code, asked.status_code) == (422, 422)
        return
    assert (noted.status_code, asked.status_code) == (200, 202), asked.text
    for name, path, column in (
        ("preparer", PATH, "note"),
        ("eve", "/audit/manual?status=waiting", "reason"),
    ):
        page = office.at[name].get(path)
        assert text in unescape(page.text), path
        assert "<script>alert" not in page.text, path
        written = {row[column] for row in office.rows(name, path)}
        assert {text, f"'{text}"} & written, path
        assert not any(value.startswith(("=", "+", "@")) for value in written), path


@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_whose_role_is_not_for_it_does_nothing_in_finance(
    office: Office, open_browser: OpenBrowser, role: Role | None
) -> None:
    system, admin = office.gateway.system, office.people["admin"].account
    roles = [] if role is None else [role]
    other = hire(system, f"other {role}", *roles, admin=admin)
    browser = open_browser(office.gateway, token=other.token)
    told = {**an_assignment(office.gateway), "provider": "mtn", "wallet": "main"}
    told |= {"date": "2026-02-02", "line": told["receipt"], "part": "1"}
    before = [waiting(office), receipt(office, told["receipt"])]
    forms = [(page.path, do) for page in STAFF if page.who is Who.FINANCE for do in page.acts]
    changing = [(path, do) for path, do in forms if not do.startswith("ask_")]
    assert len(changing) >= 6
    for path, do in changing:
        if do not in {"preview", "import"}:  # test_importing.py sends those, which take a file
            answer = browser.send(path, do, page="/second-factor", **told)
            assert answer.status_code == 403, (path, do, seen(answer))
    assert [waiting(office), receipt(office, told["receipt"])] == before


def test_a_preparer_of_finance_sees_no_page_of_auditors(office: Office) -> None:
    pages = [page.path for page in STAFF if page.who is Who.AUDITOR]
    assert pages
    for path in pages:
        assert office.at["preparer"].get(path).status_code == 403, path


def test_the_books_as_of_the_end_of_a_day_are_those_of_its_last_event(office: Office) -> None:
    eve = office.at["eve"]
    assert "Nothing is like that" in seen(eve.get("/audit/balance?as_of=2020-01-01"))
    today = office.rows("eve", "/audit/balance?as_of=2126-01-01")
    assert today == office.rows("eve", "/audit/balance")
    page = eve.get("/audit/balance?as_of=2126-01-01&position=3")
    assert 'value="2126-01-01"' in page.text
    assert "as_of=2126-01-01&amp;format=csv" in page.text
    assert "on record" in seen(page)
    for odd in ("x", "2026-02-30", "9" * 5_000):
        assert eve.get(f"/audit/balance?as_of={odd}").status_code == 422, odd
