"""A lost second factor, taken away by others: by two people, or on the host itself by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Unpack
from uuid import UUID

from application.accounts.second_factor import confirmed_in, forget_factor
from application.books.actors import Actor, permit_on
from application.books.alarms import Alarms
from application.books.books import Books
from application.books.commands import Preparing
from application.books.reasons import WithReason
from application.ports import Clock
from application.ports.queries import Queries
from domain.account import Account, ByHand, account_id
from domain.errors import StoreDown
from domain.manual_entry import EntryKind, ManualEntry
from domain.public_ids import iso_time
from domain.roles import Duty
from domain.values import SECOND, Instant

ALARM_S: Final = 24 * 3600
"""For how long it is an alarm that the host reset a second factor alone."""
ALARMS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class FactorReset:
    """What became of a reset."""

    entry: int | None
    """The entry that waits for a second person; None when it took effect."""


class ResetSecondFactor(WithReason[FactorReset]):
    """Take an account's second factor away: prepared by staff, or done by a user of the host.

    Who has the host could do it past us; so they may, and it is an alarm for a day.
    """

    def __init__(self, account: int, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._entry = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers of an entry and of the reason."""
        self._entry = tools.numbers.take("entry")
        super().prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> FactorReset:
        """Reset it, or ask for a second person.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such account, or it has no second factor.
        """
        permit_on(books, self._actor, Duty.GRANT_ROLES, account=self._account)
        account = books.get(Account, account_id(self._account))
        confirmed_in(books, self._account)
        actor, reason = self._actor.name, self._keep_reason(books)
        if self._actor.account is None:
            reset_second_factor(
                books,
                account,
                actor=actor,
                reason=reason,
                approver=None,
                entry=None,
                at=self.at,
            )
            return FactorReset(None)
        entry = ManualEntry.prepare(
            self._entry,
            kind=EntryKind.RESET_SECOND_FACTOR,
            account=self._account,
            actor=actor,
            reason=reason,
            at=self.at,
        )
        books.record(entry)
        return FactorReset(self._entry)


class ResetsAlone:
    """Lets an alarm stand for a day for each second factor that the host reset alone."""

    def __init__(self, *, queries: Queries, clock: Clock, alarms: Alarms) -> None:
        self._queries = queries
        self._clock = clock
        self._alarms = alarms
        self._standing: set[str] = set()

    def look(self) -> None:
        """Look for them in the read model; while it cannot be read, what stands stands."""
        since = Instant(self._clock.now() - ALARM_S * SECOND)
        try:
            found = self._queries.resets_alone(since, limit=ALARMS_MAX)
        except StoreDown:  # others say that
            return
        words = {
            f"second factor of account {number}": f"reset by the host alone, {iso_time(at)}"
            for number, at in found.items()
        }
        for name in self._standing - words.keys():
            self._alarms.clear(name)
        for name, reason in words.items():
            self._alarms.set(name, reason)
        self._standing = set(words)


def reset_second_factor(
    books: Books, account: Account, *, at: Instant, **by: Unpack[ByHand]
) -> None:
    """Take a second factor away with its recovery codes; every session ends.

    Raises:
        NotFound: the account has none, or none any more.
    """
    confirmed_in(books, account.number)
    forget_factor(books, account.number)
    account.reset_second_factor(at=at, **by)
    books.record(account)
