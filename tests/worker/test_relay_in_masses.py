"""What is due in masses is passed on as fast as it is done, and no faster."""

from tests.worker.gateway import Gateway
from tests.worker.test_relay import Bench, kind
from worker.relay import JOBS_EACH_MAX, SOON_S


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
