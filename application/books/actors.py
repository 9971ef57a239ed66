"""Who gives a command, as its events say, and whether they may."""

from dataclasses import dataclass
from typing import Final

from application.books.books import Books
from domain.account import Account, account_id
from domain.errors import NotPermitted
from domain.roles import Duty

OWN_ACCOUNT: Final = "No one of staff acts on an account of their own."


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, by the account of their session, or a user of the host's operating system."""

    name: str
    """How events name it: ``account:7`` or ``os:user@host``."""
    account: int | None = None
    key_id: str | None = None
    """The API key through which an account acts; None in a session."""

    @classmethod
    def of(cls, account: int, *, key_id: str | None = None) -> "Actor":
        """Name an account; only a session or a key makes an actor of it."""
        return cls(f"account:{account}", account, key_id)


def shown_to_customers(actor: str | None) -> str | None:
    """Name an event's actor to an account that it concerns; users of the host stay unnamed."""
    return actor if actor is None or actor.startswith("account:") else "operator"


def permit(books: Books, actor: Actor, duty: Duty) -> None:
    """Refuse an account without the duty; users of the host may do all but approve.

    Raises:
        NotPermitted: no role of the account has the duty.
    """
    if actor.account is not None:
        require_duty(books.find(Account, account_id(actor.account)), actor, duty)


def require_duty(account: Account | None, actor: Actor, duty: Duty) -> None:
    """Refuse an actor whose account lacks the duty, or is suspended.

    Raises:
        NotPermitted: either.
    """
    if account is not None and account.suspended:
        msg = f"Account {actor.account} is suspended: its roles do not count."
        raise NotPermitted(msg)
    if account is None or not account.has_duty(duty):
        words = duty.replace("_", " ")
        msg = f"This takes a role that may {words}; account {actor.account} has none."
        raise NotPermitted(msg)


def permit_on(books: Books, actor: Actor, duty: Duty, *, account: int) -> None:
    """Refuse an actor without the duty, and one that the account belongs to.

    Raises:
        NotPermitted: either.
    """
    permit(books, actor, duty)
    if actor.account == account:
        raise NotPermitted(OWN_ACCOUNT)
