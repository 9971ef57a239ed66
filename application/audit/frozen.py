"""A trial balance that was frozen when a period was locked, beside the log's own as of then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from application.audit.books import books_at
from application.audit.posting import Advance
from application.ports import Store
from application.proof.history import SealMade, seal_history
from domain.errors import NotFound
from domain.period import Period, period_id
from domain.proof.notes import Checkpoint
from domain.provider_account import ProviderAccount
from domain.trial_balance import TrialBalance, read_totals
from domain.values import Instant

EVENTS_MAX: Final = 10_000
"""Events of one period that are read."""


class Total(NamedTuple):
    """What a ledger account held, a customer's with all others': as frozen, and by the log."""

    account: str
    frozen: int
    by_log: int


class _Locked(msgspec.Struct):
    timestamp: int
    actor: str
    position: int = 0
    totals: list[str] = []
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of a period, as the event at ``position`` has it."""

    position: int
    at: Instant
    actor: str
    frozen: TrialBalance


@dataclass(frozen=True, slots=True)
class FrozenBalance:
    """What was frozen with a lock, beside the log's own trial balance as of then."""

    lock: Lock
    by_log: TrialBalance
    totals: Sequence[Total]
    checkpoint: Checkpoint | None
    """The first seal that covers the lock; None while none does."""

    @property
    def is_equal(self) -> bool:
        """Whether the log still says the same of every account, customer by customer."""
        return self.lock.frozen == self.by_log


def last_lock(store: Store, provider_account: ProviderAccount, period: str) -> Lock:
    """Find when a period was locked last.

    Raises:
        NotFound: it was never locked, or before trial balances were frozen.
        StoreDown: the log cannot be read.
    """
    events = store.sealed.raw_of(period_id(provider_account, period), 0, limit=EVENTS_MAX)
    locks = [event for event in events if event.topic == Period.Locked.TOPIC]
    locked = msgspec.json.decode(locks[-1].state, type=_Locked) if locks else None
    if locked is None or not locked.digest:
        msg = f"No trial balance was frozen with {period} of {provider_account}."
        raise NotFound(msg)
    return Lock(
        locks[-1].position,
        Instant(locked.timestamp),
        locked.actor,
        TrialBalance(locked.position, locked.totals, locked.digest),
    )


def frozen_balance(
    store: Store, lock: Lock, *, advance: Advance = lambda _position, _end: None
) -> FrozenBalance:
    """Replay the log up to the moment that was frozen.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        SealUnreadable: an event of the seal is not what it was.
        StoreDown: the log cannot be read.
    """
    position = lock.frozen.position
    by_log = TrialBalance.of(position, books_at(store, position, advance=advance).balances)
    then, now = read_totals(lock.frozen.totals), read_totals(by_log.totals)
    names = sorted({*then, *now})
    return FrozenBalance(
        lock=lock,
        by_log=by_log,
        totals=[Total(name, then.get(name, 0), now.get(name, 0)) for name in names],
        checkpoint=_covering(store, lock.position),
    )


def _covering(store: Store, position: int) -> Checkpoint | None:
    seals = (one for one in seal_history(store.sealed) if isinstance(one, SealMade))
    return next((one.checkpoint for one in seals if one.covered >= position), None)
