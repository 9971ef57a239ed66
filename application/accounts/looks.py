"""Who of staff may look at what is not theirs, and the record of what auditors read."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit, require_duty
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.reader import Reader
from domain.account import Account, account_id
from domain.auditor_read import APPROVAL, MESSAGE, OF_AN_ACCOUNT, AuditorRead
from domain.manual_entry import ManualEntry, manual_entry_id
from domain.message import Message, message_id
from domain.roles import Duty, Role
from domain.values import Instant

RECORDED: Final = [Role.AUDITOR.value]
"""The roles of an account whose every read is recorded."""


def must_be_recorded(reader: Reader, actor: Actor) -> bool:
    """Refuse who may not look; say whether the look has to be recorded by ``NoteRead``.

    Raises:
        NotPermitted: no role of the account has the duty.
    """
    if actor.account is None:
        return False
    account = reader.find(Account, account_id(actor.account))
    require_duty(account, actor, Duty.LOOK)
    return account is not None and account.roles == RECORDED


class NoteRead(Command[bool]):
    """Let staff read, and record it when an auditor does; given before anything is shown."""

    def __init__(self, what: str, *, subject: int | None = None, actor: Actor, at: Instant) -> None:
        """``what`` is a word from the code, ``subject`` the number of what is read."""
        self.at = at
        self._what = what
        self._subject = subject
        self._actor = actor
        self._number = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the read's number."""
        self._number = tools.numbers.take("auditor_read")

    def touches(self) -> Iterable[UUID]:
        """The actor's account, and what is read."""
        if self._actor.account is not None:
            yield account_id(self._actor.account)
        if self._subject is not None and self._what == MESSAGE:
            yield message_id(self._subject)
        if self._subject is not None and self._what == APPROVAL:
            yield manual_entry_id(self._subject)

    def decide(self, books: Books) -> bool:
        """Record the read of an account that is an auditor's and nothing else; say whether it was.

        Raises:
            NotPermitted: the actor may not look.
        """
        permit(books, self._actor, Duty.LOOK)
        if self._actor.account is None:
            return False
        account = books.get(Account, account_id(self._actor.account))
        if account.roles != RECORDED:
            return False
        books.record(
            AuditorRead.record(
                self._number,
                actor=self._actor.name,
                what=self._what,
                subject=self._subject,
                account=self._whose(books),
                reason=None,
                at=self.at,
            )
        )
        return True

    def _whose(self, books: Books) -> int | None:
        """Say which account's it is; None where it is nobody's, everybody's, or not there."""
        if self._subject is None or self._what in OF_AN_ACCOUNT:
            return self._subject
        owned: Message | ManualEntry | None = None
        if self._what == MESSAGE:
            owned = books.find(Message, message_id(self._subject))
        elif self._what == APPROVAL:
            owned = books.find(ManualEntry, manual_entry_id(self._subject))
        return None if owned is None else owned.account
