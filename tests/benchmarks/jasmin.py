"""Jasmin, the Python gateway, as a baseline: with RabbitMQ, Redis and an SMSC that takes all.

Debian's package rabbitmq-server and PyPI's jasmin, in an environment whose programs are on the
PATH. It answers when RabbitMQ has a message, in memory, and hands it on later.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode

import httpx

from tests.benchmarks.bench import Bench, listens, running
from tests.benchmarks.gateways import TEXT
from tests.benchmarks.load import Shot
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.served import CONNECTIONS, Contender
from tests.end_to_end.waiting import wait_until
from tests.support.server_binaries import find_redis
from tests.support.servers import free_port

RABBITMQ: Final = "/usr/lib/rabbitmq/bin/rabbitmq-server"
NEEDS: Final = (RABBITMQ, "epmd", "jasmind.py")
PACKAGES: Final = "jasmin of PyPI, on the PATH, and Debian's rabbitmq-server"
READY_S: Final = 180
DRAINED_S: Final = 600
ANSWER_S: Final = 30.0
GREETING: Final = b"Session ref"
"""What its console says first; it asks for nothing until it was told something."""
PROMPTS: Final = (b"jcli : ", b"> ")
TAIL_BYTES: Final = 40
"""A prompt may be followed by what moves the cursor."""
ORDERS: Final = """group -a
gid bench
ok
user -a
uid bench
gid bench
username bench
password bench
ok
smppccm -a
cid bench
host 127.0.0.1
port {smsc}
submit_throughput 0
ok
smppccm -1 bench
mtrouter -a
type DefaultRoute
connector smppc(bench)
rate 0.0
ok"""
"""What its console is told; 0 is no limit of throughput."""


def is_installed() -> bool:
    """Whether all of its programs are here."""
    return all(shutil.which(program) for program in NEEDS)


@dataclass(frozen=True, slots=True)
class Counts:
    """What its ``/metrics`` has counted."""

    accepted: int
    handed_on: int
    """Those that its SMSC has answered."""
    is_bound: bool

    @classmethod
    def read(cls, text: str) -> "Counts":
        """Read them; what is not there is 0."""
        found = dict(re.findall(r"^(\w+)(?:\{[^}]*\})? (\d+)", text, re.MULTILINE))
        names = ("httpapi_success_count", "smppc_submit_sm_count", "smppc_bound_count")
        accepted, handed_on, bound = (int(found.get(name, 0)) for name in names)
        return cls(accepted, handed_on, bound > 0)


@dataclass(slots=True, kw_only=True)
class Jasmin(Contender):
    """A Jasmin that runs, with what it needs."""

    pids: Sequence[int]
    whole: list[float] = field(default_factory=list)
    """How many a second its SMSC had of each turn, until it had all."""
    _began_s: float = 0.0
    _before: int = 0

    @classmethod
    def start(cls, bench: Bench, stack: ExitStack) -> "Jasmin":
        """Start one that ends with the stack, and warm it up."""
        folder = Path(tempfile.mkdtemp(prefix="jasmin-", dir=bench.folder))
        (folder / "etc" / "jasmin" / "store").mkdir(parents=True)
        (folder / "var" / "log" / "jasmin").mkdir(parents=True)
        ports = {name: free_port() for name in ("http", "jcli", "amqp", "epmd", "redis", "smsc")}
        (folder / "etc" / "jasmin" / "jasmin.cfg").write_text(_config(ports))
        stack.callback(_end_epmd, ports["epmd"])
        redis = (str(find_redis()), "--port", f"{ports['redis']}", "--bind", "127.0.0.1")
        smsc = (sys.executable, "-m", "tests.benchmarks.smsc", f"{ports['smsc']}")
        commands: Sequence[tuple[str, Sequence[str]]] = (
            ("amqp", (RABBITMQ,)),
            ("redis", (*redis, "--save", "", "--dir", str(folder))),
            ("smsc", smsc),
            ("http", ("jasmind.py", "--username", "jcliadmin", "--password", "jclipwd")),
        )
        pids = []
        for name, command in commands:
            one = running(command, folder / f"{name}.log", settings=_settings(folder, ports))
            pids.append(stack.enter_context(one))
            wait_until(partial(listens, ports[name]), within_s=READY_S, what=command[0])
        wait_until(partial(listens, ports["jcli"]), within_s=READY_S, what="its console")
        _order(ports["jcli"], ORDERS.format(smsc=ports["smsc"]).splitlines())
        query = {"username": "bench", "password": "bench", "content": TEXT}
        shot = Shot(f"/send?{urlencode(query)}&to=", "26077", "", {}, is_get=True)
        found = cls(name="Jasmin", url=f"http://127.0.0.1:{ports['http']}", shots=[shot], pids=pids)
        wait_until(lambda: found.counts().is_bound, within_s=READY_S, what="the SMSC is bound")
        bench.warm_up(found.url, found.shots, connections=CONNECTIONS)
        found.settle()
        found.whole.clear()
        return found

    @property
    def remark(self) -> str:
        """How soon it has handed on what it accepted."""
        return f"kept in memory, and handed on at {median(self.whole):,.0f}/s"

    def counts(self) -> Counts:
        """Ask how it stands."""
        answer = httpx.get(f"{self.url}/metrics", timeout=ANSWER_S)
        return Counts.read(answer.raise_for_status().text)

    def cpu_s(self) -> float:
        """Give what it, RabbitMQ, Redis and the SMSC have taken."""
        return sum(map(cpu_s, self.pids))

    def prepare(self) -> None:
        """Note when the turn begins."""
        self._began_s, self._before = time.monotonic(), self.counts().handed_on

    def settle(self) -> None:
        """Wait until the SMSC has all of it."""
        wait_until(self._is_empty, within_s=DRAINED_S, what="Jasmin is empty", poll_s=0.2)
        taken = self.counts().handed_on - self._before
        self.whole.append(taken / (time.monotonic() - self._began_s))

    def _is_empty(self) -> bool:
        counts = self.counts()
        return counts.handed_on >= counts.accepted


def _config(ports: dict[str, int]) -> str:
    others = ("smpp-server", "smpp-server-pb", "client-management", "router")
    sections = [f"[{name}]\nbind = 127.0.0.1\nport = {free_port()}" for name in others]
    sections += [
        f"[amqp-broker]\nport = {ports['amqp']}\nspec = {_spec()}",
        f"[redis-client]\nport = {ports['redis']}",
        f"[http-api]\nbind = 127.0.0.1\nport = {ports['http']}",
        f"[jcli]\nbind = 127.0.0.1\nport = {ports['jcli']}\nauthentication = False",
    ]
    return "\n".join(sections)


def _spec() -> Path:
    """Find the protocol's description, which is not installed with Jasmin but with its library."""
    program = shutil.which("jasmind.py")
    assert program is not None
    home = Path(program).resolve().parents[1]
    name = "lib/python*/site-packages/txamqp/specs/standard/amqp0-9-1.stripped.xml"
    return next(home.glob(name))


def _settings(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    return {
        "ROOT_PATH": str(folder),
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": f"{ports['epmd']}",
        "RABBITMQ_NODENAME": "bench@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": f"{ports['amqp']}",
        "RABBITMQ_DIST_PORT": f"{free_port()}",
        "RABBITMQ_MNESIA_BASE": str(folder / "rabbitmq"),
        "RABBITMQ_LOG_BASE": str(folder / "rabbitmq"),
        "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "no-plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "no-config"),
    }


def _end_epmd(port: int) -> None:
    """End what Erlang leaves behind."""
    ending = ["epmd", "-port", f"{port}", "-kill"]
    subprocess.run(ending, capture_output=True, check=False, timeout=ANSWER_S)


def _order(port: int, lines: Sequence[str]) -> None:
    """Tell its console one line after the other, each when it asks for one.

    Raises:
        OSError: it does not ask, or refuses.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as console:
        _hear(console, GREETING)
        for line in lines:
            console.sendall(f"{line}\r\n".encode())
            said = _hear(console, *PROMPTS)
            if b"rror" in said or b"Unknown" in said:
                raise OSError(said.decode(errors="replace"))


def _hear(console: socket.socket, *ends: bytes) -> bytes:
    said = b""
    while not any(end in said[-TAIL_BYTES:] for end in ends):
        heard = console.recv(4_096)
        if not heard:
            msg = "the console went away"
            raise OSError(msg)
        said += heard
    return said
