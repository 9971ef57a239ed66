"""Waiting for a projection: by being told in this process, by looking in others."""

import threading
import time
from pathlib import Path

import pytest

from projections.known import Positions
from tests.projections.history import message
from tests.projections.truth import Truth, sqlite_truth


def test_what_was_reached_already_needs_no_time(truth: Truth) -> None:
    truth.save(message(1))
    queries = truth.follow()
    assert queries.reached(1, timeout_s=0, projection="message_log")
    assert not queries.reached(2, timeout_s=0, projection="message_log")
    assert not queries.reached(1, timeout_s=0, projection="unheard_of")


def test_waiting_ends_when_another_process_gets_there(truth: Truth) -> None:
    truth.save(message(1))
    follower = truth.follower()
    elsewhere = truth.queries()
    timer = threading.Timer(0.05, follower.step)
    started_s = time.monotonic()
    timer.start()
    assert elsewhere.reached(1, timeout_s=5, projection="message_log")
    assert 0.04 < time.monotonic() - started_s < 2
    timer.join()
    follower.close()


def test_waiting_ends_at_its_limit(truth: Truth) -> None:
    truth.follower().close()
    started_s = time.monotonic()
    assert not truth.queries().reached(1, timeout_s=0.05, projection="message_log")
    assert 0.05 <= time.monotonic() - started_s < 1


def test_nobody_waits_for_a_projection_that_has_stopped(truth: Truth) -> None:
    truth.save(message(1), message(2))
    with truth.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE stored_events SET topic = 'Unheard'")
    follower = truth.follower()
    assert not follower.catch_up(timeout_s=5)
    follower.close()
    started_s = time.monotonic()
    assert not truth.queries().reached(2, timeout_s=10, projection="message_log")
    assert time.monotonic() - started_s < 2


class CountingPositions(Positions):
    reads = 0

    def read(self):  # type: ignore[no-untyped-def]
        self.reads += 1
        return super().read()


@pytest.fixture
def embedded(tmp_path: Path) -> Truth:
    return sqlite_truth(tmp_path)


def wait_in_threads(known: Positions, count: int) -> tuple[list[threading.Thread], list[bool]]:
    results: list[bool] = []

    def wait() -> None:
        results.append(known.reached(1, timeout_s=5, projection="message_log"))

    threads = [threading.Thread(target=wait) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, results


def test_the_follower_of_this_process_wakes_all_who_wait(embedded: Truth) -> None:
    embedded.save(message(1))
    known = CountingPositions(embedded.engines.reading, embedded.log, poll_s=60)
    follower = embedded.follower(known=known)
    threads, results = wait_in_threads(known, 20)
    time.sleep(0.05)
    started_s = time.monotonic()
    follower.step()
    for thread in threads:
        thread.join(2)
    assert results == [True] * 20
    assert time.monotonic() - started_s < 2
    follower.close()
    embedded.close()


def test_one_of_those_who_wait_looks_for_all_of_them(embedded: Truth) -> None:
    embedded.follower().close()
    known = CountingPositions(embedded.engines.reading, embedded.log, poll_s=0.02)
    threads, results = wait_in_threads(known, 20)
    time.sleep(0.3)
    assert known.reads < 40
    embedded.save(message(1))
    embedded.follow()
    for thread in threads:
        thread.join(2)
    assert results == [True] * 20
    embedded.close()


def test_who_looks_hands_over_when_its_time_is_up(embedded: Truth) -> None:
    embedded.follower().close()
    known = Positions(embedded.engines.reading, embedded.log)
    short = threading.Thread(
        target=known.reached, args=(1,), kwargs={"timeout_s": 0.05, "projection": "message_log"}
    )
    short.start()
    threads, results = wait_in_threads(known, 3)
    short.join(2)
    embedded.save(message(1))
    embedded.follow()
    started_s = time.monotonic()
    for thread in threads:
        thread.join(3)
    assert time.monotonic() - started_s < 2
    assert results == [True] * 3
    embedded.close()
