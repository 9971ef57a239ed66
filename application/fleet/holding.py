"""Holding a SIM: its lease with a fence, taken when it is up, renewed while it answers."""

import logging

from application.books.asking import Asked
from application.fleet.duty import BringOnline, OnDuty, RenewLease, TakeOffline
from application.fleet.leases import LEASE_S, NOT_ONLINE
from application.fleet.liveness import LeaseWatch
from application.fleet.means import Means
from application.ports import SimIdentity
from domain.errors import Refused
from domain.values import Instant, Network

logger = logging.getLogger("ngoma.sims")


class LeaseKeeper:
    """The lease of one carrier. ``duty`` is None while it holds none."""

    def __init__(self, name: str, network: Network, *, holder: str, means: Means) -> None:
        self._name = name
        self._network = network
        self._holder = holder
        self._means = means
        self._clock = means.clock
        self._waits = means.waits
        self._leases = LeaseWatch(means.store, means.clock)
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
        """Take the lease of the SIM that is there; give why not, None when it is ours.

        Raises:
            StoreDown: the leases cannot be read.
        """
        self._asked_at_s = self._clock.monotonic_s()
        asked = self._means.ask(
            BringOnline(
                identity,
                network=self._network,
                modem=self._name,
                holder=self._holder,
                lapsed=self._leases.lapsed(),
                at=self._clock.now(),
            )
        )
        outcome = asked.outcome(self._waits.store_s)
        if outcome is None:
            return "the store gave no answer in time"
        if outcome.error is not None:
            return str(outcome.error)
        self._renewal = None
        self._extend(duty := outcome.unwrap())
        self._is_shown_online = not duty.quarantined
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
            self._renew_at_s = self._asked_at_s + self._waits.renew_again_s
            self._renewal = self._means.ask(
                RenewLease(
                    self.duty,
                    answered_at=answered_at if is_fit else NOT_ONLINE,
                    at=self._clock.now(),
                )
            )
        return True

    def renew_soon(self) -> None:
        """Ask whether the lease is still ours, unless that was asked a moment ago."""
        soon_s = max(self._clock.monotonic_s(), self._asked_at_s + self._waits.renew_soon_s)
        self._renew_at_s = min(self._renew_at_s, soon_s)

    def let_go(self, reason: str) -> None:
        """Give the SIM back, for whoever wants it; when the store is away it runs out by itself."""
        duty = self.duty
        self.forget()
        if duty is None:
            return
        asked = self._means.ask(TakeOffline(duty, reason=reason, at=self._clock.now()))
        outcome = asked.outcome(self._waits.store_s)
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
            self._extend(outcome.unwrap())
        return True

    def _extend(self, duty: OnDuty) -> None:
        self.duty = duty
        self._until_s = self._asked_at_s + LEASE_S
        pause_s = self._waits.renew_again_s if duty.quarantined else self._waits.renew_s
        self._renew_at_s = self._asked_at_s + pause_s  # in quarantine: to hear of its release
