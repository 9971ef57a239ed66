"""Erasing personal data: when its time is over, and when somebody asks for it.

What is erased stands beside the log; the event that says so stays, and with it every proof.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.reasons import WithReason
from application.ports import AttemptsForgotten, SecretKind, WebhookForgotten
from application.ports.queries import Kept, Place, Queries
from application.retention.keywords import forget_keywords
from domain.account import Account, account_id
from domain.contents import ContentKind
from domain.days import DAY_S
from domain.errors import TooLate
from domain.keywords import keywords_id
from domain.message import Extent, Message, message_id
from domain.rehearsal import Rehearsal, rehearsal_id
from domain.roles import Duty
from domain.stretch import Stretch
from domain.values import SECOND, Instant, credits_in_words
from domain.wallet import CreditWallet, wallet_id
from domain.written import NUMBER_MAX

MESSAGES_MAX: Final = 200
"""Messages that one command erases."""
RETENTION: Final = Actor("retention")
"""Who erases what has served its time, as events name it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which texts and recipients' numbers are erased; 0 keeps them."""

    text_days: int = 30
    number_days: int = 400


class Erased(NamedTuple):
    """What became of some messages."""

    erased: int
    left_open: int
    """These are still to be sent: they can be erased once they ended."""


class EraseMessages(WithReason[Erased]):
    """Erase the text, or recipient and text, of messages that ended."""

    def __init__(
        self,
        numbers: Sequence[int],
        *,
        what: Extent,
        actor: Actor,
        reason: str | None,
        at: Instant,
    ) -> None:
        """``reason`` is None when their time is over, else what the person asking gave."""
        super().__init__(actor=actor, reason=reason or "", at=at)
        self._numbers = numbers
        self._what = what

    def preview(self) -> Erased:
        """Give what it would do at most, without looking."""
        return Erased(len(self._numbers), 0)

    def prepare(self, tools: Preparing) -> None:
        """Draw a number for the reason, if there is one."""
        if self._reason:
            super().prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The messages, some of which may be tests."""
        yield from map(message_id, self._numbers)
        yield from map(rehearsal_id, self._numbers)

    def reads(self) -> Iterable[int]:
        """Their contents, of which a part stays."""
        return self._numbers if self._what is Extent.TEXT else ()

    def decide(self, books: Books) -> Erased:
        """Erase what is left of them; what is erased already, or unknown, changes nothing.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.ERASE)
        found = [
            books.find(Message, message_id(number)) or books.find(Rehearsal, rehearsal_id(number))
            for number in self._numbers
        ]
        messages = [message for message in found if message and message.has_left(self._what)]
        for message in messages:
            permit_on(books, self._actor, Duty.ERASE, account=message.account)
        ended = [message for message in messages if not message.is_open]
        reason = self._keep_reason(books) if ended and self._reason else None
        for message in ended:
            message.erase_content(self._what, actor=self._actor.name, reason=reason, at=self.at)
            books.record(message)
            if message.offline:
                books.forget_repeatable(message.number)
            books.erase(ContentKind.CLIENT_REFERENCE, message.number)
            if self._what is Extent.ALL:
                books.erase(ContentKind.MESSAGE, message.number)
            else:
                books.erase_text(ContentKind.MESSAGE, message.number)
        return Erased(len(ended), len(messages) - len(ended))


class EraseAccount(WithReason[bool]):
    """Close an account and erase who it belonged to: name, e-mail, sessions, passwords, keys.

    Its credits must be gone, since nobody could use them any more. The claim on its e-mail
    address stays, as a keyed digest.
    """

    def __init__(
        self,
        account: int,
        *,
        sender_ids: Sequence[int],
        top_ups: Sequence[int] = (),
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``sender_ids`` and ``top_ups`` number what the account asked for."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._sender_ids = sender_ids
        self._top_ups = top_ups

    def touches(self) -> Iterable[UUID]:
        """The account, its wallet and its keywords."""
        yield account_id(self._account)
        yield wallet_id(self._account)
        yield keywords_id(self._account)

    def decide(self, books: Books) -> bool:
        """Erase it; False when it was erased before.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such account.
            TooLate: it has credits or debts, or a role.
        """
        permit_on(books, self._actor, Duty.ERASE, account=self._account)
        account = books.get(Account, account_id(self._account))
        wallet = books.get(CreditWallet, wallet_id(self._account))
        if account.erased:
            return False
        if wallet.available:
            there = credits_in_words(wallet.available)
            msg = f"Account {self._account} has {there}: settle them first."
            raise TooLate(msg)
        if account.roles:
            msg = f"Account {self._account} has the role {account.roles[0]}: withdraw it first."
            raise TooLate(msg)
        by, reason = self._actor.name, self._keep_reason(books)
        for key_id in list(account.keys):
            account.revoke_key(key_id, actor=by, at=self.at)
            books.revoke_credential(key_id, self.at)
        account.suspend(actor=by, reason=reason, at=self.at)
        account.erase_content(actor=by, reason=reason, at=self.at)
        books.record(account)
        books.erase(ContentKind.ACCOUNT, self._account)
        for number in self._sender_ids:
            books.erase(ContentKind.SENDER_ID, number)
        for number in self._top_ups:
            books.erase(ContentKind.TOP_UP, number)
        forget_keywords(books, self._account, actor=by, at=self.at)
        books.forget_key_names(self._account)
        for kind in SecretKind:
            books.forget_secrets(kind, self._account)
        books.change(WebhookForgotten(self._account))
        books.change(AttemptsForgotten(self._account))
        return True


def due_batches(
    queries: Queries,
    retention: Retention,
    now: Instant,
    *,
    spared: Sequence[Stretch] = (),
    batches_max: int,
) -> Iterator[tuple[Extent, Sequence[int]]]:
    """Give messages whose text or number has served its time, oldest first, in batches."""
    number_before = Instant(now - retention.number_days * DAY_S * SECOND)
    text_before = Instant(now - retention.text_days * DAY_S * SECOND)
    for days, kept, before, what in (
        (retention.number_days, Kept.NUMBER, number_before, Extent.ALL),
        (retention.number_days, Kept.ALL, number_before, Extent.ALL),
        (retention.text_days, Kept.ALL, text_before, Extent.TEXT),
    ):
        if not days:
            continue
        after: Place | None = None
        if what is Extent.TEXT and retention.number_days and not spared:
            after = Place(number_before, NUMBER_MAX)  # up to there all went, or is still open
        for _ in range(batches_max):
            found = queries.kept_contents(
                kept, before=before, after=after, limit=MESSAGES_MAX, spared=spared
            )
            if not found:
                break
            yield what, [place.number for place in found]
            after = found[-1]


def erase_due(
    queries: Queries,
    retention: Retention,
    *,
    actor: Actor,
    as_of: Instant,
    now: Callable[[], Instant],
    run: Callable[[EraseMessages], Erased],
    spared: Sequence[Stretch],
    batches_max: int,
) -> Iterator[tuple[Extent, Erased]]:
    """Erase what has served its time, a batch at each step; what is still open waits."""
    due = due_batches(queries, retention, as_of, spared=spared, batches_max=batches_max)
    for what, numbers in due:
        yield what, run(EraseMessages(numbers, what=what, actor=actor, reason=None, at=now()))
