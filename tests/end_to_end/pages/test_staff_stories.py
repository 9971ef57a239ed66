"""Staff use their pages in a real browser: everybody can, and nothing is asked of elsewhere."""

from pathlib import Path

import pytest

from api.pages.site import STAFF
from domain.causes import OwnCause
from domain.reports import InDoubt
from domain.roles import Role
from tests.api.conftest import gateways, new_account
from tests.api.pages.browser import SESSION
from tests.end_to_end.pages.screen import NARROW, WIDE, one_browser, screen
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
