"""Finance and an auditor at work in a real browser: a statement comes in, books are replayed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.pages.browser import SESSION
from tests.api.pages.offices import Office, an_office
from tests.api.staff.receipts import STATEMENT, an_open_line
from tests.end_to_end.pages.screen import NARROW, WIDE, Screen, one_browser, screen
from tests.support.sealing import seal_now

pytestmark = pytest.mark.processes

LOOKS = ((WIDE, False), (NARROW, True))
WRONG = b"13,2026-02-01 09:30:00,Successful,260961234567,2x,0,171.00\n"


def test_finance_and_an_auditor_do_their_work_in_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    anchor, faults = Path("anchors/checkpoints"), list[str]()
    with (
        an_office(tmp_path / "data", has_seal=True, seal_anchor=anchor) as office,
        one_browser() as browser,
    ):
        office.gateway.send()
        assert office.gateway.system.sealing is not None
        office.gateway.system.sealing.anchors[0].put(seal_now(office.gateway.system))
        url = str(office.gateway.http.base_url).rstrip("/")
        for name, story in (("preparer", brings_a_statement), ("eve", audits)):
            with screen(browser, url) as made:
                host = url.replace("http://", "https://")  # a browser keeps it on the machine
                made.context.add_cookies(
                    [
                        {
                            "name": SESSION,
                            "value": office.people[name].token,
                            "url": host,
                            "secure": True,
                            "httpOnly": True,
                        }
                    ]
                )
                faults += story(made, office, tmp_path)
    assert faults == [], "\n".join(faults)


def brings_a_statement(made: Screen, office: Office, folder: Path) -> list[str]:
    """See what a file would bring, import it, and say whose money a line is."""
    file = folder / "mtn.csv"
    file.write_bytes(STATEMENT + WRONG)
    page = made.go("/finance/statements")
    page.get_by_label("The provider's file").set_input_files(file)
    page.get_by_label("Provider", exact=True).fill("mtn")
    page.get_by_role("button", name="What would it bring?").click()
    expect(page.locator("#preview")).to_contain_text("no amount")
    assert page.get_by_label("The provider's file").evaluate("field => field.files.length") == 1
    faults = seen_by_everybody(made, "/finance/statements")
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("2 lines, 2 new, 0 known, 1 refused.")).to_be_visible()
    faults += made.faults()
    told = an_open_line(office.gateway)
    page = made.go("/finance/exceptions")
    page.get_by_label("Receipt", exact=True).fill(told["receipt"])
    page.get_by_label("Account", exact=True).fill(str(office.gateway.account))
    page.get_by_label("Reason").first.fill("She quoted the receipt")
    page.get_by_role("button", name="Assign it").click()
    expect(page.get_by_text("This would happen")).to_be_visible()
    return faults + made.faults()


def audits(made: Screen, office: Office, _folder: Path) -> list[str]:
    """Replay an account, look at seals, and at the books of a day."""
    page = made.go("/audit/replay")
    page.get_by_label("Account", exact=True).fill(str(office.gateway.account))
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Equal, up to position")).to_be_visible()
    faults = seen_by_everybody(made, "/audit/replay")
    page = made.go("/audit/seals")
    expect(page.get_by_text("It has the newest seal.")).to_be_visible()
    faults += seen_by_everybody(made, "/audit/seals")
    page = made.go("/audit/balance")
    page.get_by_label("Or as of the end of a day").fill("2126-01-01")
    page.get_by_role("button", name="Show").nth(1).click()
    expect(page.get_by_label("As of day")).to_have_value("2126-01-01")
    return faults + made.faults()


def seen_by_everybody(made: Screen, path: str) -> list[str]:
    """Look at a page wide and light, narrow and dark; keep pictures where they are asked for."""
    faults: list[str] = []
    for size, dark in LOOKS:
        made.look(size, dark=dark)
        faults += made.faults()
        made.picture_of(path, size, dark=dark)
    made.look(WIDE, dark=False)
    return faults
