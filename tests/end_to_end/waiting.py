"""Waiting for something to become so, never for a time to pass."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

POLL_S: Final = 0.02


def wait_until(
    question: Callable[[], T], *, within_s: float = 15.0, what: str, poll_s: float = POLL_S
) -> T:
    """Ask until the answer is true, and give it.

    Raises:
        AssertionError: with ``what`` was waited for, and the last answer.
    """
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        if time.monotonic() > deadline:
            msg = f"not within {within_s:g} s: {what}; last answer: {answer!r}"
            raise AssertionError(msg)
        time.sleep(poll_s)
    return answer
