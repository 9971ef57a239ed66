"""Import a provider's statement: each line that was not known becomes one of its receipt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Execute, Preparing
from application.money.oddities import note_oddity
from application.money.statement_lines import SeeLines, Seen
from application.ports import Clock, FileLine, FileSummary, RefusedRow, StatementFile
from domain.coverage import Coverage, Gap, coverage_id
from domain.days import DAY_S
from domain.errors import AlreadyExists, InvalidRequest
from domain.matching import Trouble
from domain.provider_account import ProviderAccount
from domain.receipt import Receipt, receipt_id
from domain.roles import Duty
from domain.statement import Statement, statement_id
from domain.values import SECOND, Instant

LINES_A_SAVE: Final = 500

OnProgress = Callable[[int, int], None]


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


def import_statement(
    file: StatementFile,
    provider_account: ProviderAccount,
    *,
    execute: Execute,
    clock: Clock,
    actor: Actor,
    is_dry: bool = False,
    on_progress: OnProgress = lambda _done, _of: None,
) -> ImportedFile:
    """Import a file, some hundred lines a save; what broke off goes on when it comes again.

    Raises:
        NotPermitted: the actor may not.
        AlreadyExists: the file was imported for another wallet.
        InvalidRequest: with field ``date_format``: its lines are of a time to come.
    """
    summary, now = file.summary, clock.now()
    if summary.last_at > now + DAY_S * SECOND:
        msg = "The file tells of a time to come: say by --date-format how its dates are read."
        raise InvalidRequest(msg, field="date_format")
    statement = execute(
        OpenStatement(summary, provider_account, is_dry=is_dry, actor=actor, at=now)
    )
    total, done = Seen(0, 0, 0, 0), 0
    for lines in _runs_of(file.lines()):
        seen = execute(
            SeeLines(
                lines, statement_id(summary.sha256), provider_account,
                is_dry=is_dry, actor=actor, at=now,
            )
        )  # fmt: skip
        total = total.plus(seen)
        done += len(lines)
        on_progress(done, summary.lines)
    return execute(
        NoteImport(
            *(summary, provider_account, total),
            statement=statement,
            actor=actor,
            at=now,
        )
    )


def _runs_of(lines: Iterator[FileLine]) -> Iterator[Sequence[FileLine]]:
    while run := list(islice(lines, LINES_A_SAVE)):
        yield run


class OpenStatement(Command[int | None]):
    """Begin the record of a file, unless it came before; its number, none for a dry run."""

    def __init__(
        self,
        summary: FileSummary,
        provider_account: ProviderAccount,
        *,
        is_dry: bool,
        actor: Actor,
        at: Instant,
    ) -> None:
        self.at = at
        self._sha256 = summary.sha256
        self._wallet = provider_account
        self._is_dry = is_dry
        self._actor = actor
        self._number = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the file's number."""
        if not self._is_dry:
            self._number = tools.numbers.take("statement")

    def touches(self) -> Iterable[UUID]:
        """The file's record."""
        yield statement_id(self._sha256)

    def decide(self, books: Books) -> int | None:
        """Begin it.

        Raises:
            NotPermitted: the actor may not.
            AlreadyExists: it was imported for another wallet.
        """
        permit(books, self._actor, Duty.RECONCILE)
        found = books.find(Statement, statement_id(self._sha256))
        if found is not None and found.provider_account != self._wallet:
            msg = f"This file was imported for {found.provider_account}."
            raise AlreadyExists(msg)
        if self._is_dry:
            return None
        if found is None:
            found = Statement.open(
                self._number, provider_account=self._wallet, sha256=self._sha256, at=self.at
            )
            books.record(found)
        return found.number


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
