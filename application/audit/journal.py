"""The books of a month as a journal that plain-text accounting tools check on their own."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from application.audit.books import books_at
from application.audit.dialects import Dialect
from application.audit.points import position_before
from application.audit.posting import Advance, Poster, entries
from application.ports import Store
from domain.days import day_of
from domain.month import Month


@dataclass(frozen=True, slots=True)
class Written:
    """What a journal has: the events after one position and up to another."""

    after: int
    until: int
    transactions: int
    accounts: int
    """Each of which has its closing balance asserted."""


def write_journal(
    store: Store,
    month: Month,
    dialect: Dialect,
    write: Callable[[str], object],
    *,
    advance: Advance = lambda _position, _end: None,
) -> Written:
    """Write the journal of a month: opening balances, each event, and closing assertions.

    Which events are of the month says their place in the log, so that each is in one journal. On
    a clock that was set back their days go on from the last one.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    after, until = position_before(store, month.begins), position_before(store, month.next.begins)
    poster = Poster()
    opening = books_at(store, after, poster=poster, advance=advance).balances
    balances: defaultdict[str, int] = defaultdict(int, opening)
    write(dialect.head(_notes(month, after, until)))
    held = [(account, amount) for account, amount in sorted(opening.items()) if amount]
    for text in dialect.opening(held, poster.open_lots()):
        write(text)
    used = {account for account, _ in held}
    transactions, day = 0, month.first_day
    for entry in entries(store, poster, after=after, until=until, advance=advance):
        if not entry.lines:
            continue
        transactions += 1
        for account, _, amount in entry.lines:
            balances[account] += amount
        used.update(line.account for line in entry.lines)
        day = min(max(day, day_of(entry.event.at)), month.last_day)
        write(dialect.transaction(day, entry))
    for text in dialect.closing(month.last_day, {name: balances[name] for name in used}):
        write(text)
    return Written(after, until, transactions, len(used))


def _notes(month: Month, after: int, until: int) -> list[str]:
    return [
        f"Ngoma, the books of {month}, days in Lusaka.",
        f"Events after log position {after} and up to {until}; amounts of ZMW in kwacha.",
    ]
