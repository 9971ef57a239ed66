"""How plain-text accounting tools want a journal written: beancount, and hledger with ledger.

What each takes is as its released version behaves. A balance assertion of beancount allows one
unit of the last digit unless it says ``~ 0``, also where options of the file are lost because it
was included. Its ``noduplicates`` tells two honest events alike apart by their links. One plain
journal serves hledger and ledger: commodities are declared by their bare names, with which both
stay exact, accounts and payees are declared before they are used, and transactions stand in the
order of their dates. No text of anybody's is ever in a journal: in a comment it could move a date.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from application.audit.posting import Entry
from domain.ledger import SMSCR, ZMW, Lot, chart
from domain.money import Ngwee, plain_kwacha
from domain.month import day_name
from domain.public_ids import iso_time

OPENING: Final = "Opening balances"
CLOSING: Final = "Closing balances"

TAGS: Final = ("event", "time", "lot-credits", "lot-value")
"""What a transaction says of its event beside what it posts."""

Lines = Iterable[tuple[str, int]]
"""Ledger accounts and amounts."""


def amount_of(account: str, amount: int) -> str:
    """Write an amount with its commodity."""
    if chart.commodity(account) == ZMW:
        return f"{plain_kwacha(Ngwee(amount))} {ZMW}"
    return f"{amount} {SMSCR}"


class Dialect(ABC):
    """Writes the parts of a journal, each ending in an empty line."""

    def __init__(self, first_day: int) -> None:
        """``first_day`` is that of the journal."""
        self._first_day = first_day
        self._accounts: set[str] = set()

    @abstractmethod
    def head(self, notes: Iterable[str]) -> str:
        """Begin a journal; ``notes`` are comments, of words of ours."""

    @abstractmethod
    def opening(self, lines: Lines, lots: Iterable[tuple[int, Lot]]) -> Iterator[str]:
        """Bring what accounts hold when it begins, and the open lots of customers."""

    @abstractmethod
    def transaction(self, day: int, entry: Entry) -> str:
        """Write what one event posts."""

    @abstractmethod
    def closing(self, last_day: int, balances: Mapping[str, int]) -> Iterator[str]:
        """Assert what each account holds when it ends, to the ngwee."""

    def _declared(self, lines: Lines) -> str:
        """Declare the accounts that were not used before."""
        new = [account for account, _ in lines if account not in self._accounts]
        self._accounts.update(new)
        return "".join(map(self._declare, dict.fromkeys(new)))

    @abstractmethod
    def _declare(self, account: str) -> str: ...


class Beancount(Dialect):
    """For bean-check and all that reads beancount."""

    def head(self, notes: Iterable[str]) -> str:
        """Begin a journal."""
        return "".join(
            (
                *(f"; {note}\n" for note in notes),
                f'option "operating_currency" "{ZMW}"\n',
                'option "tolerance_multiplier" "0"\n',
                'plugin "beancount.plugins.noduplicates"\n\n',
            )
        )

    def opening(self, lines: Lines, lots: Iterable[tuple[int, Lot]]) -> Iterator[str]:
        """Bring what accounts hold, and the open lots."""
        found, day = list(lines), day_name(self._first_day)
        if found:
            yield self._declared(found)
            yield f'{day} * "{OPENING}" ^opening\n{_postings(found)}\n'
        for account, lot in lots:
            name = chart.prepaid(account)
            yield (
                f'{self._declared([(name, 0)])}{day} custom "lot" {name} {lot.position}'
                f" {lot.credits} {lot.taken} {amount_of(name, lot.value_ngwee)}\n\n"
            )

    def transaction(self, day: int, entry: Entry) -> str:
        """Write what one event posts."""
        lines = [(line.account, line.amount) for line in entry.lines]
        brought = "".join(
            f"  lot-credits: {lot.credits}\n  lot-value: {plain_kwacha(Ngwee(lot.value_ngwee))}"
            f" {ZMW}\n"
            for lot in entry.lots
        )
        return (
            f'{self._declared(lines)}{day_name(day)} * "{entry.topic}" ^e{entry.position}\n'
            f'  event: {entry.position}\n  time: "{iso_time(entry.event.at)}"\n'
            f"{brought}{_postings(lines)}\n"
        )

    def closing(self, last_day: int, balances: Mapping[str, int]) -> Iterator[str]:
        """Assert what each account holds: of the morning after the last day."""
        day = day_name(last_day + 1)
        for account in sorted(balances):
            number, commodity = amount_of(account, balances[account]).split(" ")
            yield f"{day} balance {account}  {number} ~ 0 {commodity}\n"

    def _declare(self, account: str) -> str:
        return f"{day_name(self._first_day)} open {account} {chart.commodity(account)}\n"


class Plain(Dialect):
    """For hledger and for ledger, strict and pedantic."""

    def __init__(self, first_day: int) -> None:
        super().__init__(first_day)
        self._payees: set[str] = set()

    def head(self, notes: Iterable[str]) -> str:
        """Begin a journal."""
        return "".join(
            (
                *(f"; {note}\n" for note in notes),
                *(f"commodity {name}\n" for name in (SMSCR, ZMW)),
                *(f"tag {name}\n" for name in TAGS),
                "\n",
            )
        )

    def opening(self, lines: Lines, lots: Iterable[tuple[int, Lot]]) -> Iterator[str]:
        """Bring what accounts hold, and the open lots."""
        found, day = list(lines), day_name(self._first_day)
        if found:
            declared = self._declared(found) + self._payee(OPENING)
            yield f"{declared}{day} * (opening) {OPENING}\n{_postings(found)}\n"
        for account, lot in lots:
            yield (
                f"; lot {lot.position} of {chart.prepaid(account)}: {lot.credits} credits,"
                f" {lot.taken} taken, {plain_kwacha(Ngwee(lot.value_ngwee))} {ZMW}\n"
            )
        yield "\n"

    def transaction(self, day: int, entry: Entry) -> str:
        """Write what one event posts."""
        lines = [(line.account, line.amount) for line in entry.lines]
        brought = "".join(
            f"    ; lot-credits: {lot.credits}\n"
            f"    ; lot-value: {plain_kwacha(Ngwee(lot.value_ngwee))} {ZMW}\n"
            for lot in entry.lots
        )
        return (
            f"{self._declared(lines)}{self._payee(entry.topic)}"
            f"{day_name(day)} * (e{entry.position}) {entry.topic}\n"
            f"    ; event: {entry.position}\n    ; time: {iso_time(entry.event.at)}\n"
            f"{brought}{_postings(lines)}\n"
        )

    def closing(self, last_day: int, balances: Mapping[str, int]) -> Iterator[str]:
        """Assert what each account holds, by a transaction that moves nothing."""
        if not balances:
            return
        yield f"{self._payee(CLOSING)}{day_name(last_day)} * (closing) {CLOSING}\n"
        for account in sorted(balances):
            nothing, held = amount_of(account, 0), amount_of(account, balances[account])
            yield f"    {account}  {nothing} = {held}\n"

    def _declare(self, account: str) -> str:
        return f"account {account}\n"

    def _payee(self, name: str) -> str:
        if name in self._payees:
            return ""
        self._payees.add(name)
        return f"payee {name}\n"


def _postings(lines: Lines) -> str:
    return "".join(f"    {account}  {amount_of(account, amount)}\n" for account, amount in lines)


DIALECTS: Final[Mapping[str, type[Dialect]]] = {"beancount": Beancount, "plain": Plain}
