"""Real ``ngoma`` processes: started, stopped, killed, and asked by HTTP or by the command line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from tests.end_to_end.client import Client, Unanswered
from tests.end_to_end.waiting import wait_until
from tests.support.processes import is_alive, reaper, signal_process
from tests.support.warm import WarmProcess, warm

ROOT: Final = Path(__file__).parents[2]
START_S: Final = 30.0
STOP_S: Final = 30.0
CLI_S: Final = 60.0

UNLIMITED: Final = {
    "NGOMA_LIMITS_SINGLE": "0",
    "NGOMA_LIMITS_BULK": "0",
    "NGOMA_LIMITS_READ": "0",
    "NGOMA_LIMITS_IP": "0",
    "NGOMA_LIMITS_AUTH_IP": "0",
    "NGOMA_APPROVAL_CREDITS_PER_DAY": "0",
}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Give this process's environment with no settings but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NGOMA_")}
    return kept | dict(settings)


def ask_cli(
    *arguments: str | int, settings: Mapping[str, str], module: str = "worker"
) -> "subprocess.CompletedProcess[str]":
    """Run an ``ngoma`` command to its end, with ``--json``, however it ends."""
    return warm().run(
        module,
        [*map(str, arguments), "--json"],
        environment=environment(settings),
        folder=ROOT,
        timeout_s=CLI_S,
    )


def run_cli(
    *arguments: str | int, settings: Mapping[str, str], module: str = "worker", code: int = 0
) -> Any:
    """Run one, and give what it printed.

    Raises:
        AssertionError: it failed; with what it said.
    """
    done = ask_cli(*arguments, settings=settings, module=module)
    assert done.returncode == code, f"ngoma {arguments}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout)


class Process:
    """One ``ngoma`` process in a session of its own; its output goes to ``log``."""

    prefix: tuple[str, ...] = ()
    """What runs it: a command that makes the process smaller, say, and then becomes it."""
    module = "worker"
    is_warm = True
    """Whether it may be spared the imports; a test of what a start costs says no."""
    work_folder = ROOT
    """Where it is started."""

    def __init__(
        self, *arguments: str | int, log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self.settings = dict(settings or {})
        self.log = log
        self._process: subprocess.Popen[bytes] | WarmProcess | None = None

    @property
    def command(self) -> tuple[str, ...]:
        """What it is started by, before its arguments."""
        return (sys.executable, "-m", self.module)

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None, f"{self} is not running"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and is_alive(self._process.pid)

    def spawn(self) -> Self:
        """Start it, and do not wait for anything."""
        assert self._process is None, f"{self} runs already"
        variables = environment(self.settings)
        with self._open_output() as output, Path(os.devnull).open("rb") as nothing:
            if self.is_warm and not self.prefix and warm().fits(variables):
                self._process = warm().start(
                    self.module,
                    self.arguments,
                    environment=variables,
                    folder=ROOT,
                    standard=(nothing.fileno(), output.fileno(), output.fileno()),
                    leads_session=True,
                )
            else:
                self._process = subprocess.Popen(
                    [*self.prefix, *self.command, *self.arguments],
                    stdin=nothing,
                    stdout=output,
                    stderr=output,
                    env=variables,
                    cwd=self.work_folder,
                    start_new_session=True,
                )
        reaper().own_process(self._process.pid)
        return self

    def _open_output(self) -> BinaryIO:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return self.log.open("ab")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it in good order; give its exit code.

        Raises:
            AssertionError: it does not end.
        """
        process = self._process
        if process is None:
            return 0
        signal_process(process.pid, number)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill9()
            msg = f"{self} does not stop:\n{self.log_tail()}"
            raise AssertionError(msg) from None
        return self._gone()

    def kill9(self) -> None:
        """Kill it where it stands."""
        if self._process is not None:
            signal_process(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._gone()

    def freeze(self) -> None:
        """Stop it from running, as if it hung."""
        signal_process(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        signal_process(self.pid, signal.SIGCONT)

    def log_tail(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-3_000:]

    def must_run(self) -> None:
        """Fail, with its output, when it has ended."""
        assert self.is_running, f"{self} ended:\n{self.log_tail()}"

    def __enter__(self) -> Self:
        return self.spawn()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        code = self.stop()
        assert kind is not None or code == 0, f"{self} ended with {code}:\n{self.log_tail()}"

    def __str__(self) -> str:
        return f"ngoma {' '.join(self.arguments)}"

    def _gone(self) -> int:
        assert self._process is not None
        reaper().forget_process(self._process.pid)
        code = self._process.wait()
        self._process = None
        return int(code)


def wait_until_ready(process: Process, base_url: str, *, within_s: float = START_S) -> None:
    """Wait until /readyz is 200.

    Raises:
        AssertionError: the process ended, or the time is up.
    """
    client = Client(base_url, "", timeout_s=2)

    def is_ready() -> bool:
        process.must_run()
        try:
            return client.get("/readyz").status == 200
        except Unanswered:
            return False

    wait_until(is_ready, within_s=within_s, what=f"{process} is ready")
    client.hang_up()


class Demo(Process):
    """``ngoma serve --demo`` over a folder, on a port that the system picks."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(
            *("serve", "--demo", "--data-dir", str(folder), "--port", "0"),
            log=folder.with_name(f"{folder.name}.log"),
            settings=settings,
        )
        self.folder = folder

        self._old_place: tuple[int, int] | None = None

    def spawn(self) -> Self:
        """Start it, and do not wait for anything."""
        self._old_place = self._place_identity()
        return super().spawn()

    def start(self) -> Self:
        """Start it and wait until a new ``demo.json`` says where it is.

        Raises:
            AssertionError: the process ended, or the time is up; with its output.
        """
        self.spawn()
        wait_until(self._is_announced, within_s=START_S, what=f"{self} is ready")
        return self

    def _is_announced(self) -> bool:
        self.must_run()
        identity = self._place_identity()
        return identity is not None and identity != self._old_place

    def _place_identity(self) -> tuple[int, int] | None:
        try:
            found = (self.folder / "demo.json").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    @property
    def place(self) -> dict[str, Any]:
        """What ``demo.json`` says."""
        content: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return content

    @property
    def client(self) -> Client:
        """A client of the demo's account."""
        place = self.place
        return Client(place["base_url"], place["api_key"])

    @property
    def checks(self) -> Mapping[str, str]:
        """What its operators read at /readyz, as of a second ago."""
        found: Mapping[str, str] = Client(self.operations_url, "").get("/readyz").json["checks"]
        return found

    @property
    def operations_url(self) -> str:
        """Where it answers its operators."""
        (place,) = (self.folder / "operations").glob(f"*-{self.pid}.url")
        return place.read_text().strip()

    @property
    def account(self) -> int:
        """The demo's account number."""
        return int(self.place["account_id"])

    def send(self, count: int) -> list[int]:
        """Send messages, wait until all have left, and give their numbers."""
        client = self.client
        numbers = [n for k in range(count) for n in client.send("0977000000", f"Nr {k}").numbers]
        wait_until(
            lambda: all(client.status(number) == "sent" for number in numbers),
            what="what was accepted has left",
        )
        return numbers

    def cli(self, *arguments: str | int, code: int = 0) -> Any:
        """Run a command beside it."""
        settings = {**self.settings, "NGOMA_DATA_DIR": str(self.folder)}
        return run_cli(*arguments, settings=settings, module=self.module, code=code)

    def __enter__(self) -> Self:
        return self.start()
