"""Several actors under one virtual clock: one runs at a time, the one whose moment is next."""

import heapq
from collections.abc import Callable, Sequence
from functools import partial

from greenlet import getcurrent, greenlet

from domain.values import SECOND, Instant
from tests.worker.gateway import ShiftedClock

START = Instant(1_795_000_000_000_000)


class TakingTurns(ShiftedClock):
    """A clock, and the actors that wait by it. The same actors give the same order of turns.

    Each is a greenlet, as the SIMs of a crew are (decision 45): threads that hand over to one
    another at every wait take half as long again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._waiting: list[tuple[float, int, greenlet]] = []
        self._turns = 0

    # -- the clock -------------------------------------------------------------------------------

    def now(self) -> Instant:
        return Instant(START + round((self._now_s + self._wall_s) * SECOND))

    def monotonic_s(self) -> float:
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Let time pass while no actor is running."""
        self._now_s += seconds

    def wait_until(self, moment_s: float) -> None:
        """Let the others run until a moment; alone, time just passes."""
        moment_s = max(moment_s, self._now_s)
        if self._waiting and self._waiting[0][0] <= moment_s:
            actor = getcurrent()
            assert actor.parent is not None, "only actors wait while others do"
            self._queue_up(moment_s, actor)
            actor.parent.switch()
        else:
            self._now_s = moment_s

    def sleep(self, seconds: float) -> None:
        self.wait_until(self._now_s + seconds)

    # -- the actors ------------------------------------------------------------------------------

    def run(self, actors: Sequence[Callable[[], None]]) -> None:
        """Run actors until the last has ended; raise what one raised."""
        faults: list[BaseException] = []

        def play(actor: Callable[[], None]) -> None:
            try:
                actor()
            except BaseException as fault:  # noqa: BLE001 - raised again below, by the test
                faults.append(fault)

        for actor in actors:
            self._queue_up(self._now_s, greenlet(partial(play, actor)))
        while self._waiting:
            moment_s, _, turn = heapq.heappop(self._waiting)
            self._now_s = max(self._now_s, moment_s)
            turn.switch()
        if faults:
            raise faults[0]

    def _queue_up(self, moment_s: float, actor: greenlet) -> None:
        self._turns += 1
        heapq.heappush(self._waiting, (moment_s, self._turns, actor))
