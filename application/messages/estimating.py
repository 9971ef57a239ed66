"""When a message that waits is likely to leave: what is ahead of it, by the pace of the SIMs."""

from collections.abc import Sequence
from typing import Final

from application.fleet.liveness import LeaseWatch
from application.ports import Clock, ModemSettings, Store
from application.ports.queries import Queries
from domain.values import SECOND, Instant, Network

MINUTE: Final = 60 * SECOND


def estimated_send_at(
    number: int,
    *,
    queries: Queries,
    store: Store,
    clock: Clock,
    modems: Sequence[ModemSettings],
) -> Instant | None:
    """Give when a queued message begins to leave; a minute sooner where the SIMs had rested.

    None when that is not known: it waits for nothing that is counted, no SIM of its network
    answers, one has no pace, or they may not send so much today.

    Raises:
        StoreDown: leases or read models cannot be read.
    """
    ahead = queries.ahead_of(number)
    if ahead is None:
        return None
    now = clock.now()
    paces = _paces(ahead.network, queries, store, clock, modems)
    if not paces or not all(per_minute for per_minute, _ in paces):
        return None
    if all(left is not None for _, left in paces):
        left_today = sum(left or 0 for _, left in paces)
        if ahead.segments >= left_today:
            return None
    per_minute = sum(per_minute for per_minute, _ in paces)
    return Instant(max(ahead.due_at, now + ahead.segments * MINUTE // per_minute))


def _paces(
    network: Network,
    queries: Queries,
    store: Store,
    clock: Clock,
    modems: Sequence[ModemSettings],
) -> list[tuple[int, int | None]]:
    """Give the pace of each SIM that sends for a network, and what is left of its day.

    In segments; a pace of 0 is none that is known, None is a day without a limit.
    """
    settings = {modem.name: modem for modem in modems}
    known = {sim.number: sim for sim in queries.sims(clock.now())}
    paces: list[tuple[int, int | None]] = []
    for lease in LeaseWatch(store, clock).answering():
        modem, sim = settings.get(lease.modem), known.get(lease.sim)
        if lease.network != network or (sim is not None and sim.quarantined):
            continue
        if modem is None:
            paces.append((0, None))
            continue
        left = None
        if modem.segments_per_day:
            left = max(modem.segments_per_day - (sim.begun_today if sim else 0), 0)
        if left != 0:
            paces.append((modem.segments_per_minute, left))
    return paces
