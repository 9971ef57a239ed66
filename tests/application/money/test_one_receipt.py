"""A receipt credits once, by whichever ways it comes: two payments, two files, two processes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import cycle, permutations
from typing import Final
from uuid import UUID

import pytest

from application.accounts import ChangeRole, DecideEntry, Decision
from application.accounts.loose_money import PrepareAssignment
from application.books.actors import Actor
from application.money.outcomes import RecordStatus
from application.money.statements import import_statement
from application.ports import FileLine, PaymentState, PaymentStatus
from domain.errors import AlreadyExists, TooLate
from domain.matching import LineKind
from domain.provider_account import provider_account
from domain.receipt.names import ReceiptName
from domain.roles import Role
from domain.values import SECOND, Instant
from domain.wallet import CreditWallet, wallet_id
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.invariants import violations_in
from tests.support.reconciling import K50, File
from tests.support.topups import STAFF, Till, till

WALLET: Final = provider_account("mtn", "main")
WAYS: Final = ("a payment", "another payment", "a file", "another file")


@pytest.fixture(scope="module")
def shop() -> Iterator[Till]:
    with till(KINDS["mtn"]) as opened:
        opened.publish(50)
        yield opened
        assert violations_in(opened.system.store) == []


@pytest.fixture(scope="module")
def reviewer(shop: Till) -> Actor:
    number = shop.new_account("reviewer")
    shop.execute(
        ChangeRole(
            number, Role.ADMIN, is_grant=True, actor=STAFF, reason="hired",
            at=shop.clock.now(),
        )
    )  # fmt: skip
    return Actor.of(number)


def by_payment(shop: Till, payment: int, receipt: str) -> None:
    """Have the provider say that a payment is paid, by this receipt."""
    row = shop.system.queries.top_up(payment)
    assert row is not None
    status = PaymentStatus(state=PaymentState.PAID, receipt=receipt)
    shop.execute(
        RecordStatus(
            UUID(row.payment), status, currency="ZMW", tells_status=True, at=shop.clock.now()
        )
    )


def by_file(shop: Till, account: int, receipt: str, note: str, reviewer: Actor) -> None:
    """Import a file that shows the receipt, and have it assigned to an account by two people."""
    at = Instant(shop.clock.now() - SECOND)
    shows = FileLine(2, receipt, K50, 0, at, None, None, None, LineKind.PAYMENT)
    beside = FileLine(3, f"{receipt}-{note}", 0, 1, at, None, None, None, LineKind.FEE)
    import_statement(
        File([shows, beside]), WALLET, execute=shop.execute, clock=shop.clock, actor=STAFF
    )
    with suppress(AlreadyExists, TooLate):
        entry = shop.execute(
            PrepareAssignment(
                ReceiptName(WALLET, receipt), account, actor=STAFF, reason="rang up",
                at=shop.clock.now(),
            )
        )  # fmt: skip
        shop.execute(
            DecideEntry(
                entry, Decision.APPROVE, actor=reviewer, reason="", at=shop.clock.now()
            )
        )  # fmt: skip


def credited(shop: Till, accounts: Sequence[int]) -> list[tuple[int, int]]:
    return [
        (account, event.credits)
        for account in accounts
        for event in shop.system.reader.events(wallet_id(account))
        if isinstance(event, CreditWallet.TopUp)
    ]


@pytest.mark.slow
def test_a_receipt_that_comes_by_two_payments_and_two_files_credits_the_first(
    shop: Till, reviewer: Actor, report_count: Callable[..., None]
) -> None:
    """Each way is another process's, which knows nothing of what the last one did."""
    wrong = []
    orders = list(permutations(WAYS))
    with closing(shop.open_system()) as second:
        systems = cycle((second, shop.system))
        for turn, order in enumerate(orders):
            accounts = [shop.new_account(f"{turn}-{way}") for way in WAYS]
            payments = []
            for shop.account in accounts[:2]:
                payments.append(shop.request("pending-for-ever"))
                shop.take_turns()
                shop.shown(payments[-1])
            for way in order:
                shop.system = next(systems)
                place = WAYS.index(way)
                if place < 2:
                    by_payment(shop, payments[place], f"R{turn}")
                else:
                    by_file(shop, accounts[place], f"R{turn}", way, reviewer)
            got = credited(shop, accounts)
            if got != [(accounts[WAYS.index(order[0])], 100)]:
                wrong.append((order, got))
    report_count("one receipt by four ways", len(orders), len(wrong), wrong[0] if wrong else 0)
