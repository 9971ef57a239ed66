"""What lies behind a SIM: its doubts, those of earlier holders, and what it began today."""

import logging
from collections import Counter
from functools import partial
from typing import Any, Final

from application.books.asking import Owed
from application.books.commands import Outcome
from application.fleet.condition import Condition
from application.fleet.desk import DISPATCH
from application.fleet.duty import OnDuty
from application.fleet.holding import LeaseKeeper
from application.fleet.means import Means
from application.fleet.quota import DayUse
from application.messages.settling import DoubtAttempt, LateAnswerArrived
from domain.causes import OwnCause
from domain.days import day_of
from domain.errors import Refused
from domain.reports import Accepted, LateAnswer

FLEET: Final = "fleet"

logger = logging.getLogger("ngoma.sims")


class Past:
    """The past of the SIM that one carrier holds; it is settled before anything begins."""

    def __init__(
        self,
        *,
        means: Means,
        owed: Owed,
        lease: LeaseKeeper,
        condition: Condition,
        day: DayUse,
        counts: Counter[str],
    ) -> None:
        self._means = means
        self._clock = means.clock
        self._owed = owed
        self._lease = lease
        self._condition = condition
        self._day = day
        self._counts = counts
        self._up_to: int | None = None
        self._last_doubt: tuple[int, OnDuty] | None = None
        self.is_settled = False
        """Whether nothing of earlier holders is left, and the day's count is known."""

    def reopen(self) -> None:
        """The SIM was taken anew: others may have held it meanwhile."""
        self._up_to, self.is_settled = None, False

    def settle(self, duty: OnDuty, timeout_s: float) -> bool:
        """Doubt what earlier holders were sending, until the projection shows nothing of it.

        A doubt can be refused (our lease ran out while the store was away): then the message
        still shows, and is doubted again under the renewed lease. False while it takes more.
        """
        if self.is_settled:
            return True
        head = self._means.store.head()
        self._up_to = min(self._up_to or head, head)  # a store that was put back ends earlier
        wait_s = min(timeout_s, self._means.waits.read_models_s)
        queries = self._means.queries
        for projection in (DISPATCH, FLEET) if self._day.quota.limit else (DISPATCH,):
            if not queries.reached(self._up_to, timeout_s=wait_s, projection=projection):
                return False
        held = [w.number for w in queries.held_by(duty.sim) if w.fence < duty.fence]
        for number in held:
            self._owe_doubt(number, duty)
        self._up_to = None
        if not held:
            self._learn_day(duty)
            self.is_settled = True
        return self.is_settled

    def _learn_day(self, duty: OnDuty) -> None:
        """Take over what the log says that the SIM began today, here or elsewhere."""
        if self._day.quota.limit:
            today = day_of(self._clock.now())
            self._day.learn(today, self._means.queries.begun_on(today, sim=duty.sim))

    # -- doubts --------------------------------------------------------------------------------

    def doubt(self, number: int, duty: OnDuty) -> None:
        """Remember the last doubt, which a late answer may still settle."""
        self._last_doubt = (number, duty)

    def forget_doubt(self) -> None:
        """The link was closed: no late answer can come for the last doubt."""
        self._last_doubt = None

    def hear_late(self, late: LateAnswer) -> None:
        """Settle the last doubt by its late answer."""
        if self._last_doubt is None:
            logger.warning("a late answer came for no doubt of ours")
            return
        (number, duty), self._last_doubt = self._last_doubt, None
        if isinstance(late.outcome, Accepted):
            self._condition.accepted()
        else:
            self._condition.rejected(late.outcome)
        self._owed.add(
            LateAnswerArrived(
                number,
                sim=duty.sim,
                fence=duty.fence,
                outcome=late.outcome,
                at=self._clock.now(),
            ),
            partial(self._late_recorded, number),
        )

    def _late_recorded(self, number: int, outcome: Outcome[None]) -> None:
        raise_fault(outcome)
        self._counts["DoubtSettled"] += outcome.error is None
        if outcome.error is not None:
            logger.info("a late answer for message %s: %s", number, outcome.error)

    def _owe_doubt(self, number: int, duty: OnDuty) -> None:
        doubt = DoubtAttempt(
            number,
            sim=duty.sim,
            new_fence=duty.fence,
            cause=OwnCause.RESTARTED,
            at=self._clock.now(),
        )
        self._owed.add(doubt, self._doubt_recorded)

    def _doubt_recorded(self, outcome: Outcome[bool]) -> None:
        raise_fault(outcome)
        if outcome.error is not None:
            self._lease.renew_soon()  # it is the lease; what shows that it held is doubted again


def raise_fault(outcome: Outcome[Any]) -> None:
    """Raise what is neither a result nor a refusal: a fault of ours."""
    if outcome.error is not None and not isinstance(outcome.error, Refused):
        raise outcome.error
