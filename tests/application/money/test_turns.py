"""Of processes that take the same turn of a payment one gets it: no payer is asked twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from tests.conformance.mobile_money_rigs import KINDS
from tests.support.counts import soak_count
from tests.support.topups import Till, till

TIMES = soak_count(500, quick=20)
PROCESSES = 3


@pytest.mark.slow
def test_of_processes_that_take_a_turn_at_once_one_asks(report_count: Callable[..., None]) -> None:
    twice = []
    with till(KINDS["mtn"]) as first, ThreadPoolExecutor(PROCESSES) as pool:
        first.publish(50)
        first.new_account("shop")
        others = [replace(first, system=first.open_system()) for _ in range(PROCESSES - 1)]
        for time in range(TIMES):
            number = first.request("pending-for-ever")
            barrier = Barrier(PROCESSES)

            def take(one: Till, number: int = number, barrier: Barrier = barrier) -> bool:
                barrier.wait(10)
                return one.turns.take([(number, 0)], one.execute) > 0

            taken = list(pool.map(take, [first, *others]))
            said = first.system.wire_log.of(first.shown(number).reference)
            asked = [one for one in said if one.purpose == "collect"]
            if (sum(taken), len(asked)) != (1, 1):
                twice.append(time)
        for other in others:
            other.system.close()
    report_count("turns that processes took at once", TIMES, len(twice), 0)
