"""Test mode: the same command as a send's, but what it accepts is a rehearsal and costs nothing."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from application.messages.repeats import find_messages
from application.messages.sending import Recipient
from application.ports import Repeatable
from domain.account import Account
from domain.errors import InsufficientCredits, NotFound, TooLate
from domain.events import Event
from domain.fates import Fate, fate_of
from domain.message import Message
from domain.rehearsal import Rehearsal, due_from, rehearsal_id
from domain.values import Credits, Instant
from domain.wallet import CreditWallet


class SendTests(SendMessages):
    """Accept test messages as messages are accepted: all that is checked there is checked."""

    def _first_event(self, number: int, recipient: Recipient, fields: dict[str, Any]) -> Event:
        fate = fate_of(recipient.msisdn)
        due_at = due_from(fate, Instant(fields["send_at"] or self.at))
        fields["offline"] = fate is Fate.OFFLINE
        return Rehearsal.accepted(number, at=self.at, fate=str(fate), due_at=due_at, **fields)

    def _charge(
        self,
        books: Books,  # noqa: ARG002 - nothing is recorded
        wallet: CreditWallet,  # noqa: ARG002 - it stays as it is
        total: Credits,
        *,
        daily_max: int | None,  # noqa: ARG002 - nothing is used of it
    ) -> None:
        """Charge nothing; refuse what goes to the number that cannot be paid."""
        if Fate.UNPAID in self._fates():
            raise InsufficientCredits(required=total, available=0)

    def _kept_quiet(self, account: Account) -> tuple[list[StoredEvent], bool]:  # noqa: ARG002
        """Leave them as they are: whoever tries something out does not wait for the morning."""
        return self._events, False

    def _accepted(self, total: int, remaining: int, *, are_held: bool) -> Accepted:
        accepted = super()._accepted(total, remaining, are_held=are_held)
        return replace(accepted, is_all_offline=self._fates() == {Fate.OFFLINE})

    def _messages_of(self, books: Books, known: Repeatable) -> Sequence[Message | Rehearsal]:
        return find_messages(books, known, Rehearsal, rehearsal_id, at=self.at)

    def _fates(self) -> set[Fate]:
        return {fate_of(recipient.msisdn) for recipient in self._reached}


class Proceed(Command[int]):
    """Let become of test messages what their fate is."""

    def __init__(self, numbers: Iterable[int], *, at: Instant) -> None:
        self.at = at
        self._keys = [rehearsal_id(number) for number in numbers]
        self.weight = len(self._keys)

    def touches(self) -> Iterable[UUID]:
        """The test messages."""
        return self._keys

    def decide(self, books: Books) -> int:
        """Go on with those whose time has come; give how many there were."""
        count = 0
        for key in self._keys:
            rehearsal = books.find(Rehearsal, key)
            if rehearsal and rehearsal.is_open and rehearsal.due_at <= self.at:
                rehearsal.proceed(at=self.at)
                books.record(rehearsal)
                count += 1
        return count


class CancelTests(Command[int]):
    """Take back those of an account's test messages that still wait."""

    def __init__(self, numbers: Sequence[int], *, account: int, actor: Actor, at: Instant) -> None:
        self.at = at
        self.weight = len(numbers)
        self._keys = [rehearsal_id(number) for number in numbers]
        self._account = account
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The test messages."""
        return self._keys

    def decide(self, books: Books) -> int:
        """Cancel them; what does not wait any more stays as it is. Give how many were.

        Raises:
            NotFound: one is not of this account.
        """
        cancelled = 0
        for found in [self._own(books, key) for key in self._keys]:
            with suppress(TooLate):
                self._cancel(books, found)
                cancelled += 1
        return cancelled

    def _own(self, books: Books, key: UUID) -> Rehearsal:
        found = books.get(Rehearsal, key)
        if found.account != self._account:
            msg = "No such message."
            raise NotFound(msg)
        return found

    def _cancel(self, books: Books, rehearsal: Rehearsal) -> None:
        rehearsal.cancel(actor=self._actor.name, at=self.at)
        books.record(rehearsal)


class CancelTest(CancelTests):
    """Take one test message back."""

    def __init__(self, number: int, *, account: int, actor: Actor, at: Instant) -> None:
        super().__init__([number], account=account, actor=actor, at=at)

    def decide(self, books: Books) -> int:
        """Cancel it.

        Raises:
            NotFound: no such test message of this account.
            TooLate: it does not wait any more.
        """
        self._cancel(books, self._own(books, self._keys[0]))
        return 1
