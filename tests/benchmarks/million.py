"""A store that holds a million messages, against an empty one."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tests.benchmarks.bench import SQLITE, Bench
from tests.benchmarks.fill import SHOWN_EVERY_S, Filler
from tests.benchmarks.gateways import Guest, Place, greet, single_shots
from tests.benchmarks.load import Load
from tests.benchmarks.reading import catching_up
from tests.benchmarks.sends import CONNECTIONS, notes, per_second
from tests.benchmarks.table import Row

SHARE_MIN: Final = 0.9
LOOKED_AT: Final = 100_000
"""Messages with which the read models' speed is looked at; more would tell the same."""


def full_store(bench: Bench) -> Iterator[Row]:
    """Single sends to the whole ``serve`` over SQLite: empty, then full, read models and all."""
    with bench.place(SQLITE) as empty, bench.place(SQLITE) as full:
        with full.guest() as guest:
            yield from _fill(bench, full, guest)
        size = f"{_size_mb(full):,.0f} MB of disk, read models among them"
        bench.say(f"the full store takes {size}")
        with empty.guest() as of_empty, full.guest() as of_full:
            row = _compare(bench, (empty, of_empty), (full, of_full))
            yield replace(row, notes=notes(size, row.notes))


def _fill(bench: Bench, place: Place, guest: Guest) -> Iterator[Row]:
    """Fill the store; what a look at the speed needs is followed at once, the rest meanwhile."""
    filler = Filler(guest, guest.create_account("Filler"))
    started_s = time.monotonic()
    looked_at = min(bench.messages, LOOKED_AT)
    filler.fill(looked_at, bench.say)
    yield catching_up(bench, guest, f"SQLite, {looked_at:,} messages")
    if bench.messages > looked_at:
        with place.web("all", name="meanwhile"):
            filler.fill(bench.messages - looked_at, bench.say)
            _wait_until_followed(bench, guest)
    bench.say(f"filled in {time.monotonic() - started_s:.0f} s")


def _wait_until_followed(bench: Bench, guest: Guest) -> None:
    head, read = guest.system.store.head(), guest.system.queries.projections
    while (at := min(each.position for each in read())) < head:
        bench.say(f"followed: {at:,} of {head:,} events")
        if any(each.error for each in read()):
            msg = f"the read models stopped: {[each.error for each in read()]}"
            raise RuntimeError(msg)
        time.sleep(SHOWN_EVERY_S)


def _compare(bench: Bench, empty: tuple[Place, Guest], full: tuple[Place, Guest]) -> Row:
    (empty_place, of_empty), (full_place, of_full) = empty, full
    with empty_place.web("all") as empty_url, full_place.web("all") as full_url:
        shots = []
        for guest, url in ((of_empty, empty_url), (of_full, full_url)):
            account = guest.create_account()
            guest.stay_online()
            greet(url, [account])
            shots.append(single_shots([account]))
            bench.warm_up(url, shots[-1], connections=CONNECTIONS)

        def fire(place: int) -> Load:
            guest, url = ((of_empty, empty_url), (of_full, full_url))[place]
            guest.stay_online()
            return bench.fire(url, shots[place], connections=CONNECTIONS).result()

        at_empty, at_full = bench.in_turns(
            (lambda: fire(0), lambda: fire(1)), what="empty store, full store"
        )
    return Row(
        what=f"{bench.messages:,} messages in the store against empty, SQLite, the whole serve",
        figure=per_second(at_full),
        baseline=per_second(at_empty, "empty"),
        aim=f"≥ {SHARE_MIN}",
        is_met=at_full.rate >= SHARE_MIN * at_empty.rate,
        notes=notes(at_full.times, at_full.trouble or at_empty.trouble),
    )


def _size_mb(place: Place) -> float:
    return sum(file.stat().st_size for file in place.folder.glob("*.db*")) / 1e6
