"""Histories of money in, made through the aggregates as commands would: saves that belong together.

The provider keeps a list of what really moved; statements are cut from it, so that they add up.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from domain.errors import NgomaError
from domain.events import Aggregate, Event
from domain.ledger import Holdings
from domain.message import Message
from domain.payment import Payment
from domain.receipt import Receipt
from domain.statement import Statement
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.projections.history import START, message, start
from tests.support.money import PRICES, a_payment
from tests.support.outcomes import cms

HOME = "mtn/main"
OPENING = 100_000
ACCOUNTS = 3
STAFF: dict[str, Any] = {"actor": "account:90", "reason": "1/x"}

Draw = tuple[int, int, int]


@dataclass
class Moved:
    """One line of the provider's own book."""

    name: str
    amount: int
    fee: int
    at: Instant
    of: Receipt | None = None
    """What it takes back, pays back or reverses."""


class MoneyHistory:
    """What is drawn happens, unless an aggregate refuses it; each step is one save."""

    def __init__(self, save: Callable[[Sequence[Event]], None]) -> None:
        self._save_to = save
        self._saved: dict[UUID, list[Any]] = defaultdict(list)
        self.seconds = 0
        self.numbers = 0
        self.moved: list[Moved] = []
        self.imported = 0
        self.statements = 0
        self.wallets = [CreditWallet.open(n, at=START) for n in range(1, ACCOUNTS + 1)]
        self.receipts: dict[str, Receipt] = {}
        self.payments: list[Payment] = []
        self.messages: list[Message] = []
        self.save(*self.wallets)

    def happen(self, drawn: Sequence[Draw]) -> None:
        weights: tuple[tuple[int, Callable[[int, int], None]], ...] = (
            (14, self._pay),
            (4, self._stray),
            (10, self._import),
            (26, self._account_for),
            (6, self._assign),
            (5, self._reverse),
            (5, self._refund),
            (3, self._unmatch),
            (2, self._write_off),
            (13, self._send),
            (8, self._close),
            (4, self._staff),
        )
        actions = [action for weight, action in weights for _ in range(weight)]
        for what, which, how in drawn:
            self.seconds += 1 + how % 50
            try:
                actions[what % len(actions)](which, how)
            except NgomaError:
                self._forget()

    @property
    def now(self) -> Instant:
        return Instant(START + self.seconds * SECOND)

    def save(self, *aggregates: Aggregate) -> None:
        events = [event for one in aggregates for event in one.collect_events()]
        for event in events:
            self._saved[event.originator_id].append(event)
        self._save_to(cast("list[Event]", events))

    def _forget(self) -> None:
        """A refused command leaves no event (I12)."""
        self.receipts = {k: one for k, one in self.receipts.items() if one.id in self._saved}
        self.payments = [one for one in self.payments if one.id in self._saved]
        for one in (*self.wallets, *self.receipts.values(), *self.payments, *self.messages):
            if one.collect_events():
                again: Any = None
                for event in self._saved[one.id]:
                    again = event.mutate(again)
                vars(one).update(vars(again))

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _receipt(self, name: str) -> Receipt:
        return self.receipts.get(name) or Receipt.open(HOME, name, at=self.now)

    def _receipt_with(self, key: str | None) -> Receipt:
        found = next((one for one in self.receipts.values() if str(one.id) == key), None)
        if found is None:
            raise NgomaError
        return found

    def _pick(self, among: Sequence[Any], which: int) -> Any:
        if not among:
            raise NgomaError
        return among[-1 - which % len(among)]

    # -- the payer and the provider -----------------------------------------------------------

    def _pay(self, which: int, how: int) -> None:
        number, wallet = self._number(), self.wallets[which % ACCOUNTS]
        asked = 50 * (1 + how)
        paid = asked if how % 7 else asked + 30
        payment = a_payment(
            number, at=self.now, account=wallet.account, amount_ngwee=asked, actor="account:1"
        )
        payment.initiate(at=self.now)
        name = f"T{number}"
        self.moved.append(Moved(name, paid, how % 3, self.now))
        receipt = self._receipt(name)
        receipt.see_by_api(amount_ngwee=paid, payment=str(payment.id), at=self.now)
        self.payments.append(payment)
        self.receipts[name] = receipt
        if how % 11 == 0:
            payment.hold(receipt=str(receipt.id), cause="OTHER_PAYER", at=self.now)
            receipt.hold(cause="OTHER_PAYER", at=self.now)
            self.save(payment, receipt)
            return
        credits = payment.confirm(
            receipt=str(receipt.id), amount_ngwee=paid, prices=PRICES, at=self.now
        )
        vat = PRICES.vat_in(paid)
        source = receipt.credit(
            payment=str(payment.id),
            account=wallet.account,
            credits=credits,
            amount_ngwee=paid,
            vat_ngwee=vat,
            at=self.now,
        )
        self._top_up(wallet, receipt, credits, paid, vat, source)
        self.save(payment, receipt, wallet)

    def _top_up(
        self, wallet: CreditWallet, receipt: Receipt, credits: int, paid: int, vat: int, source: str
    ) -> None:
        wallet.top_up(
            Credits(credits),
            value_ngwee=paid,
            vat_ngwee=vat,
            source=source,
            provider_account=HOME,
            receipt=str(receipt.id),
            price_list=PRICES.version,
            at=self.now,
        )

    def _stray(self, which: int, how: int) -> None:
        """Somebody pays unasked, or money goes to the bank, or the provider keeps a fee."""
        name, amount = f"{'XSF'[which % 3]}{self._number()}", 1 + how
        signed = (amount, -amount, 0)[which % 3]
        self.moved.append(Moved(name, signed, 1 + how % 2 if which % 3 == 2 else 0, self.now))

    def _reverse(self, which: int, _how: int) -> None:
        payment = self._pick([p for p in self.payments if p.receipt is not None], which)
        receipt = self._receipt_with(payment.receipt)
        amount = receipt.amount_ngwee
        payment.reverse(amount_ngwee=amount, at=self.now)
        changed: list[Aggregate] = [payment, receipt]
        if receipt.reverse(amount_ngwee=amount, at=self.now):
            wallet = self.wallets[(receipt.account or 1) - 1]
            wallet.claw_back(
                Credits(receipt.credits),
                receipt=str(receipt.id),
                provider_account=HOME,
                value_ngwee=amount,
                vat_ngwee=receipt.vat_ngwee,
                at=self.now,
            )
            changed.append(wallet)
        self.moved.append(Moved(f"V{self._number()}", -amount, 0, self.now, of=receipt))
        self.save(*changed)

    def _refund(self, which: int, how: int) -> None:
        payment = self._pick([p for p in self.payments if p.credited], which)
        wallet = self.wallets[payment.account - 1]
        credits = Credits(1 + how % payment.credited)
        amount = payment.paid_ngwee * credits // payment.credited
        vat = PRICES.vat_in(amount)
        wallet.require(credits)
        by = {"actor": "account:90", "reason": "1/x"}
        payment.request_refund(
            credits=credits, amount_ngwee=amount, vat_ngwee=vat, at=self.now, **by
        )
        self.save(payment)
        payment.approve_refund(approver="account:91", at=self.now)
        wallet.cash_out(
            credits,
            receipt=payment.receipt or "",
            value_ngwee=amount,
            vat_ngwee=vat,
            at=self.now,
        )
        self.save(payment, wallet)
        receipt = self._receipt_with(payment.receipt)
        payment.pay_back(at=self.now)
        receipt.pay_back(payment=str(payment.id), amount_ngwee=amount, at=self.now)
        self.moved.append(Moved(f"R{self._number()}", -amount, 0, self.now, of=receipt))
        self.save(payment, receipt)

    # -- finance ------------------------------------------------------------------------------

    def _import(self, which: int, how: int) -> None:
        """Take the next lines of the provider's book, with some that are known already."""
        first = max(0, self.imported - which % 4)
        lines = self.moved[first : self.imported + 1 + how % 6]
        if not lines:
            raise NgomaError
        self.statements += 1
        statement = Statement.open(
            self.statements, provider_account=HOME, sha256=f"{self.statements}", at=self.now
        )
        changed, new = [], []
        for row, line in enumerate(lines, start=2):
            receipt = self._receipt(line.name)
            self.receipts[line.name] = receipt
            if receipt.see_on_statement(
                statement=str(statement.id),
                line=row,
                amount_ngwee=line.amount,
                fee_ngwee=line.fee,
                happened_at=line.at,
                at=self.now,
            ):
                new.append(line)
                changed.append(receipt)
        opening = OPENING + _net(self.moved[:first])
        statement.note_import(
            template="mtn-1",
            opening_ngwee=opening,
            closing_ngwee=opening + _net(lines),
            total_ngwee=_net(lines),
            added_ngwee=_net(new),
            lines=len(lines),
            added=len(new),
            refused=0,
            first_at=lines[0].at,
            last_at=lines[-1].at,
            is_contiguous=True,
            actor="account:90",
            at=self.now,
        )
        self.imported = max(self.imported, first + len(lines))
        self.save(*changed, statement)

    def _account_for(self, which: int, how: int) -> None:
        """Say what the next open line is about."""
        waiting = [r for r in self.receipts.values() if r.is_on_statement and not r.is_posted]
        receipt = self._pick(waiting, which)
        line = next(one for one in self.moved if one.name == receipt.transaction_id)
        changed: list[Aggregate] = [receipt]
        if line.name[0] == "S":
            receipt.settle(at=self.now)
        elif line.name[0] == "F":
            receipt.match(rule="fee", receipts=[], at=self.now)
        elif line.of is not None and line.of.clearing_ngwee < 0:
            amount = line.amount if how % 2 or line.amount > -2 else -1
            left = receipt.line_ngwee - receipt.matched_ngwee
            amount = max(amount, left)
            part = receipt.match(
                rule="reversal", receipts=[str(line.of.id)], amount_ngwee=amount, at=self.now
            )
            line.of.cover(by=str(receipt.id), part=part, amount_ngwee=amount, at=self.now)
            changed.append(line.of)
        elif receipt.is_credited:
            receipt.match(rule="id", receipts=[str(receipt.id)], at=self.now)
        else:
            receipt.hold(cause="UNKNOWN", at=self.now)
        self.save(*changed)

    def _assign(self, which: int, how: int) -> None:
        receipt = self._pick([r for r in self.receipts.values() if r.held], which)
        wallet = self.wallets[how % ACCOUNTS]
        amount = receipt.amount_ngwee
        credits = Credits(max(PRICES.credits_for(amount), 1))
        vat = PRICES.vat_in(amount)
        source = receipt.assign(
            account=wallet.account, credits=credits, vat_ngwee=vat, at=self.now, **STAFF
        )
        self._top_up(wallet, receipt, credits, amount, vat, source)
        self.save(receipt, wallet)

    def _unmatch(self, which: int, how: int) -> None:
        receipt = self._pick([r for r in self.receipts.values() if r.parts], which)
        part = int(self._pick(sorted(receipt.parts), how))
        amount = receipt.parts[str(part)][0]
        changed: list[Aggregate] = [receipt]
        for other in receipt.unmatch(part, at=self.now, **STAFF):
            covered = self._receipt_with(other)
            covered.uncover(by=str(receipt.id), part=part, amount_ngwee=amount, at=self.now)
            changed.append(covered)
        self.save(*changed)

    def _write_off(self, which: int, _how: int) -> None:
        receipt = self._pick(list(self.receipts.values()), which)
        receipt.write_off(at=self.now, **STAFF)
        self.save(receipt)

    # -- credits ------------------------------------------------------------------------------

    def _send(self, which: int, how: int) -> None:
        wallet = self.wallets[which % ACCOUNTS]
        number, segments = self._number(), 1 + how % 4
        wallet.reserve(Credits(segments), first_number=number, count=1, batch=None, at=self.now)
        sent = message(number, wallet.account, when=self.seconds, segments=segments)
        self.messages.append(sent)
        self.save(wallet, sent)

    def _close(self, which: int, how: int) -> None:
        sent: Message = self._pick([m for m in self.messages if m.is_open], which)
        start(sent, when=self.seconds)
        if how % 4:
            for index in range(sent.segments):
                sent.accept_segment(index, message_reference=1, evidence="cmgs", at=self.now)
            self.save(sent)
            return
        wallet = self.wallets[sent.account - 1]
        sent.fail(cause=cms(21), at=self.now)
        wallet.refund(Credits(sent.credits), number=sent.number, cause="CMS_21", at=self.now)
        self.save(sent, wallet)

    def _staff(self, which: int, how: int) -> None:
        wallet = self.wallets[which % ACCOUNTS]
        match how % 3:
            case 0:
                wallet.grant(Credits(1 + how % 9), at=self.now, **STAFF)
            case 1:
                wallet.adjust(Credits(how % 21 - 10), at=self.now, **STAFF)
            case _:
                wallet.expire(Credits(1 + how % 5), lot=how, at=self.now)
        self.save(wallet)


def _net(lines: Sequence[Moved]) -> int:
    return sum(line.amount - line.fee for line in lines)


def left_in(holdings: Holdings) -> int:
    """Give the credits that are left in lots, less those that are owed."""
    return sum(lot.left for lot in holdings.lots.values()) - holdings.debt
