"""What SIMs report and what time does: doubts, leases, expiry, and refunds in the same save."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from application.books.actors import Actor
from application.books.reasons import WithReason
from application.fleet.duty import BringOnline, OnDuty, RenewLease, TakeOffline
from application.fleet.leases import LEASE_S
from application.fleet.liveness import LeaseWatch
from application.messages.attempts import RecordOutcome, Settled, StartAttempt
from application.messages.by_hand import CancelMessage, ReleaseMessages, ResolveDoubt
from application.messages.restored import HoldMessages
from application.messages.settling import (
    ATTEMPTS_MAX,
    BACK_OFF_S,
    DoubtAttempt,
    ExpireMessage,
    LateAnswerArrived,
)
from application.ports import SimIdentity
from domain.causes import OwnCause
from domain.contents import ContentKind
from domain.errors import NotFound, TooLate
from domain.message import Message, message_id
from domain.reports import Accepted, Rejected, SubmitOutcome
from domain.values import SECOND, Network
from tests.application.conftest import Account
from tests.support.outcomes import NO_PROMPT, SILENCE, refused
from tests.support.virtual import START, Gateway

DAY_S = 24 * 3600
CONGESTED = refused("+CMS ERROR: 42")


@dataclass
class Carrier:
    """A SIM at work for one account."""

    account: Account
    duty: OnDuty

    @property
    def gateway(self) -> Gateway:
        return self.account.gateway

    def start(self, number: int) -> None:
        now = self.gateway.clock.now()
        self.gateway.run(RenewLease(self.duty, answered_at=now, at=now))
        self.gateway.run(StartAttempt(number, duty=self.duty, concat_ref=1, at=now))

    def finish(self, number: int, outcome: SubmitOutcome, *, index: int = 0) -> Settled:
        return self.gateway.run(
            RecordOutcome(
                number,
                sim=self.duty.sim,
                fence=self.duty.fence,
                index=index,
                outcome=outcome,
                at=self.gateway.clock.now(),
            )
        )

    def answer_late(self, number: int, outcome: Accepted | Rejected) -> None:
        self.gateway.run(
            LateAnswerArrived(
                number,
                sim=self.duty.sim,
                fence=self.duty.fence,
                outcome=outcome,
                at=self.gateway.clock.now(),
            )
        )

    def expire(self, number: int) -> bool:
        return self.gateway.run(ExpireMessage(number, at=self.gateway.clock.now()))

    def message(self, number: int) -> Message:
        found = self.gateway.system.reader.find(Message, message_id(number))
        assert found is not None
        return found


def bring_online(gateway: Gateway, name: str = "1") -> OnDuty:
    identity = SimIdentity(f"892600{name}", f"64502000000000{name}", "35", "E173", "11")
    return gateway.run(
        BringOnline(
            identity, network=Network.MTN, modem="m1", holder="host", at=gateway.clock.now()
        )
    )


@pytest.fixture
def carrier(account: Account) -> Carrier:
    return Carrier(account, bring_online(account.gateway))


@pytest.fixture
def number(account: Account) -> int:
    return account.send(segments=3).first_number


# -- outcomes ---------------------------------------------------------------------------------


def test_a_message_in_parts_is_spent_when_its_last_part_is_accepted(
    carrier: Carrier, number: int
) -> None:
    carrier.start(number)
    for index in range(3):
        settled = carrier.finish(number, Accepted(index), index=index)
        assert settled.more_segments == (index < 2)
    assert settled.state == "sent"
    assert carrier.account.available == 97


def test_a_refused_message_is_refunded_in_the_same_save(carrier: Carrier, number: int) -> None:
    carrier.start(number)
    before = carrier.gateway.store.transactions
    carrier.finish(number, refused("+CMS ERROR: 28"))
    assert carrier.gateway.store.transactions == before + 1
    assert carrier.message(number).cause == "CMS_28"
    assert carrier.account.available == 100


def test_a_message_that_keeps_failing_ends_after_its_last_attempt(
    carrier: Carrier, number: int
) -> None:
    for _ in range(ATTEMPTS_MAX):
        carrier.start(number)
        carrier.finish(number, CONGESTED)
        carrier.gateway.clock.pass_s(1_800)
    assert carrier.message(number).state == "failed"
    assert carrier.account.available == 100


def test_a_sim_that_was_told_to_stop_costs_no_time(carrier: Carrier, number: int) -> None:
    carrier.start(number)
    carrier.finish(number, NO_PROMPT)
    carrier.start(number)
    assert carrier.message(number).attempt == 2


def test_an_outcome_under_an_older_fence_is_too_late(carrier: Carrier, number: int) -> None:
    carrier.start(number)
    newer = bring_online(carrier.gateway)
    assert newer.fence == carrier.duty.fence + 1
    now = carrier.gateway.clock.now()
    assert carrier.gateway.run(
        DoubtAttempt(number, sim=newer.sim, new_fence=newer.fence, cause=OwnCause.RESTARTED, at=now)
    )
    with pytest.raises(TooLate):
        Carrier(carrier.account, newer).finish(number, Accepted(1))
    carrier.finish(number, Accepted(1))  # who sent it knows best, however late
    assert carrier.message(number).accepted == 1


# -- doubts -----------------------------------------------------------------------------------


def doubted(carrier: Carrier, number: int) -> None:
    carrier.start(number)
    carrier.finish(number, SILENCE)


def test_a_late_answer_settles_a_doubt(carrier: Carrier, number: int) -> None:
    doubted(carrier, number)
    carrier.answer_late(number, Accepted(5))
    assert (carrier.message(number).state, carrier.message(number).accepted) == ("queued", 1)
    doubted(carrier, number)
    carrier.answer_late(number, CONGESTED)
    assert carrier.message(number).state == "queued"
    with pytest.raises(TooLate):
        carrier.answer_late(number, Accepted(5))


def test_a_late_refusal_for_good_ends_the_message_with_its_refund_in_one_save(
    carrier: Carrier, number: int
) -> None:
    doubted(carrier, number)
    before = carrier.gateway.store.transactions
    carrier.answer_late(number, refused("+CMS ERROR: 28"))
    assert carrier.gateway.store.transactions == before + 1
    message = carrier.message(number)
    assert (message.state, message.cause) == ("failed", "CMS_28")
    assert carrier.account.available == 100


def test_a_late_refusal_that_may_pass_waits_and_is_counted_like_one_in_time(
    carrier: Carrier, number: int
) -> None:
    for attempt in range(1, ATTEMPTS_MAX + 1):
        doubted(carrier, number)
        carrier.answer_late(number, CONGESTED)
        if attempt < ATTEMPTS_MAX:
            pause_s = BACK_OFF_S[attempt - 1]
            now = carrier.gateway.clock.now()
            assert carrier.message(number).retry_at == now + pause_s * SECOND
            carrier.gateway.clock.pass_s(pause_s)
    assert carrier.message(number).state == "failed"
    assert carrier.account.available == 100


def test_a_late_answer_after_the_refund_is_listed_and_never_charged(
    carrier: Carrier, number: int
) -> None:
    doubted(carrier, number)
    carrier.gateway.clock.pass_s(DAY_S)
    assert carrier.expire(number)
    assert carrier.message(number).cause == "UNCONFIRMED"
    carrier.answer_late(number, Accepted(5))
    assert carrier.message(number).late_reports == 1
    assert carrier.account.available == 100


def test_only_a_lapsed_lease_or_a_newer_holder_doubts_what_is_being_sent(
    carrier: Carrier, number: int
) -> None:
    carrier.start(number)
    leases = LeaseWatch(carrier.gateway.system.store, carrier.gateway.clock)

    def doubt(new_fence: int | None) -> bool:
        lapsed = {lease.sim: (lease.fence, lease.expires_at) for lease in leases.lapsed()}
        return carrier.gateway.run(
            DoubtAttempt(
                number,
                sim=carrier.duty.sim,
                new_fence=new_fence,
                cause=OwnCause.RESTARTED,
                lapsed=lapsed.get(carrier.duty.sim),
                at=carrier.gateway.clock.now(),
            )
        )

    assert not doubt(None)
    assert not doubt(carrier.duty.fence)
    with pytest.raises(TooLate):
        doubt(carrier.duty.fence + 1)
    carrier.gateway.clock.pass_s(LEASE_S)
    assert doubt(None)
    assert not doubt(None)
    with pytest.raises(TooLate):  # its holder begins nothing more, should it live
        carrier.gateway.run(RenewLease(carrier.duty, answered_at=START, at=START))
    assert carrier.account.available == 97


@pytest.mark.parametrize(("sent", "available"), [(True, 97), (False, 100)])
def test_an_operator_settles_a_doubt_with_a_reason(
    carrier: Carrier, number: int, sent: bool, available: int
) -> None:
    def resolve() -> WithReason[None]:
        return ResolveDoubt(
            number,
            sent=sent,
            actor=Actor("test"),
            reason="a reason",
            at=carrier.gateway.clock.now(),
        )

    with pytest.raises(TooLate):
        carrier.gateway.run(resolve())
    doubted(carrier, number)
    carrier.gateway.run(resolve())
    assert carrier.account.available == available
    resolved = [
        e
        for e in carrier.gateway.system.reader.events(message_id(number))
        if isinstance(e, Message.Resolved)
    ]
    row = carrier.gateway.system.store.content(
        ContentKind.REASON, int(resolved[0].reason.split("/")[0])
    )
    assert row is not None
    assert row.body == "a reason"


def test_held_messages_go_on_when_an_operator_releases_them_and_a_second_word_changes_nothing(
    carrier: Carrier, number: int
) -> None:
    now = carrier.gateway.clock.now
    doubted(carrier, doubtful := carrier.account.send().number(0))
    both = [number, doubtful]
    assert carrier.gateway.run(HoldMessages(both, generation=2, at=now())) == 2
    assert carrier.gateway.run(HoldMessages(both, generation=2, at=now())) == 0
    carrier.gateway.clock.pass_s(9 * DAY_S)
    assert not carrier.expire(number)
    with pytest.raises(TooLate):
        carrier.start(number)

    def release() -> WithReason[int]:
        return ReleaseMessages(both, actor=Actor("test"), reason="looked", at=now())

    assert carrier.gateway.run(release()) == 2
    assert carrier.gateway.run(release()) == 0
    assert carrier.expire(number)
    assert carrier.expire(doubtful)
    assert carrier.account.available == 100


# -- starts -----------------------------------------------------------------------------------


def test_two_sims_never_take_the_same_message(carrier: Carrier, number: int) -> None:
    other = Carrier(carrier.account, bring_online(carrier.gateway, "2"))
    carrier.start(number)
    with pytest.raises(TooLate):
        other.start(number)


def test_nothing_starts_under_a_lease_that_was_given_back(carrier: Carrier, number: int) -> None:
    now = carrier.gateway.clock.now
    carrier.gateway.run(TakeOffline(carrier.duty, reason="test", at=now()))
    with pytest.raises(TooLate):
        carrier.gateway.run(StartAttempt(number, duty=carrier.duty, concat_ref=1, at=now()))


# -- ends -------------------------------------------------------------------------------------


def test_a_message_expires_when_its_time_has_come_and_is_refunded(
    carrier: Carrier, number: int
) -> None:
    assert not carrier.expire(number)
    carrier.gateway.clock.pass_s(DAY_S)
    assert carrier.expire(number)
    assert not carrier.expire(number)
    assert carrier.account.available == 100


def in_part(carrier: Carrier, number: int) -> None:
    carrier.start(number)
    carrier.finish(number, Accepted(1))


def waiting_in_part(carrier: Carrier, number: int) -> None:
    in_part(carrier, number)
    carrier.finish(number, CONGESTED, index=1)


def test_a_message_that_left_in_part_expires_and_is_refunded_whole(
    carrier: Carrier, number: int
) -> None:
    waiting_in_part(carrier, number)
    carrier.gateway.clock.pass_s(DAY_S)
    assert carrier.expire(number)
    assert carrier.account.available == 100


@pytest.mark.parametrize(
    ("prepare", "wait_s"),
    [(waiting_in_part, 0.0), (in_part, 0.0), (in_part, float(DAY_S))],
    ids=["while it is valid", "on its way, while it is valid", "on its way, past its validity"],
)
def test_a_stale_job_does_not_end_a_message_that_is_valid_or_on_its_way(
    carrier: Carrier, number: int, prepare: Callable[[Carrier, int], None], wait_s: float
) -> None:
    prepare(carrier, number)
    carrier.gateway.clock.pass_s(wait_s)
    assert not carrier.expire(number)


def test_a_waiting_message_is_cancelled_by_its_own_account_only(
    carrier: Carrier, number: int
) -> None:
    now = carrier.gateway.clock.now()
    with pytest.raises(NotFound):
        carrier.gateway.run(CancelMessage(number, account=999, actor=Actor("x"), at=now))
    carrier.gateway.run(
        CancelMessage(number, account=carrier.account.number, actor=Actor("x"), at=now)
    )
    assert carrier.account.available == 100
    with pytest.raises(TooLate):
        carrier.start(number)
