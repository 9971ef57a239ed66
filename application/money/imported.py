"""What became of a statement's file: noted of the file, and of what its wallet's files cover."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.money.oddities import note_oddity
from application.ports import FileSummary, RefusedRow
from domain.coverage import Coverage, Gap, coverage_id
from domain.matching import Trouble
from domain.provider_account import ProviderAccount
from domain.receipt import Receipt, receipt_id
from domain.roles import Duty
from domain.statement import Statement, statement_id
from domain.values import Instant

REFUSED_SHOWN_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What became of a file; ``statement`` is None after a dry run."""

    statement: int | None
    summary: FileSummary
    added: int
    known: int
    refused: Sequence[RefusedRow]
    """The first of them; ``refused_count`` counts all."""
    refused_count: int
    is_balanced: bool
    is_contiguous: bool
    gaps: Sequence[Gap]


class Seen(NamedTuple):
    """What became of some lines."""

    added: int
    known: int
    first_shown: int
    """Lines that this file was the first to show, now or before an import broke off."""
    first_shown_ngwee: int
    refused_count: int = 0
    refused: Sequence[RefusedRow] = ()
    """Lines that an earlier file shows otherwise, or of a locked period; the first of them."""

    def plus(self, other: "Seen") -> "Seen":
        """Give what became of these lines and those."""
        return Seen(
            self.added + other.added,
            self.known + other.known,
            self.first_shown + other.first_shown,
            self.first_shown_ngwee + other.first_shown_ngwee,
            self.refused_count + other.refused_count,
            [*self.refused, *other.refused][:REFUSED_SHOWN_MAX],
        )


class NoteImport(Command[ImportedFile]):
    """Note what an import brought, and what the wallet's files cover with it."""

    def __init__(
        self,
        summary: FileSummary,
        provider_account: ProviderAccount,
        seen: Seen,
        *,
        statement: int | None,
        actor: Actor,
        at: Instant,
    ) -> None:
        """``statement`` None is a dry run."""
        self.at = at
        self._summary = summary
        self._wallet = provider_account
        self._seen = seen
        self._number = statement
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The file's record, and the wallet's coverage."""
        yield statement_id(self._summary.sha256)
        yield coverage_id(self._wallet)
        if self._number is not None:
            yield from (receipt_id(self._wallet, name) for _, name in self._repeated())

    def _repeated(self) -> Iterator[tuple[RefusedRow, str]]:
        """Give the rows that show a transaction once more, and which; the first thousand."""
        for row in self._summary.refused_rows:
            if row.repeats is not None:
                yield row, row.repeats

    def decide(self, books: Books) -> ImportedFile:
        """Note it.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.RECONCILE)
        coverage = books.find(Coverage, coverage_id(self._wallet))
        if self._number is not None:
            coverage = coverage or Coverage.open(self._wallet, at=self.at)
            self._note(books, coverage)
            self._note_repeated(books)
        told, refused = self._summary, self._summary.refused + self._seen.refused_count
        return ImportedFile(
            statement=self._number,
            summary=told,
            added=self._seen.added,
            known=self._seen.known,
            refused=[*told.refused_rows, *self._seen.refused],
            refused_count=refused,
            is_balanced=refused == 0
            and told.opening_ngwee is not None
            and told.opening_ngwee + told.total_ngwee == told.closing_ngwee,
            is_contiguous=coverage is not None and coverage.is_contiguous,
            gaps=coverage.gaps if coverage is not None else (),
        )

    def _note_repeated(self, books: Books) -> None:
        for row, transaction in self._repeated():
            receipt = books.find(Receipt, receipt_id(self._wallet, transaction))
            if receipt is not None and receipt.is_on_statement:
                note_oddity(
                    *(books, receipt, Trouble.DUPLICATE_ROW),
                    where=f"{self._summary.sha256}/{row.row}",
                    amount_ngwee=row.moves_ngwee,
                    at=self.at,
                )

    def _note(self, books: Books, coverage: Coverage) -> None:
        told = self._summary
        statement = books.get(Statement, statement_id(told.sha256))
        added_ngwee = self._seen.first_shown_ngwee - statement.added_ngwee
        coverage.extend(
            statement.number,
            first_at=told.first_at,
            last_at=told.last_at,
            opening_ngwee=told.opening_ngwee,
            closing_ngwee=told.closing_ngwee,
            added_ngwee=added_ngwee,
            at=self.at,
        )
        statement.note_import(
            template=told.template,
            opening_ngwee=told.opening_ngwee,
            closing_ngwee=told.closing_ngwee,
            total_ngwee=told.total_ngwee,
            added_ngwee=added_ngwee,
            lines=told.lines,
            added=self._seen.first_shown - statement.added,
            refused=told.refused + self._seen.refused_count,
            first_at=told.first_at,
            last_at=told.last_at,
            is_contiguous=coverage.is_contiguous,
            actor=self._actor.name,
            at=self.at,
        )
        books.record(coverage)
        books.record(statement)
