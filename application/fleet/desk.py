"""Where the SIMs of one network take their messages from: one query feeds all of a process.

A desk keeps a small buffer of candidates. What it hands to one SIM it hands to no other, until
the dispatch projection knows what became of it or the SIM puts it back. Between processes the
version check of AttemptStarted decides; the desk only spares attempts that would be refused.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from application.fleet.candidates import Candidates
from application.ports import Clock, Store
from application.ports.queries import Queries, Waiting
from domain.values import Network

CANDIDATES_MAX: Final = 32
"""Candidates of one query."""
TAKEN_MAX: Final = 64
"""So many more, one for each that is handed out: the read models may still show it as waiting."""
SOON_S: Final = 0.05
"""How often a ring makes a desk look that still has something to hand out."""
LOOK_S: Final = 1.0
"""A desk looks at least this often while somebody asks, so that a lost hint harms nothing."""
OWN_LOOK_S: Final = 10.0
"""Each SIM looks for itself at least this often: others do not see what is bound to it."""
SETTLED_EACH_LOOK_MAX: Final = 64
SETTLED_LATER_MAX: Final = 16
"""What was settled is asked about only when there is nothing else to hand out, up to so many."""
TURNS_MAX: Final = 10_000
DISPATCH: Final = "dispatch"


@dataclass(slots=True)
class _Taken:
    """A message that is not to be handed out now."""

    is_settled: bool = False
    """Whether its outcome is in the log; False while a SIM has it."""
    position: int | None = None
    """Where the log ended at a look after it was settled; None before that look."""
    aside_until_s: float = 0.0


class Desk:
    """The candidates of one network. Callable from any thread; queries run outside the lock."""

    def __init__(
        self,
        network: Network,
        *,
        queries: Queries,
        store: Store,
        clock: Clock,
        look_s: float = LOOK_S,
        own_look_s: float = OWN_LOOK_S,
    ) -> None:
        self.network = network
        self._queries = queries
        self._store = store
        self._clock = clock
        self._look_s = look_s
        self._own_look_s = own_look_s
        self._changed = threading.Condition()
        self._bell = 0
        self._hearers: list[Callable[[], None]] = []
        self._is_stale = True
        self._is_looking = False
        self._has_more = False
        self._looked_at_s = float("-inf")
        self._own_looks_s: dict[int, float] = {}
        self._candidates = Candidates()
        self._taken: dict[int, _Taken] = {}
        self._turns: OrderedDict[int, int] = OrderedDict()
        self._turn = 0

    # -- waking and waiting --------------------------------------------------------------------

    @property
    def bell(self) -> int:
        """A number that changes with every ring: read it, then ``take``, then ``wait`` for it."""
        return self._bell

    def ring(self) -> None:
        """Say that there may be new work: everybody who waits looks again."""
        with self._changed:
            self._is_stale = True
            self._ring()

    def on_ring(self, hear: Callable[[], None]) -> None:
        """Have ``hear`` called at every ring, for who cannot wait here; it must not block."""
        self._hearers.append(hear)

    def wait(self, bell: int, timeout_s: float) -> None:
        """Wait until the bell rang after ``bell`` was read, or time is up."""
        with self._changed:
            if timeout_s > 0 and self._bell == bell:
                self._changed.wait(timeout_s)

    def _ring(self) -> None:
        self._bell += 1
        self._changed.notify_all()
        for hear in self._hearers:
            hear()

    # -- handing out ---------------------------------------------------------------------------

    def take(self, sim: int, *, is_bound_only: bool = False) -> Waiting | None:
        """Give SIM number ``sim`` the best message that it may carry; None when there is none.

        ``is_bound_only``: only what nobody else may carry, since the SIM has begun it.

        Raises:
            StoreDown: the read models or the log cannot be read.
        """
        with self._changed:
            if not self._must_look(sim):
                return self._pick(sim, is_bound_only=is_bound_only)
            self._is_looking = True
            self._is_stale = False
            settled = self._settled()
            limit = CANDIDATES_MAX + min(len(self._taken), TAKEN_MAX)
        found: Sequence[Waiting] | None = None
        try:
            found, known = self._look(sim, settled, limit)
        finally:
            with self._changed:
                self._is_looking = False
                self._is_stale = self._is_stale or found is None
        with self._changed:
            self._fill(sim, found, known, has_more=len(found) == limit)
            picked = self._pick(sim, is_bound_only=is_bound_only)
            if self._candidates:
                self._ring()
            return picked

    def next_up(self, limit: int) -> Sequence[int]:
        """Number some messages that are handed out soon."""
        with self._changed:
            return self._candidates.next_up(limit) if limit else ()

    def put_back(self, waiting: Waiting) -> None:
        """Take a message back untouched: any SIM may have it now."""
        with self._changed:
            self._taken.pop(waiting.number, None)
            self._candidates.add(waiting)
            self._ring()

    def settle(self, number: int, *, aside_s: float = 0.0) -> None:
        """Note that what became of a message is in the log, or that it cannot be sent now.

        It is not handed out again before the projection has read the log as far as it goes now,
        nor for ``aside_s`` seconds.
        """
        until_s = self._clock.monotonic_s() + aside_s
        with self._changed:
            self._taken[number] = _Taken(is_settled=True, aside_until_s=until_s)
            self._candidates.discard(number)

    def _look(
        self, sim: int, settled: Sequence[tuple[int, _Taken]], limit: int
    ) -> tuple[Sequence[Waiting], Sequence[int]]:
        """Give candidates, and the settled messages that may be handed out again.

        A message to hand out does not wait for the question which these are.
        """
        if len(settled) <= SETTLED_LATER_MAX:
            found = self._waiting(sim, limit)
            if self._has_fresh(found) or not (known := self._known(settled)):
                return found, []
            if set(known).isdisjoint(waiting.number for waiting in found):
                return found, known
        else:
            known = self._known(settled)
        # After that question, so that the rows show what became of these.
        return self._waiting(sim, limit), known

    def _waiting(self, sim: int, limit: int) -> Sequence[Waiting]:
        now = self._clock.now()
        return self._queries.next_waiting(self.network, sim=sim, now=now, limit=limit)

    def _has_fresh(self, found: Sequence[Waiting]) -> bool:
        with self._changed:
            return any(waiting.number not in self._taken for waiting in found)

    def _known(self, settled: Sequence[tuple[int, _Taken]]) -> Sequence[int]:
        """Give the settled messages whose outcome the projection has read.

        Also those that were settled beyond the end of the log: that was another one.

        Raises:
            StoreDown: the end of the log cannot be read.
        """
        if not settled:
            return []
        head = self._store.head()
        for _, taken in settled:
            if taken.position is None:
                taken.position = head
        placed = sorted((taken.position or 0, number) for number, taken in settled)
        gone = [number for position, number in placed if position > head]
        ripe = placed[: min(len(placed) - len(gone), SETTLED_EACH_LOOK_MAX)]
        if ripe and not self._has_reached(ripe[-1][0]):
            ripe = list(takewhile(lambda one: self._has_reached(one[0]), ripe))
        return [*(number for _, number in ripe), *gone]

    def _has_reached(self, position: int) -> bool:
        return self._queries.reached(position, timeout_s=0.0, projection=DISPATCH)

    # -- inside the lock -------------------------------------------------------------------------

    def _must_look(self, sim: int) -> bool:
        if self._is_looking:
            return False
        now_s = self._clock.monotonic_s()
        since_s = now_s - self._looked_at_s
        if since_s >= self._look_s:
            return True
        if now_s - self._own_looks_s.get(sim, float("-inf")) >= self._own_look_s:
            return True
        may_be_more = self._is_stale or self._has_more
        return may_be_more and ((self._is_stale and since_s >= SOON_S) or self._best(sim) is None)

    def _settled(self) -> Sequence[tuple[int, _Taken]]:
        """Give the settled messages that were aside for long enough."""
        now_s = self._clock.monotonic_s()
        return [
            (number, taken)
            for number, taken in self._taken.items()
            if taken.is_settled and taken.aside_until_s <= now_s
        ]

    def _fill(
        self, sim: int, found: Sequence[Waiting], known: Iterable[int], *, has_more: bool
    ) -> None:
        for number in known:
            self._taken.pop(number, None)
        fresh = [w for w in found if w.number not in self._taken]
        self._candidates = Candidates((*self._candidates.bound_to_others(sim), *fresh))
        self._has_more = has_more and bool(fresh)  # else a ring says when there is
        self._looked_at_s = self._own_looks_s[sim] = self._clock.monotonic_s()

    def _best(self, sim: int, *, is_bound_only: bool = False) -> Waiting | None:
        return self._candidates.best(sim, self._turn_of, is_bound_only=is_bound_only)

    def _turn_of(self, account: int) -> int:
        return self._turns.get(account, 0)

    def _pick(self, sim: int, *, is_bound_only: bool) -> Waiting | None:
        picked = self._best(sim, is_bound_only=is_bound_only)
        if picked is not None:
            self._candidates.discard(picked.number)
            self._taken[picked.number] = _Taken()
            self._turn += 1
            self._turns[picked.account] = self._turn
            self._turns.move_to_end(picked.account)
            while len(self._turns) > TURNS_MAX:
                self._turns.popitem(last=False)
        return picked


class Desks:
    """The desks of one process, one for each network that its SIMs serve."""

    def __init__(
        self, networks: Iterable[Network], *, queries: Queries, store: Store, clock: Clock
    ) -> None:
        self._desks = {
            network: Desk(network, queries=queries, store=store, clock=clock)
            for network in networks
        }

    @property
    def networks(self) -> frozenset[Network]:
        """The networks that are served here."""
        return frozenset(self._desks)

    def of(self, network: Network) -> Desk:
        """Give the desk of a network."""
        return self._desks[network]

    def ring(self, network: Network) -> None:
        """A hint came; one for a network that is not served here means nothing."""
        desk = self._desks.get(network)
        if desk is not None:
            desk.ring()
