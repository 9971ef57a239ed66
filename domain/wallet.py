"""The prepaid wallet: one per account, the only place where credits become or stop being available.

The wallet knows just what is available. What is reserved, spent and refunded follows from its
events and those of the messages (invariants I2 to I4).
"""

from typing import Self
from uuid import UUID

from domain.days import day_of, until_midnight_s
from domain.errors import InsufficientCredits, InvalidRequest, RateLimited
from domain.events import Aggregate, aggregate_id
from domain.values import Credits, Instant


def wallet_id(account: int) -> UUID:
    """Give the id of the wallet of account number ``account``."""
    return aggregate_id("wallet", account)


class CreditWallet(Aggregate):
    """Available credits of one account."""

    TOPIC = "CreditWallet"

    account: int
    available: int
    day: int
    """The day in Lusaka of the last reservation (``domain.days``)."""
    reserved_today: int
    """Credits reserved on that day; refunds do not lower it."""

    class Event(Aggregate.Event):
        """Base of the wallet's events."""

        TOPIC = "CreditWallet.Event"

    class Opened(Event, Aggregate.Created):
        """The account has a wallet, with nothing in it."""

        TOPIC = "CreditWallet.Opened"
        account: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = 0

    class TopUp(Event):
        """Credits were bought; value and VAT in ngwee, VAT included in the value.

        ``source`` is "clearing" (a confirmed payment) or "held" (a receipt assigned by hand).
        """

        TOPIC = "CreditWallet.TopUp"
        account: int
        credits: int
        value_ngwee: int
        vat_ngwee: int
        source: str
        receipt: str
        price_list: str
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available

    class Reserved(Event):
        """Credits were set aside for ``count`` messages from ``first_number`` on."""

        TOPIC = "CreditWallet.Reserved"
        account: int
        credits: int
        first_number: int
        count: int
        batch: int | None
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available
            day = day_of(self.at)
            wallet.reserved_today = self.credits + (
                wallet.reserved_today if day == wallet.day else 0
            )
            wallet.day = day

    class Refunded(Event):
        """All credits of one message came back; ``cause`` is the code that the log shows."""

        TOPIC = "CreditWallet.Refunded"
        account: int
        credits: int
        number: int
        cause: str
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available

    class Granted(Event):
        """Credits were given without payment, by ``actor``; the reason is a content.

        ``approver`` and ``entry`` are there when it took two people (invariant I13).
        """

        TOPIC = "CreditWallet.Granted"
        account: int
        credits: int
        actor: str
        reason: str
        approver: str | None
        entry: int | None
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available

    class Adjusted(Event):
        """An operator corrected the wallet; ``credits`` is signed."""

        TOPIC = "CreditWallet.Adjusted"
        account: int
        credits: int
        actor: str
        reason: str
        approver: str | None
        entry: int | None
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available

    class CreditsExpired(Event):
        """Unused credits of the lot bought at log position ``lot`` ran out of time."""

        TOPIC = "CreditWallet.CreditsExpired"
        account: int
        credits: int
        lot: int
        available: int

        def apply(self, wallet: "CreditWallet") -> None:
            wallet.available = self.available

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
        receipt: str,
        price_list: str,
        at: Instant,
    ) -> None:
        """Add bought credits."""
        _require_positive(credits)
        self._move(
            self.TopUp,
            credits,
            at=at,
            value_ngwee=value_ngwee,
            vat_ngwee=vat_ngwee,
            source=source,
            receipt=receipt,
            price_list=price_list,
        )

    def require(self, credits: Credits) -> None:
        """Refuse unless ``credits`` are available (invariant I2).

        Raises:
            InsufficientCredits: with what is required and what is available.
        """
        if credits > self.available:
            raise InsufficientCredits(required=credits, available=max(self.available, 0))

    def require_day(self, credits: Credits, *, daily_max: int | None, at: Instant) -> None:
        """Refuse what goes over the account's limit for a day; None is no limit.

        Raises:
            RateLimited: until midnight in Lusaka.
        """
        if daily_max is None:
            return
        used = self.reserved_today if day_of(at) == self.day else 0
        if used + credits > daily_max:
            msg = f"This account may spend {daily_max} credits a day; {used} are spent today."
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
        self._record(
            self.CreditsExpired,
            at=at,
            account=self.account,
            credits=credits,
            lot=lot,
            available=self.available - credits,
        )

    def _move(self, event: type[Event], credits: int, *, at: Instant, **fields: object) -> None:
        self._record(
            event,
            at=at,
            account=self.account,
            credits=credits,
            available=self.available + credits,
            **fields,
        )


def _require_positive(credits: int) -> None:
    if credits <= 0:
        msg = f"{credits} is not a positive number of credits."
        raise InvalidRequest(msg, field="credits")
