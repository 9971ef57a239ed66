"""A phone that is connected is told at once; who is not interested is left alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest

from api.app import create_app
from tests.api.conftest import Gateway, StartGateway, served
from tests.end_to_end.waiting import wait_until
from tests.support.phone import BASE, code_for_phone, running_phone


@pytest.fixture
def gateway(start_gateway: StartGateway) -> Gateway:
    """Give a gateway without modems."""
    return start_gateway(online=False)


def wait_for_sims(gateway: Gateway, count: int = 1) -> None:
    system = gateway.system
    online = partial(system.queries.sims, system.clock.now())
    wait_until(lambda: len(online()) == count, within_s=60, what="the SIMs have come")
    gateway.forget_fleet()


@pytest.mark.slow
def test_a_message_reaches_a_phone_without_waiting_for_its_next_pull(gateway: Gateway) -> None:
    url, code = str(gateway.http.base_url), code_for_phone(gateway.system)
    with running_phone(url, code) as (_, air):
        wait_for_sims(gateway)
        assert gateway.send().status_code == 200
        wait_until(lambda: len(air.segments) == 1, within_s=60, what="it is on the air")
        assert gateway.send().status_code == 200
        wait_until(lambda: len(air.segments) == 2, within_s=60, what="the next, too")


class Raw:
    """A phone that says only what a test has it say."""

    def __init__(self, gateway: Gateway) -> None:
        self._base = gateway.http.base_url.join(BASE)
        headers = {"Authorization": f"Code {code_for_phone(gateway.system)}"}
        told = httpx.post(f"{self._base}/device", json={}, headers=headers).json()
        self.device = told["id"]
        self._headers = {"Authorization": f"Bearer {told['token']}"}

    def pull(self) -> int:
        """Give how many it got."""
        return len(httpx.get(f"{self._base}/message", headers=self._headers).json())

    def listen(self, stack: ExitStack, url: str | None = None) -> Iterator[str]:
        """Connect; give what is said, piece by piece."""
        where = f"{url or self._base}/events"
        answer = stack.enter_context(httpx.stream("GET", where, headers=self._headers, timeout=60))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        said = answer.iter_text()
        assert next(said) == ":ok\n\n"
        return said


@pytest.mark.slow
def test_only_a_phone_that_would_take_a_message_is_told(gateway: Gateway) -> None:
    full = Raw(gateway)
    assert full.pull() == 0
    wait_for_sims(gateway)
    for _ in range(6):
        assert gateway.send().status_code == 200
    wait_until(full.pull, within_s=60, what="it got some")
    wait_until(lambda: full.pull() == 0, within_s=60, what="it has as many as it may")
    idle = Raw(gateway)
    with ExitStack() as stack:
        first = full.listen(stack)
        said = idle.listen(stack)
        wait_until(idle.pull, within_s=60, what="it got the sixth")
        assert gateway.send().status_code == 200
        assert next(said) == "event: MessageEnqueued\ndata: null\n\n"
        full.listen(stack)  # ends the first, which heard nothing else
        assert list(first) == []


def test_a_process_that_ends_lets_phones_go_in_good_order(gateway: Gateway) -> None:
    phone = Raw(gateway)
    with ExitStack() as stack:
        with served(create_app(gateway.system), gateway.system) as url:
            said = phone.listen(stack, f"{url}{BASE}")
        assert list(said) == []


def test_who_is_no_phone_hears_nothing(gateway: Gateway) -> None:
    url = gateway.http.base_url.join(f"{BASE}/events")
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": "Bearer x"}).status_code == 401
    assert httpx.head(url).status_code == 405
