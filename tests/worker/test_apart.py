"""Processes that a process makes: the line to them, how often they are begun, and when not."""

import json
import os
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.end_to_end.gateway import environment
from tests.support.warm import ROOT, warm
from tests.worker.dying_children import CHILDREN, CODE
from worker.apart.cradle import cradled
from worker.apart.line import HungUp, Line
from worker.apart.ward import BEGIN_S

FRAMES_AT_MOST = 100_000
FOR_S = 5.0


@pytest.fixture
def lines() -> Iterator[tuple[Line, Line]]:
    ours, end = Line.pair()
    its = Line(end)
    yield ours, its
    ours.close()
    its.close()


def test_frames_come_whole_and_in_order(lines: tuple[Line, Line]) -> None:
    ours, its = lines
    assert all(ours.tell(word) for word in (b"one", b"two"))
    assert its.hear(FOR_S) == [b"one", b"two"]
    assert its.hear(0.0) == []


def test_who_tells_a_line_that_is_full_does_not_wait_and_what_is_there_is_heard(
    lines: tuple[Line, Line],
) -> None:
    ours, its = lines
    told = next(count for count in range(FRAMES_AT_MOST) if not ours.tell(b"+"))
    heard = 0
    while frames := its.hear(0.0):
        heard += len(frames)
    assert heard == told
    assert ours.tell(b"+")


def test_the_end_of_the_other_is_the_end_of_the_line_after_what_it_said(
    lines: tuple[Line, Line],
) -> None:
    ours, its = lines
    its.tell(b"last")
    its.close()
    assert ours.hear(FOR_S) == [b"last"]
    with pytest.raises(HungUp):
        ours.hear(FOR_S)
    assert not ours.tell(b"+")


def test_who_hears_is_told_when_its_own_end_hangs_up(lines: tuple[Line, Line]) -> None:
    ours, _ = lines
    threading.Timer(0.05, ours.hang_up).start()
    with pytest.raises(HungUp):
        ours.hear(FOR_S)


def test_no_process_with_threads_is_forked(caplog: pytest.LogCaptureFixture) -> None:
    until = threading.Event()
    thread = threading.Thread(target=until.wait, args=[FOR_S])
    thread.start()
    with cradled({"never": lambda _: os._exit(CODE)}) as cradle:
        assert cradle is None
    until.set()
    thread.join()
    assert "has threads already" in caplog.text


@pytest.mark.processes
def test_a_follower_that_dies_again_and_again_is_begun_ever_later_and_said_to_be_away(
    tmp_path: Path,
) -> None:
    done = warm().run(
        "tests.worker.dying_children",
        [str(tmp_path / "data")],
        environment=environment({}),
        folder=ROOT,
        timeout_s=60,
    )
    found = json.loads(done.stdout)
    assert found["ended"], done.stderr
    assert found["threads"] == "follower: ProcessEnded"
    rests_s = [later - earlier for earlier, later in pairwise(found["begun_s"])]
    assert len(rests_s) >= CHILDREN - 1
    assert all(rest_s >= least_s for rest_s, least_s in zip(rests_s, BEGIN_S[1:], strict=False)), (
        rests_s
    )
