"""Close the days of our wallets: prepare a sheet, sign it off as another person, lock, reopen.

Until a day is locked, what is said of its lines is of that day; after it, of the day it is said
on, and whoever says it by hand has to say so.
"""

from collections.abc import Iterable
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.books.reasons import WithReason
from application.ports.queries import Queries
from domain.closing import Closing, closing_id
from domain.errors import NotFound, NotPermitted
from domain.period import Period, PeriodState, period_id
from domain.provider_account import ProviderAccount
from domain.roles import Duty
from domain.sheet import Figures
from domain.trial_balance import TrialBalance
from domain.values import Instant


class PrepareSheet(WithReason[PeriodState]):
    """Keep the figures of a period's sheet as they are now; another person signs them off."""

    def __init__(
        self,
        provider_account: ProviderAccount,
        period: str,
        figures: Figures | None,
        *,
        position: int,
        actor: Actor,
        note: str,
        at: Instant,
    ) -> None:
        """``figures`` are as of log position ``position``, None of a wallet that nothing is known
        of; ``note`` may be "".
        """
        super().__init__(actor=actor, reason=note, at=at)
        self._wallet = provider_account
        self._period = period
        self._figures = figures
        self._as_of = position

    def touches(self) -> Iterable[UUID]:
        """The period."""
        yield period_id(self._wallet, self._period)

    def decide(self, books: Books) -> PeriodState:
        """Keep them; give where the period stands.

        Raises:
            NotPermitted: the actor may not.
            NotFound: nothing is known of the wallet.
            TooLate: it is signed off or locked.
            InvalidRequest: it is no period, has not begun, or wants a note.
        """
        permit(books, self._actor, Duty.RECONCILE)
        if self._figures is None:
            msg = f"Nothing is known of a wallet {self._wallet}."
            raise NotFound(msg)
        found = books.find(Period, period_id(self._wallet, self._period))
        period = found or Period.open(self._wallet, self._period, at=self.at)
        period.prepare(
            self._figures,
            position=self._as_of,
            actor=self._actor.name,
            note=self._keep_reason(books) if self._reason else None,
            at=self.at,
        )
        books.record(period)
        return PeriodState(period.state)


class _OfSheet(Command[PeriodState]):
    """What is decided of a period by its sheet, as that stands now."""

    def __init__(
        self,
        provider_account: ProviderAccount,
        period: str,
        figures: Figures,
        *,
        actor: Actor,
        at: Instant,
    ) -> None:
        """``figures`` are what the sheet says now."""
        self.at = at
        self._period = period_id(provider_account, period)
        self._figures = figures
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The period."""
        yield self._period


class SignOffSheet(_OfSheet):
    """Agree with a sheet that another person prepared."""

    def decide(self, books: Books) -> PeriodState:
        """Sign it off; give where the period stands.

        Raises:
            NotPermitted: the actor prepared it, has no login, or may not.
            NotFound: nobody prepared one.
            TooLate: none waits, or its figures have changed.
        """
        if self._actor.account is None:
            msg = "Signing a sheet off takes a login: `ngoma login`."
            raise NotPermitted(msg)
        permit(books, self._actor, Duty.CLOSE_DAYS)
        period = books.get(Period, self._period)
        period.sign_off(self._figures, approver=self._actor.name, at=self.at)
        books.record(period)
        return PeriodState(period.state)


class LockPeriod(_OfSheet):
    """Lock a period that is signed off, and all before it; freeze the trial balance in it."""

    def __init__(
        self,
        provider_account: ProviderAccount,
        period: str,
        figures: Figures,
        *,
        frozen: TrialBalance,
        actor: Actor,
        at: Instant,
    ) -> None:
        """``figures`` and ``frozen`` are what the sheet and the ledger say now."""
        super().__init__(provider_account, period, figures, actor=actor, at=at)
        self._frozen = frozen
        self._closing = closing_id(provider_account)

    def touches(self) -> Iterable[UUID]:
        """The period, and how far the wallet's books are closed."""
        return (self._period, self._closing)

    def decide(self, books: Books) -> PeriodState:
        """Lock it; give where it stands.

        Raises:
            NotPermitted: the actor may not.
            NotFound: nobody prepared its sheet.
            TooLate: it is not signed off, not over, locked already, or its figures have changed.
        """
        permit(books, self._actor, Duty.CLOSE_DAYS)
        period = books.get(Period, self._period)
        period.lock(self._figures, frozen=self._frozen, actor=self._actor.name, at=self.at)
        books.record(period)
        wallet = period.provider_account
        closing = books.find(Closing, closing_id(wallet)) or Closing.open(wallet, at=self.at)
        closing.lock(period.period, at=self.at)
        books.record(closing)
        return PeriodState(period.state)


class ReopenPeriod(WithReason[PeriodState]):
    """Open a period again, whatever was signed and locked."""

    def __init__(
        self,
        provider_account: ProviderAccount,
        period: str,
        *,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._period = period_id(provider_account, period)
        self._closing = closing_id(provider_account)

    def touches(self) -> Iterable[UUID]:
        """The period, and how far the wallet's books are closed."""
        return (self._period, self._closing)

    def decide(self, books: Books) -> PeriodState:
        """Open it; give where it stands.

        Raises:
            NotPermitted: the actor may not.
            NotFound: nobody began to close it.
            TooLate: it is open, or a later one is locked.
        """
        permit(books, self._actor, Duty.CLOSE_DAYS)
        period = books.get(Period, self._period)
        closing = books.find(Closing, self._closing)
        if closing is not None and period.state == PeriodState.LOCKED:
            closing.reopen(period.period, at=self.at)
            books.record(closing)
        period.reopen(actor=self._actor.name, reason=self._keep_reason(books), at=self.at)
        books.record(period)
        return PeriodState(period.state)


def sign_sheet(
    provider_account: ProviderAccount,
    period: str,
    *,
    queries: Queries,
    position: int,
    note: str = "",
    is_anew: bool = False,
    actor: Actor,
    at: Instant,
) -> Command[PeriodState]:
    """Give the command that prepares a sheet or, where one waits, signs it off.

    ``queries`` have reached log position ``position``; ``is_anew`` prepares it in any case.
    """
    is_known = provider_account in queries.wallets_with_days()
    figures = queries.figures(provider_account, period) if is_known else None
    row = queries.period(provider_account, period)
    if is_anew or figures is None or row is None or row.state == PeriodState.OPEN:
        return PrepareSheet(
            *(provider_account, period, figures), position=position, actor=actor, note=note, at=at
        )
    return SignOffSheet(provider_account, period, figures, actor=actor, at=at)


def lock_period(
    provider_account: ProviderAccount, period: str, *, queries: Queries, actor: Actor, at: Instant
) -> LockPeriod:
    """Give the command that locks a period, with what ``queries`` say of it and of the ledger."""
    figures, ledger = queries.figures(provider_account, period), queries.ledger_now()
    frozen = TrialBalance.of(ledger.position, ledger.balances)
    return LockPeriod(provider_account, period, figures, frozen=frozen, actor=actor, at=at)
