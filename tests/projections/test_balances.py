"""What an account has, and how it came to that."""

from itertools import pairwise

from application.ports.queries import Balance, Statement
from domain.span import Span
from domain.values import Credits
from domain.wallet import CreditWallet
from tests.projections.history import START, at, message, send, sim, start, wallet_of
from tests.projections.truth import Truth
from tests.support.outcomes import cms

EVER = Span()


def test_available_reserved_spent_and_refunded_add_up_at_one_position(truth: Truth) -> None:
    wallet = wallet_of(1, credits=100)
    wallet.reserve(Credits(6), first_number=1, count=3, batch=9, at=at(1))
    sent, failed = send(message(1, segments=2)), start(message(2, segments=2))
    failed.fail(cause=cms(28), at=at(3))
    wallet.refund(Credits(2), number=2, cause="REJECTED", at=at(3))
    positions = truth.save(sim(1), wallet, sent, failed, message(3, segments=2))
    last_of_account = positions[1:7][-1]  # Opened, Granted, Reserved, Refunded; Queued, …, Sent
    balance = truth.follow().balance(1)
    assert balance is not None
    assert last_of_account < balance.position <= positions[-1]
    assert balance == Balance(
        account=1, available=96, reserved=2, spent=2, refunded=2, position=balance.position
    )
    assert balance.available + balance.reserved + balance.spent == 100


def test_the_position_is_that_of_the_last_event_that_touched_the_account(truth: Truth) -> None:
    truth.save(wallet_of(1))
    position = truth.save(*wallet_of(2).collect_events()[:1])[0]
    truth.save(message(1, account=2))
    balance = truth.follow().balance(2)
    assert balance == Balance(
        account=2, available=0, reserved=0, spent=0, refunded=0, position=position
    )


def test_an_account_without_a_wallet_has_no_balance(truth: Truth) -> None:
    assert truth.follow().balance(1) is None


def test_the_statement_lists_every_movement_signed_and_with_what_was_left(truth: Truth) -> None:
    wallet = CreditWallet.open(1, at=START)
    wallet.top_up(
        Credits(50),
        value_ngwee=1_000,
        vat_ngwee=138,
        source="clearing",
        provider_account="mtn/main",
        receipt="r",
        price_list="p",
        at=at(1),
    )
    wallet.reserve(Credits(4), first_number=7, count=2, batch=3, at=at(2))
    wallet.refund(Credits(2), number=8, cause="EXPIRED", at=at(3))
    wallet.grant(Credits(10), actor="staff", reason="r", at=at(4))
    wallet.adjust(Credits(-5), actor="staff", reason="r", at=at(5))
    wallet.expire(Credits(1), lot=1, at=at(6))
    wallet.cash_out(Credits(2), receipt="r", value_ngwee=40, vat_ngwee=5, at=at(7))
    wallet.claw_back(
        Credits(51),
        receipt="r",
        provider_account="mtn/main",
        value_ngwee=1_000,
        vat_ngwee=138,
        at=at(8),
    )
    positions = truth.save(wallet, wallet_of(2))
    lines = page(truth).lines
    assert [(line.kind, line.credits, line.available, line.at) for line in lines] == [
        ("TopUp", 50, 50, at(1)),
        ("Reserved", -4, 46, at(2)),
        ("Refunded", 2, 48, at(3)),
        ("Granted", 10, 58, at(4)),
        ("Adjusted", -5, 53, at(5)),
        ("CreditsExpired", -1, 52, at(6)),
        ("CashedOut", -2, 50, at(7)),
        ("ClawedBack", -51, -1, at(8)),
    ]
    assert [line.position for line in lines] == positions[1:9]
    reserved, refunded = lines[1], lines[2]
    assert (reserved.number, reserved.count, reserved.batch, reserved.cause) == (7, 2, 3, None)
    assert (refunded.number, refunded.count, refunded.cause) == (8, None, "EXPIRED")


def test_a_movement_by_hand_says_who_why_and_who_agreed(truth: Truth) -> None:
    wallet = CreditWallet.open(1, at=START)
    wallet.grant(
        Credits(10), actor="account:2", reason="7/ab", approver="account:3", entry=4, at=at(1)
    )
    wallet.adjust(Credits(-5), actor="os:root@host", reason="8/cd", at=at(2))
    wallet.reserve(Credits(1), first_number=7, count=1, batch=None, at=at(3))
    truth.put("reason", 7, "goodwill, ticket 88")  # the other one was erased
    truth.save(wallet)
    assert [(x.actor, x.reason, x.approver, x.entry) for x in page(truth).lines] == [
        ("account:2", "goodwill, ticket 88", "account:3", 4),
        ("os:root@host", None, None, None),
        (None, None, None, None),
    ]


def test_the_statement_goes_on_after_a_position(truth: Truth) -> None:
    wallet = wallet_of(1)
    for second in range(5):
        wallet.grant(Credits(1), actor="staff", reason="r", at=at(second))
    truth.save(wallet)
    first = page(truth, limit=4)
    rest = page(truth, after=first.next or 0, limit=2)
    assert [line.available for line in (*first.lines, *rest.lines)] == [
        1_000,
        1_001,
        1_002,
        1_003,
        1_004,
        1_005,
    ]
    assert (first.next, rest.next) == (first.lines[-1].position, None)


def test_no_wallet_has_no_statement(truth: Truth) -> None:
    assert truth.follow().statement(1, EVER, after=0, limit=1) is None


def test_what_a_stretch_of_time_opens_with_and_all_that_moved_make_what_it_closes_with(
    truth: Truth,
) -> None:
    truth.save(wallet_granted_at(0, 1, 1, 2, 3, 9))
    for since, until, opening, closing, count in (
        (None, None, 0, 6, 6),
        (at(1), at(3), 1, 4, 3),
        (at(1), None, 1, 6, 5),
        (None, at(1), 0, 1, 1),
        (at(3.5), at(9), 5, 5, 0),
        (at(10), None, 6, 6, 0),
        (None, at(-1), 0, 0, 0),
    ):
        found = page(truth, Span(since, until))
        assert (found.opening, found.closing, len(found.lines)) == (opening, closing, count)
        cut = page(truth, Span(since, until), limit=1)
        assert (cut.opening, cut.closing) == (opening, closing)


def test_stretches_that_meet_share_nothing_and_miss_nothing_though_the_clock_was_set_back(
    truth: Truth,
) -> None:
    truth.save(wallet_granted_at(1, 5, 2, 8, 3, 9, 4, 11))
    whole = page(truth).lines
    for cuts in ((2, 6), (3, 5), (1, 10), (4, 9)):
        edges = [None, *map(at, cuts), None]
        parts = [page(truth, Span(*pair)) for pair in pairwise(edges)]
        assert [line for part in parts for line in part.lines] == whole
        assert [part.opening for part in parts[1:]] == [part.closing for part in parts[:-1]]


def wallet_granted_at(*seconds: float) -> CreditWallet:
    """Give a wallet with a grant of one credit at each time, in this order."""
    wallet = CreditWallet.open(1, at=START)
    for second in seconds:
        wallet.grant(Credits(1), actor="staff", reason="r", at=at(second))
    return wallet


def page(truth: Truth, span: Span = EVER, *, after: int = 0, limit: int = 100) -> Statement:
    found = truth.follow().statement(1, span, after=after, limit=limit)
    assert found is not None
    return found
