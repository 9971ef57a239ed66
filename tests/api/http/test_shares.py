"""A few threads and many who want them: turns by share, and a full line refuses the flood."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import pytest

from api.http.shares import COST, FairPool, Share
from domain.errors import Overloaded

R = TypeVar("R")

FLOOD, GUEST, OTHER = Share("flood"), Share("guest"), Share("other")


class Line:
    """A pool whose threads wait until the test lets them go; ``done`` is the order of turns."""

    def __init__(
        self, *, threads: int = 1, waiting_max: int = 10, each_max: int | None = None
    ) -> None:
        self.pool = FairPool("test", threads=threads, waiting_max=waiting_max, each_max=each_max)
        self.may_go = threading.Event()
        self.begun: list[str] = []

    def ask(self, name: str, *shares: Share, head_start: int = 0) -> "asyncio.Task[str]":
        """Let somebody come."""

        def call() -> str:
            self.begun.append(name)
            self.may_go.wait(20)
            return name

        return asyncio.create_task(self.pool.run(call, *shares, head_start=head_start))

    async def until_begun(self, count: int) -> None:
        while len(self.begun) < count:
            await asyncio.sleep(0.001)

    async def end(self, *asked: "asyncio.Task[str]") -> Sequence[str | BaseException]:
        self.may_go.set()
        return await asyncio.gather(*asked, return_exceptions=True)


def run(story: Callable[[], Awaitable[R]]) -> R:
    async def told() -> R:
        return await asyncio.wait_for(story(), 20)

    return asyncio.run(told())


def test_who_asks_once_waits_behind_one_call_of_a_flood_and_not_behind_all() -> None:
    async def story() -> list[str]:
        line = Line()
        flood = [line.ask(f"flood {n}", FLOOD) for n in range(6)]
        await line.until_begun(1)
        others = [line.ask("guest", GUEST), line.ask("other", OTHER), line.ask("guest 2", GUEST)]
        await asyncio.sleep(0)
        await line.end(*flood, *others)
        return line.begun

    begun = run(story)
    assert begun[:4] == ["flood 0", "guest", "other", "flood 1"]
    assert begun.index("guest 2") < begun.index("flood 3")


def test_a_share_has_at_most_so_many_threads_at_a_time_and_leaves_the_rest_to_others() -> None:
    async def story() -> tuple[list[str], Sequence[object]]:
        line = Line(threads=3, each_max=1)
        flood = [line.ask(f"flood {n}", FLOOD) for n in range(5)]
        guest, other = line.ask("guest", GUEST), line.ask("other", OTHER)
        await line.until_begun(3)
        await asyncio.sleep(0.05)
        begun = list(line.begun)
        return begun, await line.end(*flood, guest, other)

    begun, answers = run(story)
    assert sorted(begun) == ["flood 0", "guest", "other"]
    assert answers == [*(f"flood {n}" for n in range(5)), "guest", "other"]


def test_a_full_line_refuses_the_last_of_the_flood_and_not_who_comes_last() -> None:
    async def story() -> tuple[Sequence[object], str]:
        line = Line(waiting_max=3)
        flood = [line.ask(f"flood {n}", FLOOD) for n in range(6)]
        await line.until_begun(1)
        guest = line.ask("guest", GUEST)
        await asyncio.sleep(0)
        return await line.end(*flood), await guest

    answers, guest = run(story)
    assert answers[:3] == ["flood 0", "flood 1", "flood 2"]
    assert [isinstance(answer, Overloaded) for answer in answers[3:]] == [True] * 3
    assert guest == "guest"


def test_a_flood_from_many_addresses_at_one_account_leaves_other_accounts_their_turn() -> None:
    async def story() -> tuple[Sequence[object], str]:
        line, attacked = Line(waiting_max=4), Share("attacked")
        flood = [line.ask(f"{n}", Share(f"address {n}"), attacked) for n in range(8)]
        await line.until_begun(1)
        guest = line.ask("guest", GUEST, OTHER)
        await asyncio.sleep(0)
        answers = await line.end(*flood)
        assert line.begun[1] == "guest"
        return answers, await guest

    answers, guest = run(story)
    assert sum(isinstance(answer, Overloaded) for answer in answers) == 4
    assert guest == "guest"


def test_a_share_of_many_people_has_more_turns() -> None:
    async def story() -> list[str]:
        line, many = Line(), Share("many", COST // 4)
        first = line.ask("first", OTHER)
        await line.until_begun(1)
        asked = [line.ask(name, share) for name in "1234" for share in (FLOOD, many)]
        await asyncio.sleep(0)
        await line.end(first, *asked)
        return line.begun

    assert run(story) == ["first", *"11234234"]


def test_a_head_start_passes_a_line_of_strangers_and_is_used_up() -> None:
    async def story() -> list[str]:
        line = Line(waiting_max=20)
        strangers = [line.ask("stranger", Share(f"{n}")) for n in range(8)]
        await line.until_begun(1)
        known = [line.ask("known", GUEST, head_start=2) for _ in range(6)]
        await asyncio.sleep(0)
        await line.end(*strangers, *known)
        return line.begun

    begun = run(story)
    assert begun[1:3] == ["known"] * 2
    assert begun[3:10] == ["stranger"] * 7


def test_who_went_away_holds_the_thread_until_the_call_has_ended() -> None:
    async def story() -> list[str]:
        line = Line(threads=2, each_max=1)
        gone = line.ask("gone", FLOOD)
        await line.until_begun(1)
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone
        again = line.ask("again", FLOOD)
        await asyncio.sleep(0.05)
        begun = list(line.begun)
        assert await line.end(again) == ["again"]
        return begun

    assert run(story) == ["gone"]


def test_who_went_away_while_waiting_leaves_the_place_to_others() -> None:
    async def story() -> list[str]:
        line = Line(waiting_max=1)
        first, gone = line.ask("first", FLOOD), line.ask("gone", FLOOD)
        await line.until_begun(1)
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone
        last = line.ask("last", FLOOD)
        await asyncio.sleep(0)
        assert await line.end(first, last) == ["first", "last"]
        return line.begun

    assert run(story) == ["first", "last"]


def test_what_a_call_raises_reaches_who_asked() -> None:
    async def story() -> str:
        line = Line()

        def fail() -> str:
            raise KeyError("of the call")

        with pytest.raises(KeyError, match="of the call"):
            await line.pool.run(fail, GUEST)
        line.may_go.set()
        return await line.ask("after it", GUEST)

    assert run(story) == "after it"


def test_a_pool_that_closes_drops_what_waits() -> None:
    async def story() -> Sequence[object]:
        line = Line()
        first, waiting = line.ask("first", FLOOD), line.ask("waiting", GUEST)
        await line.until_begun(1)
        line.pool.close()
        return await line.end(first, waiting)

    first, waiting = run(story)
    assert first == "first"
    assert isinstance(waiting, asyncio.CancelledError)
