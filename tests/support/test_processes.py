"""Nothing that a test started outlives it, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.waiting import wait_until
from tests.support.processes import is_alive

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
OWNER = f"""
import subprocess, sys, time
from tests.support.processes import reaper
process = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
reaper().own_process(process.pid)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.processes
def test_what_does_not_want_to_end_is_killed_with_what_it_started_when_its_owner_is() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as owner:
        assert owner.stdout is not None
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        try:
            assert all(is_alive(pid) for pid in pids)
            os.kill(owner.pid, signal.SIGKILL)
            owner.wait()
            wait_until(lambda: not any(map(is_alive, pids)), within_s=60, what="both are gone")
        finally:
            for pid in filter(is_alive, pids):
                os.kill(pid, signal.SIGKILL)
