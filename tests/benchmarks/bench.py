"""What every benchmark works with: servers, started when first wanted, load, and progress."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Final, Self

from tests.benchmarks import machine
from tests.benchmarks.gateways import Guest, Place, echo_shot
from tests.benchmarks.load import NUMBERS, ROOT, Aim, Firing, Generator, Load, Shot, fire, typical
from tests.benchmarks.table import Figure
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases
from tests.support.processes import reaper
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis, free_port

ROUNDS: Final = 3
WARM_UP_S: Final = 1
SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
STORES: Final = (SQLITE, POSTGRESQL)


@contextmanager
def echo_process(log: Path) -> Iterator[tuple[str, int]]:
    """Run the bare Litestar echo; give its URL and its process id when it listens."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.echo", str(port)],
            stdout=output,
            stderr=output,
            cwd=ROOT,
            start_new_session=True,
        )
    reaper().own_process(process.pid)
    try:
        wait_until(lambda: _listens(port), within_s=30, what="the echo listens", poll_s=0.01)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(10)
        reaper().forget_process(process.pid)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Bench:
    """One run of the benchmarks. ``seconds`` is how long each single figure is measured."""

    def __init__(self, *, seconds: int, messages: int, generator: Generator) -> None:
        self.seconds = seconds
        self.messages = messages
        """How many messages a full store holds."""
        self.generator = generator
        self._stack = ExitStack()
        self._recipients = count(0, 500_000)
        self._commits: dict[str, Figure] = {}
        self._postgres: ThrowawayPostgres | None = None
        self._databases: TemplateDatabases | None = None
        self._redis: ThrowawayRedis | None = None
        self._folders = count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="ngoma-bench-"))
        reaper().own_directory(self.folder)

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
    def place(self, store: str, *, with_redis: bool = False) -> Iterator[Place]:
        """Make an empty, migrated store; it goes afterwards."""
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
        """Run each of ``shoot`` in turn, in some rounds; give each one's typical run.

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
        return [typical(loads) for loads in found]

    # -- what the machine can do --------------------------------------------------------------

    def commits(self, store: str) -> Figure:
        """Give how many one-row commits a second the store makes; measured once a run."""
        if store not in self._commits:
            self.say(f"baseline: one-row commits on {store}")
            found = (
                machine.sqlite_commit_rate(self.folder)
                if store == SQLITE
                else machine.postgres_commit_rate(self.postgres_url)
            )
            self._commits[store] = Figure(value=found, unit="/s", what="one-row commits")
        return self._commits[store]
