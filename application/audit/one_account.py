"""The replay of what one customer has, for whoever waits for it: bounded, and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from application.audit.books import Wanted, books_at
from application.audit.posting import PAGE
from application.audit.replay import (
    Comparison,
    compare_ledger,
    compare_wallets,
    first_divergence,
    first_wallet_divergence,
    kept_postings,
    wallet_word,
)
from application.ports import Store
from application.ports.queries import BooksRead, Queries
from domain.errors import StoreDown

EVENTS_MAX: Final = 200_000
"""Of all customers, up to the position that is replayed: some seconds of work."""
LEDGER: Final = "read model ledger"
WALLETS: Final = "read model balances"


class TooLong(Exception):
    """The log has more events than are replayed while somebody waits."""


@dataclass(frozen=True, slots=True)
class Held:
    """What something holds by the log, and by the read model that tells of it."""

    name: str
    by_log: int
    there: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a customer has, by a replay of the log up to a position, beside the read models."""

    position: int
    events: int
    held: list[Held]
    compared: list[Comparison]


def replay_account(
    store: Store,
    queries: Queries,
    account: int,
    *,
    as_of: int | None,
    events_max: int = EVENTS_MAX,
) -> Replayed:
    """Post the log anew up to a position, else to where the read models are; compare one account.

    Raises:
        TooLong: more than ``events_max`` events post before that position.
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log, or a read model, cannot be read.
    """
    wanted, read = Wanted(customer=account), _read(store, queries, as_of)
    advance = _Budget(events_max)
    books = books_at(store, read.position, advance=advance)
    ledger = compare_ledger(LEDGER, books, read.ledger, wanted)
    if ledger.differences:
        lines = kept_postings(queries, read.position)
        first = first_divergence(store, lines, until=read.position, wanted=wanted)
        ledger = replace(ledger, first=first)
    wallets = compare_wallets(WALLETS, books, read, wanted)
    if wallets.differences:
        first = first_wallet_divergence(store, queries, account, until=read.position)
        wallets = replace(wallets, first=first)
    ours, theirs = books.balances, read.ledger
    names = sorted(name for name in ours.keys() | theirs.keys() if wanted.has(name))
    held = [Held(name, ours.get(name, 0), theirs.get(name, 0)) for name in names]
    words: Mapping[str, int] = read.wallets.get(account, {})
    mine = books.wallet(account)
    held += [Held(wallet_word(account, word), mine[word], has) for word, has in words.items()]
    return Replayed(read.position, books.events, held, [ledger, wallets])


def _read(store: Store, queries: Queries, as_of: int | None) -> BooksRead:
    """Read what the read models say; where one is behind the other, what both say of now."""
    if as_of is not None:
        return queries.books(as_of)
    try:
        return queries.books(None)
    except StoreDown:
        return queries.books(store.head())


class _Budget:
    """Is told of every page of events that was posted, and says when it were too many."""

    def __init__(self, events: int) -> None:
        self._left = events

    def __call__(self, position: int, end: int) -> None:
        self._left -= PAGE
        if self._left <= 0 and position < end:
            raise TooLong
