"""Benches for modem tests: clocks, texts as TPDUs, and drivers wired to the emulator."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from adapters.modems.simulated.profiles import SIM800, Profile
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from domain.segments import segment
from domain.tpdu import encode_submit
from domain.values import Instant

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

    def now(self) -> Instant:
        return Instant(1_795_000_000_000_000 + round(self.seconds * 1_000_000))

    def monotonic_s(self) -> float:
        return self.seconds

    def wait_until(self, moment_s: float) -> None:
        self.seconds = max(self.seconds, moment_s)


def tpdus(text: str, recipient: str = RECIPIENT, *, reference: int = 7) -> tuple[bytes, ...]:
    cut = segment(text)
    return encode_submit(recipient, cut.parts, cut.encoding, concat_ref=reference)


def tpdu(text: str = "hello", recipient: str = RECIPIENT) -> bytes:
    return tpdus(text, recipient)[0]


def vector_pdus(name: str) -> list[bytes]:
    found = json.loads((VECTORS / name).read_text())
    return [bytes.fromhex(vector["pdu"]) for vector in found["vectors"]]


def go() -> bool:
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
        self.ports: list[MemoryPort] = []
        self.driver = AtModemDriver(
            self.open_port, clock=self.clock, pin=pin, timeouts=timeouts, pdu_chunk=pdu_chunk
        )

    def open_port(self) -> MemoryPort:
        port = MemoryPort(self.emulator, clock=self.clock, wait_until=self.clock.wait_until)
        self.ports.append(port)
        return port

    def opened(self) -> "AtBench":
        self.driver.open()
        return self

    def network(self, action: Callable[[float], None]) -> None:
        """Have the network do something to the modem now."""
        action(self.clock.monotonic_s())

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.log.segments]


def read_log(path: Path) -> Sequence[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def as_lines(segments: Sequence[SegmentOnAir]) -> Sequence[dict[str, object]]:
    return [dict(entry.as_json()) for entry in segments]
