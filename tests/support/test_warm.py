"""A process forked from the warm one is as a process started anew."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.waiting import wait_until
from tests.support.processes import is_alive
from tests.support.warm import WarmProcess, warm

pytestmark = [pytest.mark.processes]

ROOT: Final = Path(__file__).parents[2]
LOOK: Final = """
import json, os, random, signal, sys
print(json.dumps({
    "arguments": sys.argv[1:], "folder": os.getcwd(), "shop": os.environ.get("SHOP"),
    "main": __name__, "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "child": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL, "input": sys.stdin.read(),
    "open": sorted(map(int, os.listdir("/proc/self/fd")))[:3], "luck": random.random(),
}))
print("a word aside", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def look(tmp_path: Path) -> Path:
    (tmp_path / "look_around.py").write_text(LOOK)
    return tmp_path


def test_it_sees_what_a_process_started_anew_sees(look: Path) -> None:
    given = {**os.environ, "SHOP": "Kabwe"}
    cold = subprocess.run(
        [sys.executable, "-m", "look_around", "3", "two words"],
        env=given,
        cwd=look,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = []
    for _ in range(2):
        done = warm().run(
            *("look_around", ["3", "two words"]), environment=given, folder=look, timeout_s=30
        )
        assert (done.returncode, done.stderr) == (3, "a word aside\n") == (3, cold.stderr)
        found.append(json.loads(done.stdout))
    lucks = {each.pop("luck") for each in found}
    expected = json.loads(cold.stdout)
    expected.pop("luck")
    assert found == [expected, expected]
    assert len(lucks) == 2


def _serve(folder: Path) -> WarmProcess:
    with (folder / "log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
        return warm().start(
            "worker",
            [
                *("modem", "emulate", "--profile", "ec25", "--link", str(folder / "modem")),
                *("--network-log", str(folder / "air.jsonl")),
            ],
            environment=dict(os.environ),
            folder=ROOT,
            standard=(nothing.fileno(), log.fileno(), log.fileno()),
            leads_session=True,
        )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_its_end_by_a_signal_is_told_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = _serve(tmp_path)
    wait_until((tmp_path / "modem").exists, what="the emulated modem is there")
    assert process.poll() is None
    assert os.getsid(process.pid) == process.pid
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    os.kill(process.pid, number)
    code = 0 if number == signal.SIGTERM else -number
    assert process.wait(30) == code
    assert process.poll() == code
    assert not is_alive(process.pid)
    assert not Path(f"/proc/{process.pid}").exists()


def test_an_environment_that_an_interpreter_reads_at_its_start_needs_a_new_one() -> None:
    assert warm().fits({**os.environ, "NGOMA_LOG_LEVEL": "debug", "TZ": "Africa/Lusaka"})
    assert not warm().fits({**os.environ, "PYTHONUTF8": "0"})
    assert not warm().fits({**os.environ, "LC_ALL": "C"})
