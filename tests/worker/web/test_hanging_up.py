"""A search goes on only while somebody may be there for its answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from projections import searching
from tests.api.conftest import Gateway
from tests.api.pages.browser import SESSION
from tests.end_to_end.waiting import wait_until
from tests.support.staff import open_session
from tests.worker.web.wire import Wire, request

MESSAGES = 3
LOOKS = MESSAGES + 1
"""Slices of one message; only the one after the last finds that it is over."""


class Slices:
    """Holds every search after each slice until the test lets it go on."""

    def __init__(self) -> None:
        self.begun = 0
        self._may_go_on = threading.Semaphore(0)

    def let(self, count: int) -> None:
        self._may_go_on.release(count)

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        self.begun += 1
        yield
        assert self._may_go_on.acquire(timeout=5)


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> Slices:
    slices = Slices()
    monkeypatch.setattr(searching, "SLICE", 1)
    monkeypatch.setattr(searching, "giving_way", slices.giving_way)
    return slices


def search_of(gateway: Gateway, *, by_page: bool = False) -> bytes:
    for _ in range(MESSAGES):
        assert gateway.send().status_code == 200
    if by_page:
        cookie = f"{SESSION}={open_session(gateway.system, gateway.account)}"
        return request("/app/messages?search=Hello", None, f"Cookie: {cookie}", "Accept: text/html")
    return request("/api/sms/logs?search=Hello", None, f"Authorization: Bearer {gateway.key}")


def let_the_server_see_it(gateway: Gateway) -> None:
    """Ask something: what the server got before, it has seen when it answers this."""
    assert gateway.balance()


@pytest.mark.parametrize("by_page", [False, True], ids=["api", "page"])
def test_a_search_ends_when_its_client_hangs_up_and_the_next_one_has_its_turn(
    gateway: Gateway, slices: Slices, by_page: bool
) -> None:
    search = search_of(gateway, by_page=by_page)
    with Wire(gateway.port) as gone:
        gone.say(search)
        wait_until(lambda: slices.begun == 1, within_s=5, what="it looks")
    let_the_server_see_it(gateway)
    slices.let(1 + LOOKS)  # what the next one needs, and the first to go on with
    with Wire(gateway.port) as patient:
        found = patient.say(search).hear()
    assert (found.status, found.body.count(b"Hello") >= MESSAGES) == (200, True)


def test_a_client_that_only_sends_no_more_is_told_why_its_search_ended(
    gateway: Gateway, slices: Slices
) -> None:
    with Wire(gateway.port) as wire:
        wire.say(search_of(gateway))
        wait_until(lambda: slices.begun == 1, within_s=5, what="it looks")
        wire.socket.shutdown(socket.SHUT_WR)
        let_the_server_see_it(gateway)
        slices.let(1)
        refused = wire.hear()
    assert refused.status == 422
    assert refused.json["errors"] == {"search": [searching.HUNG_UP]}


def test_what_one_slice_finds_is_answered_to_who_sends_no_more(gateway: Gateway) -> None:
    with Wire(gateway.port) as wire:
        wire.say(search_of(gateway)).socket.shutdown(socket.SHUT_WR)
        assert wire.hear().json["data"]["total"] == MESSAGES
