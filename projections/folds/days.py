"""Folds what statements show, what the ledger posts of it, and which periods are closed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from domain.closing import Closing
from domain.days import day_of
from domain.events import Event
from domain.ledger import RULES, Holdings, chart, postings
from domain.payment import Payment
from domain.period import Period
from domain.receipt import FROM_HELD, Receipt
from domain.statement import Statement
from domain.wallet import CreditWallet
from projections import catalogue
from projections.days.tables import (
    CLOSINGS,
    COMING,
    ENTRIES,
    ENTRY_BITS,
    FILES,
    GOING,
    ITEMS,
    LINE,
    PAYMENT,
    PERIODS,
    RECEIPTS,
    REFUND,
    SEEN,
    SUMS,
    UNALLOCATED,
)
from projections.folds.periods import OF_PERIODS, PeriodPages
from projections.projection import Batch, Projection
from projections.rows import Row

_OF_LINES: Final = frozenset(
    {
        Receipt.SeenOnStatement,
        Receipt.Held,
        Receipt.Matched,
        Receipt.Unmatched,
        Receipt.Covered,
        Receipt.Uncovered,
        Receipt.Settled,
        Receipt.WrittenOff,
    }
)
_OF_WALLETS: Final = frozenset(
    {CreditWallet.TopUp, CreditWallet.ClawedBack, CreditWallet.CashedOut, Payment.Refunded}
)
_ENDS: Final = frozenset({Payment.Confirmed, Payment.Failed, Payment.Expired, Payment.Reversed})
_OF_PAYMENTS: Final = frozenset({Payment.Held, *_ENDS})
_SUMMED: Final = (SEEN, LINE, UNALLOCATED, COMING, GOING)


class Days(Projection):
    """Folds the days of our wallets."""

    name, version = catalogue.DAYS
    tables = (RECEIPTS, ITEMS, ENTRIES, SUMS, FILES, CLOSINGS, PERIODS)
    events = frozenset(
        {
            *_OF_LINES,
            *_OF_WALLETS,
            *_ENDS,
            Receipt.Opened,
            Payment.Requested,
            Payment.Held,
            Statement.Imported,
            *OF_PERIODS,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch."""
        pages = _Pages(batch)
        for position, event in batch.events:
            pages.begin(position)
            if isinstance(event, Period.Event | Closing.Moved):
                pages.periods.fold(event)
            else:
                _HANDLERS[type(event)](pages, event)


def _receipts(event: Any) -> Iterator[str]:
    """Name the receipts that an event is about."""
    if type(event) in _OF_LINES or isinstance(event, Receipt.Opened):
        yield str(event.originator_id)
    if type(event) in _OF_WALLETS:
        yield event.receipt
    if isinstance(event, Receipt.Covered | Receipt.Uncovered):
        yield event.by


class _Pages:
    """The rows that a batch touches."""

    def __init__(self, batch: Batch) -> None:
        self._receipts = batch.rows(RECEIPTS)
        self._items = batch.rows(ITEMS)
        self._entries = batch.rows(ENTRIES)
        self._sums = batch.rows(SUMS)
        self._files = batch.rows(FILES)
        self.periods = PeriodPages(batch)
        self._position = 0
        self._place = 0
        self._load(batch)

    def _load(self, batch: Batch) -> None:
        events = [event for _, event in batch.events]
        receipts = {name for event in events for name in _receipts(event)}
        self._receipts.load(receipts)
        kinds = (LINE, UNALLOCATED, COMING, GOING, REFUND)
        self._items.load((kind, name) for name in receipts for kind in kinds)
        self._items.load(
            (PAYMENT, str(event.number)) for event in events if type(event) in _OF_PAYMENTS
        )
        rows = [self._receipts[name] for name in receipts if name in self._receipts]
        moments = {(row["wallet"], row["happened_at"]) for row in rows if row["happened_at"]}
        wallets = {row["wallet"] for row in rows}
        for event in events:
            wallets.update(filter(None, [getattr(event, "provider_account", None)]))
            if isinstance(event, Receipt.SeenOnStatement):
                moments.add((event.provider_account, event.happened_at))
        self.periods.load(moments)
        days = {day_of(at) for _, at in moments} | {day_of(event.at) for event in events}
        self._sums.load(
            (wallet, kind, day) for wallet in wallets for kind in _SUMMED for day in days
        )

    def begin(self, position: int) -> None:
        """Begin with the event at a position."""
        self._position, self._place = position, position << ENTRY_BITS

    # -- transactions -------------------------------------------------------------------------

    def opened(self, event: Any) -> None:
        """Know of a transaction."""
        row = self._known(str(event.originator_id), event.provider_account)
        row["transaction_id"] = event.transaction_id

    def _known(self, name: str, wallet: str) -> Row:
        """Give the row of a transaction; what it buys may stand before it in their save."""
        if name in self._receipts:
            return self._receipts[name]
        return self._receipts.add(
            {
                "receipt": name,
                "wallet": wallet,
                "transaction_id": None,
                "happened_at": None,
                "moved": 0,
            }
        )

    def seen(self, event: Any) -> None:
        """A line shows it."""
        name, moved = str(event.originator_id), event.amount_ngwee - event.fee_ngwee
        self._receipts[name].update(happened_at=event.happened_at, moved=moved)
        self._sum(event.provider_account, SEEN, event.happened_at, moved)
        self._enter(LINE, name, event.happened_at, moved, by_line=True)
        self._post(event, name, self._dated(event, name))

    def posted(self, event: Any) -> None:
        """Something is said of a line, or of what stands in Clearing."""
        name = str(event.originator_id)
        at = self._dated(event, name)
        moved = self._post(event, name, at)
        if isinstance(event, Receipt.WrittenOff):
            if event.source != FROM_HELD:
                for kind in (COMING, GOING):
                    self._close(kind, name, at)
        elif name in getattr(event, "receipts", ()):
            leg = COMING if event.amount_ngwee > 0 else GOING
            self._enter(leg, name, at, moved[chart.clearing(event.provider_account)], by_line=True)

    def covered(self, event: Any) -> None:
        """The line of another receipt shows it, or does not any more."""
        is_back = isinstance(event, Receipt.Uncovered)
        self._enter(
            COMING if event.amount_ngwee > 0 else GOING,
            str(event.originator_id),
            self._dated(event, event.by),
            event.amount_ngwee if is_back else -event.amount_ngwee,
            by_line=True,
        )

    def moved(self, event: Any) -> None:
        """Credits were bought or given back for it."""
        if isinstance(event, CreditWallet.TopUp):
            self._known(event.receipt, event.provider_account)
        is_held = getattr(event, "source", None) == FROM_HELD
        at = self._dated(event, event.receipt) if is_held else event.at
        wallet = self._receipts[event.receipt]["wallet"]
        moved = self._post(event, event.receipt, at)
        leg = COMING if isinstance(event, CreditWallet.TopUp) else GOING
        self._enter(leg, event.receipt, at, moved[chart.clearing(wallet)])
        owed = -moved[chart.refunds_payable(event.account)]
        self._enter(REFUND, event.receipt, at, owed)

    def _post(self, event: Any, receipt: str, at: int) -> Mapping[str, int]:
        """Enter what the ledger posts of a line and of what is unallocated; give all of it."""
        moved: dict[str, int] = defaultdict(int)
        for line in postings(self._position, event, Holdings(), rules=RULES):
            moved[line.account] += line.amount
        wallet = self._receipts[receipt]["wallet"]
        self._enter(LINE, receipt, at, -moved[chart.mobile_money(wallet)], by_line=True)
        self._enter(UNALLOCATED, receipt, at, -moved[chart.unallocated(wallet)])
        return moved

    def _dated(self, event: Event, receipt: str) -> int:
        """Give the date of an entry about a receipt: of its line, while that day is not locked."""
        row = self._receipts[receipt]
        happened_at = row["happened_at"]
        if happened_at is None or self.periods.is_locked(row["wallet"], happened_at):
            return event.at
        return int(happened_at)

    # -- payments -----------------------------------------------------------------------------

    def requested(self, event: Any) -> None:
        """A payment was asked for."""
        name = str(event.number)
        self._enter(PAYMENT, name, event.at, event.amount_ngwee, wallet=event.provider_account)

    def ended(self, event: Any) -> None:
        """It was paid, or ended without."""
        self._close(PAYMENT, str(event.number), event.at)

    def held(self, event: Any) -> None:
        """It was paid, and waits for a person; it may have ended before."""
        item = self._items[PAYMENT, str(event.number)]
        if item["balance"] == 0:
            self._enter(PAYMENT, str(event.number), event.at, item["begun"])

    # -- files --------------------------------------------------------------------

    def imported(self, event: Any) -> None:
        """A statement came in."""
        self._files.add(
            {
                "position": self._position,
                "wallet": event.provider_account,
                "first_at": event.first_at,
                "last_at": event.last_at,
                "opening_ngwee": event.opening_ngwee,
                "closing_ngwee": event.closing_ngwee,
            }
        )

    # -- entries ------------------------------------------------------------------------------

    def _close(self, kind: str, subject: str, at: int) -> None:
        if (kind, subject) in self._items:
            self._enter(kind, subject, at, -self._items[kind, subject]["balance"])

    def _enter(
        self,
        kind: str,
        subject: str,
        at: int,
        amount: int,
        *,
        by_line: bool = False,
        wallet: str | None = None,
    ) -> None:
        """Change what is open of a kind for a receipt or payment."""
        if not amount:
            return
        if (kind, subject) in self._items:
            item = self._items[kind, subject]
            item["opened_at"] = min(item["opened_at"], at)
            item["changed_at"] = max(item["changed_at"], at)
        else:
            item = self._items.add(
                {
                    "kind": kind,
                    "subject": subject,
                    "wallet": wallet or self._receipts[subject]["wallet"],
                    "begun": amount,
                    "opened_at": at,
                    "changed_at": at,
                    "balance": 0,
                }
            )
        item["balance"] += amount
        self._place += 1
        self._entries.add(
            {
                "place": self._place,
                "kind": kind,
                "subject": subject,
                "at": at,
                "amount": amount,
                "by_line": int(by_line),
            }
        )
        if kind in _SUMMED:
            self._sum(item["wallet"], kind, at, amount)

    def _sum(self, wallet: str, kind: str, at: Any, amount: int) -> None:
        key = wallet, kind, day_of(at)
        if key not in self._sums:
            self._sums.add({"wallet": wallet, "kind": kind, "day": key[2], "amount": 0})
        self._sums[key]["amount"] += amount


_HANDLERS: Final[Mapping[type[Event], Callable[[_Pages, Any], None]]] = {
    Receipt.Opened: _Pages.opened,
    Receipt.SeenOnStatement: _Pages.seen,
    Receipt.Held: _Pages.posted,
    Receipt.Matched: _Pages.posted,
    Receipt.Unmatched: _Pages.posted,
    Receipt.Settled: _Pages.posted,
    Receipt.WrittenOff: _Pages.posted,
    Receipt.Covered: _Pages.covered,
    Receipt.Uncovered: _Pages.covered,
    **dict.fromkeys(_OF_WALLETS, _Pages.moved),
    Payment.Requested: _Pages.requested,
    Payment.Held: _Pages.held,
    **dict.fromkeys(_ENDS, _Pages.ended),
    Statement.Imported: _Pages.imported,
}
