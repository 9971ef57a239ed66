"""Neighbours that cost a gateway all they can: each bounded in count, each from its own address."""

import itertools
import json
import os
import random
import resource
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from tests.end_to_end.client import Client, Unanswered
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.support.counts import soak_count

STRANGER: Final = "127.0.0.2"
"""Whom nobody trusts."""
PROXY: Final = "127.0.0.3"
"""Whose word for who asks is believed."""
OPEN_FILES: Final = 1_024
SILENT: Final = 1_100
LOOKERS: Final = 60
GUESSERS: Final = 96
SEARCHERS: Final = 24
MESSAGES: Final = soak_count(200_000, quick=2_000)
"""Of the tenant that searches."""
STRIKES: Final = soak_count(200_000, quick=10_000)
"""At most, of one attack."""


class SmallDemo(Demo):
    """A demo behind a proxy that may open 1,024 files; its log may be one that nobody reads."""

    prefix = ("prlimit", f"--nofile={OPEN_FILES}:{OPEN_FILES}")

    def __init__(self, folder: Path, *, is_unread: bool = False) -> None:
        super().__init__(folder, settings={**UNLIMITED, "NGOMA_TRUSTED_PROXIES": PROXY})
        self._is_unread = is_unread
        self._unread: BinaryIO | None = None

    def _open_output(self) -> BinaryIO:
        if not self._is_unread:
            return super()._open_output()
        reading, writing = os.pipe()
        self._unread = os.fdopen(reading, "rb")
        self.log.touch()
        return os.fdopen(writing, "wb")

    def _gone(self) -> int:
        if self._unread is not None:
            self._unread.close()
        return super()._gone()


class Attack(Protocol):
    """Something that goes on while it is entered."""

    def __call__(self, stop: threading.Event) -> None:
        """Attack until told to stop, or until the strikes are used up."""


def say_nothing(port: int, *, strikes: int = STRIKES) -> Attack:
    """Keep as many connections open as fit, and say nothing on any; each that goes is replaced."""

    def attack(stop: threading.Event) -> None:
        kept: dict[int, socket.socket] = {}
        poll = select.poll()
        opened = itertools.count()
        while not stop.is_set():
            while len(kept) < SILENT and next(opened) < strikes and not stop.is_set():
                try:
                    one = socket.create_connection(
                        ("127.0.0.1", port), timeout=1, source_address=(STRANGER, 0)
                    )
                except OSError:
                    break
                kept[one.fileno()] = one
                poll.register(one, select.POLLIN)
            for number, _ in poll.poll(50):
                poll.unregister(number)
                kept.pop(number).close()
        for one in kept.values():
            one.close()

    return attack


def _with_hands(hands: int, strike: Callable[[int, int], None], *, strikes: int) -> Attack:
    """Strike from so many threads, each one after the other; a broken connection stops nobody."""

    def attack(stop: threading.Event) -> None:
        numbers = itertools.count()

        def work(hand: int) -> None:
            while not stop.is_set() and (number := next(numbers)) < strikes:
                try:
                    strike(hand, number)
                except Unanswered:
                    stop.wait(0.05)

        threads = [threading.Thread(target=work, args=(hand,)) for hand in range(hands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return attack


def log_in_wrongly(base_url: str, *, strikes: int = STRIKES) -> Attack:
    """Log in with wrong passwords, each time from another address of one IPv6 line."""
    client = Client(base_url, "", from_host=PROXY)

    def strike(hand: int, number: int) -> None:
        body = {"email": f"nobody-{number}@example.test", "password": f"wrong {number:08}"}
        headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": f"2001:db8:7:7:{random.getrandbits(16):x}::{hand + 1:x}",
        }
        client.call("POST", "/api/v1/auth/login", body=json.dumps(body).encode(), headers=headers)

    return _with_hands(GUESSERS, strike, strikes=strikes)


def look_whether_it_is_ready(base_url: str, *, strikes: int = STRIKES) -> Attack:
    """Ask /readyz from sixty connections without end."""
    client = Client(base_url, "", from_host=STRANGER)

    def strike(_hand: int, _number: int) -> None:
        client.get("/readyz")

    return _with_hands(LOOKERS, strike, strikes=strikes)


def search(tenant: Client, *, strikes: int = STRIKES) -> Attack:
    """Search a long log for what is not there."""

    def strike(hand: int, number: int) -> None:
        tenant.get(f"/api/sms/logs?search=nowhere-{hand}-{number}")

    return _with_hands(SEARCHERS, strike, strikes=strikes)


def make_long_log(tenant: Client, messages: int) -> None:
    """Queue as many messages as the tenant that searches has."""
    for first in range(0, messages, 500):
        recipients = [f"26097{number:07}" for number in range(first, min(first + 500, messages))]
        answer = tenant.bulk(recipients, "A text of the long log")
        assert answer.is_accepted, str(answer)


def every_attack(
    demo: SmallDemo, *, messages: int = MESSAGES, strikes: int = STRIKES
) -> dict[str, Attack]:
    """Give every attack on a demo, by name."""
    base_url = demo.place["base_url"]
    port = int(base_url.rsplit(":", 1)[1])
    tenant = demo.cli("account", "create", "Searcher", "--email", "searcher@example.test")
    demo.cli("wallet", "grant", tenant["account_id"], messages, "--reason", "a siege")
    client = Client(base_url, tenant["api_key"], from_host=STRANGER)
    make_long_log(client, messages)
    return {
        "silent connections": say_nothing(port, strikes=strikes),
        "wrong logins from one line": log_in_wrongly(base_url, strikes=strikes),
        "sixty who look": look_whether_it_is_ready(base_url, strikes=strikes),
        "a tenant that searches": search(client, strikes=strikes),
    }


@contextmanager
def under_attack(*attacks: Attack) -> Iterator[None]:
    """Attack while the body runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * OPEN_FILES)), hard))
    stop = threading.Event()
    threads = [threading.Thread(target=attack, args=(stop,)) for attack in attacks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
