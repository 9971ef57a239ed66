"""Throw-away PostgreSQL and Redis servers for tests and benchmarks, on free loopback ports."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, Self

import psycopg

from tests.support.processes import children, is_alive, reaper, signal_process
from tests.support.server_binaries import (
    find_postgres,
    find_redis,
    is_hidden,
    reachable_copy,
    shared_directory,
)

START_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 20.0
_PORTS: Final = range(15_000, 32_000)  # below the ephemeral range: no client takes it meanwhile
_PORT_TRIES: Final = 100


class ServerFailed(Exception):
    """A server did not start, answer or stop in time; the message ends with its log."""


def free_port() -> int:
    """Give a loopback port that nobody listens on and that no client will be given."""
    choice = random.SystemRandom()  # never the tests' seed: parallel workers would collide
    for _ in range(_PORT_TRIES):
        port = choice.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = f"no free port after {_PORT_TRIES} tries in {_PORTS}"
    raise ServerFailed(msg)


class ThrowawayServer(ABC):
    """One server process in its own session, with its files in one directory that goes with it.

    ``start`` after ``stop`` or ``kill9`` comes up on the same port with the same files.
    """

    _name: ClassVar[str]
    _stop_signal: ClassVar[int]
    _end_signal: ClassVar[int]
    """For when nothing is kept; one that also takes effect where a shell had us ignore it."""

    def __init__(self, *, user: str | None = None, parent: Path | None = None) -> None:
        account = pwd.getpwnam(user) if user else None
        self._uid = account.pw_uid if account else None
        self._gid = account.pw_gid if account else None
        self._extra_groups: list[int] | None = [] if account else None
        parent = parent or shared_directory(for_others=account is not None)
        made = tempfile.mkdtemp(prefix=f"ngoma-{self._name}-", dir=parent)
        self.directory = Path(made).resolve()  # as the server itself will name it
        reaper().own_directory(self.directory)
        if account:
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._has_been_up = False

    # what a server is ------------------------------------------------------------------------

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect; the same for the server's whole life."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make the files that a start needs, unless they are there."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Give the command line, with the current port."""

    @abstractmethod
    def _answers(self) -> bool:
        """Say whether a client gets an answer, and from this server, not another on its port."""

    # its life --------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The main process."""
        if self._process is None:
            msg = f"{self._name} is not running"
            raise ServerFailed(msg)
        return self._process.pid

    def start(self) -> Self:
        """Start and wait until it answers.

        Raises:
            ServerFailed: with the end of its log.
        """
        self._prepare()
        for _ in range(3):
            self._spawn()
            try:
                self._wait_until_ready()
            except ServerFailed:
                taken = "ddress already in use" in self._log_tail()
                self._gone()
                if self._has_been_up or not taken:
                    raise
                self.port = free_port()  # somebody was faster: only before a URL was given out
            else:
                self._has_been_up = True
                return self
        msg = f"{self._name} found no free port"
        raise ServerFailed(msg)

    def stop(self) -> None:
        """Shut down in good order; the files stay."""
        self._signal_and_wait(self._stop_signal)

    def restart(self) -> None:
        """Shut down in good order and start again."""
        self.stop()
        self.start()

    def kill9(self) -> None:
        """Kill the server and all its children at once, as if the machine had stopped."""
        pids = self._tree()
        for pid in pids:
            signal_process(pid, signal.SIGSTOP)  # none of them acts on the death of another
        for pid in pids:
            signal_process(pid, signal.SIGKILL)
        self._gone()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while any(is_alive(pid) for pid in pids):
            if time.monotonic() > deadline:
                msg = f"{self._name}: processes {pids} outlive SIGKILL"
                raise ServerFailed(msg)
            time.sleep(0.005)

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers, until ``resume``."""
        for pid in self._tree():
            signal_process(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run on after ``pause``."""
        for pid in self._tree():
            signal_process(pid, signal.SIGCONT)

    def close(self) -> None:
        """End it, whatever state it is in, and remove its files."""
        if self._process is not None:
            self.resume()
            self._signal_and_wait(self._end_signal)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    # how -------------------------------------------------------------------------------------

    @property
    def _environment(self) -> dict[str, str]:
        """Only this: a PGPORT or a locale of the caller's would change what is tested."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.directory)}

    def _spawn(self) -> None:
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self.directory,
                start_new_session=True,
                user=self._uid,
                group=self._gid,
                extra_groups=self._extra_groups,
            )
        reaper().own_process(self.pid)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                why = "ended" if ended else f"did not answer within {START_TIMEOUT_S} s"
                msg = f"{self._name} {why}; its log ends:\n{self._log_tail()}"
                raise ServerFailed(msg)
            time.sleep(0.01)

    def _log_tail(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")[-2_000:]

    def _signal_and_wait(self, number: int) -> None:
        assert self._process is not None
        signal_process(self.pid, number)
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            msg = f"{self._name} did not stop; its log ends:\n{self._log_tail()}"
            self._gone()
            raise ServerFailed(msg) from None
        self._gone()

    def _gone(self) -> None:
        if self._process is not None:
            signal_process(self._process.pid, signal.SIGKILL)
            self._process.wait()
            reaper().forget_process(self._process.pid)
            self._process = None

    def _tree(self) -> list[int]:
        """List the main process first, so that stopping in this order lets none be added."""
        return [self.pid, *children(self.pid)]


class ThrowawayPostgres(ThrowawayServer):
    """A PostgreSQL cluster with the superuser ``postgres`` and no password, on loopback only.

    With ``fsync`` it keeps the promises that production keeps, for benchmarks; without it, it
    survives ``kill9`` (the kernel has the pages) but not a loss of power. ``options`` are
    server settings, as in ``postgresql.conf``. As root it runs as ``nobody``: PostgreSQL
    refuses to run as root.
    """

    _name = "postgres"
    _stop_signal = signal.SIGINT  # fast: sessions are ended, the data are checkpointed
    _end_signal = signal.SIGQUIT  # immediate: nothing is checkpointed

    def __init__(
        self,
        *,
        fsync: bool = False,
        options: Mapping[str, str] | None = None,
        binaries: Path | None = None,
        parent: Path | None = None,
    ) -> None:
        is_root = os.geteuid() == 0
        super().__init__(user="nobody" if is_root else None, parent=parent)
        found = binaries or find_postgres()
        self._binaries = reachable_copy(found) if is_root and is_hidden(found) else found
        self._fsync = fsync
        self._options = {
            "fsync": "on" if fsync else "off",
            "full_page_writes": "on" if fsync else "off",
            "max_connections": "200",
            "dynamic_shared_memory_type": "mmap",  # in the data directory: kill9 leaks nothing
            "unix_socket_directories": "",
            **(options or {}),
        }

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _prepare(self) -> None:
        if (self.directory / "data").exists():
            return
        data = str(self.directory / "data")
        command = [str(self._binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres"]
        command += ["-E", "UTF8", "--locale=C", *([] if self._fsync else ["--no-sync"])]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            cwd=self.directory,
            user=self._uid,
            group=self._gid,
            extra_groups=self._extra_groups,
        )
        if done.returncode != 0:
            msg = f"initdb failed:\n{done.stdout}{done.stderr}"
            raise ServerFailed(msg)

    def _command(self) -> Sequence[str]:
        command = [str(self._binaries / "postgres"), "-D", str(self.directory / "data")]
        command += ["-h", "127.0.0.1", "-p", str(self.port)]
        for name, value in self._options.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                data = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return data == (str(self.directory / "data"),)

    def restart(self, *, immediate: bool = False) -> None:
        """Shut down and start again; ``immediate`` skips the checkpoint, as a crash does."""
        self._signal_and_wait(signal.SIGQUIT if immediate else self._stop_signal)
        self.start()


class ThrowawayRedis(ThrowawayServer):
    """A Redis (or Valkey) server that keeps nothing on disk, unless ``options`` say so."""

    _name = "redis"
    _stop_signal = signal.SIGTERM
    _end_signal = signal.SIGKILL

    def __init__(
        self,
        *,
        options: Mapping[str, str] | None = None,
        binary: Path | None = None,
        parent: Path | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._binary = binary or find_redis()
        self._options = {"save": "", "appendonly": "no", **(options or {})}

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _prepare(self) -> None:
        pass

    def _command(self) -> Sequence[str]:
        command = [str(self._binary), "--bind", "127.0.0.1", "--port", str(self.port)]
        command += ["--daemonize", "no", "--dir", str(self.directory)]
        for name, value in self._options.items():
            command += [f"--{name}", value]
        return command

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"CONFIG GET dir\r\n")
                return str(self.directory).encode() in connection.recv(4_096)
        except OSError:
            return False
