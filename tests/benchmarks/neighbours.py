"""What one tenant's searches cost another: its balance, its sends, and the write-ahead log."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Final

from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.fill import Filler
from tests.benchmarks.gateways import Account, Guest, Place, greet, single_shots
from tests.benchmarks.load import Load
from tests.benchmarks.reading import CATCH_UP_S
from tests.benchmarks.sends import notes, per_second
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.client import Client

MESSAGES: Final = 200_000
SEARCHERS: Final = 24
CONNECTIONS: Final = 16
BALANCE_P99_MS: Final = 50
SENDS_SHARE: Final = 0.9
WARM_S: Final = 1.0
READS_MIN: Final = 10


def searches(bench: Bench) -> Iterator[Row]:
    """Another tenant's balance and sends, alone and beside 24 searches at a time."""
    for store in STORES:
        with bench.place(store) as place, place.guest() as guest:
            searching = guest.create_account("Searching")
            messages = min(MESSAGES, bench.messages)
            Filler(guest, searching).fill(messages, bench.say)
            guest.system.follower.catch_up(timeout_s=CATCH_UP_S)
            yield from _beside(bench, place, guest, searching, f"{messages:,} messages, {store}")


def _beside(
    bench: Bench, place: Place, guest: Guest, searching: Account, what: str
) -> Iterator[Row]:
    account = guest.create_account()
    guest.stay_online()
    with place.web("all") as url:
        greet(url, [account])
        alone_ms = _balances_ms(url, account, bench.seconds)
        with _searching(url, searching) as answered:
            beside_ms = _balances_ms(url, account, bench.seconds)
            found = f"{len(answered)} searches answered, the slowest in {max(answered):.1f} s"
        yield Row(
            what=f"another tenant's balance beside {SEARCHERS} searches of {what}",
            figure=Figure(value=beside_ms[98], unit="ms", what="p99"),
            baseline=Figure(value=alone_ms[98], unit="ms", what="p99 without them"),
            aim=f"p99 ≤ {BALANCE_P99_MS} ms",
            is_met=beside_ms[98] <= BALANCE_P99_MS,
            notes=f"p50 {beside_ms[49]:.1f} ms; {found}",
        )
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)

        def fire() -> Load:
            return bench.fire(url, shots, connections=CONNECTIONS).result()

        def fire_beside() -> Load:
            with _searching(url, searching):
                return fire()

        alone, beside = bench.in_turns((fire, fire_beside), guest=guest, what="sends, beside")
        logs = {file.name: file.stat().st_size / 1e6 for file in place.folder.glob("*.db-wal")}
    sizes = "".join(f"; {name} {size:.0f} MB" for name, size in sorted(logs.items()))
    yield Row(
        what=f"another tenant's sends beside {SEARCHERS} searches of {what}",
        figure=per_second(beside),
        baseline=per_second(alone, "without them"),
        aim=f"≥ {SENDS_SHARE}",
        is_met=beside.rate >= SENDS_SHARE * alone.rate,
        notes=notes(beside.times, beside.trouble) + sizes,
    )


def _balances_ms(url: str, account: Account, seconds: int) -> list[float]:
    """Read the balance for so long, one request after the other; give the hundredths."""
    client = Client(url, account.key)
    taken_ms: list[float] = []
    until_s = time.monotonic() + seconds
    while len(taken_ms) < READS_MIN or time.monotonic() < until_s:
        started_s = time.perf_counter()
        answer = client.call("GET", "/api/v1/balance")
        taken_ms.append((time.perf_counter() - started_s) * 1_000)
        if answer.status != 200:
            msg = f"a balance was answered {answer}"
            raise RuntimeError(msg)
        time.sleep(0.005)  # one who asks now and then, no load of its own
    client.hang_up()
    return quantiles(taken_ms, n=100, method="inclusive")


@contextmanager
def _searching(url: str, account: Account) -> Iterator[list[float]]:
    """Search without end, many at a time; give the seconds of those that were answered."""
    stop = threading.Event()
    answered_s = [0.0]

    def search() -> None:
        client = Client(url, account.key, timeout_s=60)
        while not stop.is_set():
            started_s = time.monotonic()
            answer = client.call("GET", "/api/sms/logs?search=nowhere-to-be-found")
            if answer.status == 200:
                answered_s.append(time.monotonic() - started_s)
            else:
                stop.wait(1)
        client.hang_up()

    threads = [threading.Thread(target=search) for _ in range(SEARCHERS)]
    for thread in threads:
        thread.start()
    time.sleep(WARM_S)  # until the searches have filled every place
    try:
        yield answered_s
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
