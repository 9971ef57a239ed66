"""Kannel, the C gateway, as a baseline: bearerbox with its spool, smsbox, and its own fake SMSC.

Debian's packages kannel and kannel-extras have it. The spool is a file a message, made when it is
accepted and removed when the SMSC has taken it, and never synced to the disk.
"""

import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx

from tests.benchmarks.bench import Bench, listens, running
from tests.benchmarks.gateways import TEXT
from tests.benchmarks.load import Shot
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.served import CONNECTIONS, Contender
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port

FAKE_SMSC: Final = "/usr/lib/kannel/test/fakesmsc"
NEEDS: Final = ("bearerbox", "smsbox", FAKE_SMSC)
PACKAGES: Final = "Debian's packages kannel and kannel-extras"
READY_S: Final = 120
DRAINED_S: Final = 300
ERRORS_ALONE: Final = "3"
"""Kannel's level of logs: errors and worse."""


def is_installed() -> bool:
    """Whether all of its programs are here."""
    return all(shutil.which(program) for program in NEEDS)


@dataclass(frozen=True, slots=True)
class Status:
    """What ``status.xml`` of a bearerbox says."""

    version: str
    sent: int
    """Messages that the SMSC has taken."""
    waiting: int
    """Those in queues, and in the spool."""
    is_online: bool
    """Whether its one SMSC is."""

    @classmethod
    def read(cls, text: str) -> "Status":
        """Read it.

        Raises:
            ValueError: it is not such a status.
        """
        version = re.search(r"bearerbox version `([^']*)'", text)
        sent = re.search(
            r"<sms>.*?<sent><total>(\d+)</total><queued>(\d+)</queued></sent>"
            r"\s*<storesize>(-?\d+)</storesize>",
            text,
            re.DOTALL,
        )
        if version is None or sent is None:
            msg = f"not the status of a bearerbox: {text[:200]!r}"
            raise ValueError(msg)
        total, queued, stored = map(int, sent.groups())
        smsc = re.search(r"<smsc>.*?<status>(\S+)", text, re.DOTALL)
        is_online = smsc is not None and smsc[1].startswith("online")
        return cls(version[1], total, max(queued, stored, 0), is_online)


@dataclass(slots=True, kw_only=True)
class Kannel(Contender):
    """A Kannel that runs, in three processes."""

    pids: Sequence[int]
    admin_url: str

    @classmethod
    def start(cls, bench: Bench, stack: ExitStack) -> "Kannel":
        """Start one that ends with the stack, and warm it up."""
        folder = Path(tempfile.mkdtemp(prefix="kannel-", dir=bench.folder))
        (folder / "spool").mkdir()
        admin, boxes, smsc, http = (free_port() for _ in range(4))
        config = folder / "kannel.conf"
        config.write_text(_config(folder, admin=admin, boxes=boxes, smsc=smsc, http=http))
        admin_url = f"http://127.0.0.1:{admin}/status.xml?password=bench"
        quietly = ("-v", ERRORS_ALONE)
        commands: Sequence[tuple[Sequence[str], int]] = (
            (("bearerbox", *quietly, str(config)), boxes),
            ((FAKE_SMSC, *quietly, "-r", str(smsc), "-m", "0", "1 2 text none"), smsc),
            (("smsbox", *quietly, str(config)), http),
        )
        pids = []
        for command, port in commands:
            pids.append(stack.enter_context(running(command, folder / "said")))
            wait_until(partial(listens, port), within_s=READY_S, what=command[0])
        query = {"username": "bench", "password": "bench", "from": "NGOMA", "text": TEXT}
        shot = Shot(f"/cgi-bin/sendsms?{urlencode(query)}&to=", "26077", "", {}, is_get=True)
        url = f"http://127.0.0.1:{http}"
        found = cls(name="Kannel", url=url, shots=[shot], pids=pids, admin_url=admin_url)
        wait_until(lambda: found.status().is_online, within_s=READY_S, what="the SMSC is online")
        found.name = f"Kannel {found.status().version} with its spool"
        bench.warm_up(url, found.shots, connections=CONNECTIONS)
        return found

    @property
    def remark(self) -> str:
        """What it does not promise."""
        return "its spool is not synced"

    def status(self) -> Status:
        """Ask how it stands."""
        return Status.read(httpx.get(self.admin_url, timeout=30).raise_for_status().text)

    def cpu_s(self) -> float:
        """Give what its three processes have taken, the fake SMSC among them."""
        return sum(map(cpu_s, self.pids))

    def prepare(self) -> None:
        """It is ready as it stands."""

    def settle(self) -> None:
        """Wait until the SMSC has taken all of it."""
        wait_until(lambda: not self.status().waiting, within_s=DRAINED_S, what="Kannel is empty")


def _config(folder: Path, *, admin: int, boxes: int, smsc: int, http: int) -> str:
    return f"""
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = {ERRORS_ALONE}
store-type = spool
store-location = {folder / "spool"}
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1
log-level = {ERRORS_ALONE}

group = sendsms-user
username = bench
password = bench
max-messages = 1

group = sms-service
keyword = default
text = none
max-messages = 0
"""
