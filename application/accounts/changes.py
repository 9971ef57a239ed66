"""What staff change of an account: limits, suspension, credits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.reasons import WithReason
from domain.account import Account, account_id
from domain.allowance import Allowance, allowance_id
from domain.claim import Claim, claim_id
from domain.days import day_of
from domain.errors import IdempotencyConflict, NotFound
from domain.manual_entry import EntryKind, ManualEntry
from domain.roles import Duty
from domain.values import Credits, Instant
from domain.wallet import CreditWallet, wallet_id

KEY: Final = "credits key"
"""The claims that a movement's idempotency key takes, for good: itself, and with the movement."""


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """Requests a minute (None follows the settings, 0 is none) and credits a day (None: none)."""

    single: int | None
    bulk: int | None
    read: int | None
    daily_credits: int | None


class ChangeLimits(WithReason[AccountLimits]):
    """Change some of an account's own limits; the others stay as they are by then."""

    def __init__(
        self,
        account: int,
        changes: Mapping[str, int | None],
        *,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``changes`` has fields of ``AccountLimits``; 0 credits a day is no limit either."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._changes = {
            name: None if (name, value) == ("daily_credits", 0) else value
            for name, value in changes.items()
        }

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> AccountLimits:
        """Set the limits; give all of them.

        Raises:
            NotFound: no such account.
            NotPermitted: the actor may not.
        """
        permit_on(books, self._actor, Duty.RUN_ACCOUNTS, account=self._account)
        account = books.get(Account, account_id(self._account))
        wanted = {**account.limits, "daily_credits": account.daily_credits, **self._changes}
        account.change_limits(
            **wanted,
            actor=self._actor.name,
            reason=self._keep_reason(books),
            at=self.at,
        )
        books.record(account)
        return AccountLimits(**wanted)


class SetSuspension(WithReason[None]):
    """Suspend or reinstate an account."""

    def __init__(
        self, account: int, *, suspended: bool, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._suspended = suspended

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Suspend or reinstate it; again changes nothing.

        Raises:
            NotFound: no such account.
            NotPermitted: the actor may not.
        """
        permit_on(books, self._actor, Duty.RUN_ACCOUNTS, account=self._account)
        account = books.get(Account, account_id(self._account))
        if account.suspended == self._suspended:
            return
        reason = self._keep_reason(books)
        change = account.suspend if self._suspended else account.reinstate
        change(actor=self._actor.name, reason=reason, at=self.at)
        books.record(account)


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a movement that one person gave."""

    entry: int | None
    """The entry that waits for a second person; None when it took effect."""
    available: int
    is_replayed: bool = False
    """Whether it was asked for before, under the same idempotency key."""


class MoveCredits(WithReason[Moved]):
    """Grant credits, or adjust the wallet by a signed number (invariant I13).

    What goes over the actor's limit for the day does not take effect: it becomes an entry that
    another person has to approve.
    """

    def __init__(
        self,
        account: int,
        credits: Credits,
        *,
        is_grant: bool,
        alone_max: int,
        actor: Actor,
        reason: str,
        at: Instant,
        idempotency_key: str | None = None,
    ) -> None:
        """``alone_max`` is what one person may move in a day, up and down added; 0: no limit.

        The same under the same ``idempotency_key`` happens once, and nothing else under it.
        """
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._credits = credits
        self._is_grant = is_grant
        self._alone_max = alone_max
        self._day = day_of(at)
        self._entry = 0
        self._key = self._once = ""
        if idempotency_key is not None:
            self._key = f"{actor.name}:{idempotency_key}"
            self._once = f"{actor.name}:{account}:{is_grant}:{credits}:{idempotency_key}"

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers of an entry and of the reason."""
        self._entry = tools.numbers.take("entry")
        super().prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The wallet, what the actor moved today, and the idempotency key when there is one."""
        yield wallet_id(self._account)
        yield allowance_id(self._actor.name, self._day)
        if self._key:
            yield from (claim_id(KEY, self._key), claim_id(KEY, self._once))

    def decide(self, books: Books) -> Moved:
        """Move the credits, or ask for a second person.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such account.
            IdempotencyConflict: the idempotency key stands for another movement.
            InvalidRequest: the number makes no sense.
            InsufficientCredits: a downward adjustment takes more than is there.
        """
        permit_on(books, self._actor, Duty.MOVE_CREDITS, account=self._account)
        wallet = wallet_of(books, self._account)
        known = self._known(books)
        if known is not None:
            return Moved(known.owner or None, wallet.available, is_replayed=True)
        check = wallet.check_grant if self._is_grant else wallet.check_adjustment
        check(self._credits)
        if not use_allowance(books, self._actor, self._credits, limit=self._alone_max, at=self.at):
            return self._ask(books, wallet.available)
        move = wallet.grant if self._is_grant else wallet.adjust
        reason = self._keep_reason(books)
        move(self._credits, actor=self._actor.name, reason=reason, at=self.at)
        books.record(wallet)
        self._take_key(books, 0)
        return Moved(None, wallet.available)

    def _known(self, books: Books) -> Claim | None:
        if not self._key or books.find(Claim, claim_id(KEY, self._key)) is None:
            return None
        known = books.find(Claim, claim_id(KEY, self._once))
        if known is None:
            msg = "This idempotency key was used with another request."
            raise IdempotencyConflict(msg)
        return known

    def _take_key(self, books: Books, entry: int) -> None:
        """Keep what the key stands for: an entry, or 0 for what happened at once."""
        if self._key:
            for value in (self._key, self._once):
                books.record(Claim.take(KEY, value, owner=entry, at=self.at))

    def _ask(self, books: Books, available: int) -> Moved:
        kind = EntryKind.GRANT if self._is_grant else EntryKind.ADJUST
        entry = ManualEntry.prepare(
            self._entry,
            kind=kind,
            account=self._account,
            credits=self._credits,
            actor=self._actor.name,
            reason=self._keep_reason(books),
            at=self.at,
        )
        books.record(entry)
        self._take_key(books, self._entry)
        return Moved(self._entry, available)


def use_allowance(books: Books, actor: Actor, credits: int, *, limit: int, at: Instant) -> bool:
    """Count credits (signed) against what the actor may move alone today; False when too many."""
    day = day_of(at)
    allowance = books.find(Allowance, allowance_id(actor.name, day))
    if allowance is None:
        allowance = Allowance.open(actor.name, day, at=at)
    if not allowance.has_room(credits, limit=limit):
        return False
    allowance.use(credits, at=at)
    books.record(allowance)
    return True


def wallet_of(books: Books, account: int) -> CreditWallet:
    """Give an account's wallet.

    Raises:
        NotFound: no such account.
    """
    wallet = books.find(CreditWallet, wallet_id(account))
    if wallet is None:
        msg = "No such account."
        raise NotFound(msg)
    return wallet
