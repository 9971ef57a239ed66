"""What operators change of an account: limits, suspension, credits."""

from collections.abc import Iterable
from uuid import UUID

from application.accounts.reasons import WithReason
from application.committer import Command
from application.gateway import Books
from domain.account import Account, account_id
from domain.errors import NotFound
from domain.values import Credits, Instant
from domain.wallet import CreditWallet, wallet_id


class ChangeLimits(Command[None]):
    """Set an account's own request limits; None follows the settings, 0 is no limit."""

    def __init__(
        self,
        account: int,
        *,
        single: int | None,
        bulk: int | None,
        read: int | None,
        actor: str,
        at: Instant,
    ) -> None:
        self.at = at
        self._account = account
        self._limits = {"single": single, "bulk": bulk, "read": read}
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Set the limits.

        Raises:
            NotFound: no such account.
        """
        account = books.get(Account, account_id(self._account))
        account.change_limits(**self._limits, actor=self._actor, at=self.at)
        books.record(account)


class SetSuspension(WithReason):
    """Suspend or reinstate an account."""

    def __init__(
        self, account: int, *, suspended: bool, actor: str, reason: str, at: Instant
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
        """
        account = books.get(Account, account_id(self._account))
        if account.suspended == self._suspended:
            return
        reason = self._keep_reason(books)
        change = account.suspend if self._suspended else account.reinstate
        change(actor=self._actor, reason=reason, at=self.at)
        books.record(account)


class MoveCredits(WithReason):
    """Grant credits, or adjust the wallet by a signed number."""

    def __init__(
        self,
        account: int,
        credits: Credits,
        *,
        is_grant: bool,
        actor: str,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._credits = credits
        self._is_grant = is_grant

    def touches(self) -> Iterable[UUID]:
        """The wallet."""
        yield wallet_id(self._account)

    def decide(self, books: Books) -> None:
        """Move the credits.

        Raises:
            NotFound: no such account.
            InvalidRequest: the number makes no sense.
            InsufficientCredits: a downward adjustment takes more than is there.
        """
        wallet = books.find(CreditWallet, wallet_id(self._account))
        if wallet is None:
            msg = "No such account."
            raise NotFound(msg)
        move = wallet.grant if self._is_grant else wallet.adjust
        move(self._credits, actor=self._actor, reason=self._reason_reference(), at=self.at)
        self._keep_reason(books)
        books.record(wallet)
