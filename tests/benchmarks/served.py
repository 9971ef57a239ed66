"""A ``serve`` under load of single sends, to be measured in turn with others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.benchmarks.bench import Bench
from tests.benchmarks.gateways import Guest, Place, greet, single_shots
from tests.benchmarks.load import Shot
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import Process, wait_until_ready
from tests.support.servers import free_port

CONNECTIONS: Final = 64
TURNS: Final = 12

Change = Callable[[Place, Process], None]
"""Makes a gateway another one before it starts."""


@dataclass(slots=True)
class Served:
    """A gateway, and what its turns took."""

    url: str
    pid: int
    folder: Path
    guest: Guest
    shots: Sequence[Shot]
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Of the gateway's process, for one send."""

    @classmethod
    def start(
        cls, bench: Bench, stack: ExitStack, store: str, change: Change, *, role: str = "all"
    ) -> "Served":
        """Start one that ends with the stack, and warm it up."""
        place = stack.enter_context(bench.place(store))
        guest = stack.enter_context(place.guest())
        account = guest.create_account()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = place.process("serve", "--role", role, "--port", port, name="web")
        change(place, process)
        stack.enter_context(process)
        wait_until_ready(process, url)
        guest.stay_online()
        greet(url, [account])
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)
        return cls(url, process.pid, place.folder, guest, shots)

    def turn(self, bench: Bench, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Load it for a while; ``meanwhile`` is called once the load has begun."""
        self.guest.stay_online()
        before_s = cpu_s(self.pid)
        firing = bench.fire(self.url, self.shots, connections=CONNECTIONS)
        meanwhile()
        load = firing.result()
        self.cpu_us.append((cpu_s(self.pid) - before_s) / load.accepted * 1e6)
        self.rates.append(load.rate)

    def __str__(self) -> str:
        return f"{self.rates[-1]:,.0f}/s, {self.cpu_us[-1]:.0f} µs of CPU"


def say(bench: Bench, store: str, number: int, served: Mapping[Any, Served]) -> None:
    """Tell what a turn of each came to."""
    told = "; ".join(f"{how} {one}" for how, one in served.items())
    bench.say(f"{store}, turn {number} of {TURNS}: {told}")


def row(what: str, mine: Served, bare: Served, *, slowed_max: float) -> Row:
    """Put one beside another whose turns were the same ones."""
    slower = 1 - median(own / other for own, other in zip(mine.rates, bare.rates, strict=True))
    dearer = median(own / other for own, other in zip(mine.cpu_us, bare.cpu_us, strict=True))
    return Row(
        what=what,
        figure=Figure(value=median(mine.rates), unit="/s"),
        baseline=Figure(value=median(bare.rates), unit="/s", what="bare"),
        aim=f"at most {slowed_max:.0%} slower",
        is_met=slower <= slowed_max,
        notes=(
            f"{slower:+.1%} slower and {dearer - 1:+.1%} CPU in {TURNS} turns side by side;"
            f" {median(mine.cpu_us):.0f} µs of CPU a send, bare {median(bare.cpu_us):.0f}"
        ),
    )
