"""Note the lines of a provider's statement on their receipts, some hundred at a time."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, reference
from application.books.locks import locked_period
from application.ports import ContentRow, FileLine, RefusedRow
from domain.closing import closing_id
from domain.contents import ContentKind, LineNote
from domain.days import day_of
from domain.period import period_id
from domain.provider_account import ProviderAccount
from domain.receipt import Receipt, receipt_id
from domain.roles import Duty
from domain.sheet import periods_of
from domain.values import Instant

CHANGED: Final = "An earlier statement shows another amount for this transaction."
LOCKED: Final = "{} is locked: have it reopened, then import the file again."
REFUSED_SHOWN_MAX: Final = 1_000


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
