"""An honest client beside hostile ones: its sends go on, it may come in, the balancer sees 200."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end import hostile
from tests.end_to_end.client import Answer, Client
from tests.end_to_end.hostile import Attack, SmallDemo, under_attack
from tests.support.counts import soak_count

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(1_800, quick=180))]

ROUNDS: Final = 12
"""Of an honest client, at least; in one it looks and sends, and every tenth time logs in."""
SECONDS: Final = soak_count(60, quick=0)
"""For which an honest client goes on, if its rounds are over before."""
PASSWORD: Final = "nshima and kapenta"
_numbers: Final = itertools.count(1)


class Honest:
    """A customer of the demo, who sends by key and comes in through the balancer."""

    def __init__(self, demo: SmallDemo) -> None:
        self._sender = demo.client
        self._balancer = Client(self._sender.base_url, "", from_host=hostile.PROXY)
        self._email = "honest@example.test"
        self.rounds = 0
        body = {"name": "Honest", "email": self._email, "password": PASSWORD}
        made = self._post("/api/v1/auth/register", body)
        assert made.status == 201, str(made)

    def go(self) -> list[str]:
        """Look, send and log in; give every answer that was not as it should be."""
        faults: list[str] = []
        until_s = time.monotonic() + SECONDS
        for number in itertools.count():
            if number >= ROUNDS and time.monotonic() >= until_s:
                break
            self.rounds += 1
            look = self._balancer.get("/readyz")
            faults += [] if look.status == 200 else [f"look {number}: {look}"]
            sent = self._sender.send(f"26097{next(_numbers) + 9_000_000:07}", "Hello")
            faults += [] if sent.status == 200 else [f"send {number}: {sent}"]
            if number % 10 == 0:
                came_in = self._post(
                    "/api/v1/auth/login", {"email": self._email, "password": PASSWORD}
                )
                faults += [] if came_in.status == 200 else [f"login {number}: {came_in}"]
        return faults

    def _post(self, path: str, body: object) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": f"203.0.113.{next(_numbers) % 250 + 1}",
        }
        return self._balancer.call("POST", path, body=json.dumps(body).encode(), headers=headers)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[SmallDemo]:
    with SmallDemo(tmp_path / "demo") as demo:
        yield demo


def attacks(demo: SmallDemo) -> dict[str, Attack]:
    """Every attack on a demo, by name."""
    base_url = demo.place["base_url"]
    port = int(base_url.rsplit(":", 1)[1])
    tenant = demo.cli("account", "create", "Searcher", "--email", "searcher@example.test")
    demo.cli("wallet", "grant", tenant["account_id"], hostile.MESSAGES, "--reason", "a siege")
    client = Client(base_url, tenant["api_key"], from_host=hostile.STRANGER)
    hostile.make_long_log(client)
    return {
        "silent connections": hostile.say_nothing(port),
        "wrong logins from one line": hostile.log_in_wrongly(base_url),
        "sixty who look": hostile.look_whether_it_is_ready(base_url),
        "a tenant that searches": hostile.search(client),
    }


def test_an_honest_client_goes_on_beside_each_and_all_of_them(
    demo: SmallDemo, report_count: Callable[..., None]
) -> None:
    honest = Honest(demo)
    assert honest.go() == []
    every = attacks(demo)
    faults = {
        f"beside {name}": told for name, attack in every.items() if (told := beside(honest, attack))
    }
    if told := beside(honest, *every.values()):
        faults["beside all"] = told
    for name, told in faults.items():
        print(name, len(told), told[:3])
    report_count(
        "rounds of an honest client beside hostile ones", honest.rounds, len(faults), "none"
    )
    assert not any(faults.values())
    assert honest.go() == []


def beside(honest: Honest, *attacks: Attack) -> list[str]:
    """Let an honest client go beside attacks; give what went wrong for it."""
    with under_attack(*attacks):
        time.sleep(0.5)  # until it has begun
        return honest.go()


def test_a_log_that_nobody_reads_stops_nobody(tmp_path: Path) -> None:
    with SmallDemo(tmp_path / "demo", is_unread=True) as demo:
        honest = Honest(demo)
        with under_attack(hostile.look_whether_it_is_ready(demo.place["base_url"])):
            assert honest.go() == []
