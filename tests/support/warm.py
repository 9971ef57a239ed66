"""Starts ``ngoma`` processes by forking one that is warm: a third of a cold start's time.

What a process does is the same; it is only spared the imports, which a test run would otherwise
pay some hundred times. Starts are tried cold too, where a start is what a test is about.
"""

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self

from tests.support import warm_start

ROOT: Final = Path(__file__).parents[2]
READY_S: Final = 120.0
AT_START: Final = ("PYTHON", "LANG", "LC_", "LD_")
"""How the variables begin that an interpreter and its libraries read when they start."""


class WarmProcess:
    """A forked process: of ``subprocess.Popen`` what tests use."""

    def __init__(self, pid: int, teller: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._teller = teller

    def poll(self) -> int | None:
        """Give the exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; give the exit code, negative for a signal's number.

        Raises:
            subprocess.TimeoutExpired: it runs on.
        """
        if self.returncode is None:
            if not select.select([self._teller], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            with self._teller:
                self.returncode = int(self._teller.recv(64))
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it where it stands."""
        self.send_signal(signal.SIGKILL)


class PipedProcess:
    """A forked process that is talked to while it runs: of ``subprocess.Popen`` the same."""

    def __init__(
        self, process: WarmProcess, stdin: IO[str], stdout: IO[str], stderr: IO[str]
    ) -> None:
        self.pid = process.pid
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.poll, self.wait = process.poll, process.wait
        self.send_signal, self.kill = process.send_signal, process.kill
        self._process = process

    @property
    def returncode(self) -> int | None:
        """The exit code, once somebody has waited for it."""
        return self._process.returncode

    def communicate(self, timeout: float = READY_S) -> tuple[str, str]:
        """Say no more, read all that it prints, and wait for its end.

        Raises:
            TimeoutError, subprocess.TimeoutExpired: it did not end, and was killed.
        """
        self.stdin.close()
        with ThreadPoolExecutor(2) as readers:
            texts = [readers.submit(each.read) for each in (self.stdout, self.stderr)]
            try:
                said, complained = (each.result(timeout) for each in texts)
                self.wait(timeout)
            except BaseException:  # raised again: its readers wait for its end
                self._process.kill()
                raise
        self._close()
        return said, complained

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self.wait()

    def _close(self) -> None:
        with suppress(BrokenPipeError):  # what it was told last, and did not read
            self.stdin.close()
        self.stdout.close()
        self.stderr.close()


class Warm:
    """The warm process of this one."""

    def __init__(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * warm_start.ORDER_BYTES_MAX)
        self.environment = dict(os.environ)
        self._orders = ours
        self._turn = threading.Lock()
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-m", warm_start.__name__, str(its.fileno())],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
            )
        atexit.register(self._end)
        ours.settimeout(READY_S)
        ours.recv(64)
        ours.settimeout(None)

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        standard: tuple[int, int, int],
        leads_session: bool,
    ) -> WarmProcess:
        """Start ``python -m module arguments`` with these standard input, output and errors."""
        order = warm_start.Order(
            module, list(arguments), dict(environment), str(folder), leads_session
        )
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its, self._turn:
            message = json.dumps(order._asdict()).encode()
            socket.send_fds(self._orders, [message], [*standard, its.fileno()])
        try:
            ours.settimeout(READY_S)
            pid = int(ours.recv(64))
        except BaseException:  # raised again: a test's limit may end the wait, too
            ours.close()
            raise
        ours.settimeout(None)
        return WarmProcess(pid, ours)

    def start_piped(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
    ) -> PipedProcess:
        """Start ``python -m module arguments`` with pipes for its input, output and errors."""
        (stdin, to), (said, stdout), (complained, stderr) = (os.pipe() for _ in range(3))
        ours = os.fdopen(to, "w"), os.fdopen(said), os.fdopen(complained)
        try:
            process = self.start(
                module,
                arguments,
                environment=environment,
                folder=folder,
                standard=(stdin, stdout, stderr),
                leads_session=False,
            )
        finally:
            for each in (stdin, stdout, stderr):
                os.close(each)
        return PipedProcess(process, *ours)

    def run(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        timeout_s: float,
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``python -m module arguments`` to its end, without input.

        Raises:
            subprocess.TimeoutExpired: it did not end, and was killed.
        """
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as said,
            tempfile.TemporaryFile() as complained,
        ):
            process = self.start(
                module,
                arguments,
                environment=environment,
                folder=folder,
                standard=(nothing.fileno(), said.fileno(), complained.fileno()),
                leads_session=False,
            )
            try:
                code = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
            texts = []
            for each in (said, complained):
                each.seek(0)
                texts.append(each.read().decode())
        return subprocess.CompletedProcess([module, *arguments], code, *texts)

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Say whether an environment differs only in what is read after an interpreter's start."""
        return _read_at_start(environment) == _read_at_start(self.environment)

    def _end(self) -> None:
        self._orders.close()
        self._process.wait(10)


_ONE_MAKES_IT: Final = threading.Lock()


def warm() -> Warm:
    """Give this process's, started and waited for when it is first wanted."""
    with _ONE_MAKES_IT:
        return _warm()


@functools.cache
def _warm() -> Warm:
    return Warm()


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_START)}
