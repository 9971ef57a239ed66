"""Other checkouts of the gateway, run by their own code, to be measured in turn with this one."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.gateways import Account
from tests.benchmarks.load import ROOT
from tests.end_to_end.gateway import Process, environment
from tests.support.processes import reaper

RUNNER: Final = Path(__file__).with_name("errand_runner.py")
END_S: Final = 120
BENCHMARK_S: Final = 600


class CheckedOut(Process):
    """A process of some checkout: started cold, since what is warm has this one's code."""

    is_warm = False

    def __init__(self, checkout: "Checkout", *arguments: str | int, **given: Any) -> None:
        super().__init__(*arguments, **given)
        self.work_folder = checkout.folder
        self._python = checkout.python

    @property
    def command(self) -> tuple[str, ...]:
        """What it is started by: the code in the folder comes before what is installed."""
        return (self._python, "-m", self.module)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the gateway's code, and the interpreter that runs it."""

    name: str
    folder: Path
    python: str

    @classmethod
    def here(cls) -> "Checkout":
        """Give this one."""
        return cls("this build", ROOT, sys.executable)

    @classmethod
    def find(cls, named: str, into: Path) -> "Checkout":
        """Find a folder with a checkout, or what git knows by this name, which goes to ``into``.

        A folder is run by its own ``.venv``; without one, and what git gave, by this interpreter.

        Raises:
            ValueError: it is neither.
        """
        folder = Path(named).resolve()
        if (folder / "worker").is_dir():
            own = folder / ".venv" / "bin" / "python"
            python = str(own) if own.exists() else sys.executable
            return cls(f"the build before ({_revision(folder, 'HEAD')})", folder, python)
        revision = _revision(ROOT, named)
        if not revision:
            msg = f"{named} is neither a folder with a checkout nor a revision that git knows"
            raise ValueError(msg)
        into.mkdir()
        archive = into.with_suffix(".zip")
        command = ["git", "archive", "--output", str(archive), revision]
        subprocess.run(command, cwd=ROOT, check=True, timeout=60)
        shutil.unpack_archive(archive, into)
        return cls(f"the build before ({revision})", into, sys.executable)

    @contextmanager
    def errands(self, folder: Path, database_url: str | None) -> Iterator["Errands"]:
        """Make the tables of an empty store, and have somebody run errands beside its server."""
        where = [str(folder), *([database_url] if database_url else [])]
        process = subprocess.Popen(
            [self.python, "-P", str(RUNNER), *where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env={**environment({}), "PYTHONPATH": str(self.folder)},
            text=True,
            start_new_session=True,
        )
        reaper().own_process(process.pid)
        try:
            yield Errands(process)
        finally:
            process.communicate(timeout=END_S)
            reaper().forget_process(process.pid)

    def figures(self, benchmark: str, *, seconds: int) -> dict[str, float]:
        """Run one of its own benchmarks; give the figures by what they are of.

        Raises:
            subprocess.SubprocessError: it failed, or took too long.
        """
        options = ["--only", benchmark, "--seconds", str(seconds), "--json"]
        done = subprocess.run(
            [self.python, "-m", "tests.benchmarks", *options],
            cwd=self.folder,
            env=environment({}),
            stdout=subprocess.PIPE,
            check=True,
            timeout=BENCHMARK_S,
        )
        rows = json.loads(done.stdout)["rows"]
        return {row["what"]: row["figure"]["value"] for row in rows if row["figure"]}

    def process(self, *arguments: str | int, log: Path, settings: dict[str, str]) -> Process:
        """Make a process of it."""
        return CheckedOut(self, *arguments, log=log, settings=settings)


class Errands:
    """What ``errand_runner`` does for us, in a gateway opened beside a server by the same code."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.environment: dict[str, str] = self._ask("environment")
        """The settings of the processes on that store, without limits."""

    def create_account(self, name: str = "Bench") -> Account:
        """Make an account with plenty of credits."""
        return Account(*self._ask("account", name))

    def stay_online(self) -> None:
        """Have a SIM of each network count as online for the next 90 s."""
        self._ask("online")

    def follow(self) -> float:
        """Wait until the read models have seen all that is in the log; give the seconds."""
        return float(self._ask("follow"))

    def _ask(self, *order: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            msg = f"nobody ran this errand: {order[0]}"
            raise RuntimeError(msg)
        return json.loads(answer)


def _revision(folder: Path, name: str) -> str:
    command = ["git", "rev-parse", "--short", "--verify", "--quiet", f"{name}^{{commit}}"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout.strip()
