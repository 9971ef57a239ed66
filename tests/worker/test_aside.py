"""Calls to providers: a few threads make them, more where providers are slow, none is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from application.books.commands import Command
from tests.worker.gateway import Gateway
from worker.aside import SPEAKERS, SpeakerThreads

R = TypeVar("R")
WAIT_S = 10.0


def nobody(command: Command[R]) -> R:
    raise AssertionError("a speaker waits for no command")


@contextmanager
def held(speakers: SpeakerThreads, count: int) -> Iterator[None]:
    """Have so many calls wait for their provider."""
    answer, begun = threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        begun.release()
        answer.wait(WAIT_S)

    try:
        speakers.speak([slow] * count, nobody)
        assert all(begun.acquire(timeout=WAIT_S) for _ in range(count))
        yield
    finally:
        answer.set()


def make(gw: Gateway, most: int) -> SpeakerThreads:
    return SpeakerThreads(gw.system.committer, most)


def test_calls_that_are_quick_share_a_few_threads(gw: Gateway) -> None:
    speakers, names = make(gw, 64), list[str]()
    for _ in range(20):
        calls = [lambda: names.append(threading.current_thread().name)] * 10
        speakers.speak(calls, nobody)
    assert speakers.join(WAIT_S)
    assert len(names) == 200
    assert sum(one.name == "ngoma-speaker" for one in threading.enumerate()) <= 2 * SPEAKERS


@pytest.mark.slow
def test_calls_to_a_slow_provider_get_threads_of_their_own_up_to_a_number(gw: Gateway) -> None:
    speakers = make(gw, SPEAKERS + 1)
    with held(speakers, SPEAKERS):
        assert speakers.is_free()
        with held(speakers, 1):
            assert not speakers.is_free(wait_s=0.01)
            assert not speakers.join(0.0)
    assert speakers.join(WAIT_S)


def test_a_call_that_goes_wrong_is_counted_and_its_thread_makes_the_next(
    gw: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    speakers, made = make(gw, 1), list[int]()

    def planted() -> None:
        raise ZeroDivisionError

    speakers.speak([planted, planted, lambda: made.append(1)], nobody)
    deadline_s = time.monotonic() + WAIT_S
    while not made and time.monotonic() < deadline_s:
        time.sleep(0.001)
    assert made == [1]
    assert speakers.faults == 2
    assert [record.levelname for record in caplog.records] == ["ERROR"]
