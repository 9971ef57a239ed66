"""When an account is told that its credits run low: chosen by itself, or by staff."""

from collections.abc import Iterable
from uuid import UUID

from application.accounts.changes import wallet_of
from application.accounts.keys import require_key
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from domain.account import account_id
from domain.roles import Duty
from domain.values import Instant
from domain.wallet import wallet_id


class ChooseLowBalance(Command[int | None]):
    """Tell an account from now on when fewer than so many credits are left; None: never."""

    def __init__(self, account: int, credits: int | None, *, actor: Actor, at: Instant) -> None:
        self.at = at
        self._account = account
        self._credits = credits
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account, and its wallet."""
        yield account_id(self._account)
        yield wallet_id(self._account)

    def decide(self, books: Books) -> int | None:
        """Choose it; give it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
            NotPermitted: the actor may not.
        """
        require_key(books, self._actor)
        if self._actor.account != self._account:
            permit(books, self._actor, Duty.RUN_ACCOUNTS)
        wallet = wallet_of(books, self._account)
        wallet.choose_low_balance(self._credits, actor=self._actor.name, at=self.at)
        books.record(wallet)
        return self._credits
