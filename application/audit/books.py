"""The books as of one position, out of the log alone: balances, and what each customer has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from application.audit.posting import Advance, Entry, Poster, entries
from application.ports import Store
from domain.ledger import chart
from domain.message import Message
from domain.wallet import CreditWallet


@dataclass(slots=True)
class Books:
    """What is posted up to ``position``."""

    position: int = 0
    events: int = 0
    """How many posted something."""
    balances: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Of each ledger account; debit is plus."""
    spent: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    refunded: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, found: Iterable[Entry]) -> None:
        """Add what events post."""
        balances, spent, refunded = self.balances, self.spent, self.refunded
        sent, returned = Message.Sent.TOPIC, CreditWallet.Refunded.TOPIC
        events = 0
        for _, topic, event, lines, _ in found:
            events += 1
            for account, _, amount in lines:
                balances[account] += amount
            if topic == sent:
                spent[event.account] += event.credits
            elif topic == returned:
                refunded[event.account] += event.credits
        self.events += events

    def wallet(self, account: int) -> Mapping[str, int]:
        """Give a customer's credits, as its balance names them."""
        return {
            "available": -self.balances.get(chart.available(account), 0),
            "reserved": -self.balances.get(chart.reserved(account), 0),
            "spent": self.spent.get(account, 0),
            "refunded": self.refunded.get(account, 0),
        }


def books_at(
    store: Store,
    position: int,
    *,
    poster: Poster | None = None,
    advance: Advance = lambda _position, _end: None,
) -> Books:
    """Post the log up to a position.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    books = Books(position)
    books.add(entries(store, poster or Poster(), until=position, advance=advance))
    return books


class Change(NamedTuple):
    """What one ledger account held at two positions, and what moved between them."""

    account: str
    commodity: str
    opening: int
    debit: int
    credit: int
    closing: int


def changes(
    store: Store,
    *,
    since: int,
    until: int,
    advance: Advance = lambda _position, _end: None,
) -> list[Change]:
    """Give the trial balance at ``until``, and how each account came there from ``since``.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    poster = Poster()
    opening = books_at(store, since, poster=poster, advance=advance).balances
    debit: defaultdict[str, int] = defaultdict(int)
    credit: defaultdict[str, int] = defaultdict(int)
    for entry in entries(store, poster, after=since, until=until, advance=advance):
        for account, _, amount in entry.lines:
            (debit if amount > 0 else credit)[account] += abs(amount)
    names = sorted(opening.keys() | debit.keys() | credit.keys())
    return [
        Change(
            name,
            chart.commodity(name),
            opening.get(name, 0),
            debit.get(name, 0),
            credit.get(name, 0),
            opening.get(name, 0) + debit.get(name, 0) - credit.get(name, 0),
        )
        for name in names
    ]


class Line(NamedTuple):
    """One line of a general ledger, with what its account held after it."""

    position: int
    at: int
    topic: str
    account: str
    commodity: str
    amount: int
    balance: int


def general_ledger(
    store: Store,
    *,
    since: int,
    until: int,
    wanted: "Wanted",
    advance: Advance = lambda _position, _end: None,
) -> Iterator[Line]:
    """Give every line between two positions that is wanted, in the order of the log.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    poster = Poster()
    balances = books_at(store, since, poster=poster, advance=advance).balances
    for entry in entries(store, poster, after=since, until=until, advance=advance):
        for account, commodity, amount in entry.lines:
            balances[account] += amount
            if wanted.has(account):
                at: int = entry.event.at
                held = balances[account]
                yield Line(entry.position, at, entry.topic, account, commodity, amount, held)


class Wanted(NamedTuple):
    """Which ledger accounts are asked for: those under a name, of a customer, or all."""

    under: str | None = None
    customer: int | None = None

    def has(self, account: str) -> bool:
        """Whether an account is among them."""
        if self.customer is not None and not chart.is_of_customer(account, self.customer):
            return False
        return self.under is None or f"{account}:".startswith(f"{self.under}:")
