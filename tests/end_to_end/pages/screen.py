"""A real browser for tests: what leaves the machine, breaks the policy or is hard to use fails."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from playwright.sync_api import sync_playwright as started

from tests.support.counts import is_soak

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
WIDE: Final = (1280, 800)
NARROW: Final = (320, 640)
WAIT_MS: Final = 30_000
KEPT_IN: Final = os.environ.get("NGOMA_SCREENSHOTS")
"""A folder that gets the pictures of docs/pages/; without it none are taken."""
SHOWN: Final = {
    "/": "home",
    "/app": "overview",
    "/app/send": "send",
    "/app/uploads/{upload_id}": "upload",
    "/app/messages": "messages",
    "/app/messages/{message_id}": "message",
    "/app/threads/{msisdn}": "thread",
    "/staff/fleet": "fleet",
    "/staff/fleet#phone": "phone",
    "/staff/approvals": "approvals",
    "/staff/accounts": "accounts",
    "/staff/doubts": "doubts",
    "/staff/retention": "retention",
    "/finance/exceptions": "exceptions",
    "/finance/statements": "statements",
    "/audit/balance": "balance",
    "/audit/replay": "replay",
    "/audit/seals": "seals",
    "/audit/export": "export",
}
"""Pages of which docs/pages/ has pictures."""
SERIOUS: Final = frozenset({"serious", "critical"})


def browser_path() -> str:
    """Give the browser that the system has; without one say what to install.

    Where the stories must run (in CI and in a soak) it is a failure.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        words = "the pages were not tried in a browser: install chromium, or run make test as root"
        is_needed = is_soak() or os.environ.get("BROWSER_REQUIRED") == "yes"
        if is_needed:
            pytest.fail(words)
        pytest.skip(words)
    return found


@contextmanager
def one_browser() -> Iterator[Browser]:
    """Give a browser without a window."""
    path = browser_path()
    with started() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text()


@dataclass
class Screen:
    """One person at a screen, who stays on this machine."""

    base_url: str
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.base_url + path)
        return self.page

    def check(self) -> None:
        """Check that nothing was asked for elsewhere, and that nothing broke the policy."""
        host = urlsplit(self.base_url).netloc
        assert [url for url in self.asked if urlsplit(url).netloc != host] == []
        assert self.said == []

    def faults(self) -> list[str]:
        """Say what keeps somebody from using the page, and whether it is wider than the screen."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(_axe())
        found: dict[str, Any] = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        faults = [
            f"{self.page.url}: {each['help']}: {node['html'][:200]}"
            for each in found["violations"]
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]
        width, room = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if width > room:
            faults.append(f"{self.page.url}: {width} wide on a screen of {room}")
        return faults

    def picture_of(self, path: str, size: tuple[int, int], *, dark: bool) -> None:
        """Keep a picture of a page of which one is kept, where pictures are asked for."""
        if KEPT_IN and path in SHOWN:
            name = f"{SHOWN[path]}-{size[0]}{'-dark' if dark else ''}.png"
            self.page.screenshot(path=Path(KEPT_IN) / name, animations="disabled")

    def look(self, size: tuple[int, int], *, dark: bool) -> None:
        """See the page on a screen of this size."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme="dark" if dark else "light")


@contextmanager
def screen(browser: Browser, base_url: str) -> Iterator[Screen]:
    """Give a person's screen, with cookies of its own."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    made = Screen(base_url, context, page)

    def note_request(request: Request) -> None:
        made.asked.append(request.url)

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            made.said.append(message.text)

    page.on("request", note_request)
    page.on("console", note_console)
    page.on("pageerror", lambda error: made.said.append(str(error)))
    yield made
    made.check()
    context.close()
