"""A file in which a provider lists what moved in one of our wallets; its lines are receipts."""

from typing import Self
from uuid import UUID

from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def statement_id(sha256: str) -> UUID:
    """Give the id of the file with this digest (hexadecimal): the same file is the same one."""
    return aggregate_id("statement", sha256)


class Statement(Aggregate):
    """One file."""

    TOPIC = "Statement"

    class Event(Aggregate.Event):
        """Base of a statement's events."""

        TOPIC = "Statement.Event"

    class Opened(Event, Aggregate.Created):
        """A file came in; ``sha256`` is of its bytes."""

        TOPIC = "Statement.Opened"
        number: int
        provider_account: str
        sha256: str

    class Imported(Event):
        """Its lines were read: each that was not known is a Receipt.SeenOnStatement before this.

        ``total_ngwee`` sums what all its lines move (amounts less fees), ``added_ngwee`` what
        those move that were not known. ``is_balanced`` says that every row was read and opening +
        total = closing, ``is_contiguous`` that with this file no line is missing between the
        opening of the wallet's earliest file and the closing of its latest (invariants I8, I9).
        """

        TOPIC = "Statement.Imported"
        number: int
        provider_account: str
        template: str
        opening_ngwee: int | None
        closing_ngwee: int | None
        total_ngwee: int
        added_ngwee: int
        lines: int
        added: int
        refused: int
        first_at: int
        last_at: int
        is_balanced: bool
        is_contiguous: bool
        actor: str

        def apply(self, statement: "Statement") -> None:
            statement.imports += 1
            statement.added += self.added
            statement.added_ngwee += self.added_ngwee
            statement.is_discarded = False

    class Discarded(Event):
        """A person put the file aside; the reason is a content."""

        TOPIC = "Statement.Discarded"
        number: int
        actor: str
        reason: str

        def apply(self, statement: "Statement") -> None:
            statement.is_discarded = True

    def __init__(self, number: int, provider_account: str, sha256: str) -> None:
        self.number = number
        self.provider_account = provider_account
        self.sha256 = sha256
        self.imports = 0
        self.added = 0
        """Lines that this file was the first to show."""
        self.added_ngwee = 0
        self.is_discarded = False

    @classmethod
    def open(cls, number: int, *, provider_account: str, sha256: str, at: Instant) -> Self:
        """Begin the record of a file."""
        return cls._create(
            cls.Opened,
            id=statement_id(sha256),
            timestamp=at,
            number=number,
            provider_account=provider_account,
            sha256=sha256,
        )

    def note_import(
        self,
        *,
        template: str,
        opening_ngwee: int | None,
        closing_ngwee: int | None,
        total_ngwee: int,
        added_ngwee: int,
        lines: int,
        added: int,
        refused: int,
        first_at: Instant,
        last_at: Instant,
        is_contiguous: bool,
        actor: str,
        at: Instant,
    ) -> bool:
        """Note what an import brought; whether the file balances. The same file may come again."""
        is_balanced = (
            refused == 0
            and opening_ngwee is not None
            and closing_ngwee is not None
            and opening_ngwee + total_ngwee == closing_ngwee
        )
        self._record(
            self.Imported,
            at=at,
            number=self.number,
            provider_account=self.provider_account,
            template=template,
            opening_ngwee=opening_ngwee,
            closing_ngwee=closing_ngwee,
            total_ngwee=total_ngwee,
            added_ngwee=added_ngwee,
            lines=lines,
            added=added,
            refused=refused,
            first_at=first_at,
            last_at=last_at,
            is_balanced=is_balanced,
            is_contiguous=is_contiguous,
            actor=actor,
        )
        return is_balanced

    def discard(self, *, actor: str, reason: str, at: Instant) -> None:
        """Put the file aside.

        Raises:
            TooLate: its lines stand in the books, or it was put aside before.
        """
        if self.added:
            msg = "Lines of this statement stand in the books: unmatch or write off instead."
            raise TooLate(msg)
        if self.is_discarded:
            msg = "The statement is discarded already."
            raise TooLate(msg)
        self._record(self.Discarded, at=at, number=self.number, actor=actor, reason=reason)
