"""Open lines are matched with what was confirmed, once; what stays is told as what it is."""

from collections.abc import Iterator

import pytest

from application.money import reconciling
from application.money.exceptions import money_exceptions
from application.money.matching import Unmatch
from application.money.reconciling import Reconciled
from application.money.reversals import ReversePayment
from application.retention.erasure import RETENTION, Erased, Retention
from application.retention.payers import ErasePayers, Payers, erase_due_payers
from application.system import System
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.matching import LineKind
from domain.payment import PaymentState
from domain.receipt import receipt_id
from domain.values import Instant
from tests.support.desk import HOUR, STAFF, Desk, a_desk, line, set_times
from tests.support.invariants import violations_in
from tests.support.reconciling import K50, PAYER
from tests.support.system import running_system

OTHER = "+260967654321"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("store")) as system:
        set_times(system)
        yield system
        assert violations_in(system.store) == []


@pytest.fixture
def desk(system: System) -> Desk:
    return a_desk(system)


def found(done: Reconciled) -> dict[str, tuple[str | None, str | None]]:
    return {
        one.receipt.transaction_id: (one.rule, one.trouble)
        for one in done.found
        if not one.receipt.transaction_id.startswith("F")
    }


def test_each_line_is_taken_by_the_first_rule_that_is_sure_of_it(desk: Desk) -> None:
    desk.pay("a")
    desk.pay("b")
    desk.bring(line("a"), line("c", 700), line("f", 0, fee=9, kind=LineKind.FEE))
    done = desk.match()
    assert found(done) == {
        "a": ("receipt", None), "c": (None, "missing_in_ledger"), "f": ("fee", None)
    }  # fmt: skip
    assert done.found[0].evidence == ("receipt",)
    assert desk.receipt("a").clearing_ngwee == 0
    assert desk.exceptions() == {
        ("missing_in_ledger", "c", 700): 1, ("missing_on_statement", "b", K50): 1
    }  # fmt: skip


def test_matching_that_breaks_off_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "A_SAVE", 2)
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        desk.pay(name)
    desk.bring(*map(line, names))
    with pytest.raises(StoreDown):
        desk.match(commands_max=2)  # who asks, and the first save
    recorded = [desk.receipt(name).is_posted for name in names]
    assert sum(recorded) == 2
    done = desk.match()
    assert done.recorded["matched"] == 4  # the fee as well
    assert [desk.receipt(name).clearing_ngwee for name in names] == [0] * 5


def test_again_it_changes_nothing_and_a_dry_run_never_does(desk: Desk) -> None:
    desk.pay("a")
    desk.bring(line("a"), line("x", 900))
    head = desk.system.store.head()
    dry = desk.match(is_dry=True)
    assert desk.system.store.head() == head
    done = desk.match()
    assert done.found == dry.found
    head = desk.system.store.head()
    again = desk.match()
    assert (desk.system.store.head(), again.recorded["known"]) == (head, 1)


def test_a_payment_that_failed_or_waits_and_is_on_the_statement_is_for_a_person(
    desk: Desk,
) -> None:
    failed = desk.pay(state=PaymentState.FAILED)
    waits = desk.pay(state=PaymentState.INITIATED)
    desk.bring(line("a", reference=failed), line("b", reference=waits))
    desk.match()
    assert desk.exceptions() == {
        ("paid_after_failed", "a", K50): 1, ("missing_in_ledger", "b", K50): 1
    }  # fmt: skip


def test_what_names_a_payment_that_is_paid_already_is_a_second_one(desk: Desk) -> None:
    reference = desk.pay("a")
    desk.bring(line("a", reference=reference))
    desk.match()
    desk.bring(line("b", reference=reference))
    assert found(desk.match()) == {"b": (None, "duplicate_payment")}


def test_a_line_that_names_a_payment_into_another_wallet_says_so(desk: Desk) -> None:
    reference = desk.pay("a", wallet="mtn/elsewhere")
    desk.bring(line("b", reference=reference))
    assert found(desk.match()) == {"b": (None, "wrong_wallet")}


def test_another_amount_is_matched_and_the_difference_of_either_sign_stays(desk: Desk) -> None:
    desk.pay("less")
    desk.pay("more")
    desk.bring(line("less", K50 - 7), line("more", K50 + 7))
    desk.match()
    assert desk.exceptions() == {
        ("amount_mismatch", "less", 7): 1, ("amount_mismatch", "more", -7): 1
    }  # fmt: skip


def test_a_sum_accounts_for_a_days_payments_and_one_that_is_short_for_none(desk: Desk) -> None:
    desk.pay("a")
    desk.pay("b")
    at = Instant(desk.now - HOUR)
    desk.bring(line("sum", 2 * K50, kind=LineKind.BATCH, at=at))
    assert found(desk.match()) == {"sum": ("group", None)}
    assert desk.exceptions() == {}
    desk.system.committer.execute(
        Unmatch(receipt_id(desk.wallet, "sum"), 1, actor=STAFF, reason="not that one", at=desk.now)
    )
    desk.bring(line("short", K50 - 1, kind=LineKind.BATCH, at=at))
    desk.pay("c")
    done = desk.match()
    assert found(done) == {"short": (None, "settlement_shortfall")}, "by hand apart stays apart"
    assert ("settlement_shortfall", "sum", K50) in desk.exceptions()
    assert desk.exceptions(as_of=desk.now) == desk.exceptions()


def test_money_to_our_bank_is_settled(desk: Desk) -> None:
    desk.bring(line("bank", -9 * K50, kind=LineKind.SETTLEMENT))
    assert desk.match().recorded["settled"] == 1
    assert desk.receipt("bank").is_settled


def test_a_reversal_of_what_credited_nobody_cancels_it(desk: Desk) -> None:
    desk.bring(line("undone", 800, msisdn=OTHER))
    desk.match()
    desk.bring(line("r", -800, words="reversal of undone", kind=LineKind.REVERSAL, msisdn=OTHER))
    assert found(desk.match())["r"] == ("reversal", None)
    assert desk.exceptions() == {}
    assert desk.receipt("undone").reversed_ngwee == 800
    head = desk.system.store.head()
    desk.bring()
    assert desk.match().recorded["matched"] == 1, "the fee of the new file alone"
    assert desk.system.store.head() > head


def test_a_reversal_after_credit_waits_until_the_credits_are_taken_back(desk: Desk) -> None:
    desk.pay("paid1")
    desk.bring(line("paid1"))
    desk.match()
    desk.bring(line("r", -K50, words="paid1", kind=LineKind.REVERSAL))
    assert found(desk.match()) == {"r": (None, "reversed_after_credit")}
    assert desk.exceptions() == {("reversed_after_credit", "r", -K50): 1}
    desk.system.committer.execute(
        ReversePayment(desk.first + 1, actor=STAFF, reason="MTN took it back", at=desk.now)
    )
    assert found(desk.match()) == {"r": ("reversal", None)}
    assert desk.exceptions() == {}
    assert desk.receipt("paid1").clearing_ngwee == 0


def test_exceptions_of_an_earlier_time_are_those_that_were_open_then(desk: Desk) -> None:
    before = desk.now
    desk.bring(line("open1", 800))
    desk.match()
    between = desk.now
    assert desk.exceptions(as_of=before) == {}
    assert desk.exceptions(as_of=between) == {("missing_in_ledger", "open1", 800): 1}
    desk.bring(line("r", -800, kind=LineKind.REVERSAL, words="open1"))
    desk.match()
    assert desk.exceptions() == {}
    assert desk.exceptions(as_of=between) == {("missing_in_ledger", "open1", 800): 1}


def test_a_payment_of_which_nobody_knows_the_end_is_stale(desk: Desk) -> None:
    desk.pay(state=PaymentState.INITIATED)
    name = f"top_{desk.first + 1}"
    assert desk.exceptions() == {}
    desk.caught_up()
    later = money_exceptions(desk.system.queries, now=Instant(desk.now + 48 * HOUR)).found
    assert ("stale_pending", name) in {(one.kind.value, one.name) for one in later}


def test_payments_are_known_by_payer_and_amount_without_the_number_itself(desk: Desk) -> None:
    desk.pay(state=PaymentState.INITIATED)
    at = Instant(desk.now - HOUR)
    desk.bring(line("a", msisdn=PAYER, at=at))
    done = desk.match()
    assert found(done) == {"a": (None, "missing_in_ledger")}
    (one,) = [one for one in done.found if one.receipt.transaction_id == "a"]
    assert one.evidence == ("payer", "amount", "time")
    assert PAYER[1:] not in repr(done)


def test_who_paid_is_erased_when_numbers_are_and_not_while_a_payment_is_open(desk: Desk) -> None:
    system = desk.system
    desk.bring(line("a", msisdn=OTHER, words="a name"))
    desk.pay("b")
    desk.pay(state=PaymentState.INITIATED)
    desk.caught_up()

    def run(payers: Payers) -> Erased:
        return system.committer.execute(ErasePayers(payers, actor=RETENTION, at=desk.now))

    def due(days: int) -> list[Erased]:
        as_of = Instant(desk.now + days * 24 * HOUR)
        return list(
            erase_due_payers(
                system.queries, Retention(number_days=400), as_of=as_of, run=run, batches_max=9
            )
        )

    assert due(399) == []
    assert sum(one.erased for one in due(401)) >= 2
    kept = [system.store.content(ContentKind.TOP_UP, desk.first + n) for n in (2, 3)]
    assert [row is None for row in kept] == [True, False]
    assert sum(one.erased for one in due(401)) == 0
