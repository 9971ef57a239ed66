"""Histories of everything that a gateway does: money, messages, staff, and what comes in.

Lawful throughout: what is saved together would be, and no invariant is broken on the way.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from domain.account import Account
from domain.allowance import Allowance
from domain.auditor_read import AuditorRead
from domain.case import Case
from domain.claim import Claim
from domain.coverage import Coverage
from domain.doubted_times import DoubtedTimes
from domain.errors import NgomaError
from domain.events import Event
from domain.inbound import Inbound, InboundKind, PartOf, Word
from domain.manual_entry import EntryKind, ManualEntry
from domain.period import Period
from domain.price_list import PriceList
from domain.roles import Role
from domain.sender_id import SenderId
from domain.sender_requests import SenderRequests
from domain.sheet import Figures
from domain.statement import Statement
from domain.suppression import Suppression
from domain.trial_balance import TrialBalance
from domain.values import Credits
from tests.projections.history import START, sim
from tests.support.keywords import keywords_happen
from tests.support.message_history import NEWEST, MessageHistory
from tests.support.money import a_payment
from tests.support.money_history import ACCOUNTS, HOME, STAFF, Draw

PREPARER, APPROVER = "account:90", "account:91"
STAFF_ACCOUNTS: Final = (90, 91)
BALANCED: Final = Figures(
    book_ngwee=0,
    in_transit_ngwee=0,
    explained_ngwee=0,
    unidentified_ngwee=0,
    statement_ngwee=None,
)


class WholeHistory(MessageHistory):
    """Half of what is drawn moves money, the other half is everything else."""

    def __init__(self, save: Callable[[Sequence[Event]], None]) -> None:
        super().__init__(save)
        self.accounts = [
            Account.register(n, person="p", at=START)
            for n in (*range(1, ACCOUNTS + 1), *STAFF_ACCOUNTS)
        ]
        self.sims = [sim(n) for n in (1, 2, 3)]
        self.prices = PriceList.open(None, at=START)
        self.coverage = Coverage.open(HOME, at=START)
        self.doubts = DoubtedTimes.open("host", at=START)
        self.save(*self.accounts, *self.sims, self.prices, self.coverage, self.doubts)

    def happen(self, drawn: Sequence[Draw]) -> None:
        actions = (
            *(self._send_briefly, self._deliver, self._end, self._doubt, self._report) * 3,
            *(self._by_two, self._run_accounts, self._decide_name, self._brake) * 2,
            *(self._come_in, self._suppress, self._look, self._fail_to_pay, self._refuse_refund),
            *(self._close_period, self._price, self._discard, self._explain, self._doubt_clock),
            *(self._rehearse, self._rehearse, self._answer, self._choose_low),
        )
        for what, which, how in drawn:
            if what % 2:
                super().happen([(what // 2 * 2 + which % 2, which, how)])
                continue
            self.seconds += how % 20
            try:
                actions[(what // 2 + which) % len(actions)](which, how)
            except NgomaError:
                self._forget()

    def _forget(self) -> None:
        """A refused command leaves no event (I12); what it began to change is folded anew."""
        self.receipts = {k: one for k, one in self.receipts.items() if one.id in self._saved}
        self.payments = [one for one in self.payments if one.id in self._saved]
        changed: list[Any] = [*self.wallets, *self.receipts.values(), *self.payments]
        for one in (*changed, *self.messages, *self.accounts, *self.sims, self.prices):
            if one.pending_events:
                one.collect_events()
                again: Any = None
                for event in self._saved[one.id]:
                    again = event.mutate(again)
                vars(one).update(vars(again))

    # -- staff ---------------------------------------------------------------------------------

    def _by_two(self, which: int, how: int) -> None:
        """Prepared by one, and decided by another or withdrawn."""
        number, account = self._number(), self.accounts[which % ACCOUNTS]
        reason = f"{number}/r"
        is_role = how % 3 == 0
        credits = None if is_role else 1 + how % 50
        entry = ManualEntry.prepare(
            number,
            kind=EntryKind.GRANT_ROLE if is_role else EntryKind.GRANT,
            account=account.number,
            credits=credits,
            role=Role.AUDITOR.value if is_role else None,
            actor=PREPARER,
            reason=reason,
            at=self.now,
        )
        self.save(entry)
        self.seconds += 1
        by: Any = {"actor": PREPARER, "reason": reason, "approver": APPROVER, "entry": number}
        match how % 7:
            case 0:
                entry.reject(approver=APPROVER, reason="1/no", at=self.now)
                self.save(entry)
            case 1:
                entry.withdraw(actor=PREPARER, at=self.now)
                self.save(entry)
            case _ if is_role and Role.AUDITOR in account.roles:
                entry.withdraw(actor=PREPARER, at=self.now)
                self.save(entry)
            case _ if is_role:
                entry.approve(approver=APPROVER, at=self.now)
                account.grant_role(Role.AUDITOR, at=self.now, **by)
                self.save(entry, account)
                self._withdraw_role(account)
            case _:
                entry.approve(approver=APPROVER, at=self.now)
                wallet = self.wallets[which % ACCOUNTS]
                wallet.grant(Credits(credits or 1), at=self.now, **by)
                self.save(entry, wallet)

    def _withdraw_role(self, account: Account) -> None:
        number = self._number()
        reason = f"{number}/r"
        entry = ManualEntry.prepare(
            number,
            kind=EntryKind.WITHDRAW_ROLE,
            account=account.number,
            role=Role.AUDITOR.value,
            actor=PREPARER,
            reason=reason,
            at=self.now,
        )
        self.save(entry)
        self.seconds += 1
        entry.approve(approver=APPROVER, at=self.now)
        account.withdraw_role(
            Role.AUDITOR,
            actor=PREPARER,
            reason=reason,
            approver=APPROVER,
            entry=number,
            at=self.now,
        )
        self.save(entry, account)

    def _run_accounts(self, which: int, how: int) -> None:
        account = self.accounts[which % ACCOUNTS]
        match how % 8:
            case 0:
                account.suspend(**STAFF, at=self.now)
                account.reinstate(**STAFF, at=self.now)
            case 1:
                account.change_limits(
                    single=how, bulk=None, read=0, daily_credits=None, at=self.now, **STAFF
                )
            case 2:
                account.change_credential("password", at=self.now)
                account.use_recovery_code(left=how % 9, at=self.now)
                account.remove_second_factor(at=self.now)
            case 3:
                account.reset_second_factor(
                    actor="root", reason="1/x", approver=None, entry=None, at=self.now
                )
            case 4:
                allowance = Allowance.open(PREPARER, self._number(), at=self.now)
                allowance.use(Credits(how), at=self.now)
                claim = Claim.take("email", f"{self._number()}", owner=which, at=self.now)
                self.save(allowance, claim)
            case 5:
                gone = Account.register(1_000 + self._number(), person="p", at=self.now)
                gone.erase_content(**STAFF, at=self.now)
                self.save(gone)
            case _:
                account.issue_key(f"KEY{self._number():05}", actor="test", at=self.now)
                if len(account.keys) > 3:
                    account.revoke_key(account.keys[0], actor="test", at=self.now)
        self.save(account)

    def _decide_name(self, which: int, how: int) -> None:
        account, number = self.accounts[which % ACCOUNTS], 1_000_000 + self._number()
        asked = SenderId.request(
            number, account=account.number, folded_name=f"n{number}", content="c", at=self.now
        )
        waiting = SenderRequests.open(10_000 + number, at=self.now)
        waiting.add(number, at=self.now)
        self.save(asked, waiting)
        waiting.settle(number, at=self.now)
        if how % 2:
            asked.approve(actor=PREPARER, at=self.now)
            account.choose_default_sender(number, at=self.now)
        else:
            asked.reject(**STAFF, at=self.now)
        self.save(asked, waiting, account)

    def _brake(self, which: int, how: int) -> None:
        """SIMs that send nothing here: an attempt under a brake would break N7."""
        braked = self.sims[1 + which % 2]
        match how % 4:
            case 0:
                braked.quarantine(**STAFF, at=self.now)
            case 1:
                braked.release(**STAFF, at=self.now)
            case 2:
                braked.come_online(
                    network="mtn", modem="m", imei="i", fence=how, host="h", at=self.now
                )
            case _:
                braked.go_offline(reason="silent", at=self.now)
        self.save(braked)
        if how % 10 == 0:
            other, successor = (sim(2_000_000 + self._number()) for _ in range(2))
            self.save(other, successor)
            other.give_way(successor, at=self.now)
            self.save(other)

    def _come_in(self, which: int, how: int) -> None:
        number = self._number()
        kind = InboundKind.REPORT if how % 2 else InboundKind.MESSAGE
        part_of = PartOf(7, 1, 2) if kind is InboundKind.MESSAGE and how % 3 == 0 else None
        came = Inbound.receive(
            number,
            sim=1,
            pdu_sha256=f"{number}",
            kind=kind,
            content="c",
            message_reference=1,
            tp_status=0,
            part_of=part_of,
            at=self.now,
        )
        self.save(came)
        if kind is InboundKind.REPORT:
            matched = self.numbers if which % 2 else None
            _ = came.match(message=matched, index=0, at=self.now) if matched else None
            came.forget(at=self.now)
        elif how % 5 == 0:
            came.join(number, at=self.now)
        else:
            word = Word.STOP if how % 7 == 0 else None
            came.gather(missing=0, account=1 + which % ACCOUNTS, word=word, at=self.now)
        self.save(came)

    def _suppress(self, which: int, how: int) -> None:
        number = self._number()
        kept: dict[str, Any] = {"content": "c", **STAFF}
        suppressed = Suppression.suppress(
            number, digest=f"{number}", account=1 + which % ACCOUNTS, at=self.now, **kept
        )
        self.save(suppressed)
        if how % 2:
            suppressed.lift(**STAFF, at=self.now)
            self.save(suppressed)
            suppressed.renew(at=self.now, **kept)
            self.save(suppressed)

    def _answer(self, which: int, how: int) -> None:
        keywords_happen(self.save, self._number(), which=which, how=how, at=self.now)

    def _look(self, which: int, how: int) -> None:
        look = AuditorRead.record(
            self._number(),
            actor=APPROVER,
            what="wallet",
            subject=how,
            account=1 + which % ACCOUNTS,
            reason=None,
            at=self.now,
        )
        self.save(look)

    # -- money that does not come --------------------------------------------------------------

    def _fail_to_pay(self, which: int, how: int) -> None:
        number = self._number()
        payment = a_payment(
            number, at=self.now, account=1 + which % ACCOUNTS, amount_ngwee=500, actor="account:1"
        )
        payment.initiate(at=self.now)
        self.save(payment)
        if how % 2:
            payment.wait(at=self.now)
        else:
            payment.lose_sight(cause="TIMEOUT", at=self.now)
        self.save(payment)
        if how % 3:
            payment.fail(cause="REJECTED", at=self.now)
        else:
            payment.expire(at=self.now)
        self.save(payment)

    def _refuse_refund(self, which: int, _how: int) -> None:
        payment = self._pick([p for p in self.payments[-NEWEST:] if p.credited], which)
        payment.request_refund(
            credits=Credits(1), amount_ngwee=1, vat_ngwee=0, at=self.now, **STAFF
        )
        self.save(payment)
        payment.reject_refund(approver=APPROVER, reason="1/no", at=self.now)
        self.save(payment)

    def _close_period(self, _which: int, how: int) -> None:
        period = Period.open(f"{HOME}-{self._number()}", "2023-01-01", at=self.now)
        period.prepare(BALANCED, position=1, actor=PREPARER, note="c", at=self.now)
        self.save(period)
        period.sign_off(BALANCED, approver=APPROVER, at=self.now)
        self.save(period)
        period.lock(BALANCED, frozen=TrialBalance.of(1, {}), actor=PREPARER, at=self.now)
        self.save(period)
        if how % 2:
            period.reopen(**STAFF, at=self.now)
            self.save(period)

    def _price(self, _which: int, how: int) -> None:
        version = self.prices.publish(
            ngwee_per_credit=40 + how % 20, vat_percent=16, effective_from=self.now, at=self.now,
            **STAFF,
        )  # fmt: skip
        self.save(self.prices)
        if how % 3 == 0:
            self.seconds += 1
            self.prices.withdraw(version, at=self.now, **STAFF)
            self.save(self.prices)

    def _discard(self, _which: int, _how: int) -> None:
        number = 1_000_000 + self._number()
        statement = Statement.open(
            number, provider_account=f"{HOME}-{number}", sha256=f"{number}", at=self.now
        )
        statement.note_import(
            template="mtn-1",
            opening_ngwee=0,
            closing_ngwee=0,
            total_ngwee=0,
            added_ngwee=0,
            lines=0,
            added=0,
            refused=0,
            first_at=self.now,
            last_at=self.now,
            is_contiguous=True,
            actor=PREPARER,
            at=self.now,
        )
        self.save(statement)
        statement.discard(at=self.now, **STAFF)
        self.save(statement)

    def _explain(self, which: int, how: int) -> None:
        receipt = self._pick(list(self.receipts.values())[-NEWEST:], which)
        case = Case.open(f"{receipt.id}", at=self.now)
        if case.id in self._saved:
            raise NgomaError
        case.note(owner=90, note="c", is_closed=how % 2 == 0, actor=PREPARER, at=self.now)
        self.coverage.extend(
            self.numbers,
            first_at=self.now,
            last_at=self.now,
            opening_ngwee=0,
            closing_ngwee=0,
            added_ngwee=0,
            at=self.now,
        )
        self.save(case, self.coverage)

    def _doubt_clock(self, _which: int, _how: int) -> None:
        self.doubts.doubt("host", from_at=self.now, until_at=self.now, at=self.now)
        self.save(self.doubts)
        self.doubts.settle("host", None, at=self.now)
        self.save(self.doubts)


@cache
def whole_log(seed: int, steps: int, *, slower: int = 1) -> Sequence[Event]:
    """Give a log with everything in it; ``slower`` makes it last so many times as long."""
    from tests.properties.test_money_histories import drawn_from

    events: list[Any] = []
    WholeHistory(events.extend).happen(drawn_from(seed, steps))
    if slower == 1:
        return tuple(events)
    return tuple(replace(one, timestamp=START + (one.at - START) * slower) for one in events)
