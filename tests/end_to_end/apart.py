"""The processes that ``serve`` makes: who they are, and what is said of them."""

import os
import signal
import time
from pathlib import Path
from typing import Final, Protocol

from tests.end_to_end.client import Client
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.waiting import wait_until
from tests.support.processes import children, is_alive

SETTINGS: Final = {**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0", "NGOMA_LOG_LEVEL": "info"}
APART: Final = {**SETTINGS, "NGOMA_FOLLOWER": "apart", "NGOMA_COMMITTER": "apart"}
LATE_S: Final = 60.0
UNKNOWN: Final = 500
"""Nobody knows what became of the send."""
UNDER_WAY: Final = 409
"""The first request with this key is still running."""
ANOTHER: Final = "was ended by signal 9; another one is begun"


class Parent(Protocol):
    """A process that has a cradle."""

    @property
    def pid(self) -> int:
        """The process."""


def cradle_of(parent: Parent) -> int:
    (cradle,) = [pid for pid in children(parent.pid) if is_alive(pid)]
    return cradle


def child_of(parent: Parent, name: str) -> int:
    """Wait until there is one for ``name``; give its number."""

    def found() -> int:
        made = filter(is_alive, children(cradle_of(parent)))
        return next((pid for pid in made if _name_of(pid) == f"ngoma-{name}"), 0)

    return wait_until(found, within_s=LATE_S, what=f"there is a {name}")


def kill_child(parent: Parent, name: str, *, after_s: float) -> None:
    """Kill it after a while, and wait for the next one."""
    child = child_of(parent, name)
    time.sleep(after_s)  # the moment of the kill is the test
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: is_dead(child), what="it is dead")
    child_of(parent, name)


def children_of(parent: Parent) -> set[str]:
    """Name those that it has."""
    return {_name_of(pid) for pid in children(cradle_of(parent)) if is_alive(pid)}


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def faults_of(demo: Demo, name: str) -> float:
    """How many faults there were of ``name``, as the metrics say."""
    lines = Client(demo.operations_url, "").get("/metrics").body.decode().splitlines()
    (line,) = [one for one in lines if one.startswith(f'ngoma_thread_faults{{thread="{name}"}}')]
    return float(line.split()[-1])


def is_dead(pid: int) -> bool:
    return not is_alive(pid)


def followed(client: Client) -> None:
    """Send something, and wait until a read model shows it."""
    text = f"seen? {time.monotonic_ns()}"
    assert client.send("0977000000", text).is_accepted
    wait_until(
        lambda: client.log(limit=1)["logs"][0]["message"] == text,
        within_s=LATE_S,
        what="the read models go on",
    )


def drained(client: Client) -> None:
    """Wait until all that was accepted has left, for as long as it becomes less."""
    waiting = client.log(status="QUEUED", limit=1)["total"]
    while waiting:
        before = waiting

        def is_less(before: int = before) -> bool:
            return bool(client.log(status="QUEUED", limit=1)["total"] < before)

        wait_until(is_less, within_s=LATE_S, what=f"less than {before} messages wait")
        waiting = client.log(status="QUEUED", limit=1)["total"]


def said(demo: Demo, *words: str) -> list[str]:
    lines = demo.log.read_text().splitlines()
    return [line for line in lines if all(word in line for word in words)]
