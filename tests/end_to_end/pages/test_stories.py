"""People use the pages of a real demo in a real browser, from the first page to the first SMS."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from api.pages.page import Who
from api.pages.site import PAGES
from application.books.commands import Outcome
from application.messages.incoming import KeepIncoming
from domain.reports import InboundReceived
from domain.values import Instant
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.pages.screen import NARROW, WIDE, Screen, one_browser, screen
from tests.support.delivers import delivers

pytestmark = pytest.mark.processes

PASSWORD: Final = "nshima and kapenta"
WITHIN_S: Final = 120
"""From the first page to the first SMS that was sent."""
LOOKS: Final = ((WIDE, False), (NARROW, True))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder: Path = tmp_path_factory.mktemp("pages") / "demo"
    with Demo(folder, settings=UNLIMITED) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with one_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def owner(demo: Demo, browser: Browser) -> Iterator[Screen]:
    """Give the screen of a shop owner, who registers in the first story."""
    with screen(browser, demo.place["base_url"]) as made:
        yield made


def test_a_shop_owner_comes_from_the_first_page_to_the_first_message_sent(owner: Screen) -> None:
    began_s = time.monotonic()
    page = owner.go("/")
    owner.picture_of("/", WIDE, dark=False)
    page.get_by_role("main").get_by_role("link", name="Register").click()
    page.get_by_label("Name").fill("Bwalya's shop")
    page.get_by_label("E-mail").fill("bwalya@example.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#api-key")).to_have_text(re.compile(r"^[A-Z0-9]{32}$"))
    page.get_by_role("link", name="Go on to your account").click()
    page.get_by_role("main").get_by_role("link", name="Top up").first.click()
    page.get_by_label("The phone that pays").fill("0977 000 111")
    page.get_by_label("Pack").select_option("starter")
    page.get_by_role("button", name="Ask for the PIN").click()
    expect(page.locator(".state.confirmed")).to_be_visible()
    page.get_by_role("link", name="Send", exact=True).click()
    page.get_by_label("To", exact=True).fill("0977000001")
    page.get_by_label("Text", exact=True).fill("Mwaiseni \u2013 we are open")
    expect(page.locator("#preview")).to_contain_text("UCS")
    expect(page.locator("#preview")).to_contain_text("of 120 you have")
    take_pictures(owner, "/app/send")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".state.sent, .state.delivered")).to_be_visible()
    assert time.monotonic() - began_s < WITHIN_S
    take_pictures(owner, "/app/messages/{message_id}")


def test_a_shop_owner_is_answered_and_answers_back(demo: Demo, owner: Screen) -> None:
    page = owner.go("/app/threads")
    faults = owner.faults()
    page.get_by_role("link", name="+260977000001").click()
    expect(page.locator(".thread li.out")).to_contain_text("we are open")
    said_to(demo, "+260977000001", "Until when?")
    expect(page.locator(".thread li.in")).to_contain_text("Until when?")
    page.get_by_label("Text", exact=True).fill("Until six. Natotela!")
    page.get_by_role("button", name="Send").click()
    newest = page.locator(".thread li").first
    expect(newest).to_contain_text("Natotela!")
    expect(newest.locator(".state.sent, .state.delivered")).to_be_visible()
    faults += owner.faults()
    take_pictures(owner, "/app/threads/{msisdn}")
    owner.look(NARROW, dark=False)
    faults += owner.faults()
    owner.look(WIDE, dark=False)
    assert faults == [], "\n".join(faults)


def said_to(demo: Demo, number: str, text: str) -> None:
    """Have a number answer, by the SIM that wrote to it; the gateway finds out whose it is."""
    with closing(bootstrap(Settings(data_dir=demo.folder), is_server=False)) as system:
        now, last_sent = system.clock.now(), system.queries.last_sent
        sims = [sim for sim in range(9) if last_sent(sim, number, since=Instant(0), until=now)]
        came = [InboundReceived(pdu) for pdu in delivers(number, text)]
        outcomes: list[Outcome[int]] = []
        system.committer.submit(KeepIncoming(came, sim=sims[-1], at=now), outcomes.append)
        system.committer.step(0)
        assert [outcome.unwrap() for outcome in outcomes] == [1]


def test_a_shop_owner_uploads_the_customers_list_and_watches_it_go(
    owner: Screen, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    upload(owner, file, [*(f"0977 000 0{n};Chanda {n}" for n in range(10, 30)), "12;Mut\xe9le"])
    page = owner.page
    expect(page.get_by_text("Muli bwanji Chanda 29, we are open")).to_be_visible()
    expect(page.get_by_role("region", name="Rows that cannot be sent")).to_contain_text("22")
    take_pictures(owner, "/app/uploads/{upload_id}")
    faults = owner.faults()
    page.get_by_role("button", name="Send them").click()
    expect(page.locator("[data-live]")).to_contain_text("20 of 20 rows are done.")
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 20)
    expect(page.locator(".careful summary")).to_be_hidden()
    faults += owner.faults()
    upload(owner, file, [f"0977 000 {n};Chanda {n}" for n in range(100, 300)])
    page.get_by_role("button", name="Send them").click()
    expect(page.locator("[data-live]")).to_contain_text("need 200 credits and 98 are available")
    page.reload()
    go_on = page.get_by_role("button", name="Go on sending")
    go_on.focus()
    go_on.evaluate("button => { button.dataset.before = 'yes'; }")
    expect(go_on).not_to_have_attribute("data-before", "yes")
    expect(go_on).to_be_focused()
    faults += owner.faults()
    page.get_by_text("Cancel the list").first.click()
    page.get_by_role("button", name="Cancel the list").click()
    expect(page.get_by_text("0 of 200 rows are done.")).to_be_visible()
    assert faults == [], "\n".join(faults)


def upload(owner: Screen, file: Path, rows: list[str]) -> None:
    """Bring a list as Excel saves it in Europe."""
    file.write_bytes("\r\n".join(["Phone;Name", *rows]).encode("cp1252"))
    page = owner.go("/app/send")
    page.get_by_label("The list").set_input_files(file)
    page.get_by_label("Column of the numbers").fill("phone")
    page.get_by_label("Text for each").fill("Muli bwanji {name}, we are open")
    page.get_by_role("button", name="Look at the list").click()
    expect(page.get_by_text("nothing is sent yet")).to_be_visible()


def take_pictures(owner: Screen, path: str) -> None:
    """Keep pictures of what is on the screen, wide and narrow."""
    for size, dark in LOOKS:
        owner.look(size, dark=dark)
        owner.picture_of(path, size, dark=dark)
    owner.look(WIDE, dark=False)


def test_every_page_can_be_used_by_everybody_and_asks_nothing_of_elsewhere(
    owner: Screen,
) -> None:
    faults: list[str] = []
    for page in PAGES:
        if page.who not in {Who.ANYONE, Who.CUSTOMER} or page.is_fragment:
            continue
        path = page.path.format(message_id="msg_1", upload_id="up_1", msisdn="260977000001")
        owner.look(WIDE, dark=False)
        owner.go(path)
        for size, dark in LOOKS:
            owner.look(size, dark=dark)
            faults += owner.faults()
            if path in {"/app", "/app/messages"}:
                owner.picture_of(path, size, dark=dark)
    owner.look(WIDE, dark=False)
    assert faults == [], "\n".join(faults)


def test_the_composer_works_without_a_mouse_and_without_a_script(
    demo: Demo, browser: Browser, owner: Screen
) -> None:
    kept = owner.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=kept)
    page = context.new_page()
    page.goto(demo.place["base_url"] + "/app/send")
    page.get_by_label("To", exact=True).focus()
    page.keyboard.type("0955000001")
    page.keyboard.press("Tab")
    page.keyboard.type("Without a script")
    page.get_by_role("button", name="What will it cost?").press("Enter")
    expect(page.locator("#preview")).to_contain_text("Recipients")
    page.get_by_role("button", name="Send").press("Enter")
    expect(page.get_by_role("heading", name="Message")).to_be_visible()
    context.close()
