"""Several threads under one virtual clock: one runs at a time, the one whose moment is next."""

import heapq
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue

from domain.values import SECOND, Instant
from tests.worker.gateway import ShiftedClock

START = Instant(1_795_000_000_000_000)


class _Player:
    """A thread that plays one actor after the other, as that of a SIM lives as long as its process.

    New threads for each run would leave behind, a little each, memory that is free and not given
    back: after virtual days tens of megabytes.
    """

    def __init__(self) -> None:
        self._parts: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._go_on, daemon=True).start()

    def play(self, part: Callable[[], None]) -> None:
        self._parts.put(part)

    def _go_on(self) -> None:
        while True:
            self._parts.get()()
            _IDLE.append(self)


_IDLE: list[_Player] = []


class TakingTurns(ShiftedClock):
    """A clock, and the threads that wait by it. The same threads give the same order of turns."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._waiting: list[tuple[float, int, threading.Semaphore]] = []
        self._turns = 0
        self._own = threading.local()
        self._faults: list[BaseException] = []

    # -- the clock -------------------------------------------------------------------------------

    def now(self) -> Instant:
        return Instant(START + round((self._now_s + self._wall_s) * SECOND))

    def monotonic_s(self) -> float:
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Let time pass while no thread is running."""
        self._now_s += seconds

    def wait_until(self, moment_s: float) -> None:
        """Let the others run until a moment; alone, time just passes."""
        moment_s = max(moment_s, self._now_s)
        if self._waiting and self._waiting[0][0] <= moment_s:
            self._queue_up(moment_s, self._own.turn)
            self._pass_on()
            self._own.turn.acquire()
        else:
            self._now_s = moment_s

    def sleep(self, seconds: float) -> None:
        self.wait_until(self._now_s + seconds)

    # -- the threads -----------------------------------------------------------------------------

    def run(self, actors: Sequence[Callable[[], None]]) -> None:
        """Run actors, each in a thread, until the last has ended; raise what one raised."""
        is_over = threading.Semaphore(0)
        left = len(actors)

        def play(actor: Callable[[], None], turn: threading.Semaphore) -> None:
            nonlocal left
            self._own.turn = turn
            turn.acquire()
            try:
                actor()
            except BaseException as fault:  # noqa: BLE001 - raised again below, by the test
                self._faults.append(fault)
            left -= 1
            if left:
                self._pass_on()
            else:
                is_over.release()

        for actor in actors:
            turn = threading.Semaphore(0)
            self._queue_up(self._now_s, turn)
            (_IDLE.pop() if _IDLE else _Player()).play(partial(play, actor, turn))
        self._pass_on()
        is_over.acquire()
        if self._faults:
            raise self._faults[0]

    def _queue_up(self, moment_s: float, turn: threading.Semaphore) -> None:
        self._turns += 1
        heapq.heappush(self._waiting, (moment_s, self._turns, turn))

    def _pass_on(self) -> None:
        moment_s, _, turn = heapq.heappop(self._waiting)
        self._now_s = max(self._now_s, moment_s)
        turn.release()
