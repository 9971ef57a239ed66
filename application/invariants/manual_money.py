"""Invariant I13 of money: what people did by hand with it, with a reason, and by two.

I13  a manual event has an actor and a reason; what one person assigns and writes off in a day
     without an approver is within the limit; an approver, of that, of a refund or of a sheet, is
     another person, and not the one that the money goes to
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from application.invariants.manual import ACCOUNT, NAME
from application.invariants.violation import Violations
from domain.days import day_of
from domain.events import Event
from domain.payment import Payment
from domain.period import Period
from domain.price_list import PriceList
from domain.receipt import Receipt
from domain.statement import Statement


class ManualMoneyChecker:
    """Feed it the log in order; what is broken goes into ``found``."""

    def __init__(self, found: Violations, *, alone_max_ngwee: int) -> None:
        """``alone_max_ngwee`` is what one person may move in a day alone; 0 is no limit."""
        self._found = found
        self._alone_max = alone_max_ngwee
        self._position = 0
        self._moved: dict[tuple[str, int], int] = {}
        self._asked: dict[int, str] = {}
        """Who asked for the refund of a payment, by its number."""
        self._prepared: dict[object, str] = {}
        """Who prepared the sheet of a period."""

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            self._position = position
            handle(self, event)

    def _by_hand(self, event: Any) -> None:
        for word, value in (("actor", event.actor), ("reason", event.reason)):
            if not value:
                self._broken(f"{event.TOPIC} has no {word}")

    def _matched(self, event: Any) -> None:
        if event.actor is not None or event.reason is not None:
            self._by_hand(event)

    def _moved_money(self, event: Any) -> None:
        self._by_hand(event)
        account = getattr(event, "account", None)
        if event.approver is None:
            day = event.actor, day_of(event.at)
            total = self._moved[day] = self._moved.get(day, 0) + abs(event.amount_ngwee)
            if self._alone_max and total > self._alone_max:
                self._broken(
                    f"{event.actor} moved {total} ngwee alone on day {day[1]},"
                    f" {self._alone_max} are allowed"
                )
        self._two(event, event.actor, event.approver, account)

    def _asked_refund(self, event: Any) -> None:
        self._by_hand(event)
        self._asked[event.number] = event.actor

    def _approved_refund(self, event: Any) -> None:
        if self._asked.pop(event.number, None) != event.actor:
            self._broken(f"{event.actor} did not ask for the refund of payment {event.number}")
        self._two(event, event.actor, event.approver, event.account)

    def _rejected_refund(self, event: Any) -> None:
        actor = self._asked.pop(event.number, "")
        self._two(event, actor, event.approver, None)

    def _sheet(self, event: Any) -> None:
        self._prepared[event.originator_id] = event.actor

    def _signed_off(self, event: Any) -> None:
        if self._prepared.get(event.originator_id) != event.actor:
            self._broken(f"{event.actor} did not prepare the sheet that was signed off")
        self._two(event, event.actor, event.approver, None)

    def _two(self, event: Any, actor: str, approver: str | None, account: int | None) -> None:
        if approver == actor:
            self._broken(f"{event.TOPIC} was approved by {approver}, who did it")
        if account is not None and f"{ACCOUNT}{account}" in {actor, approver}:
            self._broken(f"{event.TOPIC} is of account {account}, who had a part in it")

    def _broken(self, what: str) -> None:
        self._found.add(NAME, self._position, what)


_HANDLERS: Final[Mapping[type[Event], Callable[[ManualMoneyChecker, Any], None]]] = {
    Receipt.Assigned: ManualMoneyChecker._moved_money,
    Receipt.WrittenOff: ManualMoneyChecker._moved_money,
    Receipt.Matched: ManualMoneyChecker._matched,
    Receipt.Unmatched: ManualMoneyChecker._by_hand,
    Payment.Refunded: ManualMoneyChecker._matched,
    Payment.RefundRequested: ManualMoneyChecker._asked_refund,
    Payment.RefundApproved: ManualMoneyChecker._approved_refund,
    Payment.RefundRejected: ManualMoneyChecker._rejected_refund,
    Period.Prepared: ManualMoneyChecker._sheet,
    Period.SignedOff: ManualMoneyChecker._signed_off,
    Period.Reopened: ManualMoneyChecker._by_hand,
    PriceList.Published: ManualMoneyChecker._by_hand,
    PriceList.Withdrawn: ManualMoneyChecker._by_hand,
    Statement.Discarded: ManualMoneyChecker._by_hand,
}
