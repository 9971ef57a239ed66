"""Threads that many share fairly: who asks much waits behind who asks little."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from api.http.threads import be_nice
from domain.errors import Overloaded

COST: Final = 4
"""What a call costs an ordinary share; a share of many people costs less."""
REMEMBERED_MAX: Final = 10_000
"""Shares that used some of their time and may have none waiting."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Share:
    """Whom a call counts for: an account, an address or a network of addresses."""

    name: str
    cost: int = COST
    """What one call costs it: a share with half the cost gets twice as many turns."""


@dataclass(slots=True, eq=False)
class _Turn:
    place: int
    """In line; the lowest is next, and the one that came first among equals."""
    shares: Sequence[Share]
    call: Callable[[], Any]
    answer: "asyncio.Future[Any]" = field(default_factory=asyncio.Future)


class FairPool:
    """A few threads and a bounded line before them; belongs to one event loop.

    Each call takes a place behind those that its shares were given lately, and in front of what
    others ask for beyond their own turn (start-time fair queueing, Goyal et al. 1996). When the
    line is full the last in it is refused, who need not be the one who came last: a flood refuses
    itself.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        waiting_max: int,
        each_max: int | None = None,
        niceness: int = 0,
    ) -> None:
        """At most ``each_max`` calls of one share run at a time; None is as many as threads."""
        self._executor = ThreadPoolExecutor(
            threads, thread_name_prefix=name, initializer=be_nice, initargs=(niceness,)
        )
        self._free = threads
        self._each_max = each_max or threads
        self._waiting_max = waiting_max
        self._line: list[_Turn] = []
        self._running: Counter[str] = Counter()
        self._now = 0
        """The furthest place that had its turn."""
        self._next: dict[str, int] = {}
        """The place of a share's next call."""

    async def run(self, call: Callable[[], R], *shares: Share, head_start: int = 0) -> R:
        """Run a call in a thread when its turn comes.

        ``head_start`` puts it so many turns in front of those who have not waited either.

        Raises:
            Overloaded: the line is full, and others in it have had less.
        """
        turn = self._line_up(call, shares, head_start)
        self._take_turns()
        if len(self._line) > self._waiting_max:
            self._refuse_last()
        try:
            result: R = await turn.answer
        except asyncio.CancelledError:
            if turn in self._line:
                self._leave(turn)
            raise
        return result

    def close(self) -> None:
        """Let the threads end; what waits is dropped."""
        for turn in self._line:
            turn.answer.cancel()
        self._line.clear()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _line_up(self, call: Callable[[], Any], shares: Sequence[Share], head_start: int) -> _Turn:
        first = self._now - head_start * COST
        places = [max(first, self._next.get(share.name, first)) for share in shares]
        turn = _Turn(max(places, default=first), shares, call)
        self._line.append(turn)
        for share, place in zip(shares, places, strict=True):
            self._next[share.name] = place + share.cost  # each by its own: one share blames none
        if len(self._next) > REMEMBERED_MAX:
            self._next = {name: place for name, place in self._next.items() if place > self._now}
        return turn

    def _refuse_last(self) -> None:
        last = max(reversed(self._line), key=lambda turn: turn.place)
        self._leave(last)
        if not last.answer.done():
            last.answer.set_exception(Overloaded())

    def _leave(self, turn: _Turn) -> None:
        self._line.remove(turn)
        for share in turn.shares:
            self._next[share.name] = self._next.get(share.name, 0) - share.cost

    def _take_turns(self) -> None:
        while self._free > 0 and (turn := self._first()) is not None:
            self._line.remove(turn)
            self._now = max(self._now, turn.place)
            self._free -= 1
            self._running.update(share.name for share in turn.shares)
            running = asyncio.get_running_loop().run_in_executor(self._executor, turn.call)
            running.add_done_callback(partial(self._ended, turn))

    def _first(self) -> _Turn | None:
        able = (turn for turn in self._line if all(map(self._may_run, turn.shares)))
        return min(able, key=lambda turn: turn.place, default=None)

    def _may_run(self, share: Share) -> bool:
        return self._running[share.name] < self._each_max

    def _ended(self, turn: _Turn, running: "asyncio.Future[Any]") -> None:
        """Pass on how a call ended; its thread was taken until now, whoever went away before."""
        self._free += 1
        for share in turn.shares:
            self._running[share.name] -= 1
            if not self._running[share.name]:
                del self._running[share.name]
        if running.cancelled():
            turn.answer.cancel()
            return
        error = running.exception()
        if not turn.answer.done():
            if error is not None:
                turn.answer.set_exception(error)
            else:
                turn.answer.set_result(running.result())
        self._take_turns()
