"""Log lines leave, are counted when they cannot, and make nobody wait."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.observability.logs import OutletHandler, configure_logs
from adapters.observability.outlet import Outlet
from tests.end_to_end.waiting import wait_until

ROOT = Path(__file__).parents[3]
PIPE_BYTES = 64 * 1024


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give a pipe: where to read, where to write."""
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_lines_leave_in_their_order(pipe: tuple[int, int]) -> None:
    outlet = Outlet(pipe[1])
    for n in range(1_000):
        outlet.say(b"line %d\n" % n)
    outlet.close(wait_s=5)
    assert (
        os.read(pipe[0], PIPE_BYTES).split()
        == b" ".join(b"line %d" % n for n in range(1_000)).split()
    )
    assert outlet.dropped == 0


def test_what_nobody_reads_is_dropped_and_counted_and_holds_nobody_up(
    pipe: tuple[int, int],
) -> None:
    outlet = Outlet(
        pipe[1], waiting_bytes_max=20_000, dropped_line=lambda lines: b"%d missing\n" % lines
    )
    os.set_blocking(pipe[1], False)
    filled = os.write(pipe[1], b"x" * 2 * PIPE_BYTES)
    os.set_blocking(pipe[1], True)
    started_s = time.monotonic()
    for _ in range(20):
        outlet.say(b"y" * 999 + b"\n")
    assert outlet.dropped == 0
    time.sleep(0.1)  # what is being written counts as well
    outlet.say(b"one line\n")
    outlet.say(b"seven lines\n", lines=7)
    assert outlet.dropped == 8
    outlet.close(wait_s=0.1)
    assert time.monotonic() - started_s < 1

    read = b""
    while b"missing" not in read:  # somebody reads again, and is told
        read += os.read(pipe[0], PIPE_BYTES)
    assert read[filled:] == (b"y" * 999 + b"\n") * 20 + b"8 missing\n"
    outlet.say(b"again\n")
    assert os.read(pipe[0], PIPE_BYTES) == b"again\n"


def test_what_cannot_be_written_is_counted(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    outlet = Outlet(pipe[1])
    outlet.say(b"to nobody\n")
    wait_until(lambda: outlet.dropped == 1, what="it is counted")
    outlet.close(wait_s=5)


def test_a_full_disk_is_no_fault_of_who_logs() -> None:
    with open("/dev/full", "wb") as full:
        outlet = Outlet(full.fileno())
        outlet.say(b"1\n2\n", lines=2)
        wait_until(lambda: outlet.dropped == 2, what="it is counted")


def test_a_descriptor_that_does_not_block_gets_all_of_it(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    outlet = Outlet(pipe[1])
    text = b"y" * (3 * PIPE_BYTES) + b"\n"
    outlet.say(text)
    read = b""
    while len(read) < len(text):
        read += os.read(pipe[0], PIPE_BYTES)
    assert (read, outlet.dropped) == (text, 0)


def test_a_record_that_cannot_be_formatted_is_dropped(pipe: tuple[int, int]) -> None:
    outlet = Outlet(pipe[1])
    logger = logging.Logger("planted")
    logger.addHandler(OutletHandler(outlet))
    logger.warning("%d", "no number")
    logger.warning("a number: %d", 5, extra={"color_message": "\x1b[36m5"})
    line = json.loads(os.read(pipe[0], PIPE_BYTES))
    assert (line["message"], line["logger"], outlet.dropped) == ("a number: 5", "planted", 1)
    assert "color_message" not in line


def test_the_logs_of_a_process_are_json_whoever_speaks() -> None:
    program = f"""
import threading, warnings
from {configure_logs.__module__} import configure_logs
configure_logs("warning")
warnings.warn("planted warning")
thread = threading.Thread(target=lambda: 1 / 0, name="planted thread")
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["py.warnings", "ngoma.threads"]
    assert "ZeroDivisionError" in lines[1]["error"]
