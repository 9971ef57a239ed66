"""Staff publish what credits cost, for everybody or for one account, and withdraw it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.reasons import WithReason
from domain.account import Account, account_id
from domain.price_list import Pack, PriceList, price_list_id
from domain.roles import Duty
from domain.values import Instant


class PublishPrices(WithReason[str]):
    """Publish a version of a price list; its name is the answer."""

    def __init__(
        self,
        account: int | None,
        *,
        ngwee_per_credit: int,
        vat_percent: int = 0,
        packs: Sequence[Pack] = (),
        effective_from: Instant | None = None,
        effective_until: Instant | None = None,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``account`` None is everybody, ``effective_from`` None is now."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._ngwee_per_credit = ngwee_per_credit
        self._vat_percent = vat_percent
        self._packs = packs
        self._from = at if effective_from is None else effective_from
        self._until = effective_until

    def touches(self) -> Iterable[UUID]:
        """The price list, and whose it is."""
        yield price_list_id(self._account)
        if self._account is not None:
            yield account_id(self._account)

    def decide(self, books: Books) -> str:
        """Publish it.

        Raises:
            NotPermitted: the actor may not, or it is their own account.
            NotFound: no such account.
            InvalidRequest: the prices make no sense.
            TooLate: as many versions wait as may.
        """
        _permit(books, self._actor, self._account)
        if self._account is not None:
            books.get(Account, account_id(self._account))
        prices = books.find(PriceList, price_list_id(self._account))
        prices = prices or PriceList.open(self._account, at=self.at)
        version = prices.publish(
            ngwee_per_credit=self._ngwee_per_credit,
            vat_percent=self._vat_percent,
            packs=self._packs,
            effective_from=self._from,
            effective_until=self._until,
            actor=self._actor.name,
            reason=self._reason_reference(),
            at=self.at,
        )
        self._keep_reason(books)
        books.record(prices)
        return version


class WithdrawPrices(WithReason[None]):
    """End a version of a price list now."""

    def __init__(
        self, account: int | None, version: str, *, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._version = version

    def touches(self) -> Iterable[UUID]:
        """The price list."""
        yield price_list_id(self._account)

    def decide(self, books: Books) -> None:
        """End it.

        Raises:
            NotPermitted: the actor may not, or it is their own account.
            NotFound: no such version.
            AlreadyExists: it has ended.
        """
        _permit(books, self._actor, self._account)
        prices = books.get(PriceList, price_list_id(self._account))
        prices.withdraw(
            self._version, actor=self._actor.name, reason=self._reason_reference(), at=self.at
        )
        self._keep_reason(books)
        books.record(prices)


def _permit(books: Books, actor: Actor, account: int | None) -> None:
    if account is None:
        permit(books, actor, Duty.SET_PRICES)
    else:
        permit_on(books, actor, Duty.SET_PRICES, account=account)
