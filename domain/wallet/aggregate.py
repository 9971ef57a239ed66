"""The prepaid wallet: one per account, the only place where credits become or stop being available.

The wallet knows just what is available. What is reserved, spent and refunded follows from its
events and those of the messages (invariants I2 to I4).
"""

from typing import Self
from uuid import UUID

from domain.days import day_of, until_midnight_s
from domain.errors import InsufficientCredits, InvalidRequest, RateLimited
from domain.events import Aggregate, aggregate_id
from domain.values import Credits, Instant, credits_in_words
from domain.wallet import events


def wallet_id(account: int) -> UUID:
    """Give the id of the wallet of account number ``account``."""
    return aggregate_id("wallet", account)


class CreditWallet(events.Standing, Aggregate):
    """Available credits of one account."""

    TOPIC = "CreditWallet"

    account: int

    Event = events.Event
    Opened = events.Opened
    TopUp = events.TopUp
    Reserved = events.Reserved
    Refunded = events.Refunded
    Granted = events.Granted
    Adjusted = events.Adjusted
    CreditsExpired = events.CreditsExpired
    ClawedBack = events.ClawedBack
    CashedOut = events.CashedOut
    LowBalanceChosen = events.LowBalanceChosen
    FellLow = events.FellLow

    def __init__(self, account: int) -> None:
        self.account = account
        self.available = 0
        self.day = 0
        self.reserved_today = 0

    @classmethod
    def open(cls, account: int, *, at: Instant) -> Self:
        """Open the wallet of account number ``account``."""
        return cls._create(cls.Opened, id=wallet_id(account), timestamp=at, account=account)

    def top_up(
        self,
        credits: Credits,
        *,
        value_ngwee: int,
        vat_ngwee: int,
        source: str,
        provider_account: str,
        receipt: str,
        price_list: str,
        actor: str | None = None,
        approver: str | None = None,
        entry: int | None = None,
        reason: str | None = None,
        at: Instant,
    ) -> None:
        """Add bought credits; Receipt.credit or assign says the source, in the same save.

        ``actor`` and what follows are said where a person gave them.
        """
        _require_positive(credits)
        self._move(
            self.TopUp,
            credits,
            at=at,
            value_ngwee=value_ngwee,
            vat_ngwee=vat_ngwee,
            source=source,
            provider_account=provider_account,
            receipt=receipt,
            price_list=price_list,
            actor=actor,
            approver=approver,
            entry=entry,
            reason=reason,
        )

    def require(self, credits: Credits) -> None:
        """Refuse unless ``credits`` are available (invariant I2).

        Raises:
            InsufficientCredits: with what is required and what is available.
        """
        if credits > self.available:
            raise InsufficientCredits(required=credits, available=self.available)

    def require_day(self, credits: Credits, *, daily_max: int | None, at: Instant) -> None:
        """Refuse what goes over the account's limit for a day; None is no limit.

        Raises:
            RateLimited: until midnight in Lusaka.
        """
        if daily_max is None:
            return
        used = self.reserved_today if day_of(at) == self.day else 0
        if used + credits > daily_max:
            limit = credits_in_words(daily_max)
            msg = f"This account may spend {limit} a day; it spent {used} today."
            raise RateLimited(msg, retry_after_s=until_midnight_s(at))

    def reserve(
        self, credits: Credits, *, first_number: int, count: int, batch: int | None, at: Instant
    ) -> None:
        """Set credits aside for accepted messages.

        Raises:
            InsufficientCredits: fewer are available; nothing is reserved (all or nothing).
        """
        _require_positive(credits)
        self.require(credits)
        was_low = self.is_low
        self.trigger_event(
            self.Reserved,
            timestamp=at,
            account=self.account,
            credits=credits,
            first_number=first_number,
            count=count,
            batch=batch,
            available=self.available - credits,
        )
        self._notice_fall(was_low=was_low, at=at)

    def refund(self, credits: Credits, *, number: int, cause: str, at: Instant) -> None:
        """Give back all credits of message ``number``; saved together with its end."""
        _require_positive(credits)
        self._move(self.Refunded, credits, at=at, number=number, cause=cause)

    def grant(
        self,
        credits: Credits,
        *,
        actor: str,
        reason: str,
        approver: str | None = None,
        entry: int | None = None,
        at: Instant,
    ) -> None:
        """Give credits without payment."""
        self.check_grant(credits)
        self._move(
            self.Granted,
            credits,
            at=at,
            actor=actor,
            reason=reason,
            approver=approver,
            entry=entry,
        )

    def check_grant(self, credits: Credits) -> None:
        """Refuse a grant that makes no sense."""
        _require_positive(credits)

    def adjust(
        self,
        credits: Credits,
        *,
        actor: str,
        reason: str,
        approver: str | None = None,
        entry: int | None = None,
        at: Instant,
    ) -> None:
        """Correct the wallet by a signed number of credits.

        Raises:
            InsufficientCredits: the correction would take more than is available.
        """
        self.check_adjustment(credits)
        self._move(
            self.Adjusted,
            credits,
            at=at,
            actor=actor,
            reason=reason,
            approver=approver,
            entry=entry,
        )

    def check_adjustment(self, credits: Credits) -> None:
        """Refuse an adjustment that is nothing, or takes more than is available."""
        if credits == 0:
            msg = "An adjustment of 0 credits changes nothing."
            raise InvalidRequest(msg, field="credits")
        if credits < 0:
            self.require(Credits(-credits))

    def expire(self, credits: Credits, *, lot: int, at: Instant) -> None:
        """Take back what was never used of a lot."""
        _require_positive(credits)
        self.require(credits)
        self._take(self.CreditsExpired, credits, at=at, lot=lot)

    def claw_back(
        self,
        credits: Credits,
        *,
        receipt: str,
        provider_account: str,
        value_ngwee: int,
        vat_ngwee: int,
        at: Instant,
    ) -> None:
        """Take back what a receipt bought, as it was reversed; also what is spent already."""
        _require_positive(credits)
        self._take(
            self.ClawedBack,
            credits,
            at=at,
            receipt=receipt,
            provider_account=provider_account,
            value_ngwee=value_ngwee,
            vat_ngwee=vat_ngwee,
        )

    def cash_out(
        self, credits: Credits, *, receipt: str, value_ngwee: int, vat_ngwee: int, at: Instant
    ) -> None:
        """Take unused credits back, for ``value_ngwee`` (VAT in it) that is owed from now on.

        Raises:
            InsufficientCredits: fewer are available.
        """
        _require_positive(credits)
        self.require(credits)
        self._take(
            self.CashedOut,
            credits,
            at=at,
            receipt=receipt,
            value_ngwee=value_ngwee,
            vat_ngwee=vat_ngwee,
        )

    def choose_low_balance(self, credits: int | None, *, actor: str, at: Instant) -> None:
        """Tell the account from now on when fewer are left; as it is already is no event."""
        if credits != self.low_balance:
            chosen = {"account": self.account, "low_balance": credits}
            self._record(self.LowBalanceChosen, at=at, actor=actor, **chosen)

    @property
    def is_low(self) -> bool:
        """Whether fewer credits are left than the account has chosen to be told of."""
        return self.low_balance is not None and self.available < self.low_balance

    def _take(
        self, event: type[events.Event], credits: int, *, at: Instant, **fields: object
    ) -> None:
        self._change(event, credits, self.available - credits, at=at, **fields)

    def _move(
        self, event: type[events.Event], credits: int, *, at: Instant, **fields: object
    ) -> None:
        self._change(event, credits, self.available + credits, at=at, **fields)

    def _change(
        self,
        event: type[events.Event],
        credits: int,
        available: int,
        *,
        at: Instant,
        **fields: object,
    ) -> None:
        was_low = self.is_low
        self._record(
            event,
            at=at,
            account=self.account,
            credits=credits,
            available=available,
            **fields,
        )
        self._notice_fall(was_low=was_low, at=at)

    def _notice_fall(self, *, was_low: bool, at: Instant) -> None:
        """Record a fall below what the account has chosen, in the save of what took the credits."""
        if self.is_low and not was_low:
            self._record(
                self.FellLow,
                at=at,
                account=self.account,
                available=self.available,
                low_balance=self.low_balance,
            )


def _require_positive(credits: int) -> None:
    if credits <= 0:
        msg = f"{credits} is not a positive number of credits."
        raise InvalidRequest(msg, field="credits")
