"""What is due in masses is passed on as fast as it is done, and no faster."""

from dataclasses import replace

from tests.worker.gateway import Gateway
from tests.worker.test_relay import Bench, kind
from worker.relay import JOBS_EACH_MAX, SOON_S, TICK_S


def test_what_is_due_in_masses_is_asked_for_as_fast_as_it_is_done(gw: Gateway) -> None:
    due = list(range(3 * JOBS_EACH_MAX))
    bench = Bench(gw, kind(lambda now, limit: [(n,) for n in due[:limit]], name="test.many"))
    assert bench.step() == JOBS_EACH_MAX
    assert bench.relay.wait_s <= SOON_S
    del due[:JOBS_EACH_MAX]
    gw.clock.advance(SOON_S)
    assert bench.step() == JOBS_EACH_MAX
    gw.clock.advance(SOON_S)
    assert bench.step() == JOBS_EACH_MAX
    assert bench.relay.wait_s <= SOON_S
    gw.clock.advance(SOON_S)
    assert bench.step() == 0  # the rest is under way
    assert bench.relay.wait_s > SOON_S


def test_pieces_that_a_job_may_carry_go_together_and_each_is_asked_for_once(gw: Gateway) -> None:
    due = [(number, 7) for number in range(5)]
    many = replace(kind(lambda now, limit: due[:limit], name="test.many"), together=2)
    bench = Bench(gw, many)
    assert bench.step() == 5
    assert [job.ids for job in bench.queue.jobs] == [(0, 7, 1, 7), (2, 7, 3, 7), (4, 7)]
    due.append((5, 7))
    del due[0]
    gw.clock.advance(TICK_S)
    assert bench.step() == 1
    assert bench.queue.jobs[-1].ids == (5, 7)
