"""What finance takes along: tables of sheets, ages, what is open, periods and the journal.

The columns of a kind never change their names or their order; new ones come last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from application.books.actors import Actor, require_duty
from application.books.reader import Reader
from application.money.sheets import sheet, wallets_of
from application.ports.queries import PeriodRow, Queries
from application.ports.tables import Column, Kind, Table
from domain.account import Account, account_id
from domain.ageing import bucket_name
from domain.contents import LineNote
from domain.days import OFFSET_S, day_of
from domain.errors import InvalidRequest
from domain.public_ids import iso_time, iso_time_or_none
from domain.roles import Duty
from domain.sheet import Figures, bounds_of, name_of_day
from domain.values import SECOND, Instant

DAYS_MAX: Final = 366
PAGE: Final = 10_000

Cell = str | int | None
Rows = Iterator[tuple[Cell, ...]]


class ExportKind(StrEnum):
    """What can be taken along."""

    SHEETS = "sheets"
    """A row a day and wallet."""
    PERIODS = "periods"
    """Days and months that were closed, with what was signed."""
    AGEING = "ageing"
    """How much was open for how long at the end of the last day."""
    OPEN = "open"
    """Each receipt and payment that was."""
    LINES = "lines"
    """What statements show, with the payers that they name."""
    JOURNAL = "journal"
    """What the ledger posted in money, a line a day and account: for accounting packages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which days in Lusaka, first and last, and of which wallets; None is all."""

    first: str
    last: str
    provider: str | None = None
    wallet: str | None = None


def check_days(first: str, last: str) -> None:
    """Refuse a stretch of days that is turned round or too long.

    Raises:
        InvalidRequest: with field ``from`` or ``to``.
    """
    days = day_of(bounds_of(last)[0]) - day_of(bounds_of(first)[0])
    if days < 0:
        msg = "The last day, to, is before the first one, from."
        raise InvalidRequest(msg, field="to")
    if days >= DAYS_MAX:
        msg = f"An export is of up to {DAYS_MAX} days."
        raise InvalidRequest(msg, field="from")


def require_export(reader: Reader, actor: Actor, kind: ExportKind) -> None:
    """Refuse payers' numbers and names to who has nothing to do with them.

    Raises:
        NotPermitted: no role of the actor's account reconciles.
    """
    if kind is ExportKind.LINES and actor.account is not None:
        require_duty(reader.find(Account, account_id(actor.account)), actor, Duty.RECONCILE)


def export(queries: Queries, kind: ExportKind, wanted: Wanted) -> Table:
    """Give a table, whose rows are read as they are written.

    Raises:
        InvalidRequest: with field ``from`` or ``to``: the days cannot be.
    """
    check_days(wanted.first, wanted.last)
    columns, rows = _KINDS[kind]
    return Table(kind.value, columns, rows(queries, wanted))


_AMOUNTS: Final = (
    Column("book", Kind.NGWEE),
    Column("in_transit", Kind.NGWEE),
    Column("explained", Kind.NGWEE),
    Column("unidentified", Kind.NGWEE),
    Column("expected", Kind.NGWEE),
    Column("statement", Kind.NGWEE),
    Column("unexplained", Kind.NGWEE),
)
_CLOSING: Final = (
    Column("prepared_by"),
    Column("prepared_at_utc"),
    Column("note"),
    Column("signed_off_by"),
    Column("signed_off_at_utc"),
    Column("locked_by"),
    Column("locked_at_utc"),
)
_WALLET: Final = (Column("provider"), Column("wallet"))


def _amounts(figures: Figures | None) -> tuple[Cell, ...]:
    if figures is None:
        return (None,) * len(_AMOUNTS)
    return (
        figures.book_ngwee,
        figures.in_transit_ngwee,
        figures.explained_ngwee,
        figures.unidentified_ngwee,
        figures.expected_ngwee,
        figures.statement_ngwee,
        figures.unexplained_ngwee,
    )


def _closing(row: PeriodRow | None) -> tuple[Cell, ...]:
    if row is None:
        return (None,) * len(_CLOSING)
    return (
        *(row.preparer, iso_time_or_none(row.prepared_at), row.note),
        *(row.approver, iso_time_or_none(row.signed_at)),
        *(row.locked_by, iso_time_or_none(row.locked_at)),
    )


def _split(provider_account: str) -> tuple[str, str]:
    provider, _, wallet = provider_account.partition("/")
    return provider, wallet


def _is_wanted(provider_account: str, wanted: Wanted) -> bool:
    provider, wallet = _split(provider_account)
    return wanted.provider in {None, provider} and wanted.wallet in {None, wallet}


def _sheets(queries: Queries, wanted: Wanted) -> Rows:
    first, last = (day_of(bounds_of(day)[0]) for day in (wanted.first, wanted.last))
    wallets = wallets_of(queries, provider=wanted.provider, wallet=wanted.wallet)
    for day in range(first, last + 1):
        for wallet in wallets:
            found = sheet(queries, wallet, name_of_day(day))
            yield (
                *(found.period, *_split(wallet), found.state.value),
                *(*_amounts(found.figures), *_closing(found.closing)),
            )


def _periods(queries: Queries, wanted: Wanted) -> Rows:
    for wallet in wallets_of(queries, provider=wanted.provider, wallet=wanted.wallet):
        after = ""
        while rows := queries.periods(wallet, after=after, limit=PAGE):
            for row in rows:
                if wanted.first[: len(row.period)] <= row.period <= wanted.last:
                    yield (
                        *(row.period, *_split(wallet), row.state),
                        *(*_amounts(row.figures), *_closing(row)),
                    )
            after = rows[-1].period


def _ageing(queries: Queries, wanted: Wanted) -> Rows:
    for row in queries.ages(bounds_of(wanted.last)[1]):
        if _is_wanted(row.provider_account, wanted):
            yield (
                *(wanted.last, row.kind, *_split(row.provider_account)),
                *(bucket_name(row.days_least, row.days_most), row.count, row.amount_ngwee),
            )


def _open(queries: Queries, wanted: Wanted) -> Rows:
    after, until = "", bounds_of(wanted.last)[1]
    while rows := queries.aged_items(until, after=after, limit=PAGE):
        for row in rows:
            if _is_wanted(row.provider_account, wanted):
                days = day_of(Instant(until - 1)) - day_of(row.since)
                yield (
                    *(wanted.last, row.kind, *_split(row.provider_account), row.subject),
                    *(_in_lusaka(row.since), iso_time(row.since), days, row.amount_ngwee),
                )
        after = rows[-1].next


def _in_lusaka(at: Instant) -> str:
    moved = iso_time(Instant(at + OFFSET_S * SECOND))
    return moved[: len("2026-11-28T10:00:00")].replace("T", " ")


def _lines(queries: Queries, wanted: Wanted) -> Rows:
    since, until = bounds_of(wanted.first)[0], bounds_of(wanted.last)[1]
    after = 0
    while rows := queries.shown_lines(since, until, after=after, limit=PAGE):
        for row in rows:
            if _is_wanted(row.provider_account, wanted):
                yield (
                    *(*_split(row.provider_account), row.transaction_id),
                    *(_in_lusaka(row.happened_at), iso_time(row.happened_at), row.kind),
                    *(row.amount_ngwee, row.fee_ngwee, row.payer, LineNote.read(row.body).words),
                    *(row.reference, row.account, row.held),
                )
        after = rows[-1].place


def _journal(queries: Queries, wanted: Wanted) -> Rows:
    first, last = (day_of(bounds_of(day)[0]) for day in (wanted.first, wanted.last))
    after = (0, "")
    while rows := queries.journal(first, last, after=after, limit=PAGE):
        for row in rows:
            day = name_of_day(row.day)
            for debit, credit in ((row.debit_ngwee, None), (None, row.credit_ngwee)):
                if debit or credit:
                    number, words = f"NG-{day}", f"Ngoma, postings of {day}"
                    yield (number, day, row.account, debit, credit, words, "ZMW")
        after = rows[-1].day, rows[-1].account


_KINDS: Final[Mapping[ExportKind, tuple[tuple[Column, ...], Callable[[Queries, Wanted], Rows]]]] = {
    ExportKind.SHEETS: (
        (Column("date"), *_WALLET, Column("state"), *_AMOUNTS, *_CLOSING),
        _sheets,
    ),
    ExportKind.PERIODS: (
        (Column("period"), *_WALLET, Column("state"), *_AMOUNTS, *_CLOSING),
        _periods,
    ),
    ExportKind.AGEING: (
        (
            *(Column("as_of"), Column("what"), *_WALLET, Column("days")),
            *(Column("count", Kind.WHOLE), Column("amount", Kind.NGWEE)),
        ),
        _ageing,
    ),
    ExportKind.OPEN: (
        (
            *(Column("as_of"), Column("what"), *_WALLET, Column("id")),
            *(Column("since_cat"), Column("since_utc")),
            *(Column("days", Kind.WHOLE), Column("amount", Kind.NGWEE)),
        ),
        _open,
    ),
    ExportKind.LINES: (
        (
            *(*_WALLET, Column("id"), Column("at_cat"), Column("at_utc"), Column("kind")),
            *(Column("amount", Kind.NGWEE), Column("fee", Kind.NGWEE)),
            *(Column("payer"), Column("payer_words"), Column("reference")),
            *(Column("account", Kind.WHOLE), Column("waits_for")),
        ),
        _lines,
    ),
    ExportKind.JOURNAL: (
        (
            *(Column("journal_no"), Column("journal_date"), Column("account_name")),
            *(Column("debit", Kind.NGWEE), Column("credit", Kind.NGWEE)),
            *(Column("description"), Column("currency")),
        ),
        _journal,
    ),
}
