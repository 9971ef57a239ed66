"""One tenant's searches take one thread, and neither another's reads nor its own wait for them."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from application.ports.queries import LogFilter, LogPage
from application.system import System
from projections import searching
from tests.api.conftest import Client, Gateway, StartGateway
from tests.api.people import Person, register
from tests.end_to_end.waiting import wait_until

SEARCHES = 24


class HeldSearches:
    """The read models, whose searches end only when the test lets them."""

    def __init__(self, queries: Any) -> None:
        self._queries = queries
        self.may_end = threading.Event()
        self.running: list[int] = []
        """The accounts that are being searched now."""
        self.most_of_one = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queries, name)

    def log(self, account: int, wanted: LogFilter, **how: Any) -> LogPage:
        if wanted.search:
            self.running.append(account)
            self.most_of_one = max(self.most_of_one, self.running.count(account))
            self.may_end.wait(20)
            self.running.remove(account)
        return cast("LogPage", self._queries.log(account, wanted, **how))


@contextmanager
def searching_at_once(
    gateway: Gateway, key: str, threads: ThreadPoolExecutor
) -> Iterator[list["Future[int]"]]:
    def search() -> int:
        with Client(str(gateway.http.base_url)) as client:
            headers = {"Authorization": f"Bearer {key}"}
            return client.get("/api/sms/logs?search=x", headers=headers).status_code

    yield [threads.submit(search) for _ in range(SEARCHES)]


@pytest.mark.slow
def test_an_account_that_searches_takes_one_thread_and_keeps_nobody_waiting(
    start_gateway: StartGateway,
) -> None:
    held: list[HeldSearches] = []

    def holding(system: System) -> System:
        held.append(HeldSearches(system.queries))
        return replace(system, queries=cast("Any", held[0]))

    gateway = start_gateway(change=holding)
    other = register(gateway)
    with (
        ThreadPoolExecutor(SEARCHES + 1) as threads,
        searching_at_once(gateway, gateway.key, threads) as searches,
    ):
        wait_until(lambda: held[0].running, within_s=10, what="a search runs")
        for _ in range(3):
            assert other.ask_by_key("GET", "/api/v1/balance").status_code == 200
            assert other.ask_by_key("GET", "/api/sms/logs").status_code == 200
            assert gateway.get("/api/v1/balance").status_code == 200
            assert gateway.get("/api/sms/logs").status_code == 200
        its_own = threads.submit(other.ask_by_key, "GET", "/api/sms/logs?search=x")
        wait_until(lambda: other.account in held[0].running, within_s=10, what="its search runs")
        assert sorted(held[0].running) == [gateway.account, other.account]
        held[0].may_end.set()
        assert its_own.result().status_code == 200
        assert [search.result() for search in searches] == [200] * SEARCHES
    assert held[0].most_of_one == 1


def test_a_search_that_takes_too_long_says_so(
    own_gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCH_S", -1.0)
    answer = own_gateway.get("/api/sms/logs", search="x")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"search": [searching.TOO_LONG]}


def test_a_page_far_down_takes_the_same_one_thread(person: Person) -> None:
    assert LogFilter(offset=10_001).is_slow
    assert not LogFilter(offset=10_000, status="sent").is_slow
    assert person.ask("GET", "/api/sms/logs?page=999999").status_code == 200


@pytest.fixture
def person(own_gateway: Gateway) -> Person:
    return register(own_gateway)
