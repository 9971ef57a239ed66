"""What a desk has to hand out: which message is the best one for a SIM."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final

from application.ports.queries import Waiting
from domain.message import State
from domain.values import Lane

_LANES: Final = {lane: place for place, lane in enumerate(Lane)}

Rank = tuple[int, bool, int]
TurnOf = Callable[[int], int]
"""When an account was served last: a number that grows."""


class Candidates:
    """Messages by their numbers. What any SIM may carry stands in a line of its account and lane,
    so that the best one is found among the heads of the lines."""

    def __init__(self, waiting: Iterable[Waiting] = ()) -> None:
        self._all: dict[int, Waiting] = {}
        self._lines: dict[tuple[int, int], dict[int, Waiting]] = {}
        self._particular: dict[int, Waiting] = {}
        """What not every SIM may carry: few, or none."""
        for each in waiting:
            self.add(each)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._all)

    def add(self, waiting: Waiting) -> None:
        """Take in a message, behind those of its account and lane."""
        self._all[waiting.number] = self._line_of(waiting)[waiting.number] = waiting

    def discard(self, number: int) -> None:
        """Take out a message if it is there."""
        waiting = self._all.pop(number, None)
        if waiting is not None:
            del self._line_of(waiting)[number]

    def bound_to_others(self, sim: int) -> Iterator[Waiting]:
        """Give what is bound to other SIMs than ``sim``."""
        return (w for w in self._particular.values() if w.bound_sim not in {None, sim})

    def best(self, sim: int, turn_of: TurnOf, *, is_bound_only: bool = False) -> Waiting | None:
        """Give the best message that SIM number ``sim`` may carry: by lane; what it has begun
        before the rest; of the account that was served longest ago; by arrival."""
        best: tuple[Rank, Waiting] | None = None
        for waiting in chain(self._particular.values(), () if is_bound_only else self._heads()):
            if not _may_carry(sim, waiting) or (is_bound_only and waiting.bound_sim is None):
                continue
            rank = (_LANES[waiting.lane], waiting.bound_sim is None, turn_of(waiting.account))
            if best is None or rank < best[0]:
                best = (rank, waiting)
        return best[1] if best else None

    def next_up(self, limit: int) -> list[int]:
        """Number some messages that are handed out soon, the same share of each line."""
        lines = [line for line in self._lines.values() if line]
        each = -(-limit // len(lines)) if lines else 0
        return [number for line in lines for number in islice(line, each)][:limit]

    def _heads(self) -> Iterator[Waiting]:
        return (next(iter(line.values())) for line in self._lines.values() if line)

    def _line_of(self, waiting: Waiting) -> dict[int, Waiting]:
        if waiting.bound_sim is not None or waiting.state is not State.QUEUED:
            return self._particular
        return self._lines.setdefault((_LANES[waiting.lane], waiting.account), {})


def _may_carry(sim: int, waiting: Waiting) -> bool:
    if waiting.bound_sim is not None:
        return waiting.bound_sim == sim
    return waiting.state is State.QUEUED or waiting.sim != sim
