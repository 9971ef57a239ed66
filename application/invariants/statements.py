"""Invariant I9 of the log, and I8 where statements say what a wallet of ours holds.

I8   opening + posted lines + open lines = closing, between the earliest and the latest file
I9   opening + its lines = closing for each file that says that it balances, and it says so when
     they do; its new lines are those that the log shows; files that say that they are contiguous
     leave no line out
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.invariants.receipts import Wallet
from application.invariants.violation import Violations
from domain.events import Event
from domain.ledger import chart
from domain.receipt import Receipt
from domain.statement import Statement


@dataclass(slots=True)
class _Chain:
    """The ends of what the files of one wallet cover."""

    first_at: int
    opening: int | None
    last_at: int
    closing: int | None
    is_whole: bool


class StatementChecker:
    """Feed it the log in order, after the checkers of the ledger and of receipts."""

    def __init__(
        self,
        found: Violations,
        *,
        balances: Mapping[str, int],
        wallets: Mapping[str, Wallet],
    ) -> None:
        self._found = found
        self._balances = balances
        self._wallets = wallets
        self._position = 0
        self._new_lines: dict[str, list[int]] = defaultdict(list)
        """What the lines move that a file was the first to show, since its last import."""
        self._chains: dict[str, _Chain] = {}
        self._imported: set[str] = set()

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        self._position = position
        match event:
            case Receipt.SeenOnStatement():
                line: Any = event
                self._new_lines[line.statement].append(line.amount_ngwee - line.fee_ngwee)
            case Statement.Imported():
                self._import(event)
            case _:
                pass

    def _import(self, event: Any) -> None:
        adds_up = (
            event.refused == 0
            and None not in {event.opening_ngwee, event.closing_ngwee}
            and event.opening_ngwee + event.total_ngwee == event.closing_ngwee
        )
        if adds_up != event.is_balanced:
            self._broken("I9", f"statement {event.number} is not as balanced as it says")
        new = self._new_lines.pop(str(event.originator_id), [])
        if (len(new), sum(new)) != (event.added, event.added_ngwee):
            self._broken(
                "I9",
                f"statement {event.number} says {event.added} new lines of {event.added_ngwee}"
                f" ngwee, the log shows {len(new)} of {sum(new)}",
            )
        chain = self._chains.get(event.provider_account)
        if chain is None:
            chain = self._chains[event.provider_account] = _Chain(
                event.first_at,
                event.opening_ngwee,
                event.last_at,
                event.closing_ngwee,
                event.is_contiguous,
            )
        if event.first_at < chain.first_at:
            chain.first_at, chain.opening = event.first_at, event.opening_ngwee
        if event.last_at >= chain.last_at:
            chain.last_at, chain.closing = event.last_at, event.closing_ngwee
        chain.is_whole = event.is_contiguous
        self._imported.add(event.provider_account)

    def settle(self) -> None:
        """Check the wallets whose files came in with this save, or whose books moved."""
        for name in sorted(self._imported):
            chain, wallet = self._chains[name], self._wallets.get(name, Wallet())
            if not chain.is_whole or chain.opening is None or chain.closing is None:
                continue
            if chain.opening + wallet.seen != chain.closing:
                self._broken(
                    "I9",
                    f"the statements of {name} leave out"
                    f" {chain.closing - chain.opening - wallet.seen} ngwee",
                )
            posted = self._balances.get(chart.mobile_money(name), 0)
            if chain.opening + posted + wallet.open != chain.closing:
                self._broken(
                    "I8",
                    f"{name} holds {chain.closing} ngwee by its statements,"
                    f" {chain.opening + posted + wallet.open} by the books",
                )
        self._imported.clear()

    def _broken(self, name: str, what: str) -> None:
        self._found.add(name, self._position, what)
