"""Wallets: any history of credits keeps the invariants, and replays to the same wallet."""

from typing import Any, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from application.invariants import InvariantChecker
from domain.errors import InsufficientCredits, InvalidRequest, Refused
from domain.events import Aggregate, Snapshot
from domain.message import Message
from domain.receipt import Receipt
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.properties.message_states import MAPPER, START, fold_again
from tests.support.outcomes import cms

ACCOUNT = 7


def from_snapshot(wallet: CreditWallet) -> CreditWallet:
    """Take a wallet through its stored snapshot."""
    snapshot: Any = MAPPER.to_domain_event(MAPPER.to_stored_event(Snapshot.of(wallet, at=START)))
    return cast("CreditWallet", snapshot.mutate(None))


class WalletHistories(RuleBasedStateMachine):
    """Credits come in, are reserved for messages, and are spent, refunded, corrected, expired."""

    @initialize()
    def open(self) -> None:
        self.at = START
        self.wallet = CreditWallet.open(ACCOUNT, at=self.at)
        self.checker = InvariantChecker()
        self.position = 0
        self.stored: list[Any] = []
        self.messages: dict[int, Message] = {}
        self.available = 0
        self.low_balance: int | None = None
        self.was_low = False
        self.next_number = 1
        self.save(self.wallet)

    def save(self, *aggregates: Aggregate) -> None:
        told = len(self.stored)
        for aggregate in aggregates:
            for event in aggregate.collect_events():
                stored = MAPPER.to_stored_event(event)
                self.position += 1
                decoded: Any = MAPPER.to_domain_event(stored)
                self.checker.feed(self.position, decoded)
                if isinstance(decoded, CreditWallet.Event):
                    self.stored.append(decoded)
        self.checker.settle()
        is_low = self.available < (self.low_balance or 0)
        fell = [event for event in self.stored[told:] if isinstance(event, CreditWallet.FellLow)]
        assert [event.available for event in fell] == [self.available] * (is_low > self.was_low)
        self.was_low = is_low

    def refused(self, error: type[Refused], call: Any, *args: object, **fields: object) -> None:
        version = self.wallet.version
        with pytest.raises(error):
            call(*args, at=self.at, **fields)
        assert (self.wallet.version, self.wallet.pending_events) == (version, [])

    # -- coming in ---------------------------------------------------------------------------

    @rule(credits=st.integers(-3, 200))
    def grant(self, credits: int) -> None:
        if credits <= 0:
            self.refused(
                InvalidRequest, self.wallet.grant, Credits(credits), actor="test", reason="1/x"
            )
            return
        self.wallet.grant(Credits(credits), actor="test", reason="1/x", at=self.at)
        self.available += credits
        self.save(self.wallet)

    @rule(credits=st.integers(1, 2_000))
    def top_up(self, credits: int) -> None:
        receipt = Receipt.open("mtn/main", f"T{self.position}", at=self.at)
        bought: dict[str, Any] = {"vat_ngwee": credits * 5, "at": self.at}
        receipt.see_by_api(amount_ngwee=credits * 35, payment=None, at=self.at)
        source = receipt.credit(
            payment="p",
            account=ACCOUNT,
            credits=Credits(credits),
            amount_ngwee=credits * 35,
            **bought,
        )
        self.wallet.top_up(
            Credits(credits),
            value_ngwee=credits * 35,
            source=source,
            provider_account="mtn/main",
            receipt=str(receipt.id),
            price_list="p",
            **bought,
        )
        self.available += credits
        self.save(receipt, self.wallet)

    # -- going out ---------------------------------------------------------------------------

    @rule(count=st.integers(1, 6), segments=st.integers(1, 11))
    def reserve(self, count: int, segments: int) -> None:
        total, first = Credits(count * segments), self.next_number
        fields: dict[str, Any] = {"first_number": first, "count": count, "batch": None}
        if total > self.available:
            self.refused(InsufficientCredits, self.wallet.reserve, total, **fields)
            return
        self.wallet.reserve(total, at=self.at, **fields)
        self.available -= total
        self.next_number += count
        queued = [_queued(first + place, segments, self.at) for place in range(count)]
        self.messages.update({message.number: message for message in queued})
        self.save(self.wallet, *queued)

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), is_sent=st.booleans())
    def close(self, data: st.DataObject, is_sent: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.messages)))
        message = self.messages.pop(number)
        if is_sent:
            message.start_attempt(sim=1, fence=1, concat_ref=1, at=self.at)
            for index in range(message.segments):
                message.accept_segment(index, message_reference=1, evidence="modem", at=self.at)
            self.save(message)
            return
        message.fail(cause=cms(21), at=self.at)
        self.wallet.refund(Credits(message.credits), number=number, cause="CMS_21", at=self.at)
        self.available += message.credits
        self.save(message, self.wallet)

    @rule(credits=st.integers(-150, 150))
    def adjust(self, credits: int) -> None:
        fields = {"actor": "test", "reason": "1/x"}
        if credits == 0:
            self.refused(InvalidRequest, self.wallet.adjust, Credits(0), **fields)
        elif -credits > self.available:
            self.refused(InsufficientCredits, self.wallet.adjust, Credits(credits), **fields)
        else:
            self.wallet.adjust(Credits(credits), actor="test", reason="1/x", at=self.at)
            self.available += credits
            self.save(self.wallet)

    @rule(credits=st.integers(0, 150))
    def expire(self, credits: int) -> None:
        if credits == 0 or credits > self.available:
            error = InvalidRequest if credits == 0 else InsufficientCredits
            self.refused(error, self.wallet.expire, Credits(credits), lot=1)
            return
        self.wallet.expire(Credits(credits), lot=1, at=self.at)
        self.available -= credits
        self.save(self.wallet)

    @rule(credits=st.none() | st.integers(1, 400))
    def choose_low_balance(self, credits: int | None) -> None:
        self.wallet.choose_low_balance(credits, actor="account:7", at=self.at)
        self.low_balance = credits
        self.was_low = self.available < (credits or 0)  # choosing is no fall
        self.save(self.wallet)

    @rule(seconds=st.integers(0, 3_600))
    def wait(self, seconds: int) -> None:
        self.at = Instant(self.at + seconds * SECOND)

    # -- always ------------------------------------------------------------------------------

    @invariant()
    def no_invariant_is_broken(self) -> None:
        assert self.checker.violations == []

    @invariant()
    def the_balance_is_what_was_asked_for(self) -> None:
        assert self.wallet.available == self.available >= 0
        purse = self.checker.purses[ACCOUNT]
        assert purse.available == self.available
        assert purse.open == sum(message.credits for message in self.messages.values())

    @invariant()
    def its_events_and_its_snapshot_give_the_same_wallet(self) -> None:
        assert fold_again(self.wallet, self.stored) == self.wallet
        assert from_snapshot(self.wallet) == self.wallet


def _queued(number: int, segments: int, at: Instant) -> Message:
    return Message.queue(
        number,
        at=at,
        account=ACCOUNT,
        content="seal",
        network="mtn",
        plan="published-1",
        tariff="2026-1",
        encoding="GSM-7",
        segments=segments,
        credits=segments,
        lane="normal",
        send_at=None,
        expires_at=at + 86_400 * SECOND,
        batch=None,
        submission=None,
        offline=False,
        category="transactional",
        client_reference=None,
        quiet=None,
        request_id=None,
    )


TestWalletHistories = WalletHistories.TestCase
