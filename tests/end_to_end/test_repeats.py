"""A request that is retried after its 503 is one acceptance: between processes, after a restart."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.fleet import Fleet, NewAccount, Scaled, Served
from tests.end_to_end.gateway import UNLIMITED, Process, wait_until_ready
from tests.end_to_end.truth import on_air
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases

pytestmark = pytest.mark.processes

CREDITS = 1_000
CLIENTS = 8
MANY = [f"09770001{n:02}" for n in range(40)]
ONE = "0977000200"
TEXT = "Once, please"


@dataclass
class Place:
    """A gateway with one modem, and the processes that answer its clients."""

    fleet: Fleet
    servers: Sequence[Process]
    base_urls: Sequence[str]

    def __post_init__(self) -> None:
        self.account: NewAccount = self.fleet.create_account(credits=CREDITS)
        self.clients = [Client(url, self.account.api_key) for url in self.base_urls]

    def lose_the_modem(self) -> None:
        """Pull it out, and wait until every process tells its clients."""
        self.fleet.modems["mtn"].stop()
        for client in self.clients:
            wait_until(partial(_hears_of_it, client), what="the network is offline")

    def restart(self) -> None:
        """End the processes and start them again."""
        for client in self.clients:
            client.hang_up()
        for server, base_url in zip(self.servers, self.base_urls, strict=True):
            assert server.stop() == 0
            server.spawn()
            wait_until_ready(server, base_url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        with Served(tmp_path, settings=UNLIMITED, networks=["mtn"]) as served:
            yield Place(served, [served.server], [served.base_url])
        return
    databases: TemplateDatabases = request.getfixturevalue("databases")
    database_url = databases.fresh_database()
    with Scaled(
        tmp_path,
        database_url=database_url,
        redis_url=request.getfixturevalue("redis_url"),
        settings=UNLIMITED,
        networks=["mtn"],
    ) as scaled:
        yield Place(scaled, scaled.apis, scaled.base_urls)
    databases.drop(database_url)


def _hears_of_it(client: Client) -> bool:
    return client.send("0977000999", "Anybody?").status == 503


def ask(place: Place, kind: str, turn: int) -> Answer:
    """Send to one or to many, each time in another order, through one process after the other."""
    client = place.clients[turn % len(place.clients)]
    if kind == "single":
        return client.send(ONE, TEXT)
    return client.bulk([*MANY[turn:], *MANY[:turn]], TEXT)


def ids(answer: Answer) -> dict[str, str]:
    entries = answer.json.get("messages", [answer.json])
    return {entry["recipient"]: entry["message_id"] for entry in entries}


def is_replay(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def test_retries_of_a_503_are_sent_once_and_charged_once(place: Place) -> None:
    place.lose_the_modem()
    before = place.clients[0].balance()
    accepted: dict[str, dict[str, str]] = {}
    for kind in ("single", "bulk"):
        with ThreadPoolExecutor(CLIENTS) as pool:
            turns = range(CLIENTS)
            answers = list(pool.map(lambda turn, kind=kind: ask(place, kind, turn), turns))
        assert {answer.status for answer in answers} == {503}, [str(one) for one in answers]
        assert sum(not is_replay(answer) for answer in answers) == 1
        accepted[kind] = ids(answers[0])
        assert [ids(answer) for answer in answers] == [accepted[kind]] * CLIENTS
    assert [client.balance() for client in place.clients] == [before - 41] * len(place.clients)

    place.restart()
    for kind, first in accepted.items():
        again = ask(place, kind, 5)
        assert (again.status, is_replay(again), ids(again)) == (503, True, first)

    place.fleet.modems["mtn"].spawn()
    client = place.clients[0]
    wait_until(
        lambda: client.full_balance()["reserved"] == 0, within_s=60, what="all messages have left"
    )
    for kind, first in accepted.items():
        again = ask(place, kind, 7)
        assert (again.status, is_replay(again), ids(again)) == (200, True, first)
    assert client.balance() == before - 41
    aired = Counter(line["recipient"] for line in on_air(place.fleet.folder / "modems"))
    assert {aired[f"+26{to}"] for to in (ONE, *MANY)} == {1}
