"""Every kind of exception that finance has comes about, and is done with like the others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from adapters.clock import SystemClock
from adapters.mobile_money import SIMULATED
from adapters.mobile_money.simulation.payments import SimPayments
from application.accounts.approvals import ChangeRole
from application.money.cases import NoteCase, read_subject
from application.money.outcomes import RecordStatus
from application.money.refunds import PaidByHand
from application.money.statements import import_statement
from application.money.unknown_callbacks import KeepUnknownCallback
from application.ports import FileLine, PaymentStatus, RefusedRow
from application.ports import PaymentState as Said
from application.system import System
from domain.matching import LineKind, Trouble
from domain.money import Ngwee
from domain.payment import PaymentState, payment_id
from domain.roles import Role
from domain.values import Instant
from tests.api.money.asking import publish
from tests.support.desk import HOUR, STAFF, Desk, a_desk, line, set_times
from tests.support.invariants import violations_in
from tests.support.reconciling import K50, PAYER, File
from tests.support.system import create_account, running_system


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    account = SIMULATED["mtn"](SimPayments(SystemClock()), None).account("http://127.0.0.1:9/")
    mtn = replace(account, fee_flat_ngwee=5, fee_per_10_000=150)
    with running_system(tmp_path_factory.mktemp("store"), providers=(mtn,)) as system:
        set_times(system)
        publish(system, 50)
        yield system
        assert violations_in(system.store) == []


@pytest.fixture(scope="module")
def ann(system: System) -> int:
    """Give the account of one of staff."""
    account, _ = create_account(system, name="Ann")
    at = system.clock.now()
    system.committer.execute(
        ChangeRole(account, Role.ADMIN, is_grant=True, actor=STAFF, reason="the first", at=at)
    )
    return account


@pytest.fixture
def desk(system: System) -> Desk:
    return a_desk(system)


def a_line(name: str, amount: int = K50, **more: Any) -> FileLine:
    """Give a line with the fee that is agreed: K0.05, and 1.5 per cent."""
    fee = 5 + (amount * 150 + 5_000) // 10_000 if amount > 0 else 0
    return line(name, amount, fee=fee, **more)


def said(desk: Desk, reference: str, state: Said, *, currency: str = "ZMW") -> str:
    """Let the provider say how a payment stands; give the name of its top-up."""
    is_paid = state is Said.PAID
    status = PaymentStatus(
        state=state,
        receipt="p1" if is_paid else None,
        amount_ngwee=Ngwee(K50) if is_paid else None,
        currency=currency if is_paid else None,
    )
    payment = payment_id("mtn", reference)
    desk.system.committer.execute(
        RecordStatus(payment, status, currency="ZMW", tells_status=True, at=desk.now)
    )
    return f"top_{desk.first + desk.paid}"


# -- one of each kind: brings it about, and names what it is about --------------------------------


def missing_on_statement(desk: Desk) -> str:
    desk.pay("a")
    desk.bring()
    return "a"


def missing_in_ledger(desk: Desk) -> str:
    desk.bring(a_line("a"))
    return "a"


def amount_mismatch(desk: Desk) -> str:
    desk.pay("a")
    desk.bring(a_line("a", K50 - 100))
    return "a"


def duplicate_payment(desk: Desk) -> str:
    reference = desk.pay("a")
    desk.bring(a_line("a", reference=reference), a_line("b", reference=reference))
    return "b"


def duplicate_row(desk: Desk) -> str:
    file = File([a_line("a"), a_line("b")])
    again = RefusedRow(9, "An earlier row shows the same transaction.", "a", K50)
    file.summary = replace(file.summary, refused=1, refused_rows=(again,))
    desk.pay("a")
    desk.pay("b")
    for _ in range(2):
        import_statement(
            file, desk.wallet, execute=desk.system.committer.execute,
            clock=desk.system.clock, actor=STAFF,
        )  # fmt: skip
    return "a"


def fee_mismatch(desk: Desk) -> str:
    desk.pay("a")
    desk.bring(line("a", fee=5 + 75 + 20))
    return "a"


def reversed_after_credit(desk: Desk) -> str:
    desk.pay("paid1")
    desk.bring(a_line("paid1"), a_line("r", -K50, words="paid1", kind=LineKind.REVERSAL))
    return "r"


def late_after_expiry(desk: Desk) -> str:
    reference = desk.pay(state=PaymentState.INITIATED)
    said(desk, reference, Said.PENDING)
    return said(desk, reference, Said.PAID)


def paid_after_failed(desk: Desk) -> str:
    return said(desk, desk.pay(state=PaymentState.FAILED), Said.PAID)


def wrong_wallet(desk: Desk) -> str:
    desk.bring(a_line("b", reference=desk.pay("a", wallet="mtn/elsewhere")))
    return "b"


def unknown_callback(desk: Desk) -> str:
    words, system = str(desk.wallet), desk.system
    number = system.committer.execute(
        KeepUnknownCallback("mtn", words, payer=None, amount_ngwee=1, digest=words, at=desk.now)
    )
    return f"cb_{number}"


def currency_mismatch(desk: Desk) -> str:
    said(desk, desk.pay(state=PaymentState.INITIATED), Said.PAID, currency="EUR")
    return "p1"


def stale_pending(desk: Desk) -> str:
    desk.pay(state=PaymentState.INITIATED, ago=25 * HOUR)
    return f"top_{desk.first + desk.paid}"


def refund_not_on_statement(desk: Desk) -> str:
    desk.pay("a", state=PaymentState.REFUND_APPROVED)
    number = desk.first + desk.paid
    desk.system.committer.execute(PaidByHand(number, actor=STAFF, reason="cash", at=desk.now))
    desk.bring(a_line("a"))
    return "a"


def settlement_shortfall(desk: Desk) -> str:
    desk.bring(a_line("sum", 2 * K50, kind=LineKind.BATCH))
    return "sum"


def ambiguous(desk: Desk) -> str:
    for _ in range(2):
        desk.pay(state=PaymentState.INITIATED)
    desk.bring(a_line("a", msisdn=PAYER, at=Instant(desk.now - HOUR)))
    return "a"


KINDS: Final[Mapping[str, Callable[[Desk], str]]] = {
    made.__name__: made
    for made in (
        missing_on_statement, missing_in_ledger, amount_mismatch, duplicate_payment, duplicate_row,
        fee_mismatch, reversed_after_credit, late_after_expiry, paid_after_failed, wrong_wallet,
        unknown_callback, currency_mismatch, stale_pending, refund_not_on_statement,
        settlement_shortfall, ambiguous,
    )
}  # fmt: skip


@pytest.mark.parametrize("kind", Trouble)
@pytest.mark.slow
def test_it_comes_about_once_has_an_owner_and_a_note_and_is_done_with(
    desk: Desk, ann: int, kind: Trouble
) -> None:
    name = KINDS[kind](desk)
    for _ in range(2):
        desk.match_what_there_is()
    (one,) = [one for one in desk.found(kinds=[kind]) if one.name.endswith(name)]
    note(desk, one.name, owner=ann, words="asked the provider", is_closed=False)
    (noted,) = [one for one in desk.found(kinds=[kind]) if one.name.endswith(name)]
    assert (noted.owner, noted.note) == (ann, "asked the provider")
    note(desk, one.name, owner=None, words="they explained it", is_closed=True)
    assert not [one for one in desk.found(kinds=[kind]) if one.name.endswith(name)]
    closed = desk.found(kinds=[kind], with_closed=True)
    assert [one.is_closed for one in closed if one.name.endswith(name)] == [True]


def note(desk: Desk, name: str, *, owner: int | None, words: str, is_closed: bool) -> None:
    desk.system.committer.execute(
        NoteCase(
            read_subject(name, field="what"), owner=owner, is_closed=is_closed, actor=STAFF,
            note=words, at=desk.now,
        )
    )  # fmt: skip


def test_what_was_in_doubt_is_so_as_of_then_whatever_became_of_it(desk: Desk) -> None:
    reference = desk.pay(state=PaymentState.INITIATED)
    said(desk, reference, Said.NOT_FOUND)
    name = f"top_{desk.first + desk.paid}"
    in_doubt = desk.now
    assert desk.exceptions(as_of=in_doubt) == {("stale_pending", name, K50): 1}
    said(desk, reference, Said.PAID)
    assert desk.exceptions() == {("late_after_expiry", name, K50): 1}
    assert desk.exceptions(as_of=in_doubt) == {("stale_pending", name, K50): 1}


def test_what_was_done_with_later_was_not_yet_then(desk: Desk) -> None:
    name = paid_after_failed(desk)
    then = desk.now
    note(desk, name, owner=None, words="credited", is_closed=True)
    assert desk.exceptions() == {}
    assert desk.exceptions(as_of=then) == {("paid_after_failed", name, K50): 1}


def test_a_line_that_waited_for_matching_is_no_mismatch_as_of_then(desk: Desk) -> None:
    desk.pay("a")
    desk.bring(a_line("a"))
    waited = desk.now
    desk.match()
    assert desk.exceptions() == desk.exceptions(as_of=waited) == {}
