"""What is loaded with single sends and measured in turn with others; a ``serve`` above all."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.benchmarks.bench import Bench
from tests.benchmarks.checkouts import Checkout, Errands
from tests.benchmarks.gateways import Place, greet, single_shots
from tests.benchmarks.load import Load, Shot, trouble
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.gateway import Process, wait_until_ready
from tests.support.servers import free_port

CONNECTIONS: Final = 64
TURNS: Final = 12
READY_S: Final = 180
"""A start beside others' work."""

Change = Callable[[Place, Process], None]
"""Makes a gateway another one before it starts."""


@dataclass(slots=True, kw_only=True)
class Contender(ABC):
    """One of those that are measured in turn, and what its turns took."""

    name: str
    url: str
    shots: Sequence[Shot]
    loads: list[Load] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Of all its processes, for one send."""

    @abstractmethod
    def cpu_s(self) -> float:
        """Give the processor time that all its processes have taken, in seconds."""

    @abstractmethod
    def prepare(self) -> None:
        """Make it ready for a turn."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until nothing of a turn is left to do, so that the next one has the machine."""

    @property
    def remark(self) -> str:
        """What is to be known beside its figures."""
        return ""

    @property
    def rates(self) -> list[float]:
        """What was accepted in a second, turn by turn."""
        return [load.rate for load in self.loads]

    @property
    def trouble(self) -> str:
        """What was not accepted in any turn; empty when all was."""
        return trouble(self.name, self.loads)

    def turn(self, bench: Bench, meanwhile: Callable[[], object] = lambda: None) -> Load:
        """Load it for a while; ``meanwhile`` is called once the load has begun."""
        self.prepare()
        before_s = self.cpu_s()
        firing = bench.fire(self.url, self.shots, connections=CONNECTIONS)
        meanwhile()
        load = firing.result()
        self.settle()
        self.loads.append(load)
        self.cpu_us.append((self.cpu_s() - before_s) / max(load.accepted, 1) * 1e6)
        return load

    def __str__(self) -> str:
        return f"{self.rates[-1]:,.0f}/s, {self.cpu_us[-1]:.0f} µs of CPU"


@dataclass(slots=True, kw_only=True)
class Served(Contender):
    """A gateway of ours."""

    pid: int
    folder: Path
    errands: Errands
    is_followed: bool
    behind_s: list[float] = field(default_factory=list)
    """How long its read models still had to do after each turn."""

    @classmethod
    def start(
        cls,
        bench: Bench,
        stack: ExitStack,
        store: str,
        change: Change = lambda _, process: None,
        *,
        role: str = "all",
        checkout: Checkout | None = None,
    ) -> "Served":
        """Start one of this checkout, or another one, that ends with the stack; warm it up."""
        checkout = checkout or Checkout.here()
        place = stack.enter_context(bench.place(store, is_migrated=False))
        errands = stack.enter_context(checkout.errands(place.folder, place.database_url))
        account = errands.create_account()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = checkout.process(
            *("serve", "--role", role, "--port", port),
            log=place.folder / "web.log",
            settings=errands.environment,
        )
        change(place, process)
        stack.enter_context(process)
        wait_until_ready(process, url, within_s=READY_S)
        errands.stay_online()
        greet(url, [account])
        shots = single_shots([account])
        bench.warm_up(url, shots, connections=CONNECTIONS)
        return cls(
            name=checkout.name,
            url=url,
            shots=shots,
            pid=process.pid,
            folder=place.folder,
            errands=errands,
            is_followed=role == "all",
        )

    def cpu_s(self) -> float:
        """Give what ``serve`` and all that it made have taken."""
        return cpu_s(self.pid)

    def prepare(self) -> None:
        """Have its SIMs count as online."""
        self.errands.stay_online()

    @property
    def remark(self) -> str:
        """How far behind its read models were."""
        if not self.behind_s:
            return ""
        return f"its read models {max(self.behind_s):.2f} s behind at most"

    def settle(self) -> None:
        """Wait for the read models, where somebody follows."""
        if self.is_followed:
            self.behind_s.append(self.errands.follow())


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
