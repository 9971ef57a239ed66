"""Logins that fail: an address that nobody has, beside a password that is wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from application.accounts import CreateAccount
from tests.benchmarks.bench import SQLITE, STORES, Bench
from tests.benchmarks.gateways import Guest, Place, greet, single_shots
from tests.benchmarks.load import Load
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import Process, wait_until_ready
from tests.support.servers import free_port

TRIES: Final = 150
"""Of each kind, in turn; each for an address of its own, so that none is slowed."""
WARM_UP: Final = 10
WITHIN: Final = 0.10
CONNECTIONS: Final = 64
FLOODERS: Final = 16


def logins(bench: Bench) -> Iterator[Row]:
    """Medians of both, in turn, from one client."""
    for store in STORES:
        with bench.place(store) as place:
            yield _row(place)


def flooded_logins(bench: Bench) -> Iterator[Row]:
    """Single sends alone, and while logins come in from everywhere."""
    with bench.place(SQLITE) as place, place.guest() as guest, _web(place) as url:
        account = guest.create_account()
        guest.stay_online()
        greet(url, [account])
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)
        tried: list[float] = []

        def fire() -> Load:
            return bench.fire(url, shots, connections=CONNECTIONS).result()

        def fire_in_the_flood() -> Load:
            with _flood(url) as count_tries:
                started_s = time.monotonic()
                load = fire()
                tried.append(count_tries() / (time.monotonic() - started_s))
            return load

        alone, beside = bench.in_turns(
            (fire, fire_in_the_flood), guest=guest, what="sends, sends beside a flood of logins"
        )
    yield Row(
        what="single sends beside a flood of logins, SQLite: serve --role api",
        figure=Figure(value=beside.rate, unit="/s"),
        baseline=Figure(value=alone.rate, unit="/s", what="without it"),
        aim="full speed",
        is_met=beside.rate >= 0.8 * alone.rate,
        notes=f"{beside.times}; {median(tried):,.0f} logins answered a second",
    )


@contextmanager
def _flood(url: str) -> Iterator[Callable[[], int]]:
    """Log in from many addresses for many accounts at once; give how many tries were answered."""
    stop = threading.Event()
    answered = [0] * FLOODERS

    def flood(place: int) -> None:
        client = Client(url, "")
        while not stop.is_set():
            number = answered[place] * FLOODERS + place
            body = json.dumps({"email": f"flood-{number}@example.test", "password": "x" * 12})
            address = f"10.{place}.{number // 250 % 250}.{number % 250 + 1}"
            headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
            client.call("POST", "/api/v1/auth/login", body=body.encode(), headers=headers)
            answered[place] += 1
        client.hang_up()

    threads = [threading.Thread(target=flood, args=(place,)) for place in range(FLOODERS)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(answered)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


@contextmanager
def _web(place: Place) -> Iterator[str]:
    """Serve with the word of proxies on this host believed, so that one client is many."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {**place.environment, "NGOMA_TRUSTED_PROXIES": "127.0.0.1"}
    arguments = ("serve", "--role", "api", "--port", port)
    with Process(*arguments, log=place.folder / "web.log", settings=settings) as web:
        wait_until_ready(web, url)
        yield url


def _row(place: Place) -> Row:
    with place.guest() as guest:
        for number in range(WARM_UP + TRIES):
            _create(guest, _known(number))
    with _web(place) as url:
        client = Client(url, "")
        unknown_ms, wrong_ms = [], []
        for number in range(WARM_UP + TRIES):
            unknown_ms.append(_try(client, f"unknown-{number}@example.test", 2 * number))
            wrong_ms.append(_try(client, _known(number), 2 * number + 1))
        client.hang_up()
    unknown, wrong = median(unknown_ms[WARM_UP:]), median(wrong_ms[WARM_UP:])
    return Row(
        what=f"a login that fails, {place.name}: unknown e-mail",
        figure=Figure(value=unknown, unit="ms", what="median"),
        baseline=Figure(value=wrong, unit="ms", what="median with a wrong password"),
        aim=f"within {WITHIN:.0%}",
        is_met=abs(unknown / wrong - 1) <= WITHIN,
        notes=f"{TRIES} of each, in turn",
    )


def _known(number: int) -> str:
    return f"known-{number}@example.test"


def _create(guest: Guest, email: str) -> None:
    system = guest.system
    _, new_key = system.keyring.make("bench")
    guest.run(
        CreateAccount(
            name="Bench",
            email=email,
            email_digest=system.digests.email(email),
            key=new_key,
            password_hash=system.logins.hasher.hash("the right password"),
            actor=None,
            at=system.clock.now(),
        )
    )


def _try(client: Client, email: str, number: int) -> float:
    """Give how long one login takes, in milliseconds, from an address of its own."""
    body = json.dumps({"email": email, "password": "a wrong password"}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
    }
    started_s = time.perf_counter()
    answer = client.call("POST", "/api/v1/auth/login", body=body, headers=headers)
    taken_s = time.perf_counter() - started_s
    if answer.status != 401:
        msg = f"a wrong login was answered {answer}"
        raise RuntimeError(msg)
    return taken_s * 1_000
