"""What is matched, as ``domain.matching`` takes it: a wallet's open lines, and what we expect."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar
from uuid import UUID

from application.books.digests import Digests
from application.money.refunds import refund_token
from application.ports import ProviderTraits
from application.ports.queries import ConfirmedRow, KnownLine, LineRow, PaymentRow, Queries
from domain.contents import LineNote
from domain.days import DAY_S
from domain.matching import Expected, Line, LineKind, Past, Standing, Terms
from domain.payment import PaymentState
from domain.provider_account import ProviderAccount
from domain.receipt import receipt_id
from domain.values import SECOND, Instant

PAGE: Final = 5_000
ASKED_AT_ONCE: Final = 500
"""Ids that one question names."""
LOOK_BACK: Final = 31 * DAY_S * SECOND
"""How long before the earliest open line a payment that failed or expired may have ended."""

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{3,63}")
_STANDINGS: Final[Mapping[str, Standing]] = {
    PaymentState.FAILED: Standing.FAILED,
    PaymentState.EXPIRED: Standing.EXPIRED,
}

Row = TypeVar("Row")
OnProgress = Callable[[str, int], None]


@dataclass
class Sides:
    """Both sides of a wallet, and the rows that they were made of, by the same places."""

    wallet: ProviderAccount
    lines: list[Line] = field(default_factory=list)
    shown: list[LineRow | KnownLine] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    behind: list[ConfirmedRow | PaymentRow | None] = field(default_factory=list)
    """None behind what is in the books already."""
    elsewhere: list[LineRow] = field(default_factory=list)
    """Lines that name a payment into another wallet of ours."""
    past_lines: set[int] = field(default_factory=set)
    past_expected: set[int] = field(default_factory=set)
    pairs: dict[int, int] = field(default_factory=dict)

    @cached_property
    def confirmed(self) -> Mapping[str, ConfirmedRow]:
        """What came in and was confirmed, by the receipt's id."""
        return {one.receipt: one for one in self.behind if isinstance(one, ConfirmedRow)}

    @property
    def past(self) -> Past:
        """What is in the books already."""
        return Past(self.past_lines, self.past_expected, self.pairs)


class Gathering:
    """Reads both sides of a wallet, a page at a time."""

    def __init__(
        self,
        queries: Queries,
        *,
        digests: Digests,
        traits: Mapping[str, ProviderTraits],
        on_progress: OnProgress,
    ) -> None:
        self._queries = queries
        self._digests = digests
        self._traits = traits
        self._on_progress = on_progress

    def gather(self, wallet: ProviderAccount) -> Sides:
        """Read what is open, and of what is in the books only what the open lines name."""
        sides, queries = Sides(wallet), self._queries
        rows = list(self._pages("lines", lambda a: queries.open_lines(wallet, after=a, limit=PAGE)))
        rows = self._without_elsewhere(sides, rows)
        for row in rows:
            sides.lines.append(self._line(row))
            sides.shown.append(row)
        if not rows:
            return sides
        for one in self._pages(
            "confirmed receipts", lambda a: queries.confirmed(wallet, after=a, limit=PAGE)
        ):
            self._expect(sides, one)
        since = Instant(min(row.happened_at for row in rows) - LOOK_BACK)
        for payment in self._payments(wallet, since):
            self._add(sides, self._waiting(payment), payment)
        self._recall_named(sides)
        self._recall_undone(sides)
        return sides

    def _pages(self, what: str, read: Callable[[int], Sequence[Row]]) -> Iterator[Row]:
        after, count = 0, 0
        while rows := read(after):
            yield from rows
            last: LineRow | ConfirmedRow = rows[-1]  # type: ignore[assignment]  # has a place
            after = last.place
            count += len(rows)
            self._on_progress(what, count)

    def _payments(self, wallet: str, since: Instant) -> Iterator[PaymentRow]:
        after = 0
        while rows := self._queries.waiting_payments(wallet, since=since, after=after, limit=PAGE):
            yield from rows
            after = rows[-1].number

    # -- one of each ----------------------------------------------------------------------------

    def _payer(self, msisdn: str | None) -> str:
        return self._digests.payer(msisdn) if msisdn else ""

    def _line(self, row: LineRow) -> Line:
        words = LineNote.read(row.body).words or ""
        names_itself = row.kind == LineKind.REVERSAL and row.reference == row.transaction_id
        return Line(
            receipt=row.transaction_id,
            reference="" if names_itself else row.reference or "",
            amount_ngwee=row.amount_ngwee,
            fee_ngwee=row.fee_ngwee,
            payer=self._payer(row.payer),
            at=row.happened_at,
            kind=LineKind(row.kind),
            narration=words,
        )

    def _waiting(self, row: PaymentRow) -> Expected:
        return Expected(
            reference=row.reference,
            provider_reference=row.provider_reference or "",
            receipt="",
            amount_ngwee=row.amount_ngwee,
            payer=self._payer(row.payer),
            at=row.requested_at,
            standing=_STANDINGS.get(row.state, Standing.OPEN),
        )

    def _expect(self, sides: Sides, row: ConfirmedRow) -> None:
        """Expect what came in, and what went back, of a receipt."""
        paid = Expected(
            reference=row.reference or "",
            provider_reference=row.provider_reference or "",
            receipt=row.transaction_id,
            amount_ngwee=row.in_ngwee,
            payer=self._payer(row.payer),
            at=row.credited_at,
            standing=Standing.CONFIRMED,
        )
        if row.in_ngwee:
            self._add(sides, paid, row)
        if row.out_ngwee:
            refund = paid._replace(
                reference=self._refund_reference(row),
                provider_reference="",
                receipt="",
                amount_ngwee=row.out_ngwee,
            )
            self._add(sides, refund, row)

    def _refund_reference(self, row: ConfirmedRow) -> str:
        its = self._traits.get(row.provider or "")
        if its is None or row.payment is None:
            return ""
        return its.write_reference(refund_token(UUID(row.payment)))

    def _add(self, sides: Sides, expected: Expected, row: ConfirmedRow | PaymentRow | None) -> None:
        sides.expected.append(expected)
        sides.behind.append(row)

    # -- what is in the books -------------------------------------------------------------------

    def _without_elsewhere(self, sides: Sides, rows: list[LineRow]) -> list[LineRow]:
        named = list({row.reference for row in rows if row.reference})
        away = set()
        for some in _by(ASKED_AT_ONCE, named):
            for payment in self._queries.payments_by_reference(some):
                if payment.provider_account != sides.wallet:
                    away.add(payment.reference)
        sides.elsewhere = [row for row in rows if row.reference in away]
        return [row for row in rows if row.reference not in away]

    def _recall_named(self, sides: Sides) -> None:
        """Recall payments that a line names and that are in the books, with their lines."""
        known = {one.reference for one in sides.expected}
        named = {one.reference for one in sides.lines} - known - {""}
        receipts: dict[str, int] = {}
        for some in _by(ASKED_AT_ONCE, sorted(named)):
            for row in self._queries.payments_by_reference(some):
                if row.receipt is None:
                    continue
                receipts[row.receipt] = len(sides.expected)
                sides.past_expected.add(len(sides.expected))
                paid = self._waiting(row)._replace(standing=Standing.CONFIRMED)
                self._add(sides, paid, None)
        for some in _by(ASKED_AT_ONCE, list(receipts)):
            for line in self._queries.known_lines(some):
                self._recall(sides, line, receipts.get(line.shows or ""))

    def _recall_undone(self, sides: Sides) -> None:
        """Recall the lines that reversals name, or that have the opposite amount."""
        open_ids = {row.receipt for row in sides.shown}
        back = Terms(until=Instant(0)).reversal_s * SECOND
        for place, line in enumerate(list(sides.lines)):
            if line.kind is not LineKind.REVERSAL or place in sides.past_lines:
                continue
            words = _WORD.findall(line.narration)[:ASKED_AT_ONCE]
            ids = [str(receipt_id(sides.wallet, word)) for word in words]
            found = list(self._queries.known_lines(ids)) if ids else []
            names = {word for word, key in zip(words, ids, strict=True) if key in open_ids}
            names |= {one.transaction_id for one in found}
            if len(names) == 1:
                sides.lines[place] = line._replace(original=names.pop())
            elif not names and not line.reference:
                found = list(
                    self._queries.known_lines_of(
                        sides.wallet, -line.amount_ngwee,
                        since=Instant(line.at - back), until=line.at,
                    )
                )  # fmt: skip
            for one in found:
                if one.receipt not in open_ids:
                    open_ids.add(one.receipt)
                    self._recall(sides, one, None)

    def _recall(self, sides: Sides, row: KnownLine, shows: int | None) -> None:
        """Recall a line that is in the books, unless what it shows went back already."""
        if row.reversed_ngwee and not row.out_ngwee:
            return
        line = Line(
            receipt=row.transaction_id,
            reference="",
            amount_ngwee=row.amount_ngwee,
            fee_ngwee=0,
            payer=self._payer(row.payer),
            at=row.happened_at,
            kind=LineKind.PAYMENT,
        )
        place = len(sides.lines)
        sides.lines.append(line)
        sides.shown.append(row)
        sides.past_lines.add(place)
        if shows is None and row.account is not None:
            shows = len(sides.expected)
            paid = Expected(
                *("", "", row.transaction_id, row.amount_ngwee, line.payer, row.happened_at),
                Standing.CONFIRMED,
            )
            sides.past_expected.add(shows)
            self._add(sides, paid, None)
        if shows is not None:
            sides.pairs[place] = shows


def _by(count: int, items: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(items), count):
        yield items[first : first + count]
