"""What can happen to a wallet; the aggregate nests these events under its own name.

Each has its credits, and what was available after it.
"""

from typing import Any, ClassVar

from domain.days import day_of
from domain.events import Aggregate


class Standing:
    """What a wallet's events change."""

    available: int
    """Below 0 only after a claw-back of what was spent."""
    day: int
    """The day in Lusaka of the last reservation (``domain.days``)."""
    reserved_today: int
    """Credits reserved on that day; refunds do not lower it."""
    low_balance: int | None = None
    """Below so many credits the account is told; not set at first: older snapshots lack it."""


class Event(Aggregate.Event):
    """Base of the wallet's events."""

    TOPIC = "CreditWallet.Event"


class Opened(Event, Aggregate.Created):
    """The account has a wallet, with nothing in it."""

    TOPIC = "CreditWallet.Opened"
    account: int

    def apply(self, wallet: Standing) -> None:
        wallet.available = 0


class TopUp(Event):
    """Credits were bought; value and VAT in ngwee, VAT included in the value.

    ``source`` is "clearing" (a confirmed payment) or "held" (a receipt that stood in
    Unallocated), ``receipt`` the id of the receipt, in the wallet ``provider_account``; of
    version 1, which no gateway has written, that is not known. Where a person gave the money to
    the account, ``actor``, ``approver``, ``entry`` and ``reason`` are those of Receipt.Assigned.
    """

    class_version: ClassVar[int] = 3

    TOPIC = "CreditWallet.TopUp"
    account: int
    credits: int
    value_ngwee: int
    vat_ngwee: int
    source: str
    provider_account: str
    receipt: str
    price_list: str
    available: int
    actor: str | None
    approver: str | None
    entry: int | None
    reason: str | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["provider_account"] = "unknown/unknown"

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """Know of nobody who gave it: Receipt.Assigned tells."""
        state.update(actor=None, approver=None, entry=None, reason=None)

    def apply(self, wallet: Standing) -> None:
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

    def apply(self, wallet: Standing) -> None:
        wallet.available = self.available
        day = day_of(self.at)
        wallet.reserved_today = self.credits + (wallet.reserved_today if day == wallet.day else 0)
        wallet.day = day


class Refunded(Event):
    """All credits of one message came back; ``cause`` is the code that the log shows."""

    TOPIC = "CreditWallet.Refunded"
    account: int
    credits: int
    number: int
    cause: str
    available: int

    def apply(self, wallet: Standing) -> None:
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

    def apply(self, wallet: Standing) -> None:
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

    def apply(self, wallet: Standing) -> None:
        wallet.available = self.available


class CreditsExpired(Event):
    """Unused credits of the lot bought at log position ``lot`` ran out of time."""

    TOPIC = "CreditWallet.CreditsExpired"
    account: int
    credits: int
    lot: int
    available: int

    def apply(self, wallet: Standing) -> None:
        wallet.available = self.available


class ClawedBack(Event):
    """The provider took back what bought credits, so they go, used or not.

    What is available may fall below 0: nothing can be reserved until that is made good.
    """

    TOPIC = "CreditWallet.ClawedBack"
    account: int
    credits: int
    receipt: str
    provider_account: str
    value_ngwee: int
    vat_ngwee: int
    available: int

    def apply(self, wallet: Standing) -> None:
        wallet.available = self.available


class LowBalanceChosen(Event):
    """The account is told when fewer than ``low_balance`` credits are left; None: never."""

    TOPIC = "CreditWallet.LowBalanceChosen"
    account: int
    low_balance: int | None
    actor: str

    def apply(self, wallet: Standing) -> None:
        wallet.low_balance = self.low_balance


class FellLow(Event):
    """What the event before this one took left fewer credits than the account has chosen.

    Once for each fall: until ``low_balance`` are there again, no other is recorded.
    """

    TOPIC = "CreditWallet.FellLow"
    account: int
    available: int
    low_balance: int


class CashedOut(Event):
    """Unused credits of a receipt go back for money; paid out it is Payment.Refunded."""

    TOPIC = "CreditWallet.CashedOut"
    account: int
    credits: int
    receipt: str
    value_ngwee: int
    vat_ngwee: int
    available: int

    def apply(self, wallet: Standing) -> None:
        wallet.available = self.available
