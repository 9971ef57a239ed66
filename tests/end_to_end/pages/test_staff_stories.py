"""Staff use their pages in a real browser: everybody can, and nothing is asked of elsewhere."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from api.pages.site import STAFF
from domain.causes import OwnCause
from domain.message import Message, State, message_id
from domain.reports import InDoubt
from domain.roles import Role
from tests.api.conftest import Gateway, gateways, new_account
from tests.api.pages.browser import SESSION
from tests.end_to_end.pages.screen import NARROW, WIDE, Screen, one_browser, screen
from tests.end_to_end.waiting import wait_until
from tests.support.phone import running_phone
from tests.support.staff import hire

pytestmark = pytest.mark.processes


def test_every_page_of_staff_can_be_used_by_everybody(tmp_path: Path) -> None:
    faults: list[str] = []
    with gateways(tmp_path) as start, one_browser() as browser:
        gateway = start()
        ann = hire(gateway.system, "Ann Phiri", Role.ADMIN)
        account, _ = new_account(gateway.system, credits=50)
        gateway.http.post(
            f"/api/v1/staff/accounts/{account}/roles",
            json={"role": "auditor", "change": "grant", "reason": "audits us"},
            headers=ann.bearer,
        )  # so that something waits for another person
        gateway.send()
        gateway.try_to_send(1, InDoubt(OwnCause.NO_ANSWER, "no answer"))
        gateway.system.exports.begin(1, gateway.system.store.head())
        with screen(browser, str(gateway.http.base_url).rstrip("/")) as made:
            made.context.set_extra_http_headers({"cookie": f"{SESSION}={ann.token}"})
            one = f"/staff/accounts?account_id={account}"
            for path in (*(page.path for page in STAFF if not page.is_fragment), one):
                made.look(WIDE, dark=False)
                made.go(path)
                made.picture_of(path.partition("?")[0], WIDE, dark=False)
                for closed in made.page.locator("details.careful > summary").all():
                    closed.click()
                faults += made.faults()
                made.look(NARROW, dark=True)
                faults += made.faults()
            made.check()
    assert faults == [], "\n".join(faults)


def test_an_operator_lets_a_phone_in_sees_it_send_and_pulls_its_plug(tmp_path: Path) -> None:
    with gateways(tmp_path) as start, one_browser() as browser:
        gateway = start(online=False)
        url = str(gateway.http.base_url).rstrip("/")
        ann = hire(gateway.system, "Ann Phiri", Role.ADMIN)
        with screen(browser, url) as made:
            made.context.add_cookies(
                [
                    {
                        "name": SESSION,
                        "value": ann.token,
                        "domain": "127.0.0.1",
                        "path": "/",
                        "secure": True,
                    }
                ]
            )
            page = made.go("/staff/fleet")
            page.get_by_label("SIM in slot 1").select_option("mtn")
            page.get_by_role("button", name="Draw a code").click()
            made.picture_of("/staff/fleet#phone", WIDE, dark=False)
            code = page.locator("#phone-code").inner_text()
            assert made.faults() == []
            with running_phone(url, code) as (phone, air):
                row = page.get_by_role("row", name="phone-1/1")
                wait_until(lambda: _shows(made, row, "online"), within_s=60, what="it is there")
                gateway.forget_fleet()
                assert gateway.send().status_code == 200
                wait_until(
                    lambda: _shows(made, row, "1 1 \u2013"), within_s=60, what="it has sent one"
                )
                assert len(air.segments) == 1
                wait_until(lambda: _is_sent(gateway, 1), within_s=60, what="it is known as sent")
                phone.sends = False
                assert gateway.send().status_code == 200
                wait_until(lambda: len(phone.messages) == 2, within_s=60, what="it has the next")
            page = made.go("/staff/queue")
            cells = page.get_by_role("row", name="mtn").get_by_role("cell")
            expect(cells).to_have_text(["mtn", "0", "\u2013", "1", "0", "0"])


def _is_sent(gateway: Gateway, number: int) -> bool:
    message = gateway.system.reader.find(Message, message_id(number))
    return message is not None and message.state is State.SENT


def _shows(made: Screen, row: Locator, words: str) -> bool:
    made.go("/staff/fleet")
    return row.count() == 1 and words in " ".join(row.inner_text().split())
