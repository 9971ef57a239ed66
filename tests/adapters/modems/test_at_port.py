"""The serial port keeps its deadlines, has one owner, and says when the device is gone."""

import os
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.modems.at.port import SerialPort
from tests.adapters.modems.emulated import RealClock

CLOCK = RealClock()


class Pty:
    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self.slave = slave
        self._slave: int | None = slave

    def hang_up(self) -> None:
        if self._slave is not None:
            os.close(self._slave)
            os.close(self.master)
            self._slave = None


@pytest.fixture
def pty() -> Iterator[Pty]:
    made = Pty()
    yield made
    made.hang_up()


@pytest.fixture
def port(pty: Pty) -> Iterator[SerialPort]:
    made = SerialPort(pty.path, clock=CLOCK, write_timeout_s=0.2)
    yield made
    made.close()


def soon(seconds: float = 0.0) -> float:
    return CLOCK.monotonic_s() + seconds


def test_bytes_are_given_as_soon_as_they_are_there(pty: Pty, port: SerialPort) -> None:
    timer = threading.Timer(0.05, os.write, (pty.master, b"\r\nOK\r\n"))
    timer.start()
    began = time.monotonic()
    assert port.read(soon(30)) == b"\r\nOK\r\n"
    assert time.monotonic() - began < 5
    timer.join()


def test_nothing_is_given_at_the_deadline_and_what_waits_is_given_after_it(
    pty: Pty, port: SerialPort
) -> None:
    assert port.read(soon(0.02)) == b""
    os.write(pty.master, b">")
    time.sleep(0.01)
    assert port.read(soon(-1)) == b">"


def test_a_second_owner_is_refused(pty: Pty, port: SerialPort) -> None:
    del port
    with pytest.raises(OSError, match="lock"):
        SerialPort(pty.path, clock=CLOCK)


def test_a_port_that_another_program_has_locked_is_not_opened(pty: Pty, tmp_path: Path) -> None:
    name = "LCK.." + os.path.realpath(pty.path).removeprefix("/dev/").replace("/", "_")
    lock = tmp_path / name
    lock.write_text(f"{os.getppid():10d}\n")
    with pytest.raises(OSError, match=f"process {os.getppid()} has it locked"):
        SerialPort(pty.path, clock=CLOCK, locks=tmp_path)
    for left_behind in ("4999999", "nonsense", "-1"):
        lock.write_text(left_behind)
        port = SerialPort(pty.path, clock=CLOCK, locks=tmp_path)
        assert int(lock.read_text()) == os.getpid()
        port.close()
        assert not lock.exists()


def test_nobody_but_root_can_open_a_port_that_is_held(pty: Pty, port: SerialPort) -> None:
    os.fchmod(pty.slave, 0o666)
    program = (
        "import os; os.getuid() or os.setuid(65534);"
        f" os.open({pty.path!r}, os.O_RDWR | os.O_NOCTTY)"
    )

    def opening() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    assert "busy" in opening().stderr
    port.close()
    assert opening().returncode == 0


def test_a_port_can_be_opened_again_after_it_was_closed(pty: Pty, port: SerialPort) -> None:
    port.close()
    port.close()
    again = SerialPort(pty.path, clock=CLOCK)
    again.write(b"AT\r")
    assert os.read(pty.master, 10) == b"AT\r"
    again.close()


def test_a_device_that_hangs_up_is_gone_for_readers_and_writers(pty: Pty, port: SerialPort) -> None:
    pty.hang_up()
    with pytest.raises(OSError, match=r"hung up|Input/output"):
        port.read(soon(5))
    with pytest.raises(OSError, match="Input/output"):
        port.write(b"AT\r")


def test_a_device_that_takes_nothing_holds_nobody_up(port: SerialPort) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        port.write(b"x" * 1_000_000)
    assert time.monotonic() - began < 5


def test_a_closed_port_is_gone(port: SerialPort) -> None:
    port.close()
    with pytest.raises(OSError, match="closed"):
        port.read(soon())
    with pytest.raises(OSError, match="closed"):
        port.write(b"AT\r")


def test_what_is_no_device_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not open"):
        SerialPort(f"{tmp_path}/nothing", clock=CLOCK)
    with open(f"{tmp_path}/file", "w"):
        pass
    with pytest.raises(OSError, match="configure"):
        SerialPort(f"{tmp_path}/file", clock=CLOCK)


def test_no_descriptor_is_left_open(pty: Pty) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        SerialPort(pty.path, clock=CLOCK).close()
    assert len(os.listdir("/proc/self/fd")) == before
