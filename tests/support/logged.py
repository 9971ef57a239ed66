"""What a gateway in this process has logged: a thread of its own writes it, after the answers."""

import time
from typing import Final

import pytest

WITHIN_S: Final = 5


def logged(capfd: pytest.CaptureFixture[str], requests: int) -> str:
    """Wait for the access log of so many requests, and give all that was logged."""
    deadline_s = time.monotonic() + WITHIN_S
    found = ""
    while (count := found.count('"ngoma.access"')) < requests:
        if time.monotonic() > deadline_s:
            pytest.fail(f"{count} of {requests} requests were logged")
        time.sleep(0.005)  # between two looks
        found += capfd.readouterr().err
    return found
