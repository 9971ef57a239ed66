"""A process whose follower dies as soon as it is made: ``python -m tests.worker.dying_children D``.

Prints when each of ``CHILDREN`` began, and how the supervisor saw the last one's end.
"""

import json
import os
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from tests.worker.processes import until
from worker.apart.cradle import cradled
from worker.parts import PARTS
from worker.parts.part import ProcessRole
from worker.supervisor import Supervisor

CHILDREN: Final = 4
CODE: Final = 3


def die(begun: Path, _: socket.socket) -> None:
    """Be the child: note that it began, and end."""
    with begun.open("a") as file:
        file.write(f"{time.monotonic()}\n")
    os._exit(CODE)


def run(folder: Path) -> None:
    """Have children made until there were enough."""
    begun = folder / "begun"

    def came() -> list[float]:
        return [float(line) for line in begun.read_text().split()] if begun.exists() else []

    with cradled({"follower": partial(die, begun)}) as cradle:
        system = bootstrap(Settings(data_dir=folder))
        system.store.migrate()
        system.follower.migrate()
        parts = [part for part in PARTS if part.name in {"committer", "follower"}]
        supervisor = Supervisor(system, ProcessRole.ALL, parts=parts, cradle=cradle)
        supervisor.start()
        until(lambda: len(came()) >= CHILDREN)
        until(lambda: supervisor.failures.get("follower", 0) >= CHILDREN)
        words = system.readiness().checks["threads"]
        ended = supervisor.stop(20)
        system.close()
    print(json.dumps({"begun_s": came(), "threads": words, "ended": ended}))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
