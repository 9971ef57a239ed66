"""A customer who sends and logs in as customers do, and keeps how long each send took."""

import itertools
import json
import time
from typing import Final

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.hostile import PROXY, SmallDemo

ROUNDS: Final = 12
"""Of an honest client, at least; in one it looks and sends, and every tenth time logs in."""
PASSWORD: Final = "nshima and kapenta"
_numbers: Final = itertools.count(1)


class Honest:
    """A customer of the demo, who sends by key and comes in through the balancer."""

    def __init__(self, demo: SmallDemo) -> None:
        self._sender = demo.client
        self._balancer = Client(self._sender.base_url, "", from_host=PROXY)
        self._email = "honest@example.test"
        self.rounds = 0
        self.sends_ms: list[float] = []
        body = {"name": "Honest", "email": self._email, "password": PASSWORD}
        made = self._post("/api/v1/auth/register", body)
        assert made.status == 201, str(made)

    def go(self, seconds: float) -> list[str]:
        """Look, send and log in for so long; give every answer that was not as it should be."""
        faults: list[str] = []
        self.sends_ms = []
        until_s = time.monotonic() + seconds
        for number in itertools.count():
            if number >= ROUNDS and time.monotonic() >= until_s:
                break
            self.rounds += 1
            look = self._balancer.get("/readyz")
            faults += [] if look.status == 200 else [f"look {number}: {look}"]
            sent = self._send()
            faults += [] if sent.status == 200 else [f"send {number}: {sent}"]
            if number % 10 == 0:
                came_in = self._post(
                    "/api/v1/auth/login", {"email": self._email, "password": PASSWORD}
                )
                faults += [] if came_in.status == 200 else [f"login {number}: {came_in}"]
        return faults

    def _send(self) -> Answer:
        begun_s = time.perf_counter()
        sent = self._sender.send(f"26097{next(_numbers) + 9_000_000:07}", "Hello")
        self.sends_ms.append((time.perf_counter() - begun_s) * 1_000)
        return sent

    def _post(self, path: str, body: object) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": f"203.0.113.{next(_numbers) % 250 + 1}",
        }
        return self._balancer.call("POST", path, body=json.dumps(body).encode(), headers=headers)
