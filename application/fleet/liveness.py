"""Which SIMs are held and online, as one process saw their leases renewed.

Whose clock is right plays no part: what counts is how long ago, by this process's own monotonic
clock, a lease changed; within a lease only times of one and the same clock are compared.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from application.fleet.leases import LEASE_S, RELEASED
from application.ports import Clock, Lease, ModemSettings, Store
from domain.online import ANSWERS_WITHIN_S
from domain.values import SECOND, Instant, Network

ONLINE_CHECK_S: Final = 0.25
"""How old the knowledge may be of which networks are online when a message is accepted."""


class Seen(NamedTuple):
    """A lease, when it was first seen like this, and how old it was then at least."""

    lease: Lease
    at_s: float
    age_s: float


class LeaseWatch:
    """Watches the leases of all hosts; one for each thread that asks."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: dict[int, Seen] | None = None

    def look(self) -> Sequence[Seen]:
        """Read the leases, and note which of them changed.

        Raises:
            StoreDown: they cannot be read.
        """
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        before, self._seen = self._seen, {}
        for lease in self._store.leases():
            known = before.get(lease.sim) if before else None
            if known is None or known.lease != lease:
                # At the first look the clocks are all there is; later it was renewed just now.
                age_s = 0.0 if before is not None else max(0.0, _age_s(lease, now))
                known = Seen(lease, now_s, age_s)
            self._seen[lease.sim] = known
        return list(self._seen.values())

    def lapsed(self) -> Collection[Lease]:
        """Give the leases that are over: given back, or not renewed under our eyes for too long.

        Raises:
            StoreDown: they cannot be read.
        """
        now_s = self._clock.monotonic_s
        return [
            seen.lease
            for seen in self.look()
            if seen.lease.expires_at == RELEASED or now_s() - seen.at_s >= LEASE_S
        ]

    def held(self) -> frozenset[int]:
        """Give the SIMs with a lease, as of the last look."""
        return frozenset(self._seen or ())

    def online(self) -> frozenset[Network]:
        """Give the networks with a SIM that is leased and has answered lately.

        Raises:
            StoreDown: the leases cannot be read.
        """
        return frozenset(Network(lease.network) for lease in self.answering())

    def answering(self) -> Collection[Lease]:
        """Give the leases of the SIMs that have answered lately.

        Raises:
            StoreDown: they cannot be read.
        """
        now_s = self._clock.monotonic_s()
        return [
            seen.lease
            for seen in self.look()
            if seen.lease.expires_at != RELEASED
            and now_s - seen.at_s + seen.age_s + _silent_s(seen.lease) <= ANSWERS_WITHIN_S
        ]


SILENT: Final = "nothing was heard of it lately"
"""Why a SIM that never went offline by a word of its carrier is not online all the same."""


class FleetWatch:
    """Which networks are offline, known to within a quarter of a second, for the send path."""

    def __init__(self, store: Store, clock: Clock, *, modems: Iterable[ModemSettings] = ()) -> None:
        """``modems`` are those of all hosts: some may carry what others' networks are sent."""
        self._leases = LeaseWatch(store, clock)
        self._clock = clock
        self._off_net = {modem.name for modem in modems if modem.off_net}
        self._known_at_s = float("-inf")
        self._offline: frozenset[Network] = frozenset()

    def offline(self) -> frozenset[Network]:
        """Give the networks that no online SIM serves.

        Raises:
            StoreDown: the leases cannot be read.
        """
        known = self.known()
        if known is not None:
            return known
        now_s = self._clock.monotonic_s()
        answering = self._leases.answering()
        served = {Network(lease.network) for lease in answering}
        is_helped = any(lease.modem in self._off_net for lease in answering)
        self._offline = frozenset() if is_helped else frozenset(Network) - served
        self._known_at_s = now_s
        return self._offline

    def known(self) -> frozenset[Network] | None:
        """Give the same without asking the store; None when that would be old news."""
        is_old = self._clock.monotonic_s() - self._known_at_s > ONLINE_CHECK_S
        return None if is_old else self._offline


def _age_s(lease: Lease, now: Instant) -> float:
    return (now - lease.expires_at) / SECOND + LEASE_S


def _silent_s(lease: Lease) -> float:
    """Give how long the SIM had been silent when its lease was renewed."""
    return (lease.expires_at - lease.answered_at) / SECOND - LEASE_S
