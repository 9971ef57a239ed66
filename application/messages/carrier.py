"""A SIM at work, whatever its hand: a modem's thread, or a phone that pulls.

The hand has the SIM: it says who it is, whether it answers, and hands segments over. Everything
else is here: lease, past, quota, pace, rest, the message from the desk, and its outcomes.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from application.books.asking import Owed
from application.books.commands import Outcome
from application.fleet.condition import Condition
from application.fleet.holding import LeaseKeeper
from application.fleet.means import Means
from application.fleet.pacing import Pacer
from application.fleet.quota import DayUse
from application.fleet.rounds import Source
from application.messages.carrying import Carrying
from application.messages.incoming import KeepIncoming
from application.messages.pages import Pages
from application.messages.past import Past, raise_fault
from domain.reports import Incoming

UNKNOWN_S: Final = float("inf")
"""Until something else changes."""


class Carrier:
    """One for each SIM slot (``name``). One thread at a time calls, except ``stop``."""

    def __init__(
        self,
        name: str,
        *,
        means: Means,
        desk: Source,
        holder: str,
        segments_per_minute: int,
        segments_per_day: int,
        pages: Pages | None = None,
    ) -> None:
        """``pages`` are shared by carriers of one thread, for each other's sake."""
        self.name = name
        self.counts: Counter[str] = Counter()
        """Outcomes by kind, since the start (a metric)."""
        self.desk = desk
        self.condition = Condition(name, clock=means.clock, alarms=means.alarms, waits=means.waits)
        self.lease = LeaseKeeper(name, desk.network, holder=holder, means=means)
        self.day = DayUse(segments_per_day, means.clock)
        self._waits = means.waits
        self._pacer = Pacer(
            segments_per_minute=segments_per_minute,
            day=self.day,
            monotonic_s=means.clock.monotonic_s,
        )
        self._clock = means.clock
        owed = self._owed = Owed(means.committer, means.clock, means.wait)
        self.past = Past(
            means=means,
            owed=owed,
            lease=self.lease,
            condition=self.condition,
            day=self.day,
            counts=self.counts,
        )
        self.carrying = Carrying(
            means=means,
            owed=owed,
            desk=desk,
            pacer=self._pacer,
            condition=self.condition,
            lease=self.lease,
            past=self.past,
            counts=self.counts,
            pages=pages,
        )

    @property
    def is_busy(self) -> bool:
        """Whether a message has begun and segments of it are left."""
        return self.carrying.errand is not None

    def hear(self, incoming: Sequence[Incoming], *, forget: Callable[[Incoming], None]) -> None:
        """Keep what came to the SIM; ``forget`` is told of each once it is saved."""
        duty = self.lease.duty
        if duty is None:
            self.counts["IncomingUnkept"] += len(incoming)  # nobody knows whose SIM it came to
            return

        def saved(outcome: Outcome[int]) -> None:
            raise_fault(outcome)
            for each in incoming:
                forget(each)

        self._owed.add(KeepIncoming(incoming, sim=duty.sim, at=self._clock.now()), saved)

    def is_ready(self, timeout_s: float) -> bool:
        """Whether the SIM is held and its past settled; waits a moment for the read models."""
        duty = self.lease.duty
        return duty is not None and self.past.settle(duty, timeout_s)

    def drop_what_may_not_go_on(self) -> None:
        """Let go of a message between two segments when none of them may begin."""
        duty = self.lease.duty
        is_braked = not self.carrying.may_start or (duty is not None and duty.quarantined)
        if self.is_busy and is_braked:
            self.carrying.release()

    def pause_s(self, *, is_fit: bool) -> float:
        """Give the seconds until a segment may begin, as far as is known; 0.0: now.

        ``is_fit`` is the hand's word that the SIM can send.
        """
        duty = self.lease.duty
        if duty is None or duty.quarantined or not is_fit:
            return UNKNOWN_S
        if self.lease.left_s <= self._waits.submit_s:
            return UNKNOWN_S
        paced_s = (
            self._pacer.segment_ready_in_s() if self.is_busy else self._pacer.message_ready_in_s()
        )
        return max(paced_s, self.condition.rests_for_s)

    def take(self) -> bool:
        """Take up the best message that the desk has for this SIM; False when it has none.

        Raises:
            StoreDown: the read models or the message cannot be read.
        """
        duty = self.lease.duty
        if duty is None or not self.carrying.may_start:
            return False
        waiting = self.desk.take(duty.sim)
        if waiting is not None:
            self.carrying.begin(waiting, duty)
        return waiting is not None

    def let_go(self, reason: str) -> None:
        """Bring what is known into the log and give the SIM back."""
        if self.carrying.tie_up(self._waits.store_s):
            self.carrying.release()
        self.lease.let_go(reason)
        self.past.forget_doubt()

    def stop(self) -> None:
        """Begin no more messages (any thread)."""
        self.carrying.may_start = False
        self.desk.ring()
