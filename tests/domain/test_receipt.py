"""A receipt credits at most once, and each part of its line is accounted for at most once."""

from typing import Any, cast

import pytest

from domain.errors import AlreadyExists, InvalidRequest, NotFound, NotPermitted, TooLate
from domain.receipt import Receipt, receipt_id
from domain.values import Credits, Instant

AT = Instant(1_765_000_000_000_000)
OTHER = "00000000-0000-0000-0000-000000000001"
THIRD = "00000000-0000-0000-0000-000000000002"
BY: dict[str, Any] = {"actor": "account:2", "reason": "1/x"}


def receipt() -> Receipt:
    return Receipt.open("mtn/main", "T1", at=AT)


def by_api(amount: int = 5_000) -> Receipt:
    found = receipt()
    found.see_by_api(amount_ngwee=amount, payment=None, at=AT)
    return found


def see(found: Receipt, amount: int = 5_000, fee: int = 0, statement: str = "f") -> bool:
    return found.see_on_statement(
        statement=statement, line=3, amount_ngwee=amount, fee_ngwee=fee, happened_at=AT, at=AT
    )


def on_line(amount: int = 5_000, fee: int = 0) -> Receipt:
    found = receipt()
    assert see(found, amount, fee)
    return found


def credit(found: Receipt, amount: int = 5_000) -> str:
    return found.credit(
        payment="p", account=7, credits=Credits(100), amount_ngwee=amount, vat_ngwee=0, at=AT
    )


def last(found: Receipt) -> Any:
    return found.pending_events[-1]


def assign(found: Receipt, **changed: Any) -> str:
    fields: dict[str, Any] = {"account": 7, "credits": Credits(100), "vat_ngwee": 0, **BY}
    return found.assign(at=AT, **{**fields, **changed})


def match(found: Receipt, amount: int | None = None, receipts: list[str] | None = None) -> int:
    return found.match(
        rule="id",
        receipts=[str(found.id)] if receipts is None else receipts,
        amount_ngwee=amount,
        at=AT,
    )


def test_its_id_is_that_of_the_wallet_and_the_providers_own_id() -> None:
    assert receipt().id == receipt_id("mtn/main", "T1") != receipt_id("mtn/other", "T1")


def test_the_same_line_in_another_file_is_known() -> None:
    found = on_line(5_000, 10)
    assert not see(found, 5_000, 10, "longer")
    assert found.statement == "f"
    with pytest.raises(AlreadyExists):
        see(found, 4_900, 10)


@pytest.mark.parametrize(("amount", "fee"), [(0, 0), (5_000, -1)])
def test_a_line_about_nothing_is_refused(amount: int, fee: int) -> None:
    with pytest.raises(InvalidRequest):
        see(receipt(), amount, fee)


def test_the_api_may_say_the_same_again_and_nothing_else() -> None:
    found = by_api()
    found.see_by_api(amount_ngwee=5_000, payment=None, at=AT)
    assert found.version == 2
    with pytest.raises(AlreadyExists):
        found.see_by_api(amount_ngwee=1, payment=None, at=AT)


def test_what_the_api_confirms_stands_in_clearing_until_its_line_is_matched() -> None:
    found = by_api()
    assert credit(found) == "clearing"
    assert found.clearing_ngwee == 5_000
    see(found)
    assert not found.is_posted
    match(found)
    assert (found.clearing_ngwee, found.is_posted) == (0, True)


def test_it_credits_one_account_once() -> None:
    found = by_api()
    credit(found)
    with pytest.raises(AlreadyExists):
        credit(found)
    with pytest.raises(AlreadyExists):
        found.hold(cause="UNKNOWN", at=AT)
    with pytest.raises(AlreadyExists):
        assign(found)


def test_nobody_is_credited_for_what_nobody_saw() -> None:
    with pytest.raises(TooLate):
        credit(receipt())


def test_a_line_that_nobody_claims_is_assigned_out_of_unallocated() -> None:
    found = on_line()
    found.hold(cause="UNKNOWN", at=AT)
    assert found.is_posted
    assert assign(found) == "held"
    assert (found.clearing_ngwee, found.is_posted, found.account) == (0, True, 7)
    with pytest.raises(TooLate):
        match(found)


def test_what_the_api_alone_held_is_posted_with_its_line() -> None:
    found = by_api()
    found.hold(cause="OTHER_PAYER", at=AT)
    assert (found.is_posted, found.source) == (False, "clearing")
    see(found)
    assert last(found).posts_held
    assert (found.is_posted, found.source) == (True, "held")


def test_what_the_api_alone_held_can_be_assigned_before_its_line_comes() -> None:
    found = by_api()
    found.hold(cause="OTHER_PAYER", at=AT)
    assert assign(found) == "clearing"
    see(found)
    assert not last(found).posts_held
    match(found)
    assert found.clearing_ngwee == 0


def test_a_held_line_whose_payment_is_confirmed_after_all_credits_it() -> None:
    found = on_line()
    found.hold(cause="UNKNOWN", at=AT)
    with pytest.raises(InvalidRequest):
        credit(found, 4_000)
    assert credit(found) == "held"


@pytest.mark.parametrize(
    "changed", [{"actor": "account:7"}, {"approver": "account:2"}, {"approver": "account:7"}]
)
def test_nobody_assigns_to_themselves_or_approves_what_they_did(changed: Any) -> None:
    found = on_line()
    found.hold(cause="UNKNOWN", at=AT)
    with pytest.raises(NotPermitted):
        assign(found, **changed)


@pytest.mark.parametrize("amount", [-5_000, 0])
def test_only_money_that_came_in_is_assigned(amount: int) -> None:
    found = on_line(amount, fee=5)
    found.hold(cause="UNKNOWN", at=AT)
    with pytest.raises(TooLate):
        assign(found)


# -- matches -------------------------------------------------------------------------------------


def test_a_line_is_matched_in_parts_up_to_its_amount_with_its_fee_once() -> None:
    found = on_line(5_000, 30)
    assert match(found, 3_000, [OTHER]) == 1
    assert match(found, receipts=[THIRD]) == 2
    fees = [event.fee_ngwee for event in cast("list[Any]", found.pending_events[2:])]
    assert (found.matched_ngwee, found.is_posted, fees) == (5_000, True, [30, 0])
    with pytest.raises(TooLate):
        match(found, 1, [OTHER])


@pytest.mark.parametrize("amount", [0, -1, 5_001])
def test_a_match_takes_some_of_what_is_left_and_no_more(amount: int) -> None:
    with pytest.raises(InvalidRequest):
        match(on_line(), amount)


@pytest.mark.parametrize("receipts", [[OTHER, OTHER], ["own", OTHER], []])
def test_a_match_names_its_own_receipt_or_others_once(receipts: list[str]) -> None:
    found = on_line()
    with pytest.raises(InvalidRequest):
        match(found, receipts=[str(found.id) if one == "own" else one for one in receipts])


def test_an_unmatched_part_can_be_matched_again_and_takes_its_fee_with_it() -> None:
    found = on_line(5_000, 30)
    match(found, 3_000, [OTHER])
    match(found, 2_000, [THIRD])
    assert found.unmatch(1, **BY, at=AT) == [OTHER]
    assert (found.matched_ngwee, found.matched_fee_ngwee) == (2_000, 0)
    with pytest.raises(NotFound):
        found.unmatch(1, **BY, at=AT)
    assert match(found, 1_000, [OTHER]) == 3
    assert (found.matched_ngwee, found.matched_fee_ngwee) == (3_000, 30)


def test_a_held_line_is_matched_as_a_whole_and_held_again_when_that_is_taken_back() -> None:
    found = on_line(5_000, 30)
    found.hold(cause="UNKNOWN", at=AT)
    with pytest.raises(TooLate):
        match(found, 1_000, [OTHER])
    part = match(found, receipts=[OTHER])
    assert (found.held, found.is_posted) == (None, True)
    assert last(found).fee_ngwee == 0
    found.unmatch(part, **BY, at=AT)
    assert (found.held, found.is_held_posted) == ("unmatched", True)


def test_a_line_of_a_fee_alone_is_matched() -> None:
    found = on_line(0, 30)
    match(found, receipts=[])
    assert (found.is_posted, found.matched_fee_ngwee) == (True, 30)
    with pytest.raises(TooLate):
        match(found, receipts=[])


def test_another_line_covers_what_was_confirmed_and_no_other_way() -> None:
    found = by_api()
    with pytest.raises(TooLate):
        found.cover(by=OTHER, part=1, amount_ngwee=5_000, at=AT)
    credit(found)
    with pytest.raises(TooLate):
        found.cover(by=OTHER, part=1, amount_ngwee=-5_000, at=AT)
    found.cover(by=OTHER, part=1, amount_ngwee=5_000, at=AT)
    assert found.clearing_ngwee == 0
    with pytest.raises(TooLate):
        found.cover(by=THIRD, part=1, amount_ngwee=5_000, at=AT)
    found.uncover(by=OTHER, part=1, amount_ngwee=5_000, at=AT)
    assert found.clearing_ngwee == 5_000


def test_money_to_the_bank_is_settled_and_not_matched_too() -> None:
    found = on_line(-9_000)
    found.settle(at=AT)
    assert found.is_posted
    for again in (lambda: match(found), lambda: found.settle(at=AT)):
        with pytest.raises(TooLate):
            again()


# -- back, and given up --------------------------------------------------------------------------


def test_a_reversal_waits_in_clearing_for_the_line_that_takes_the_money() -> None:
    found = by_api()
    credit(found)
    see(found)
    match(found)
    assert found.reverse(amount_ngwee=5_000, at=AT)
    assert found.clearing_ngwee == -5_000
    with pytest.raises(AlreadyExists):
        found.reverse(amount_ngwee=5_000, at=AT)
    found.cover(by=OTHER, part=1, amount_ngwee=-5_000, at=AT)
    assert found.clearing_ngwee == 0


def test_what_is_reversed_while_it_is_held_claws_nothing_back_and_credits_nobody() -> None:
    found = on_line()
    found.hold(cause="UNKNOWN", at=AT)
    assert not found.reverse(amount_ngwee=5_000, at=AT)
    assert found.clearing_ngwee == 0
    with pytest.raises(TooLate):
        assign(found)


def test_what_went_back_before_its_line_came_is_held_with_the_line_that_took_it() -> None:
    found = by_api()
    found.reverse(amount_ngwee=5_000, at=AT)
    with pytest.raises(TooLate):
        credit(found)
    see(found)
    found.hold(cause="REVERSED", at=AT)
    assert found.is_posted
    with pytest.raises(TooLate):
        assign(found)


def test_no_more_is_reversed_than_came() -> None:
    with pytest.raises(InvalidRequest):
        by_api().reverse(amount_ngwee=5_001, at=AT)


def test_what_is_paid_back_waits_for_its_line_too() -> None:
    found = by_api()
    with pytest.raises(TooLate):
        found.pay_back(payment="p", amount_ngwee=1_000, at=AT)
    credit(found)
    found.pay_back(payment="p", amount_ngwee=1_000, at=AT)
    assert found.clearing_ngwee == 4_000


def test_a_difference_is_written_off_once_by_one_who_does_not_own_the_account() -> None:
    found = by_api()
    credit(found)
    with pytest.raises(NotPermitted):
        found.write_off(actor="account:7", reason="1/x", at=AT)
    assert found.write_off(**BY, at=AT) == 5_000
    with pytest.raises(TooLate):
        found.write_off(**BY, at=AT)


def test_money_that_nobody_ever_claimed_is_written_off_out_of_unallocated() -> None:
    found = on_line()
    found.hold(cause="UNKNOWN", at=AT)
    assert found.write_off(**BY, at=AT) == 5_000
    assert found.is_posted
    with pytest.raises(TooLate):
        assign(found)
