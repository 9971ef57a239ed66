"""All that the read models say of the books at one moment, for whoever compares it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from application.ports.queries import BooksRead, LedgerRead, PostingRow
from domain.errors import StoreDown
from projections import catalogue, positions
from projections.balances import BALANCES, LINES
from projections.ledger import ACCOUNTS, LINES_BITS, POSTINGS, balances

WALLET_WORDS: Final = ("available", "reserved", "spent", "refunded")


def books(connection: Connection, as_of: int | None) -> BooksRead:
    """Give what ledger accounts and wallets hold, now or as of a log position.

    Raises:
        StoreDown: the two read models are not at the same position: one has stopped.
    """
    if as_of is not None:
        return BooksRead(as_of, dict(_held(connection, as_of)), dict(_had(connection, as_of)))
    at = positions.read(connection)
    ledger, wallets = at[catalogue.LEDGER.name], at[catalogue.BALANCES.name]
    if ledger.position != wallets.position:
        msg = (
            f"The read models do not stand at the same place of the log: ledger at"
            f" {ledger.position}, balances at {wallets.position}: see `ngoma projections status`."
        )
        raise StoreDown(msg)
    had = connection.execute(select(BALANCES))
    return BooksRead(
        ledger.position,
        balances(connection),
        {row.account: {word: row._mapping[word] for word in WALLET_WORDS} for row in had},
    )


def ledger_now(connection: Connection) -> LedgerRead:
    """Give what ledger accounts hold, and as of which log position."""
    at = positions.read(connection)
    return LedgerRead(at[catalogue.LEDGER.name].position, balances(connection))


def _held(connection: Connection, as_of: int) -> Iterator[tuple[str, int]]:
    sums = (
        select(POSTINGS.c.account_id, func.sum(POSTINGS.c.amount).label("amount"))
        .where(POSTINGS.c.place < (as_of + 1) << LINES_BITS)
        .group_by(POSTINGS.c.account_id)
        .subquery()
    )
    rows = connection.execute(
        select(ACCOUNTS.c.account, sums.c.amount).join(sums, sums.c.account_id == ACCOUNTS.c.id)
    )
    for account, amount in rows:
        yield account, int(amount)


def _had(connection: Connection, as_of: int) -> Iterator[tuple[int, Mapping[str, int]]]:
    last = (
        select(LINES.c.account, func.max(LINES.c.position).label("position"))
        .where(LINES.c.position <= as_of)
        .group_by(LINES.c.account)
        .subquery()
    )
    rows = connection.execute(
        select(LINES.c.account, LINES.c.available).join(
            last, (last.c.account == LINES.c.account) & (last.c.position == LINES.c.position)
        )
    )
    for account, available in rows:
        yield account, {"available": available}


def postings_after(
    connection: Connection, place: tuple[int, int], *, limit: int
) -> Sequence[PostingRow]:
    """List the postings after a log position and line, in order."""
    position, line = place
    rows = connection.execute(
        select(POSTINGS.c.place, POSTINGS.c.at, ACCOUNTS.c.account, ACCOUNTS.c.commodity)
        .add_columns(POSTINGS.c.amount)
        .join(ACCOUNTS, ACCOUNTS.c.id == POSTINGS.c.account_id, isouter=True)
        .where(POSTINGS.c.place > (position << LINES_BITS) + line)
        .order_by(POSTINGS.c.place)
        .limit(limit)
    )
    return [
        PostingRow(
            place >> LINES_BITS,
            place & ((1 << LINES_BITS) - 1),
            at,
            account or "",  # of a ledger account that is not there
            commodity or "",
            amount,
        )
        for place, at, account, commodity, amount in rows
    ]
