"""What tags and seals cost a send that comes by HTTP, in the whole ``serve`` that seals too."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Final

from adapters.bootstrap import seal_key_file
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Guest, Place, greet, single_shots
from tests.benchmarks.load import Shot
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import wait_until_ready
from tests.support.servers import free_port

CONNECTIONS: Final = 64
TURNS: Final = 12
SLOWED_MAX: Final = 0.05


class How(StrEnum):
    """What a gateway does for the proof."""

    BARE = "bare"
    TAGGED = "tagged"
    SEALED = "tagged and sealed"


@dataclass(slots=True)
class _Served:
    """A whole ``serve`` under load; what its turns took."""

    url: str
    pid: int
    guest: Guest
    shots: list[Shot]
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Of the gateway's process, for one send."""

    def turn(self, bench: Bench) -> None:
        """Load it for a while."""
        self.guest.stay_online()
        before_s = cpu_s(self.pid)
        load = bench.fire(self.url, self.shots, connections=CONNECTIONS).result()
        self.cpu_us.append((cpu_s(self.pid) - before_s) / load.accepted * 1e6)
        self.rates.append(load.rate)


def sealed_sends(bench: Bench) -> Iterator[Row]:
    """On each store: sends to a gateway that tags and seals, beside one that does neither."""
    for store in STORES:
        with ExitStack() as stack:
            served = {how: _served(bench, stack, store, how) for how in How}
            for number in range(1, TURNS + 1):
                for one in served.values():
                    one.turn(bench)
                told = "; ".join(f"{how} {_told(one)}" for how, one in served.items())
                bench.say(f"{store}, turn {number} of {TURNS}: {told}")
        bare = served.pop(How.BARE)
        yield from (_row(store, how, one, bare) for how, one in served.items())


def _served(bench: Bench, stack: ExitStack, store: str, how: How) -> _Served:
    place = stack.enter_context(bench.place(store))
    guest = stack.enter_context(place.guest())
    account = guest.create_account()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = place.process("serve", "--role", "all", "--port", port, name="web")
    if how is How.BARE:
        process.module = "tests.benchmarks.untagged"
    if how is How.SEALED:
        make_key_file(seal_key_file(_settings(place)))
    stack.enter_context(process)
    wait_until_ready(process, url)
    guest.stay_online()
    greet(url, [account])
    shots = single_shots([account])
    bench.warm_up(url, shots, connections=CONNECTIONS)
    return _Served(url, process.pid, guest, shots)


def _settings(place: Place) -> Settings:
    return Settings(data_dir=place.folder, database_url=place.database_url)


def _row(store: str, how: How, mine: _Served, bare: _Served) -> Row:
    slower = 1 - median(own / other for own, other in zip(mine.rates, bare.rates, strict=True))
    dearer = median(own / other for own, other in zip(mine.cpu_us, bare.cpu_us, strict=True))
    return Row(
        what=f"single sends, {how}, {store}: the whole serve",
        figure=Figure(value=median(mine.rates), unit="/s"),
        baseline=Figure(value=median(bare.rates), unit="/s", what="bare"),
        aim=f"at most {SLOWED_MAX:.0%} slower",
        is_met=slower <= SLOWED_MAX,
        notes=(
            f"{slower:+.1%} slower and {dearer - 1:+.1%} CPU in {TURNS} turns side by side;"
            f" {median(mine.cpu_us):.0f} µs of CPU a send, bare {median(bare.cpu_us):.0f}"
        ),
    )


def _told(one: _Served) -> str:
    return f"{one.rates[-1]:,.0f}/s, {one.cpu_us[-1]:.0f} µs of CPU"
