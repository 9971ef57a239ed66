"""What the sheet of a period says, and the periods that were closed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from application.ports.queries import PeriodRow
from domain.coverage import Span, joined
from domain.days import DAY_S, day_of
from domain.sheet import Figures, bounds_of
from domain.values import SECOND, Instant
from projections.days.tables import (
    COMING,
    ENTRIES,
    FILES,
    GOING,
    ITEMS,
    LINE,
    PERIODS,
    RECEIPTS,
    SEEN,
    SUMS,
    UNALLOCATED,
)
from projections.typed_reasons import is_reason, reasons


def wallets(connection: Connection) -> Sequence[str]:
    """Name the wallets that there are sums or files of."""
    found = {*connection.scalars(select(SUMS.c.wallet).distinct())}
    return sorted(found.union(connection.scalars(select(FILES.c.wallet).distinct())))


def figures(connection: Connection, wallet: str, period: str) -> Figures:
    """Work out what the sheet of a period says."""
    _, end = bounds_of(period)
    sums: dict[str, int] = {
        kind: int(amount)
        for kind, amount in connection.execute(
            select(SUMS.c.kind, func.sum(SUMS.c.amount))
            .where(SUMS.c.wallet == wallet, SUMS.c.day < day_of(end))
            .group_by(SUMS.c.kind)
        )
    }
    files = connection.execute(
        select(FILES).where(FILES.c.wallet == wallet).order_by(FILES.c.position)
    ).fetchall()
    opening = min(
        ((file.first_at, file.opening_ngwee) for file in files if file.opening_ngwee is not None),
        default=(0, 0),
    )[1]
    clearing = sums.get(COMING, 0) + sums.get(GOING, 0)
    unallocated, line = sums.get(UNALLOCATED, 0), sums.get(LINE, 0)
    differences = _differences(connection, wallet, end)
    return Figures(
        book_ngwee=opening + sums.get(SEEN, 0) - line + clearing - unallocated,
        in_transit_ngwee=clearing - differences,
        explained_ngwee=-differences,
        unidentified_ngwee=unallocated + line,
        statement_ngwee=_statement(connection, wallet, files, end),
    )


def _differences(connection: Connection, wallet: str, end: Instant) -> int:
    """Sum what is left in Clearing of what a line shows with another amount."""
    is_line = ENTRIES.c.by_line == 1
    left = (
        select(func.sum(ENTRIES.c.amount).label("amount"))
        .join(ITEMS, (ITEMS.c.kind == ENTRIES.c.kind) & (ITEMS.c.subject == ENTRIES.c.subject))
        .where(ITEMS.c.wallet == wallet, ITEMS.c.kind.in_((COMING, GOING)))
        .where(was_open(end), ENTRIES.c.at < end)
        .group_by(ENTRIES.c.kind, ENTRIES.c.subject)
        .having(func.sum(case((is_line, ENTRIES.c.amount), else_=0)) != 0)
        .having(func.sum(case((is_line, 0), else_=1)) != 0)
        .subquery()
    )
    return int(connection.scalar(select(func.coalesce(func.sum(left.c.amount), 0))) or 0)


def was_open(end: Instant) -> ColumnElement[bool]:
    """Give the condition without which no item can have been open just before ``end``."""
    may_be = (ITEMS.c.balance != 0) | (ITEMS.c.changed_at >= end)
    return (ITEMS.c.opened_at < end) & may_be


def _statement(
    connection: Connection, wallet: str, files: Sequence[Row[Any]], end: Instant
) -> int | None:
    """Give what statements say that a wallet holds at the end of a day that they tell of.

    That is what the last file before says, and the lines after it; else what the first one opens
    with, and its lines. None where the day's end lies in no file and between none that join.
    """
    spans = [
        [file.first_at, file.last_at, file.opening_ngwee, file.closing_ngwee, 0] for file in files
    ]
    begin = end - DAY_S * SECOND
    telling = [Span(*one) for one in joined(spans)]
    telling = [span for span in telling if span.first_at < end and span.last_at >= begin]
    if not telling:
        return None
    span = telling[0]
    within = [file for file in files if span.first_at <= file.first_at <= span.last_at]
    closings = [f for f in within if f.last_at < end and f.closing_ngwee is not None]
    if closings:
        last = max(closings, key=lambda file: (file.last_at, file.position))
        since = Instant(last.last_at + 1)
        return int(last.closing_ngwee) + _moved(connection, wallet, since, end)
    openings = [file for file in within if file.opening_ngwee is not None]
    if openings:
        first = min(openings, key=lambda file: (file.first_at, file.position))
        since = Instant(first.first_at)
        return int(first.opening_ngwee) + _moved(connection, wallet, since, end)
    return None


def _moved(connection: Connection, wallet: str, since: Instant, until: Instant) -> int:
    """Sum what lines move from a moment on and before another."""
    total = select(func.coalesce(func.sum(RECEIPTS.c.moved), 0)).where(
        RECEIPTS.c.wallet == wallet,
        RECEIPTS.c.happened_at >= since,
        RECEIPTS.c.happened_at < until,
    )
    return int(connection.scalar(total) or 0)


def period(connection: Connection, wallet: str, name: str) -> PeriodRow | None:
    """Find a period."""
    row = connection.execute(
        _periods().where(PERIODS.c.wallet == wallet, PERIODS.c.period == name)
    ).first()
    return None if row is None else _period(row)


def periods(
    connection: Connection, wallet: str | None, *, after: str, limit: int
) -> Sequence[PeriodRow]:
    """List periods by name; those of all wallets with one name stand together."""
    wanted = _periods().where(PERIODS.c.period > after)
    if wallet is not None:
        wanted = wanted.where(PERIODS.c.wallet == wallet)
    rows = connection.execute(wanted.order_by(PERIODS.c.period, PERIODS.c.wallet).limit(limit))
    return list(map(_period, rows))


def _periods() -> Any:
    why = reasons("why")
    plain = [column for column in PERIODS.c if column.name not in {"id", "note"}]
    return select(*plain, why.c.body.label("note")).join(
        why, is_reason(why, PERIODS.c.note), isouter=True
    )


def _period(row: Row[Any]) -> PeriodRow:
    prepared = None
    if row.book_ngwee is not None:
        prepared = Figures(
            book_ngwee=row.book_ngwee,
            in_transit_ngwee=row.in_transit_ngwee,
            explained_ngwee=row.explained_ngwee,
            unidentified_ngwee=row.unidentified_ngwee,
            statement_ngwee=row.statement_ngwee,
        )
    return PeriodRow(
        provider_account=row.wallet,
        period=row.period,
        state=row.state,
        position=row.position,
        figures=prepared,
        preparer=row.preparer,
        prepared_at=row.prepared_at,
        note=row.note,
        approver=row.approver,
        signed_at=row.signed_at,
        locked_by=row.locked_by,
        locked_at=row.locked_at,
    )
