"""What finance has to explain, as of any time: of receipts, payments and callbacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from application.money import outcomes
from application.money.sides import ASKED_AT_ONCE, PAGE
from application.ports.queries import CaseRow, OpenItem, PaymentRow, Queries
from domain.matching import LineKind, Terms, Trouble
from domain.provider_account import ProviderAccount
from domain.public_ids import callback_id, top_up_id
from domain.receipt.names import ReceiptName
from domain.unknown_callbacks import unknown_callback_id
from domain.values import SECOND, Instant

EXCEPTIONS_MAX: Final = 10_000
"""Exceptions that are told at once; with more, the oldest work comes first."""
STALE: Final = Terms(until=Instant(0)).stale_s * SECOND

_CAUSES: Final[Mapping[str, Trouble]] = {
    outcomes.OTHER_CURRENCY: Trouble.CURRENCY_MISMATCH,
    outcomes.RECEIPT_TAKEN: Trouble.DUPLICATE_PAYMENT,
}
"""What a cause that payments are held for comes to; the others credited nobody."""
_ODD: Final[Mapping[str, Trouble]] = {
    "late": Trouble.LATE_AFTER_EXPIRY,
    "failed": Trouble.PAID_AFTER_FAILED,
    "amount": Trouble.AMOUNT_MISMATCH,
}
PAYOUT: Final = "PAYOUT"
"""A refund was approved, and nobody said that it was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToExplain:
    """Something to explain; ``amount_ngwee`` is what is open or, of a mismatch, the difference."""

    kind: Trouble
    name: str
    """Of the receipt, or the id of the top-up or of the callback."""
    subject: str
    """The id that a case is about."""
    wallet: str
    amount_ngwee: int
    since: Instant
    cause: str | None
    account: int | None
    owner: int | None = None
    note: str | None = None
    noted_by: str | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What there is to explain, oldest first; ``to_match`` counts lines that nobody matched yet."""

    as_of: Instant
    found: Sequence[ToExplain]
    to_match: int
    is_cut: bool
    """Whether there are more than are told."""


def money_exceptions(
    queries: Queries,
    *,
    now: Instant,
    as_of: Instant | None = None,
    kinds: Sequence[Trouble] = (),
    with_closed: bool = False,
) -> Exceptions:
    """List the exceptions of some kinds (none: of all) as of a time (None: now).

    Notes are those of now, and what was noted as done later was not done then; what an old kind
    was called is what it would be called now.
    """
    at = min(as_of or now, now)
    looking = _Looking(queries, as_of=None if as_of is None else at, at=at)
    found = [one for one in looking.all() if not kinds or one.kind in kinds]
    found = [*_noted(queries, found, at)]
    found = [one for one in found if with_closed or not one.is_closed]
    found.sort(key=lambda one: (one.since, one.name))
    return Exceptions(
        as_of=at,
        found=found[:EXCEPTIONS_MAX],
        to_match=looking.to_match,
        is_cut=len(found) > EXCEPTIONS_MAX,
    )


class _Looking:
    """One look at everything that is open."""

    def __init__(self, queries: Queries, *, as_of: Instant | None, at: Instant) -> None:
        self._queries = queries
        self._as_of = as_of
        self._at = at
        self._reach: dict[str, Instant] = {}
        self._waited: set[str] = set()
        """Receipts whose lines waited for matching then; not looked for as of now."""
        self.to_match = 0

    def all(self) -> Iterator[ToExplain]:
        """Give every exception, in no order."""
        yield from self._of_receipts()
        after = 0
        while rows := self._queries.odd_payments(
            as_of=self._at, stale_before=Instant(self._at - STALE), after=after, limit=PAGE
        ):
            for row in rows:
                yield from self._of_payment(row)
            after = rows[-1].number
        yield from self._of_oddities()
        yield from self._of_callbacks()

    # -- receipts -------------------------------------------------------------------------------

    def _of_receipts(self) -> Iterator[ToExplain]:
        if self._as_of is not None:
            self._waited = {
                row.receipt for row in self._items() if row.what == "line" and _waited(row)
            }
        for row in self._items():
            kind = self._kind(row)
            if kind is not None:
                wallet = ProviderAccount(row.provider_account)
                yield ToExplain(
                    kind=kind,
                    name=str(ReceiptName(wallet, row.transaction_id)),
                    subject=row.receipt,
                    wallet=wallet,
                    amount_ngwee=row.amount_ngwee,
                    since=row.since,
                    cause=row.cause,
                    account=row.account,
                )

    def _items(self) -> Iterator[OpenItem]:
        after = 0
        while rows := self._queries.open_items(as_of=self._as_of, after=after, limit=PAGE):
            yield from rows
            after = rows[-1].place

    def _waits(self, row: OpenItem) -> bool:
        """Tell whether a receipt's line waits for matching, or did then."""
        return row.is_to_match if self._as_of is None else row.receipt in self._waited

    def _kind(self, row: OpenItem) -> Trouble | None:
        """Say what is wrong; None where nothing is, or nobody can tell before it is matched."""
        if row.what == "held":
            return _held(row.cause or "")
        if row.what == "line":
            if self._waits(row):
                self.to_match += 1
                return None
            is_batch = row.kind == LineKind.BATCH
            return Trouble.SETTLEMENT_SHORTFALL if is_batch else Trouble.AMOUNT_MISMATCH
        if row.is_on_statement and row.what == "in":
            return None if self._waits(row) else Trouble.AMOUNT_MISMATCH
        if row.since > self._reaches(row.provider_account):
            return None
        is_in = row.what == "in"
        return Trouble.MISSING_ON_STATEMENT if is_in else Trouble.REFUND_NOT_ON_STATEMENT

    def _reaches(self, wallet: str) -> Instant:
        if wallet not in self._reach:
            found = self._queries.reach(wallet, as_of=self._as_of)
            self._reach[wallet] = found or Instant(0)
        return self._reach[wallet]

    def _of_oddities(self) -> Iterator[ToExplain]:
        after = 0
        while rows := self._queries.oddities(as_of=self._at, after=after, limit=PAGE):
            for row in rows:
                wallet = ProviderAccount(row.provider_account)
                yield ToExplain(
                    kind=Trouble(row.kind),
                    name=str(ReceiptName(wallet, row.transaction_id)),
                    subject=row.receipt,
                    wallet=wallet,
                    amount_ngwee=row.amount_ngwee,
                    since=row.since,
                    cause=None,
                    account=row.account,
                )
            after = rows[-1].place

    # -- callbacks ------------------------------------------------------------------------------

    def _of_callbacks(self) -> Iterator[ToExplain]:
        after = 0
        while rows := self._queries.unknown_callbacks(as_of=self._at, after=after, limit=PAGE):
            for row in rows:
                yield ToExplain(
                    kind=Trouble.UNKNOWN_CALLBACK,
                    name=callback_id(row.number),
                    subject=str(unknown_callback_id(row.number)),
                    wallet=row.provider_account,
                    amount_ngwee=row.amount_ngwee or 0,
                    since=row.kept_at,
                    cause=None,
                    account=None,
                )
            after = rows[-1].number

    # -- payments -------------------------------------------------------------------------------

    def _of_payment(self, row: PaymentRow) -> Iterator[ToExplain]:
        def told(kind: Trouble, amount: int, since: Instant, cause: str | None) -> ToExplain:
            return ToExplain(
                kind=kind,
                name=top_up_id(row.number),
                subject=row.payment,
                wallet=row.provider_account,
                amount_ngwee=amount,
                since=since,
                cause=cause,
                account=row.account,
            )

        if row.ended_at is None or row.ended_at > self._at:
            yield told(Trouble.STALE_PENDING, row.amount_ngwee, row.requested_at, row.cause)
            return
        is_owed = row.refund_since is not None and (
            row.refund_until is None or row.refund_until > self._at
        )
        if row.refund_since is not None and is_owed and row.refund_since <= self._at - STALE:
            yield told(Trouble.STALE_PENDING, row.amount_ngwee, row.refund_since, PAYOUT)
        is_doubted = row.doubt_since is not None and (
            row.doubt_until is None or row.doubt_until > self._at
        )
        if row.doubt_since is not None and is_doubted and row.doubt_since <= self._at:
            yield told(Trouble.STALE_PENDING, row.amount_ngwee, row.doubt_since, row.cause)
        if row.odd is None or row.odd_since is None or row.odd_since > self._at:
            return
        difference = row.paid_ngwee - row.amount_ngwee if row.paid_ngwee else 0
        if row.odd != "amount":
            amount = row.paid_ngwee or row.amount_ngwee
            yield told(_ODD[row.odd], amount, row.odd_since, row.cause)
        if difference:
            yield told(Trouble.AMOUNT_MISMATCH, difference, row.odd_since, row.cause)


def _waited(row: OpenItem) -> bool:
    """Tell whether a line that was open waited: it still does, or all of it was open."""
    return row.is_to_match if row.until is None else row.amount_ngwee == row.line_ngwee


def _held(cause: str) -> Trouble:
    """Say what is wrong with what is held for a cause: of matching, or of a payment."""
    if cause.lower() in set(Trouble):
        return Trouble(cause.lower())
    return _CAUSES.get(cause, Trouble.MISSING_IN_LEDGER)


def _noted(queries: Queries, found: Sequence[ToExplain], at: Instant) -> Iterator[ToExplain]:
    """Add whose work each is and what was noted; a note that says done is of what was then."""
    for first in range(0, len(found), ASKED_AT_ONCE):
        some = found[first : first + ASKED_AT_ONCE]
        cases = {row.subject: row for row in queries.cases([one.subject for one in some])}
        for one in some:
            yield _with_case(one, cases.get(one.subject), at)


def _with_case(one: ToExplain, case: CaseRow | None, at: Instant) -> ToExplain:
    if case is None:
        return one
    return replace(
        one,
        owner=case.owner,
        note=case.note,
        noted_by=case.actor,
        is_closed=case.is_closed and one.since <= case.noted_at <= at,
    )
