"""Compares the books out of the log with what else says what they are, and names what differs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Final, NamedTuple

from application.audit.books import Books, Wanted
from application.audit.posting import Advance, Poster, entries
from application.ports import Store
from application.ports.queries import BooksRead, Queries
from domain.ledger import chart
from domain.span import Span

PAGE: Final = 5_000
"""Postings read at once."""

Lines = Mapping[str, int]
"""What one event moves, by ledger account, without zeros."""


class Difference(NamedTuple):
    """One account of which two say different things."""

    account: str
    by_log: int
    there: int


class Divergence(NamedTuple):
    """The first event of which two say different things; ``topic`` is None where none is."""

    position: int
    topic: str | None
    by_log: Lines
    there: Lines


@dataclass(frozen=True, slots=True)
class Comparison:
    """The books out of the log beside those of ``name``."""

    name: str
    accounts: int
    differences: list[Difference]
    first: Divergence | None = None

    @property
    def is_equal(self) -> bool:
        """Whether both say the same of everything."""
        return not self.differences and self.first is None


def differing(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[Difference]:
    """Give the accounts that do not hold the same in both; what is not there holds nothing."""
    return [
        Difference(name, ours.get(name, 0), theirs.get(name, 0))
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name, 0) != theirs.get(name, 0)
    ]


def compare_ledger(
    name: str, books: Books, theirs: Mapping[str, int], wanted: Wanted
) -> Comparison:
    """Compare what ledger accounts hold."""
    mine = {account: held for account, held in books.balances.items() if wanted.has(account)}
    other = {account: held for account, held in theirs.items() if wanted.has(account)}
    accounts = sum(1 for held in mine.values() if held)
    return Comparison(name, accounts, differing(mine, other))


def compare_wallets(name: str, books: Books, read: BooksRead, wanted: Wanted) -> Comparison:
    """Compare what customers have: what is available, and what else the read model tells of."""
    mine: dict[str, int] = {}
    other: dict[str, int] = {}
    wallets = {
        account: words
        for account, words in read.wallets.items()
        if wanted.has(chart.available(account))
    }
    for account, words in wallets.items():
        ours = books.wallet(account)
        for word, credits in words.items():
            mine[wallet_word(account, word)] = ours[word]
            other[wallet_word(account, word)] = credits
    for name_, held in books.balances.items():
        customer = _customer(name_)
        if held and customer is not None and wanted.has(name_) and customer not in wallets:
            mine[wallet_word(customer, "available")] = -held
    return Comparison(name, len(wallets), differing(mine, other))


def wallet_word(account: int, word: str) -> str:
    """Name what a customer has, as differences do."""
    return f"account {account}: {word}"


def _customer(account: str) -> int | None:
    """Give the number of whose available credits a ledger account holds."""
    parts = account.split(":")
    if parts[:2] != ["Liabilities", "Credits"] or parts[3] != "Available":
        return None
    return int(parts[2].removeprefix("Acct-"))


# -- the first event that diverges --------------------------------------------------------------


def first_divergence(
    store: Store,
    theirs: Iterable[tuple[int, str, int]],
    *,
    until: int,
    wanted: Wanted,
    make_poster: Callable[[], Poster] = Poster,
    advance: Advance = lambda _position, _end: None,
) -> Divergence | None:
    """Find the first event that posts something else by the log than by ``theirs``.

    ``theirs`` has position, ledger account and amount, in the order of positions.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """

    def mine() -> Iterator[tuple[int, str, int]]:
        for entry in entries(store, make_poster(), until=until, advance=advance):
            for line in entry.lines:
                yield entry.position, line.account, line.amount

    ours, others = _by_event(mine(), wanted), _by_event(theirs, wanted)
    left, right = next(ours, None), next(others, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(ours, None), next(others, None)
            continue
        position = min(one[0] for one in (left, right) if one is not None)
        by_log = left[1] if left is not None and left[0] == position else {}
        there = right[1] if right is not None and right[0] == position else {}
        return _divergence(store, position, by_log, there)
    return None


def _divergence(store: Store, position: int, by_log: Lines, there: Lines) -> Divergence:
    """Say what the two do not have in common."""
    same = {account for account in by_log if there.get(account) == by_log[account]}
    return Divergence(
        position,
        _topic_at(store, position),
        {account: amount for account, amount in by_log.items() if account not in same},
        {account: amount for account, amount in there.items() if account not in same},
    )


def _topic_at(store: Store, position: int) -> str | None:
    found = store.states_after(position - 1, limit=1)
    return found[0][1] if found and found[0][0] == position else None


def _by_event(lines: Iterable[tuple[int, str, int]], wanted: Wanted) -> Iterator[tuple[int, Lines]]:
    for position, of_event in groupby(lines, key=lambda line: line[0]):
        moved: defaultdict[str, int] = defaultdict(int)
        for _, account, amount in of_event:
            if wanted.has(account):
                moved[account] += amount
        found = {account: amount for account, amount in moved.items() if amount}
        if found:
            yield position, found


def kept_postings(queries: Queries, until: int) -> Iterator[tuple[int, str, int]]:
    """Give the postings that the read model keeps, in order, up to a position."""
    place = (0, 0)
    while page := queries.postings_after(place, limit=PAGE):
        for row in page:
            if row.position > until:
                return
            yield row.position, row.account, row.amount
        place = page[-1].position, page[-1].line


def first_wallet_divergence(
    store: Store,
    queries: Queries,
    account: int,
    *,
    until: int,
    advance: Advance = lambda _position, _end: None,
) -> Divergence | None:
    """Find the first event after which a customer has something else by its statement.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log, or the statement, cannot be read.
    """
    name, held = chart.available(account), 0

    def ours() -> Iterator[tuple[int, int]]:
        nonlocal held
        for entry in entries(store, Poster(), until=until, advance=advance):
            moved = [line.amount for line in entry.lines if line.account == name]
            if moved:
                held -= sum(moved)
                yield entry.position, held

    for mine, theirs in zip_longest(ours(), _statement(queries, account, until)):
        if mine != theirs:
            position = min(one[0] for one in (mine, theirs) if one is not None)
            sides = [
                {"available": one[1]} if one is not None and one[0] == position else {}
                for one in (mine, theirs)
            ]
            return Divergence(position, _topic_at(store, position), sides[0], sides[1])
    return None


def _statement(queries: Queries, account: int, until: int) -> Iterator[tuple[int, int]]:
    after: int | None = 0
    while after is not None:
        page = queries.statement(account, Span(), after=after, limit=PAGE)
        if page is None:
            return
        for line in page.lines:
            if line.position > until:
                return
            yield line.position, line.available
        after = page.next
