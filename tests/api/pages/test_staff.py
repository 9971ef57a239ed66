"""The pages of staff: what they show, and that their forms do what the commands do."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import httpx
import pytest

from api.pages.page import Who
from api.pages.site import STAFF
from api.staff import desk
from domain.account import Account, account_id
from domain.roles import Role
from domain.values import SECOND, Instant, Network
from tests.api.conftest import Gateway, StartGateway, bring_online, gateways, new_account
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.api.pages.test_frame import check
from tests.support.staff import Member, hire, open_session

MARKER = "xylophone"


@dataclass
class Office:
    """A gateway with two admins, and the browser of the first."""

    gateway: Gateway
    staff: tuple[Member, Member]
    ann: Browser
    bob: Browser


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Member, Member]]:
    """Give a gateway, and two admins."""
    with gateways(tmp_path_factory.mktemp("office")) as start:
        gateway = start()
        ann = hire(gateway.system, "ann", Role.ADMIN)
        bob = hire(gateway.system, "bob", Role.ADMIN, admin=ann.account)
        yield gateway, ann, bob


@pytest.fixture
def office(staffed: tuple[Gateway, Member, Member], open_browser: OpenBrowser) -> Office:
    gateway, ann, bob = staffed
    ours = (open_browser(gateway, token=each.token) for each in (ann, bob))
    return Office(gateway, (ann, bob), *ours)


@pytest.mark.slow
def test_every_page_of_staff_is_shown_and_its_list_is_a_file_too(office: Office) -> None:
    for page in STAFF:
        answer = office.ann.get(page.path)
        assert answer.status_code == 200, (page.path, seen(answer))
        check(answer)
        if page.is_fragment and not page.is_live:
            continue  # it lists nothing
        file = office.ann.get(f"{page.path}?format=csv")
        assert file.headers["content-type"].startswith("text/csv"), page.path


def test_what_is_not_well_stands_among_the_alarms(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    admin = hire(own_gateway.system, "ann", Role.ADMIN)
    own_gateway.system.signals.add_check("paper", lambda: "none left", is_vital=False)
    words = seen(open_browser(own_gateway, token=admin.token).get("/staff/alarms"))
    assert "paper alarm none left" in words
    filtered = open_browser(own_gateway, token=admin.token).get("/staff/alarms?state=note")
    assert "paper" not in seen(filtered)


def test_accounts_are_found_by_a_part_of_the_name_or_the_address(office: Office) -> None:
    for part in ("Demo", "demo", "@example"):
        assert "Demo" in seen(office.ann.get(f"/staff/accounts?search={part}")), part
    found = office.ann.get("/staff/accounts?search=nobody-is-called-so")
    assert "Nothing is like that." in seen(found)
    assert office.ann.get(f"/staff/accounts?search={'x' * 101}").status_code == 422


def test_a_search_goes_on_where_it_left_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "SLICE", 2)
    monkeypatch.setattr(desk, "SLICES_MAX", 2)
    made = [new_account(office.gateway.system, credits=1)[0] for _ in range(7)]
    found: list[int] = []
    after: int | None = 0
    looks = 0
    while after is not None:
        query: dict[str, str | int] = {"search": "DEMO", "after": after, "limit": 3}
        answer = office.gateway.http.get(
            "/api/v1/staff/accounts", params=query, headers=office.staff[0].bearer
        )
        assert answer.status_code == 200, answer.text
        found += [row["id"] for row in answer.json()["data"]]
        after, looks = answer.json()["next_after"], looks + 1
    assert looks > 2
    assert found == sorted(set(found))
    assert set(made) <= set(found)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert('x')</script> & <b>",
        "=HYPERLINK(1)+cmd|' /C calc'!A0",
        "\u05e9\u05dc\u05d5\u05dd (abc) \u0634",
        "a long name " * 8,
    ],
)
def test_a_name_is_shown_as_itself_to_staff_and_in_files(office: Office, name: str) -> None:
    name = name.strip()
    key = office.gateway.system.keyring.make("first")[1]
    email = f"{key.key_id}@example.test".lower()
    answer = office.gateway.http.post(
        "/api/v1/auth/register", json={"name": name, "email": email, "password": "a drum at noon"}
    )
    assert answer.status_code == 201, answer.text
    number = answer.json()["account_id"]
    page = office.ann.get(f"/staff/accounts?account_id={number}").text
    assert name in unescape(page)
    assert "<script>alert" not in page
    answer = office.ann.get(f"/staff/accounts?search={email}&format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["name"] in {name, f"'{name}"}
    assert not row["name"].startswith("=")


def test_an_auditor_sees_the_books_and_it_is_on_record(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    admin = hire(own_gateway.system, "ann", Role.ADMIN)
    auditor = hire(own_gateway.system, "eve", Role.AUDITOR, admin=admin.account)
    eve = open_browser(own_gateway, token=auditor.token)
    answer = eve.get("/audit/balance")
    assert answer.status_code == 200, seen(answer)
    assert f"Acct-{own_gateway.account}:Available" in answer.text
    looks = own_gateway.http.get("/api/v1/staff/looks", headers=admin.bearer).json()["data"]
    assert "trial_balance" in {look["what"] for look in looks}


def test_the_books_of_the_log_s_beginning_are_empty(office: Office) -> None:
    assert "Nothing is like that" in seen(office.ann.get("/audit/balance?position=0"))
    assert office.ann.get("/audit/balance?position=-1").status_code == 422
    assert office.ann.get("/audit/balance?position=x").status_code == 422


def test_a_name_that_a_customer_asks_for_is_decided_on_the_page(
    office: Office, open_browser: OpenBrowser
) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    token = open_session(office.gateway.system, account)
    customer = open_browser(office.gateway, token=token)
    customer.send("/app/sender-ids", "request", name="BwalyaShop", use_case="=HYPERLINK(1)")
    path = "/staff/approvals/sender-ids"
    page = office.ann.get(path)
    assert "BwalyaShop" in page.text
    (number,) = re.findall(r'name="sender_id" value="(\d+)"', page.text)[:1]
    done = office.ann.send(path, "approve", sender_id=number)
    assert "Approved" in seen(office.ann.follow(done))
    words = seen(customer.get("/app/sender-ids"))
    assert "BwalyaShop =HYPERLINK(1) Approved" in words
    again = office.ann.send(path, "reject", page="/staff/accounts", sender_id=number, reason="no")
    assert again.status_code in {409, 422}


def test_what_one_prepared_another_decides_on_the_page(office: Office) -> None:
    prepared = office.gateway.http.post(
        f"/api/v1/staff/accounts/{office.gateway.account}/roles",
        json={"role": "auditor", "change": "grant", "reason": "audits us"},
        headers={"Authorization": f"Bearer {office.ann.cookies['__Host-ngoma']}"},
    )
    assert prepared.json()["status"] == "waiting", prepared.text
    number = str(prepared.json()["entry"])
    own = office.ann.send("/staff/approvals", "approve", entry=number)
    assert own.status_code == 403, "nobody approves what they prepared"
    done = office.bob.send("/staff/approvals", "approve", entry=number, remark="checked")
    assert "Approved" in seen(office.bob.follow(done))
    assert "auditor" in seen(office.bob.get("/audit/manual?status=approved"))


def test_an_account_is_suspended_and_reinstated_with_a_reason(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)

    def is_suspended() -> bool:
        found = office.gateway.system.reader.find(Account, account_id(account))
        assert found is not None
        return found.suspended

    without = office.ann.send("/staff/accounts", "suspend", account=account, reason="")
    assert without.status_code == 422
    assert not is_suspended()
    office.ann.follow(office.ann.send("/staff/accounts", "suspend", account=account, reason="spam"))
    assert is_suspended()
    back = office.ann.send("/staff/accounts", "reinstate", account=account, reason="a mistake")
    office.ann.follow(back)
    assert not is_suspended()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FINANCE_PREPARER, None])
@pytest.mark.slow
def test_whose_role_is_not_for_it_decides_nothing(
    office: Office, open_browser: OpenBrowser, role: Role | None
) -> None:
    gateway, system = office.gateway, office.gateway.system
    account, key = new_account(system, credits=5)
    theirs = replace(gateway, account=account, key=key)
    roles = [] if role is None else [role]
    other = hire(system, f"other {role}", *roles, admin=office.staff[0].account)
    browser = open_browser(gateway, token=other.token)
    ann = office.staff[0].bearer
    wanted = {"role": "auditor", "change": "grant", "reason": "audits us"}
    path = f"/api/v1/staff/accounts/{account}/roles"
    entry = gateway.http.post(path, json=wanted, headers=ann).json()["entry"]
    theirs.post("/api/sender-ids", {"name": f"Shop {account}", "use_case": "offers"})
    sent = theirs.post("/api/v1/sms/send", {"to": "0977000001", "message": "hello"}).json()
    message = sent["message_id"]

    def standing() -> list[Any]:
        asked = gateway.http.get("/api/v1/staff/sender-ids", headers=ann).json()["data"]
        return [
            gateway.http.get(f"/api/v1/staff/accounts/{account}", headers=ann).json(),
            gateway.http.get(f"/api/v1/staff/approvals/{entry}", headers=ann).json(),
            [each for each in asked if each["account_id"] == account],
            theirs.get(f"/api/v1/sms/status/{message}").json(),
        ]

    before = standing()
    (named,) = [each["id"] for each in before[2]]
    told = {"reason": "mine", "entry": entry, "account": account, "sender_id": named}
    told |= {"credits": 5, "kind": "grant", "role": "auditor", "change": "grant"}
    for page in STAFF:
        for do in page.acts if page.who is Who.OPERATOR else ():
            form = {**told, "message_id": message}
            answer = browser.send(page.path, do, page="/second-factor", **form)
            assert answer.status_code == 403, (page.path, do, seen(answer))
    assert standing() == before


@pytest.mark.slow
def test_no_form_of_staff_fails_the_gateway_or_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    names = ("entry", "account", "sender_id", "message_id", "receipt", "account_id", "reason")
    for page in STAFF:
        for do in page.acts:
            for typed in (MARKER, "9" * 5_000, ""):
                told = dict.fromkeys((*names, "provider", "wallet", "date", "note"), typed)
                answer = office.ann.send(page.path, do, page="/staff/accounts", **told)
                assert 400 <= answer.status_code < 500, (page.path, do, typed[:20])
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("ngoma")]
    assert [line for line in ours if MARKER in line] == []


def test_a_phone_is_let_in_by_the_code_that_the_page_shows_once(office: Office) -> None:
    sent = office.ann.send("/staff/fleet", "enrol", slot_1="airtel", slot_2="")
    answer = office.ann.follow(sent)
    assert answer.text.count("<svg") >= 2, "the address and the code, for the phone's camera"
    shown = re.search(r'id="phone-code"[^>]*>([^<]+)<', answer.text)
    assert shown is not None
    assert 'id="phone-code"' not in office.ann.get("/staff/fleet").text
    base = office.gateway.http.base_url.join("/api/mobile/v1")
    told = httpx.post(f"{base}/device", json={}, headers={"Authorization": f"Code {shown[1]}"})
    assert told.status_code == 201
    bearer = {"Authorization": f"Bearer {told.json()['token']}"}
    assert httpx.get(f"{base}/message", headers=bearer).status_code == 200
    words = seen(office.ann.get("/staff/fleet"))
    assert re.search(r"airtel phone-\d+/1 \S+ online", words), words


def test_a_sim_that_is_offline_says_why(
    start_gateway: StartGateway, open_browser: OpenBrowser
) -> None:
    gateway = start_gateway(online=False)
    ann = hire(gateway.system, "ann", Role.ADMIN)
    long_ago = Instant(gateway.system.clock.now() - 100 * SECOND)
    for network, at in ((Network.MTN, None), (Network.AIRTEL, long_ago)):
        gateway.duties[network] = bring_online(gateway.system, network, at=at)
    gateway.take_offline(Network.MTN)
    words = seen(open_browser(gateway, token=ann.token).get("/staff/fleet"))
    assert "+260979000000 offline test" in words
    assert "+260979000001 offline nothing was heard of it lately" in words


def test_a_phone_without_a_sim_is_refused_in_place(office: Office) -> None:
    answer = office.ann.send("/staff/fleet", "enrol", slot_1="", slot_2="")
    assert answer.status_code == 422
    assert "Say the network of one SIM at least." in seen(answer)
