"""Benches for modem tests: clocks, texts as TPDUs, and drivers wired to the emulator."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import SIM800, Profile
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.ports import ModemDriver
from domain.reports import Accepted, InDoubt, LateAnswer, LinkLost, NotSent, Rejected
from domain.segments import segment
from domain.tpdu import encode_submit
from domain.values import Instant

SCRIPT = (
    *("no-prompt", "no-answer", "no-answer:sent=no", "late=130", "late=30", "late=179"),
    *("cms=38", "cms=332:sent=yes", "cms=500:delay=20:sent=yes", "error", "cms=310:at=prompt"),
    *("ok-without-cmgs", "cmgs-without-ok", "reboot:at=prompt", "reboot:at=pdu", "reboot"),
    *("unplug:at=prompt", "unplug:at=pdu", "unplug", "cms=38:delay=125"),
)
"""Faults of every kind, none later than a driver may take an answer for another's."""

RECIPIENT = "+260977123456"
VECTORS = Path(__file__).parents[2] / "vectors"


class RealClock:
    """The machine's time."""

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000)

    def monotonic_s(self) -> float:
        return time.monotonic()


class VirtualClock:
    """Time that only runs when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self._plans: list[tuple[float, Callable[[float], None]]] = []

    def plan(self, after_s: float, action: Callable[[float], None]) -> None:
        """Have something happen at its moment, while somebody waits past it."""
        self._plans.append((self.seconds + after_s, action))
        self._plans.sort(key=lambda plan: plan[0])

    def now(self) -> Instant:
        return Instant(1_795_000_000_000_000 + round(self.seconds * 1_000_000))

    def monotonic_s(self) -> float:
        return self.seconds

    def wait_until(self, moment_s: float) -> None:
        if self._plans and self._plans[0][0] <= moment_s:
            self.seconds, action = self._plans.pop(0)
            action(self.seconds)
            return  # something was said perhaps: the waiter looks before it waits on
        self.seconds = max(self.seconds, moment_s)


def tpdus(text: str, recipient: str = RECIPIENT, *, reference: int = 7) -> tuple[bytes, ...]:
    cut = segment(text)
    return encode_submit(recipient, cut.parts, cut.text.encoding, concat_ref=reference)


def tpdu(text: str = "hello", recipient: str = RECIPIENT) -> bytes:
    return tpdus(text, recipient)[0]


def vector_pdus(name: str) -> list[bytes]:
    found = json.loads((VECTORS / name).read_text())
    return [bytes.fromhex(vector["pdu"]) for vector in found["vectors"]]


def go() -> bool:
    return True


class Started:
    """Lets a segment go, and remembers what ``look`` saw each time it was asked."""

    def __init__(self, look: Callable[[], int] = lambda: 0) -> None:
        self.seen: list[int] = []
        self._look = look

    def __call__(self) -> bool:
        self.seen.append(self._look())
        return True


class AtBench:
    """An AT driver on an emulator in memory, under a virtual clock."""

    def __init__(
        self,
        *faults: str,
        profile: Profile = SIM800,
        pin: str | None = None,
        sim_pin: str | None = None,
        timeouts: AtTimeouts | None = None,
        pdu_chunk: int | None = None,
        latency_s: float = 0.0,
        seed: int = 0,
        first_reference: int = 0,
    ) -> None:
        self.clock = VirtualClock()
        self.log = MemoryNetworkLog()
        self.sim = SimCard(imsi_for("bench"), pin=sim_pin)
        self.emulator = Emulator(
            profile,
            self.sim,
            clock=self.clock,
            log=self.log,
            faults=faults,
            seed=seed,
            latency_s=latency_s,
            first_reference=first_reference,
        )
        self.written: list[bytes] = []
        self.opened_s = 0.0
        self.chatter = b""
        """Once set, what the modem says without end, 10 ms apart."""
        self.driver = AtModemDriver(
            self.open_port, clock=self.clock, pin=pin, timeouts=timeouts, pdu_chunk=pdu_chunk
        )

    def open_port(self) -> MemoryPort:
        bench = self

        class Recorded(MemoryPort):
            def read(self, until_s: float) -> bytes:
                if bench.chatter:
                    bench.clock.seconds += 0.01
                    return bench.chatter
                return super().read(until_s)

            def write(self, data: bytes) -> None:
                bench.written.append(data)
                super().write(data)

        return Recorded(self.emulator, clock=self.clock, wait_until=self.clock.wait_until)

    def opened(self) -> "AtBench":
        self.driver.open()
        self.driver.step(0)  # looks what was stored before
        self.opened_s = self.clock.seconds
        return self

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.log.segments]


def seconds_of(bench: AtBench, action: Callable[[], object]) -> float:
    began = bench.clock.seconds
    action()
    return bench.clock.seconds - began


class Story:
    """What the owner of a SIM would believe, beside what the network knows."""

    def __init__(self, driver: ModemDriver, log: MemoryNetworkLog, clock: VirtualClock) -> None:
        self.driver = driver
        self.log = log
        self.clock = clock
        self.in_doubt: str | None = None
        self.settled: dict[str, Accepted | Rejected] = {}

    def references(self, text: str) -> list[int]:
        return [e.message_reference for e in self.log.segments if e.text == text]

    def submit(self, text: str, *, is_withheld: bool) -> None:
        started: list[bool] = []

        def start() -> bool:
            started.append(True)
            return not is_withheld

        outcome = self.driver.submit(tpdu(text), start=start)
        assert len(started) <= 1
        match outcome:
            case Accepted(reference):
                assert self.references(text) == [reference]
            case Rejected() | NotSent():
                assert not self.references(text)
            case InDoubt():
                assert started
                self.in_doubt = text

    def step(self, seconds: float) -> None:
        for report in self.driver.step(seconds):
            match report:
                case LateAnswer(outcome):
                    assert self.in_doubt is not None
                    assert self.in_doubt not in self.settled
                    self.settled[self.in_doubt] = outcome
                case LinkLost():
                    self.clock.seconds += 2
                    self.driver.open()

    def check(self) -> None:
        for text, outcome in self.settled.items():
            expected = [outcome.message_reference] if isinstance(outcome, Accepted) else []
            assert self.references(text) == expected
        texts = [entry.text for entry in self.log.segments]
        assert len(texts) == len(set(texts))


def read_log(path: Path) -> Sequence[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
