"""Gateways with modems: emulated ones, tapped in this process, or many simulated ones in theirs."""

import json
import queue
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.clock import SystemClock
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.fleet.liveness import ONLINE_CHECK_S, LeaseWatch
from domain.values import Network
from tests.benchmarks.gateways import TEXT, Guest, Place
from tests.benchmarks.machine import cpu_s
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import wait_until_ready
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port

SUBMIT: Final = b"AT+CMGS"
FIRST_BYTE_S: Final = 10.0
PAUSES_S: Final = (0.15, 0.30)
"""Between two messages to an idle modem: by chance, out of step with whatever polls."""


class TappedModem(Emulator):
    """An emulated modem that notes when the first byte of each submission reaches it."""

    def __init__(self, name: str, folder: Path, *, faults: Sequence[str] = ()) -> None:
        self.name = name
        self.link = folder / f"{name}.tty"
        self.arrivals: queue.SimpleQueue[float] = queue.SimpleQueue()
        super().__init__(
            PROFILES["sim800"],
            SimCard(imsi_for(name)),
            clock=SystemClock(),
            log=FileNetworkLog(folder / f"{name}.jsonl"),
            faults=faults,
        )

    def feed(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host."""
        if SUBMIT in data:
            self.arrivals.put(time.monotonic())
        super().feed(data, now_s)


def entry(
    name: str, network: Network, device: str, *, driver: str = "at", per_minute: int = 0
) -> str:
    """Give a modem's entry in a TOML file of settings: no quota, and no pacing unless asked."""
    values = {"name": name, "device": device, "network": network.value, "driver": driver}
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    limits = [f"segments_per_minute = {per_minute}", "segments_per_day = 0"]
    return "\n".join(["[[modems]]", *lines, *limits, ""])


@contextmanager
def tapped(
    place: Place, modems: Mapping[str, tuple[Network, Sequence[str]]], *, per_minute: int = 0
) -> Iterator[dict[str, TappedModem]]:
    """Run emulated modems, by name with their networks and faults; write them to ``ngoma.toml``."""
    folder = place.folder / "modems"
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        found = {
            name: TappedModem(name, folder, faults=faults) for name, (_, faults) in modems.items()
        }
        for modem in found.values():
            stack.enter_context(EmulatorPty(modem, modem.link, clock=SystemClock()))
        entries = (
            entry(name, modems[name][0], str(one.link), per_minute=per_minute)
            for name, one in found.items()
        )
        (place.folder / "ngoma.toml").write_text("\n".join(entries))
        yield found


@contextmanager
def gateway(place: Place, guest: Guest, networks: frozenset[Network]) -> Iterator[str]:
    """Run a whole gateway with the modems in ``ngoma.toml``; give its URL when they are online."""
    with measured_gateway(place, guest, networks) as running:
        yield running.url


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that runs, in one process or several."""

    url: str
    pids: Sequence[int]

    def cpu_s(self) -> float:
        """Give the processor time that its processes have taken together."""
        return sum(map(cpu_s, self.pids))


@contextmanager
def measured_gateway(place: Place, guest: Guest, networks: frozenset[Network]) -> Iterator[Gateway]:
    """Do the same, and tell its processes.

    Over SQLite it is one ``serve``; over PostgreSQL the roles api, worker and project.
    """
    config = ("--config", str(place.folder / "ngoma.toml"))
    is_scaled = place.database_url is not None
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    web = place.process(
        *("serve", "--role", "api" if is_scaled else "all", "--port", port),
        *(() if is_scaled else config),
        name="web",
    )
    processes = [web]
    if is_scaled:
        processes.append(place.process("worker", *config, name="worker"))
        processes.append(place.process("project", name="project"))
    with ExitStack() as stack:
        for process in processes:
            # Killed: in good order it would wait for the answer of a modem that is silent.
            stack.callback(process.kill9)
            process.spawn()
        wait_until_ready(web, url)

        leases = LeaseWatch(guest.system.store, guest.system.clock)

        def are_online() -> bool:
            return networks <= leases.online()

        wait_until(are_online, within_s=60, what=f"modems of {sorted(networks)} are online")
        time.sleep(2 * ONLINE_CHECK_S)  # until the web knows it too
        yield Gateway(url, [process.pid for process in processes])


def first_byte_delays_ms(
    client: Client, modem: TappedModem, recipient: str, count: int
) -> list[float]:
    """Send to an idle modem ``count`` times; give the milliseconds from answer to first byte."""
    chance = random.Random(7)
    found = []
    for _ in range(count):
        time.sleep(chance.uniform(*PAUSES_S))
        while not modem.arrivals.empty():
            modem.arrivals.get_nowait()
        answer = client.send(recipient, TEXT)
        accepted_s = time.monotonic()
        if answer.status != 200:
            msg = f"the send was answered {answer}"
            raise RuntimeError(msg)
        found.append((modem.arrivals.get(timeout=FIRST_BYTE_S) - accepted_s) * 1e3)
    return found
