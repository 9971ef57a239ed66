"""Import a provider's statement: each line that was not known becomes one of its receipt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Execute, Preparing
from application.books.contents import SALT_BYTES, reference
from application.books.locks import locked_period
from application.money.imported import ImportedFile, NoteImport, Seen
from application.ports import Clock, ContentRow, FileLine, FileSummary, RefusedRow, StatementFile
from domain.closing import closing_id
from domain.contents import ContentKind, LineNote
from domain.days import DAY_S, day_of
from domain.errors import AlreadyExists, InvalidRequest
from domain.period import period_id
from domain.provider_account import ProviderAccount
from domain.receipt import Receipt, receipt_id
from domain.roles import Duty
from domain.sheet import periods_of
from domain.statement import Statement, statement_id
from domain.values import SECOND, Instant

LINES_A_SAVE: Final = 500
CHANGED: Final = "An earlier statement shows another amount for this transaction."
LOCKED: Final = "{} is locked: have it reopened, then import the file again."

OnProgress = Callable[[int, int], None]


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


class SeeLines(Command[Seen]):
    """Note some lines of a file on their receipts; a dry run only compares."""

    def __init__(
        self,
        lines: Sequence[FileLine],
        statement: UUID,
        provider_account: ProviderAccount,
        *,
        is_dry: bool,
        actor: Actor,
        at: Instant,
    ) -> None:
        self.at = at
        self.weight = len(lines)
        self._lines = lines
        self._statement = str(statement)
        self._wallet = provider_account
        self._is_dry = is_dry
        self._actor = actor
        self._contents: dict[int, ContentRow] = {}
        self._receipts: list[UUID] = []
        self._days = {day_of(line.happened_at): line.happened_at for line in lines}

    def prepare(self, tools: Preparing) -> None:
        """Name the receipts; draw numbers and salts for what the lines say of people."""
        self._receipts = [receipt_id(self._wallet, line.transaction_id) for line in self._lines]
        telling = [] if self._is_dry else [one for one in self._lines if one.msisdn or one.words]
        if not telling:
            return
        first = tools.numbers.take("line", len(telling))
        salts = tools.randomness.token(SALT_BYTES * len(telling))
        for place, line in enumerate(telling):
            salt = salts[SALT_BYTES * place : SALT_BYTES * (place + 1)]
            body = LineNote(line.words).written()
            self._contents[line.row] = ContentRow(
                ContentKind.LINE, first + place, salt, msisdn=line.msisdn, body=body
            )

    def touches(self) -> Iterable[UUID]:
        """Their receipts, and the periods that they are in."""
        periods = {name for at in self._days.values() for name in periods_of(at)}
        yield from (period_id(self._wallet, name) for name in sorted(periods))
        yield closing_id(self._wallet)
        yield from self._receipts

    def decide(self, books: Books) -> Seen:
        """Note them.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.RECONCILE)
        added = known = first_shown = first_shown_ngwee = 0
        refused: list[RefusedRow] = []
        locks = {day: locked_period(books, self._wallet, at) for day, at in self._days.items()}
        for key, line in zip(self._receipts, self._lines, strict=True):
            receipt = books.find(Receipt, key)
            is_known = receipt is not None and receipt.is_on_statement
            if receipt is not None and is_known:
                if (receipt.line_ngwee, receipt.fee_ngwee) != (line.amount_ngwee, line.fee_ngwee):
                    refused.append(RefusedRow(line.row, CHANGED))
                    continue
                known += 1
            elif (period := locks[day_of(line.happened_at)]) is not None:
                refused.append(RefusedRow(line.row, LOCKED.format(period)))
                continue
            else:
                added += 1
                receipt = None if self._is_dry else self._see(books, receipt, line)
            if receipt is not None and receipt.statement == self._statement:
                first_shown += 1
                first_shown_ngwee += line.amount_ngwee - line.fee_ngwee
        return Seen(added, known, first_shown, first_shown_ngwee, len(refused), refused)

    def _see(self, books: Books, receipt: Receipt | None, line: FileLine) -> Receipt:
        receipt = receipt or Receipt.open(self._wallet, line.transaction_id, at=self.at)
        content = self._contents.get(line.row)
        if content is not None:
            books.keep(content)
        receipt.see_on_statement(
            statement=self._statement,
            line=line.row,
            kind=line.kind.value,
            amount_ngwee=line.amount_ngwee,
            fee_ngwee=line.fee_ngwee,
            happened_at=line.happened_at,
            content=None if content is None else reference(content),
            reference=line.reference,
            at=self.at,
        )
        books.record(receipt)
        return receipt
