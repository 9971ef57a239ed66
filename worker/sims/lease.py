"""Holding a SIM: its lease with a fence, taken when the modem is up, renewed while it answers."""

import logging
from typing import Final

from application.books.asking import Asked, Wait
from application.books.committer import Committer
from application.fleet.leases import LEASE_S, BringOnline, OnDuty, RenewLease, TakeOffline
from application.fleet.timings import SimTimings
from application.ports import Clock, ModemSettings, SimIdentity
from domain.errors import Refused
from domain.values import Instant

NOT_ONLINE: Final = Instant(0)
"""As the time of the last answer: the SIM is held, and does not count as online."""

logger = logging.getLogger("ngoma.sims")


class LeaseKeeper:
    """The lease of one SIM thread. ``duty`` is None while it holds none."""

    def __init__(
        self,
        settings: ModemSettings,
        *,
        committer: Committer,
        clock: Clock,
        holder: str,
        timings: SimTimings,
        wait: Wait,
    ) -> None:
        self._settings = settings
        self._committer = committer
        self._clock = clock
        self._holder = holder
        self._timings = timings
        self._wait = wait
        self._until_s = float("-inf")
        self._renew_at_s = float("inf")
        self._asked_at_s = float("-inf")
        self._renewal: Asked[OnDuty] | None = None
        self._is_shown_online = True
        self.duty: OnDuty | None = None

    @property
    def left_s(self) -> float:
        """Seconds for which nobody else can have the SIM."""
        return self._until_s - self._clock.monotonic_s()

    @property
    def fence(self) -> int | None:
        """The fence of the lease that is held; None while none is."""
        return self.duty.fence if self.duty is not None else None

    def take(self, identity: SimIdentity) -> str | None:
        """Take the lease of the SIM in the modem; give why not, None when it is ours."""
        self._asked_at_s = self._clock.monotonic_s()
        asked = Asked(
            self._committer,
            BringOnline(
                identity,
                network=self._settings.network,
                modem=self._settings.name,
                holder=self._holder,
                at=self._clock.now(),
            ),
            self._wait,
        )
        outcome = asked.outcome(self._timings.store_s)
        if outcome is None:
            return "the store gave no answer in time"
        if outcome.error is not None:
            return str(outcome.error)
        self.duty = outcome.unwrap()
        self._renewal = None
        self._is_shown_online = True
        self._extend()
        return None

    def keep(self, *, answered_at: Instant, is_fit: bool) -> bool:
        """Renew when it is time, without waiting; False when the lease is not ours any more.

        A SIM that is quarantined or not ``is_fit`` stays held, and does not count as online.
        """
        if self.duty is None or not self._hear_renewal():
            return False
        shows_online = is_fit and not self.duty.quarantined
        is_due = self._clock.monotonic_s() >= self._renew_at_s
        if self._renewal is None and (is_due or shows_online is not self._is_shown_online):
            self._is_shown_online = shows_online
            self._asked_at_s = self._clock.monotonic_s()
            self._renew_at_s = self._asked_at_s + self._timings.renew_again_s
            self._renewal = Asked(
                self._committer,
                RenewLease(
                    self.duty,
                    answered_at=answered_at if shows_online else NOT_ONLINE,
                    at=self._clock.now(),
                ),
                self._wait,
            )
        return True

    def renew_soon(self) -> None:
        """Ask whether the lease is still ours, unless that was asked a moment ago."""
        soon_s = max(self._clock.monotonic_s(), self._asked_at_s + self._timings.renew_soon_s)
        self._renew_at_s = min(self._renew_at_s, soon_s)

    def let_go(self, reason: str) -> None:
        """Give the SIM back, for whoever wants it; when the store is away it runs out by itself."""
        duty, self.duty = self.duty, None
        self._until_s = float("-inf")
        if duty is None:
            return
        asked = Asked(
            self._committer, TakeOffline(duty, reason=reason, at=self._clock.now()), self._wait
        )
        outcome = asked.outcome(self._timings.store_s)
        if outcome is None or outcome.error is not None:
            logger.warning(
                "SIM %s could not be noted offline; its lease runs out by itself", duty.sim
            )

    def forget(self) -> None:
        """Note that the SIM is somebody else's."""
        self.duty = None
        self._until_s = float("-inf")

    def _hear_renewal(self) -> bool:
        outcome = self._renewal.outcome() if self._renewal is not None else None
        if outcome is None:
            return True
        self._renewal = None
        if isinstance(outcome.error, Refused):
            return False
        if outcome.error is None:
            self.duty = outcome.unwrap()
            self._extend()
        return True

    def _extend(self) -> None:
        self._until_s = self._asked_at_s + LEASE_S
        self._renew_at_s = self._asked_at_s + self._timings.renew_s
