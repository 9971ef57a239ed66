"""Invariants of the ledger over the log: what events post, and what is left in lots.

I1   the postings of each event sum to 0 for each commodity
I5   prepaid = value left in lots, for each account; income = value taken of them by messages
     and expiry; a claw-back's debt is what is receivable
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from application.invariants.violation import Violations
from domain.events import Event
from domain.ledger import RULES, SMSCR, TAKES_LOTS, ZMW, Holdings, Posting, Rule, chart, postings
from domain.message import Message
from domain.wallet import CreditWallet

_EARNS: Final = frozenset({Message.Sent, CreditWallet.CreditsExpired})
"""Events that turn what was prepaid into income, and do nothing else."""


class LedgerChecker:
    """Feed it the log in order, and ``settle`` at the end of each save."""

    def __init__(self, found: Violations, *, rules: Mapping[type[Event], Rule] = RULES) -> None:
        self._found = found
        self._rules = rules
        self._position = 0
        self._balances: dict[str, int] = defaultdict(int)
        self._held: dict[int, Holdings] = defaultdict(Holdings)
        self._touched: set[int] = set()
        self._recounted: set[int] = set()
        """Of those, whose lots are counted one by one: sending alone would count them too often."""
        self._nobody = Holdings()

    @property
    def balances(self) -> Mapping[str, int]:
        """What each account of the ledger holds."""
        return self._balances

    def holdings(self, account: int) -> Holdings:
        """Give the lots of an account, and what it owes."""
        return self._held[account]

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        kind = type(event)
        if kind not in self._rules:
            return
        self._position = position
        held = self._nobody
        if kind in TAKES_LOTS:
            account: int = event.account  # type: ignore[attr-defined]  # these have one
            held = self._held[account]
            self._touched.add(account)
            if kind is not Message.Sent:
                self._recounted.add(account)
        worth = held.worth_ngwee
        lines = postings(position, event, held, rules=self._rules)
        held.added.clear()
        self._check_sums(event, lines)
        if kind in _EARNS:
            self._check_income(event, lines, worth - held.worth_ngwee)
        for line in lines:
            self._balances[line.account] += line.amount

    def _check_sums(self, event: Event, lines: list[Posting]) -> None:
        for commodity in (SMSCR, ZMW):
            total = sum(line.amount for line in lines if line.commodity == commodity)
            if total:
                self._broken("I1", f"{_name(event)} posts {total} {commodity} too much")

    def _check_income(self, event: Event, lines: list[Posting], taken: int) -> None:
        income = -sum(line.amount for line in lines if line.account.startswith("Income:"))
        if income != taken:
            self._broken("I5", f"{_name(event)} earned {income} ngwee of lots that gave {taken}")

    def settle(self) -> None:
        """Check what each touched account is owed, and owes."""
        for account in sorted(self._touched):
            held = self._held[account]
            left = held.worth_ngwee
            if account in self._recounted:
                left = sum(lot.left_ngwee for lot in held.lots.values())
            prepaid = -self._balances[chart.prepaid(account)]
            if prepaid != left:
                self._broken("I5", f"account {account} prepaid {prepaid} ngwee, lots hold {left}")
            owed = self._balances[chart.receivable(account)]
            if owed != held.receivable_ngwee or owed < 0 or (owed and not held.debt):
                self._broken("I5", f"account {account} owes {owed} ngwee for {held.debt} credits")
        self._touched.clear()
        self._recounted.clear()

    def _broken(self, name: str, what: str) -> None:
        self._found.add(name, self._position, what)


def _name(event: Event) -> str:
    return str(type(event).TOPIC)  # type: ignore[attr-defined]  # every event has one
