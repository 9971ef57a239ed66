"""When what an account sends waits: chosen by itself, or by staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from domain.account import Account, account_id
from domain.roles import Duty
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Quiet:
    """An account's quiet hours, as events write them, and whether they hold all but passwords."""

    hours: str | None
    is_all: bool


class ChooseQuietHours(Command[Quiet]):
    """Choose some of it for what is sent from now on; the rest stays as it is by then."""

    def __init__(
        self, account: int, changes: Mapping[str, Any], *, actor: Actor, at: Instant
    ) -> None:
        """``changes`` has fields of ``Quiet``."""
        self.at = at
        self._account = account
        self._changes = changes
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> Quiet:
        """Choose it; give all of it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
            NotPermitted: the actor may not.
        """
        require_key(books, self._actor)
        if self._actor.account != self._account:
            permit(books, self._actor, Duty.RUN_ACCOUNTS)
        account = books.get(Account, account_id(self._account))
        quiet = Quiet(
            **{"hours": account.quiet_hours, "is_all": account.quiet_all, **self._changes}
        )
        account.choose_quiet(quiet.hours, is_all=quiet.is_all, actor=self._actor.name, at=self.at)
        books.record(account)
        return quiet
