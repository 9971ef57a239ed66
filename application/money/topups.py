"""Asking for a top-up: the wish is stored with its price before anybody is asked for money."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.accounts.quotes import price_lists, prices_now
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, seal_of
from application.ports import ContentRow, PaymentPoll
from domain.account import Account, account_id
from domain.claim import Claim, claim_id
from domain.contents import ContentKind
from domain.errors import IdempotencyConflict, InvalidKey, InvalidRequest
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.payment import Payment
from domain.provider_account import provider_account
from domain.roles import Duty
from domain.values import SECOND, Instant, Network

PAYABLE_S: Final = 24 * 3600
"""How long a payer has, and the provider is asked; what is paid later is credited all the same."""
REFERENCE_BYTES: Final = 16
WALLET: Final = "main"
"""Our one wallet in an account with a provider."""
KEY: Final = "top-up key"
"""The claim that a top-up's idempotency key takes, for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpWish:
    """What an account asks for, validated; either an amount or the name of a pack."""

    account: int
    actor: Actor
    amount_ngwee: Ngwee | None
    pack: str | None
    payer: Msisdn
    network: Network
    provider: str
    """The account with a provider, as the settings call it."""
    idempotency_key: str | None
    at: Instant


@dataclass(frozen=True, slots=True)
class TopUpAsked:
    """A top-up that is stored."""

    number: int
    payment: UUID
    is_replayed: bool = False
    """Whether its idempotency key was there already."""


class RequestTopUp(Command[TopUpAsked]):
    """Store the wish to pay; its provider is asked in a turn of its own, after the commit."""

    def __init__(self, wish: TopUpWish, *, write_reference: Callable[[bytes], str]) -> None:
        """``write_reference`` makes random bytes an id that the provider takes."""
        self.at = wish.at
        self._wish = wish
        self._write_reference = write_reference
        self._number = 0
        self._reference = ""
        self._row = ContentRow(ContentKind.TOP_UP, 0, b"")

    def prepare(self, tools: Preparing) -> None:
        """Draw the number and our reference, and seal who pays."""
        self._number = tools.numbers.take("payment")
        self._reference = self._write_reference(tools.randomness.token(REFERENCE_BYTES))
        salt = tools.randomness.token(SALT_BYTES)
        self._row = ContentRow(ContentKind.TOP_UP, self._number, salt, msisdn=self._wish.payer)

    def touches(self) -> Iterable[UUID]:
        """The account, its prices, and the idempotency key when there is one."""
        yield account_id(self._wish.account)
        yield from price_lists(self._wish.account)
        if self._wish.idempotency_key:
            yield claim_id(KEY, self._key)

    def decide(self, books: Books) -> TopUpAsked:
        """Quote the price, and store the payment before it is asked for.

        Raises:
            InvalidKey: the key was revoked meanwhile.
            NotPermitted: the actor may not ask for somebody else's.
            IdempotencyConflict: the idempotency key stands for another top-up.
            NotFound: there is no such pack, or no price list is in force.
            InvalidRequest: the amount buys no credit.
        """
        wish = self._wish
        account = books.get(Account, account_id(wish.account))
        if wish.actor.key_id is not None and wish.actor.key_id not in account.keys:
            msg = "The API key is invalid or was revoked."
            raise InvalidKey(msg)
        if wish.actor.account != wish.account:
            permit(books, wish.actor, Duty.RUN_ACCOUNTS)
        known = self._find_known(books)
        if known is not None:
            return known
        prices = prices_now(books, wish.account, self.at)
        amount = prices.pack(wish.pack).amount if wish.pack else wish.amount_ngwee
        if amount is None:
            msg = "A top-up has an amount_ngwee or a pack."
            raise InvalidRequest(msg, field="amount_ngwee")
        payment = Payment.request(
            self._number,
            account=wish.account,
            provider=wish.provider,
            platform=wish.provider,
            provider_account=provider_account(wish.provider, WALLET),
            network=wish.network.value,
            reference=self._reference,
            payer=seal_of(self._row),
            amount_ngwee=amount,
            prices=prices,
            pack=wish.pack,
            expires_at=Instant(self.at + PAYABLE_S * SECOND),
            actor=wish.actor.name,
            at=self.at,
        )
        books.record(payment)
        books.keep(self._row)
        books.keep_poll(
            PaymentPoll(
                self._number, payment.id.hex, wish.provider, 0, due_at=self.at, asked_at=self.at
            )
        )
        if wish.idempotency_key:
            books.record(Claim.take(KEY, self._key, owner=self._number, at=self.at))
        return TopUpAsked(self._number, payment.id)

    @property
    def _key(self) -> str:
        return f"{self._wish.account}:{self._wish.idempotency_key}"

    def _find_known(self, books: Books) -> TopUpAsked | None:
        """Give the top-up that the idempotency key stands for.

        Raises:
            IdempotencyConflict: it is another one.
        """
        wish = self._wish
        claim = books.find(Claim, claim_id(KEY, self._key)) if wish.idempotency_key else None
        poll = books.poll(claim.owner) if claim else None
        if claim is None or poll is None:
            return None
        payment = books.get(Payment, UUID(poll.payment))
        row = books.content(ContentKind.TOP_UP, payment.number)
        is_same = (payment.pack, row and row.msisdn, payment.network) == (
            wish.pack,
            wish.payer,
            wish.network,
        )
        if not is_same or (not wish.pack and payment.amount_ngwee != wish.amount_ngwee):
            msg = "This idempotency key was used with another request."
            raise IdempotencyConflict(msg)
        return TopUpAsked(payment.number, payment.id, is_replayed=True)
