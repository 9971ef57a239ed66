"""What every benchmark works with: servers, started when first wanted, load, and progress."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final, Self

from tests.benchmarks import machine
from tests.benchmarks.checkouts import Checkout
from tests.benchmarks.cores import available
from tests.benchmarks.gateways import Guest, Place, echo_shot
from tests.benchmarks.load import NUMBERS, ROOT, Aim, Firing, Generator, Load, Shot, fire, typical
from tests.benchmarks.table import Figure
from tests.end_to_end.gateway import environment
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases
from tests.support.processes import reaper
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis, free_port

ROUNDS: Final = 3
WARM_UP_S: Final = 1
STOP_S: Final = 10
SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
STORES: Final = (SQLITE, POSTGRESQL)


@contextmanager
def running(
    command: Sequence[str], log: Path, *, settings: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a program until the block ends; give its process id. What it says goes to ``log``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(settings or {}),
            cwd=ROOT,
            start_new_session=True,
        )
    reaper().own_process(process.pid)
    try:
        yield process.pid
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and what it started
        process.wait()
        reaper().forget_process(process.pid)


@contextmanager
def echo_process(log: Path) -> Iterator[tuple[str, int]]:
    """Run the bare Litestar echo; give its URL and its process id when it listens."""
    port = free_port()
    with running([sys.executable, "-m", "tests.benchmarks.echo", str(port)], log) as pid:
        wait_until(lambda: listens(port), within_s=30, what="the echo listens", poll_s=0.01)
        yield f"http://127.0.0.1:{port}", pid


def listens(port: int) -> bool:
    """Whether somebody listens on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Bench:
    """One run of the benchmarks. ``seconds`` is how long each single figure is measured."""

    def __init__(
        self, *, seconds: int, messages: int, generator: Generator, before: str | None = None
    ) -> None:
        self.seconds = seconds
        self.messages = messages
        """How many messages a full store holds."""
        self.generator = generator
        self._stack = ExitStack()
        self._recipients = count(0, 500_000)
        self._commits: dict[tuple[str, int], Figure] = {}
        self._postgres: ThrowawayPostgres | None = None
        self._databases: TemplateDatabases | None = None
        self._redis: ThrowawayRedis | None = None
        self._folders = count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="ngoma-bench-"))
        reaper().own_directory(self.folder)
        self.before = Checkout.find(before, self.folder / "before") if before else None
        """The build to compare with, where one was named."""

    def __enter__(self) -> Self:
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def say(self, text: str) -> None:
        """Show progress."""
        print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)

    # -- servers ------------------------------------------------------------------------------

    @property
    def postgres_url(self) -> str:
        """The superuser's URL of the PostgreSQL server, with fsync on."""
        if self._postgres is None:
            self._postgres = self._stack.enter_context(ThrowawayPostgres(fsync=True))
            self._databases = self._stack.enter_context(TemplateDatabases(self._postgres.url))
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        """The URL of the Redis server."""
        if self._redis is None:
            self._redis = self._stack.enter_context(ThrowawayRedis())
        return self._redis.url

    @contextmanager
    def place(
        self, store: str, *, with_redis: bool = False, is_migrated: bool = True
    ) -> Iterator[Place]:
        """Make an empty store, with its tables unless another checkout makes them; it goes."""
        folder = self.folder / f"place-{next(self._folders)}"
        folder.mkdir()
        url = None
        if store == POSTGRESQL:
            assert self.postgres_url
            assert self._databases is not None
            url = self._databases.fresh_database()
        place = Place(
            name=store,
            folder=folder,
            database_url=url,
            redis_url=self.redis_url if with_redis else None,
        )
        if is_migrated:
            place.migrate()
        try:
            yield place
        finally:
            if url is not None and self._databases is not None:
                self._databases.drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    # -- load ---------------------------------------------------------------------------------

    def fire(
        self, base_url: str, shots: Sequence[Shot], *, connections: int, seconds: int | None = None
    ) -> Firing:
        """Start load on a server."""
        aim = Aim(
            base_url=base_url,
            shots=shots,
            connections=connections,
            seconds=seconds or self.seconds,
            first=next(self._recipients) % NUMBERS,
        )
        return fire(self.generator, aim, self.folder)

    def warm_up(self, base_url: str, shots: Sequence[Shot], *, connections: int) -> None:
        """Give a server a second of load."""
        self.fire(base_url, shots, connections=connections, seconds=WARM_UP_S).result()

    def fire_echo(self, base_url: str, *, connections: int) -> Load:
        """Measure the echo."""
        return self.fire(base_url, [echo_shot()], connections=connections).result()

    @contextmanager
    def echo(self) -> Iterator[str]:
        """Run the bare Litestar echo, warm; give its URL."""
        with echo_process(self.folder / "echo.log") as (url, _):
            self.warm_up(url, [echo_shot()], connections=64)
            yield url

    def in_turns(
        self, shoot: Sequence[Callable[[], Load]], *, guest: Guest | None = None, what: str
    ) -> list[Load]:
        """Run each of ``shoot`` in turn, in some rounds; give each one's typical run."""
        return [typical(loads) for loads in self.rounds(shoot, guest=guest, what=what)]

    def rounds(
        self, shoot: Sequence[Callable[[], Load]], *, guest: Guest | None = None, what: str
    ) -> list[list[Load]]:
        """Run each of ``shoot`` in turn, in some rounds; give each one's runs.

        What disturbs the machine for a while disturbs all of them.
        """
        found: list[list[Load]] = [[] for _ in shoot]
        for number in range(1, ROUNDS + 1):
            for place, one in enumerate(shoot):
                if guest is not None:
                    guest.stay_online()
                found[place].append(one())
            rates = ", ".join(f"{loads[-1].rate:,.0f}/s" for loads in found)
            self.say(f"{what}: round {number} of {ROUNDS}: {rates}")
        return found

    # -- what the machine can do --------------------------------------------------------------

    def commits(self, store: str) -> Figure:
        """Give how many one-row commits a second the store makes; measured once a run.

        And once for each number of cores that it has.
        """
        where = (store, available())
        if where not in self._commits:
            self.say(f"baseline: one-row commits on {store}")
            found = (
                machine.sqlite_commit_rate(self.folder)
                if store == SQLITE
                else machine.postgres_commit_rate(self.postgres_url)
            )
            self._commits[where] = Figure(value=found, unit="/s", what="one-row commits")
        return self._commits[where]
