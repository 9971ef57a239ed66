"""From the loop to the committer's thread and back."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from api.http.bridge import Bridge
from api.http.threads import Pool, Shared
from application.books.commands import Outcome
from application.books.committer import Committer
from domain.errors import InvalidKey, OutcomeUnknown, Overloaded


def late() -> OutcomeUnknown:
    return OutcomeUnknown("late")


class Batches:
    """A committer that settles when told to, many in a row."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Any, Callable[[Outcome[Any]], None]]] = []

    def submit(self, command: Any, done: Callable[[Outcome[Any]], None]) -> None:
        self.waiting.append((command, done))

    def settle(self) -> None:
        batch, self.waiting = self.waiting, []
        for command, done in batch:
            done(Outcome(result=command))

    def settle_in_a_thread(self) -> None:
        thread = threading.Thread(target=self.settle)
        thread.start()
        thread.join()


def bridge(batches: Batches) -> Bridge:
    return Bridge(cast("Committer", batches))


def run(bridge_: Bridge, command: Any, wait_s: float = 5.0) -> Any:
    return bridge_.run(command, wait_s=wait_s, late=late)


def test_a_batch_wakes_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> int:
        batches = Batches()
        bridge_ = bridge(batches)
        tasks = [asyncio.create_task(run(bridge_, number)) for number in range(100)]
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        wake_ups = 0
        wake_up = loop.call_soon_threadsafe

        def count(*arguments: Any, **named: Any) -> Any:
            nonlocal wake_ups
            wake_ups += 1
            return wake_up(*arguments, **named)

        monkeypatch.setattr(loop, "call_soon_threadsafe", count)
        batches.settle_in_a_thread()
        assert await asyncio.gather(*tasks) == list(range(100))
        batches_after = [asyncio.create_task(run(bridge_, number)) for number in range(3)]
        await asyncio.sleep(0)
        batches.settle_in_a_thread()
        await asyncio.gather(*batches_after)
        return wake_ups

    assert asyncio.run(scenario()) == 2


@pytest.mark.slow
def test_nothing_is_lost_under_a_storm() -> None:
    async def scenario() -> None:
        batches = Batches()
        bridge_ = bridge(batches)
        is_over = threading.Event()

        def settle_all_the_time() -> None:
            while not is_over.is_set():
                batches.settle()

        thread = threading.Thread(target=settle_all_the_time)
        thread.start()
        try:
            for _ in range(200):
                numbers = list(range(20))
                found = await asyncio.gather(*(run(bridge_, number) for number in numbers))
                assert found == numbers
        finally:
            is_over.set()
            thread.join()

    asyncio.run(scenario())


def test_a_late_outcome_hurts_nobody() -> None:
    async def scenario() -> None:
        batches = Batches()
        bridge_ = bridge(batches)
        with pytest.raises(OutcomeUnknown):
            await run(bridge_, 1, wait_s=0.01)
        batches.settle_in_a_thread()
        await asyncio.sleep(0.01)

    asyncio.run(scenario())


def test_each_of_those_who_wait_equally_long_is_told_when_its_own_time_is_over() -> None:
    async def scenario() -> None:
        batches, loop = Batches(), asyncio.get_running_loop()
        bridge_, over_s = bridge(batches), dict[int, float]()

        async def wait(number: int) -> None:
            begun_s = loop.time()
            with pytest.raises(OutcomeUnknown):
                await run(bridge_, number, wait_s=0.2)
            over_s[number] = loop.time() - begun_s

        first = asyncio.create_task(wait(1))
        await asyncio.sleep(0.05)
        settled = asyncio.create_task(run(bridge_, 2, wait_s=0.2))
        left = asyncio.create_task(run(bridge_, 3, wait_s=0.2))
        await asyncio.sleep(0.05)
        last = asyncio.create_task(wait(4))
        await asyncio.sleep(0)
        left.cancel()
        batches.waiting[1][1](Outcome(result="in time"))
        assert await settled == "in time"
        await asyncio.gather(first, last)
        assert all(seconds > 0.19 for seconds in over_s.values())
        again = asyncio.create_task(wait(5))
        await again

    asyncio.run(scenario())


def test_a_loop_that_has_ended_does_not_hurt_the_committer() -> None:
    batches = Batches()

    async def scenario() -> None:
        task = asyncio.create_task(run(bridge(batches), 1))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(scenario())
    batches.settle()


def test_an_error_of_the_command_is_raised() -> None:
    async def scenario() -> None:
        batches = Batches()
        task = asyncio.create_task(run(bridge(batches), 1))
        await asyncio.sleep(0)
        _, done = batches.waiting.pop()
        done(Outcome(error=InvalidKey("revoked")))
        with pytest.raises(InvalidKey):
            await task

    asyncio.run(scenario())


def test_a_pool_is_bounded() -> None:
    async def scenario() -> None:
        pool = Pool("test", threads=1, waiting_max=1)
        may_end = threading.Event()
        running = [asyncio.create_task(pool.run(may_end.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await pool.run(lambda: None)
        may_end.set()
        await asyncio.gather(*running)
        assert await pool.run(lambda: 5) == 5
        pool.close()

    asyncio.run(scenario())


def test_a_shared_call_runs_once_for_all_who_ask_meanwhile() -> None:
    async def scenario() -> None:
        pool = Pool("test", threads=2, waiting_max=0)
        calls = []

        def call() -> int:
            calls.append(threading.get_ident())
            return len(calls)

        shared = Shared(pool, call)
        assert await asyncio.gather(*(shared() for _ in range(50))) == [1] * 50
        assert await shared() == 2
        pool.close()

    asyncio.run(scenario())


def test_a_shared_call_that_fails_fails_for_all_and_runs_again() -> None:
    async def scenario() -> None:
        pool = Pool("test", threads=1, waiting_max=0)
        faults = [InvalidKey("no")]

        def call() -> int:
            if faults:
                raise faults.pop()
            return 1

        shared = Shared(pool, call)
        found = await asyncio.gather(shared(), shared(), return_exceptions=True)
        assert [type(each) for each in found] == [InvalidKey, InvalidKey]
        assert await shared() == 1
        pool.close()

    asyncio.run(scenario())
