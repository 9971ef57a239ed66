"""Receivers of webhooks in other people's languages, each with a verifier of its own.

A receiver is told where it listens (host:port), and its secret in WEBHOOK_SECRET. It answers 204 to
what its verifier takes, and prints the event as a line of JSON; to anything else it answers 401.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.end_to_end.foreign.programs import HERE, NODE, PACKAGES, PHP, Program, Runtime
from tests.end_to_end.waiting import wait_until
from tests.support.processes import reaper
from tests.support.servers import free_port

RECEIVERS: Final = (
    Program(
        "npm's standardwebhooks",
        Runtime(PACKAGES.needs, ("test", "-d", str(NODE / "node_modules" / "standardwebhooks"))),
        ("node", str(NODE / "receiver.mjs"), "{place}"),
    ),
    Program(
        "our PHP library",  # Composer's registry has Standard Webhooks; apt and npm have none
        PHP,
        ("php", "-S", "{place}", str(HERE / "receiver.php")),
    ),
)


@dataclass(frozen=True, slots=True)
class ForeignReceiver:
    """A receiver of a program: where it listens, and where it prints what it takes."""

    program: Program
    port: int
    folder: Path

    @classmethod
    def of(cls, program: Program, folder: Path) -> "ForeignReceiver":
        """Choose a port."""
        return cls(program, free_port(), folder)

    @property
    def url(self) -> str:
        """Where events are posted to."""
        return f"http://127.0.0.1:{self.port}/hook"

    def events(self) -> list[dict[str, Any]]:
        """Give what it took so far, in the order in which it came."""
        return [json.loads(line) for line in self._printed.read_text().splitlines()]

    @contextmanager
    def listening(self, secret: str) -> Iterator[None]:
        """Run it while the block lasts."""
        place = f"127.0.0.1:{self.port}"
        with self._printed.open("wb") as printed, (self.folder / "said").open("wb") as said:
            process = subprocess.Popen(
                [word.format(place=place) for word in self.program.command],
                env={**os.environ, "WEBHOOK_SECRET": secret},
                stdout=printed,
                stderr=said,
                start_new_session=True,
            )
        reaper().own_process(process.pid)
        try:
            wait_until(self._is_open, within_s=60, what=f"{self.program} listens", poll_s=0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)
            reaper().forget_process(process.pid)

    @property
    def _printed(self) -> Path:
        return self.folder / "events.ndjson"

    def _is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
