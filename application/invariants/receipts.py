"""Invariants of money in over the log: receipts, their matches, and the statements' lines.

I6   one receipt credits at most once, with the top-up of its save; no part of it has more than
     one match in force
I7   Clearing = what was confirmed and is not yet matched; Unallocated = what is held
I8   opening + posted lines + open lines = the closing balance of the wallet's statements
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from application.invariants.violation import Violations
from domain.events import Event
from domain.ledger import chart
from domain.receipt import FROM_CLEARING, FROM_HELD, Receipt
from domain.wallet import CreditWallet

_Credit = tuple[int, int, int, int, str]
"""Account, credits, value, VAT and source."""


@dataclass(slots=True)
class _Known:
    """What the log says of one receipt."""

    line: tuple[int, int] | None = None
    """Amount and fee."""
    is_credited: bool = False
    is_topped_up: bool = False
    parts: dict[int, int] = field(default_factory=dict)
    """The amounts of the matches in force."""


@dataclass(slots=True)
class Wallet:
    """What the receipts of one wallet of ours add up to, in ngwee."""

    clearing: int = 0
    held: int = 0
    seen: int = 0
    """What all lines move that statements showed."""
    open: int = 0
    """Of those, what is not posted."""


class ReceiptChecker:
    """Feed it the log in order, and ``settle`` at the end of each save."""

    def __init__(self, found: Violations, *, balances: Mapping[str, int]) -> None:
        """``balances`` is what the ledger's accounts hold by the postings so far."""
        self._found = found
        self._balances = balances
        self._position = 0
        self._receipts: dict[str, _Known] = defaultdict(_Known)
        self._wallets: dict[str, Wallet] = defaultdict(Wallet)
        self._of: dict[str, str] = {}
        self._touched: set[str] = set()
        self._credited: dict[str, _Credit] = {}
        """Receipts whose top-up is still to come in this save."""
        self._topped_up: dict[str, _Credit] = {}
        """Top-ups whose receipt is still to come in this save."""

    @property
    def wallets(self) -> Mapping[str, Wallet]:
        """What the receipts of each wallet of ours add up to."""
        return self._wallets

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        self._position = position
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            handle(self, event)

    def settle(self) -> None:
        """Check what may only be open within one save."""
        for receipt in self._credited:
            self._broken("I6", f"receipt {receipt} was credited without a top-up")
        for receipt in self._topped_up:
            self._broken("I6", f"a top-up names receipt {receipt}, which was not credited by it")
        self._credited.clear()
        self._topped_up.clear()
        for name in sorted(self._touched):
            wallet = self._wallets[name]
            self._compare("I7", chart.clearing(name), wallet.clearing)
            self._compare("I7", chart.unallocated(name), -wallet.held)
            self._compare("I8", chart.mobile_money(name), wallet.seen - wallet.open)
        self._touched.clear()

    def _compare(self, invariant: str, account: str, expected: int) -> None:
        posted = self._balances.get(account, 0)
        if posted != expected:
            self._broken(invariant, f"{account} holds {posted} ngwee, its receipts {expected}")

    # -- credited -------------------------------------------------------------------------------

    def _opened(self, event: Any) -> None:
        self._of[str(event.originator_id)] = event.provider_account

    def _credit(self, event: Any) -> None:
        key, known, wallet = self._find(event)
        if known.is_credited:
            self._broken("I6", f"receipt {key} credited twice")
        known.is_credited = True
        if event.source == FROM_CLEARING:
            wallet.clearing += event.amount_ngwee
        else:
            wallet.held -= event.amount_ngwee
        credit = event.account, event.credits, event.amount_ngwee, event.vat_ngwee, event.source
        self._pair(key, credit, self._topped_up, self._credited)

    def _top_up(self, event: Any) -> None:
        key, known = event.receipt, self._receipts[event.receipt]
        if known.is_topped_up:
            self._broken("I6", f"receipt {key} topped up twice")
        known.is_topped_up = True
        credit = event.account, event.credits, event.value_ngwee, event.vat_ngwee, event.source
        self._pair(key, credit, self._credited, self._topped_up)

    def _pair(
        self, key: str, credit: _Credit, there: dict[str, _Credit], here: dict[str, _Credit]
    ) -> None:
        other = there.pop(key, None)
        if other is None:
            here[key] = credit
        elif other != credit:
            self._broken("I6", f"receipt {key} and its top-up do not say the same")

    # -- lines ----------------------------------------------------------------------------------

    def _seen(self, event: Any) -> None:
        key, known, wallet = self._find(event)
        if known.line is not None:
            self._broken("I6", f"receipt {key} has two lines")
        known.line = event.amount_ngwee, event.fee_ngwee
        wallet.seen += event.amount_ngwee - event.fee_ngwee
        if event.posts_held:
            wallet.held += event.amount_ngwee
        else:
            wallet.open += event.amount_ngwee - event.fee_ngwee

    def _hold(self, event: Any) -> None:
        _, known, wallet = self._find(event)
        if event.posts:
            wallet.held += event.amount_ngwee
            self._post(event, known, wallet)

    def _settled(self, event: Any) -> None:
        _, known, wallet = self._find(event)
        self._post(event, known, wallet)

    def _post(self, event: Any, known: _Known, wallet: Wallet) -> None:
        if known.line != (event.amount_ngwee, event.fee_ngwee):
            self._broken("I8", f"{event.TOPIC} posts what no line shows")
        wallet.open -= event.amount_ngwee - event.fee_ngwee

    def _matched(self, event: Any) -> None:
        key, known, wallet = self._find(event)
        if event.part in known.parts:
            self._broken("I6", f"part {event.part} of receipt {key} has two matches")
        known.parts[event.part] = event.amount_ngwee
        line, matched = (known.line or (0, 0))[0], sum(known.parts.values())
        if known.line is None or abs(matched) > abs(line) or matched * line < 0:
            self._broken("I6", f"receipt {key} of {line} ngwee has matches of {matched}")
        self._move_line(event, wallet, sign=1)
        if key in event.receipts:
            wallet.clearing -= event.amount_ngwee

    def _unmatched(self, event: Any) -> None:
        key, known, wallet = self._find(event)
        if known.parts.pop(event.part, None) is None:
            self._broken("I6", f"part {event.part} of receipt {key} has no match to take back")
        self._move_line(event, wallet, sign=-1)
        if key in event.receipts:
            wallet.clearing += event.amount_ngwee

    def _move_line(self, event: Any, wallet: Wallet, *, sign: int) -> None:
        if event.source == FROM_HELD:
            wallet.held -= sign * event.amount_ngwee
        else:
            wallet.open -= sign * (event.amount_ngwee - event.fee_ngwee)

    # -- what leaves Clearing otherwise ---------------------------------------------------------

    def _covered(self, event: Any) -> None:
        self._find(event)[2].clearing -= event.amount_ngwee

    def _uncovered(self, event: Any) -> None:
        self._find(event)[2].clearing += event.amount_ngwee

    def _reversed(self, event: Any) -> None:
        wallet = self._find(event)[2]
        if event.was_credited:
            wallet.clearing -= event.amount_ngwee

    def _written_off(self, event: Any) -> None:
        wallet = self._find(event)[2]
        if event.source == FROM_HELD:
            wallet.held -= event.amount_ngwee
        else:
            wallet.clearing -= event.amount_ngwee

    def _find(self, event: Any) -> tuple[str, _Known, Wallet]:
        key = str(event.originator_id)
        name = self._of.get(key, "")
        self._touched.add(name)
        return key, self._receipts[key], self._wallets[name]

    def _broken(self, name: str, what: str) -> None:
        self._found.add(name, self._position, what)


_HANDLERS: Final[Mapping[type[Event], Callable[[ReceiptChecker, Any], None]]] = {
    CreditWallet.TopUp: ReceiptChecker._top_up,
    Receipt.Opened: ReceiptChecker._opened,
    Receipt.Credited: ReceiptChecker._credit,
    Receipt.Assigned: ReceiptChecker._credit,
    Receipt.SeenOnStatement: ReceiptChecker._seen,
    Receipt.Held: ReceiptChecker._hold,
    Receipt.Settled: ReceiptChecker._settled,
    Receipt.Matched: ReceiptChecker._matched,
    Receipt.Unmatched: ReceiptChecker._unmatched,
    Receipt.Covered: ReceiptChecker._covered,
    Receipt.Uncovered: ReceiptChecker._uncovered,
    Receipt.Reversed: ReceiptChecker._reversed,
    Receipt.PaidBack: ReceiptChecker._covered,
    Receipt.WrittenOff: ReceiptChecker._written_off,
}
