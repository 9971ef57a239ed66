"""All invariants of the log, in one pass: order, credits, SIMs, money, and what people did."""

from collections.abc import Mapping

from application.invariants.brakes import BrakeChecker
from application.invariants.credits import CreditChecker, Purse
from application.invariants.ledger import LedgerChecker
from application.invariants.manual import ManualChecker
from application.invariants.manual_money import ManualMoneyChecker
from application.invariants.order import OrderChecker
from application.invariants.receipts import ReceiptChecker
from application.invariants.segments import SegmentChecker
from application.invariants.statements import StatementChecker
from application.invariants.violation import Violation, Violations
from domain.events import Event
from domain.ledger import RULES, Rule
from domain.tariff import TARIFFS, Tariff
from domain.values import Instant


class InvariantChecker:
    """Feed it the log in order; ``violations`` says what is broken so far."""

    def __init__(
        self,
        *,
        tariffs: Mapping[str, Tariff] = TARIFFS,
        rules: Mapping[type[Event], Rule] = RULES,
        alone_max: int = 0,
        alone_max_ngwee: int = 0,
    ) -> None:
        """``alone_max`` credits, and ngwee, are what one person may move in a day alone (I13);
        0 is no limit."""
        self._found = Violations()
        self._order = OrderChecker(self._found)
        self._credits = CreditChecker(self._found, tariffs=tariffs)
        self._brakes = BrakeChecker(self._found)
        self._segments = SegmentChecker(self._found)
        self._manual = ManualChecker(self._found, alone_max=alone_max)
        self._by_hand = ManualMoneyChecker(self._found, alone_max_ngwee=alone_max_ngwee)
        self._ledger = LedgerChecker(self._found, rules=rules)
        self._receipts = ReceiptChecker(self._found, balances=self._ledger.balances)
        self._statements = StatementChecker(
            self._found, balances=self._ledger.balances, wallets=self._receipts.wallets
        )
        self._at: Instant | None = None

    @property
    def violations(self) -> list[Violation]:
        """What is broken, in the order of finding it."""
        return self._found.all()

    @property
    def purses(self) -> Mapping[int, Purse]:
        """What each account's events add up to."""
        return self._credits.purses

    @property
    def ledger(self) -> LedgerChecker:
        """What the ledger's accounts hold, and the lots of customers."""
        return self._ledger

    @property
    def open_messages(self) -> list[int]:
        """Numbers of the messages that are neither sent nor ended, oldest first."""
        return self._credits.open_messages

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        if event.at != self._at:
            self.settle()
        self._at = event.at
        for checker in (
            self._order,
            self._credits,
            self._brakes,
            self._segments,
            self._manual,
            self._by_hand,
            self._ledger,
            self._receipts,
            self._statements,
        ):
            checker.feed(position, event)

    def settle(self) -> None:
        """Check what may only be open within one save; for whoever knows that it has ended."""
        for checker in (
            self._credits,
            self._manual,
            self._ledger,
            self._receipts,
            self._statements,
        ):
            checker.settle()
