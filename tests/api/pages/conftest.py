"""Browsers for tests, which are closed after each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from tests.api.conftest import Gateway
from tests.api.pages.browser import Browser

OpenBrowser = Callable[..., Browser]


@pytest.fixture
def open_browser() -> Iterator[OpenBrowser]:
    """Give ``open(gateway, token=…)``: a browser of somebody, maybe logged in."""
    with ExitStack() as stack:

        def open_one(gateway: Gateway, *, token: str = "") -> Browser:
            made = Browser(str(gateway.http.base_url), token=token)
            stack.enter_context(closing(made.http))
            return made

        yield open_one


@pytest.fixture
def browser(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    """Give the browser of somebody who is not logged in."""
    return open_browser(gateway)
