"""The read models: how fast they catch up with the log, and how closely they follow it live."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median
from typing import Final

from adapters.store.log import StoreLog
from application.books.codec import event_mapper
from tests.benchmarks.bench import SQLITE, STORES, Bench
from tests.benchmarks.fill import Filler
from tests.benchmarks.gateways import (
    Guest,
    Place,
    greet,
    single_shots,
    wait_until_followed,
)
from tests.benchmarks.sends import CONNECTIONS, notes
from tests.benchmarks.table import Figure, Row
from worker.memory import settle_memory

HISTORY_MESSAGES: Final = 40_000
READ_EVENTS: Final = 500
CATCH_UP_S: Final = 900.0
LOOK_EVERY_S: Final = 0.025
EVENTS_A_SECOND: Final = 20_000
LAG_S: Final = 1.0


def projections(bench: Bench) -> Iterator[Row]:
    """Catching up with a history, then following live beside full load, on both stores."""
    for store in STORES:
        with bench.place(store) as place, place.guest() as guest:
            messages = min(HISTORY_MESSAGES, bench.messages)
            Filler(guest, guest.create_account("Filler")).fill(messages, bench.say)
            yield catching_up(bench, guest, f"{store}, {messages:,} messages")
    for store in STORES:
        with bench.place(store) as place:
            yield _following(bench, place)


def catching_up(bench: Bench, guest: Guest, what: str) -> Row:
    """Fold the whole log into all read models, in this process; reading alone is the baseline."""
    head = guest.system.store.head()
    bench.say(f"read models catch up with {head:,} events")
    settle_memory()  # as in each process that follows
    reading = _read_rate(guest, head)
    started_s = time.monotonic()
    if not guest.system.follower.catch_up(timeout_s=CATCH_UP_S):
        stopped = [status.error for status in guest.system.queries.projections()]
        msg = f"the read models did not catch up: {stopped}"
        raise RuntimeError(msg)
    rate = head / (time.monotonic() - started_s)
    return Row(
        what=f"projections catching up, {what}",
        figure=Figure(value=rate, unit="events/s"),
        baseline=Figure(value=reading, unit="events/s", what="read and decoded alone"),
        aim=f"≥ {EVENTS_A_SECOND:,} events/s",
        is_met=rate >= EVENTS_A_SECOND,
        notes=f"{head:,} events into {len(guest.system.queries.projections())} read models",
    )


def _read_rate(guest: Guest, head: int) -> float:
    """Give how many events a second are read and decoded, of the first hundred thousand."""
    log = StoreLog(guest.system.store, event_mapper())
    position, count = 0, 0
    started_s = time.monotonic()
    while position < min(head, 100_000):
        events = log.read(position, READ_EVENTS).events
        position, count = events[-1][0], count + len(events)
    return count / (time.monotonic() - started_s)


class LagWatch:
    """Looks, in a thread, how many seconds the slowest read model is behind the log."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._heads: deque[tuple[float, int]] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lag", daemon=True)
        self.lags_s: list[float] = []

    def __enter__(self) -> "LagWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            now_s = time.monotonic()
            self._heads.append((now_s, self._guest.system.store.head()))
            reached = min(status.position for status in self._guest.system.queries.projections())
            while self._heads and self._heads[0][1] <= reached:
                self._heads.popleft()
            # What is behind has been so since the log was first seen beyond it.
            behind_since_s = self._heads[0][0] if self._heads else now_s
            self.lags_s.append(time.monotonic() - behind_since_s)


def _following(bench: Bench, place: Place) -> Row:
    """Full load on single sends; the read models follow in ``serve`` or in their own process."""
    is_embedded = place.name == SQLITE
    with ExitStack() as stack:
        guest = stack.enter_context(place.guest())
        url = stack.enter_context(place.web("all" if is_embedded else "api"))
        if not is_embedded:
            stack.enter_context(place.process("project", name="project"))
        account = guest.create_account()
        guest.stay_online()
        greet(url, [account])
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)
        wait_until_followed(guest)
        before = guest.system.store.head()
        with LagWatch(guest) as watch:
            load = bench.fire(
                url, shots, connections=CONNECTIONS, seconds=2 * bench.seconds
            ).result()
        written = guest.system.store.head() - before
        ended_s = time.monotonic()
        wait_until_followed(guest)
        rest_s = time.monotonic() - ended_s
    lag = Figure(value=max(watch.lags_s), unit="s", what="at most")
    where = "in the whole serve" if is_embedded else "in a process of its own (ngoma project)"
    return Row(
        what=f"projections following live beside full load, {place.name}, {where}",
        figure=lag,
        aim=f"lag ≤ {LAG_S:.0f} s",
        is_met=lag.value <= LAG_S,
        notes=notes(
            f"typically {median(watch.lags_s):.2f} s, {rest_s:.2f} s after the load's end",
            f"{load.rate:,.0f} sends/s, {written / load.seconds:,.0f} events/s written meanwhile",
            load.trouble,
        ),
    )
