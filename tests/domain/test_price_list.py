"""What credits cost: versions with dates, packs, an account's own prices, and quotes that hold."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.books.codec import event_mapper, snapshot_of
from domain.errors import AlreadyExists, InvalidRequest, NotFound, TooLate
from domain.money import Ngwee
from domain.price_list import (
    QUOTE_S,
    VERSIONS_MAX,
    Pack,
    PriceList,
    Prices,
    prices_for,
    prices_in_force,
)
from domain.values import SECOND, Credits, Instant
from domain.vat import vat_in

START = Instant(1_765_000_000_000_000)
DAY = 24 * 3600
BY: dict[str, Any] = {"actor": "test", "reason": "1/x"}
STARTER = Pack("starter", Credits(120), Ngwee(5_000))
LARGE = Pack("large", Credits(2_000), Ngwee(60_000))


def after(seconds: int) -> Instant:
    return Instant(START + seconds * SECOND)


def list_of(account: int | None = None) -> PriceList:
    return PriceList.open(account, at=START)


def publish(prices: PriceList, cost: int, *, when: int = 0, **fields: Any) -> str:
    """Publish at ``when`` what holds from ``effective_from``, or from then."""
    fields.setdefault("effective_from", after(when))
    return prices.publish(ngwee_per_credit=cost, at=after(when), **BY, **fields)


def cost_at(prices: PriceList, seconds: int) -> int | None:
    found = prices.at_time(after(seconds))
    return None if found is None else found.ngwee_per_credit


# -- what an amount buys -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "credits"),
    [(0, 0), (49, 0), (50, 1), (4_999, 99), (5_000, 120), (5_049, 120), (5_050, 121)],
)
def test_an_amount_buys_whole_credits_or_the_pack_that_it_pays(amount: int, credits: int) -> None:
    assert Prices("p", Ngwee(50), 0, (STARTER,)).credits_for(amount) == credits


@given(amounts=st.lists(st.integers(0, 200_000), min_size=2))
def test_who_pays_more_never_gets_less(amounts: list[int]) -> None:
    prices = Prices("p", Ngwee(49), 0, (STARTER, LARGE))
    bought = [prices.credits_for(amount) for amount in sorted(amounts)]
    assert all(less <= more for less, more in pairwise(bought))


@pytest.mark.parametrize(
    ("amount", "percent", "tax"),
    [(11_600, 16, 1_600), (5_000, 16, 690), (100, 0, 0), (1, 100, 1), (3, 20, 1), (0, 16, 0)],
)
def test_the_tax_in_an_amount_is_rounded_half_up(amount: int, percent: int, tax: int) -> None:
    assert vat_in(amount, percent) == tax


# -- versions ------------------------------------------------------------------------------------


def test_a_version_holds_from_its_date_on_and_replaces_the_one_before() -> None:
    prices = list_of()
    assert prices.at_time(START) is None
    publish(prices, 50)
    publish(prices, 40, effective_from=after(100))
    assert [cost_at(prices, second) for second in (0, 99, 100, 10_000)] == [50, 50, 40, 40]


def test_a_version_with_an_end_only_stands_before_the_others_meanwhile() -> None:
    prices = list_of()
    publish(prices, 50)
    publish(prices, 30, effective_from=after(10), effective_until=after(20))
    assert [cost_at(prices, second) for second in (9, 10, 19, 20)] == [50, 30, 30, 50]


def test_what_replaced_another_for_good_does_not_bring_it_back_when_it_is_withdrawn() -> None:
    prices = list_of()
    publish(prices, 50)
    newer = publish(prices, 40, effective_from=after(10))
    prices.withdraw(newer, **BY, at=after(20))
    assert [cost_at(prices, second) for second in (0, 15, 20)] == [50, 40, None]
    with pytest.raises(AlreadyExists):
        prices.withdraw(newer, **BY, at=after(21))


def test_a_version_that_is_withdrawn_before_it_begins_never_was() -> None:
    prices = list_of()
    publish(prices, 50)
    newer = publish(prices, 40, effective_from=after(10))
    prices.withdraw(newer, **BY, at=after(5))
    assert cost_at(prices, 15) == 50
    with pytest.raises(NotFound):
        prices.withdraw(newer, **BY, at=after(6))


def test_old_versions_are_forgotten_once_no_quote_names_them() -> None:
    prices = list_of()
    versions = [publish(prices, 10 + day, when=day * DAY) for day in range(10)]
    kept = [one["version"] for one in prices.versions]
    assert kept == versions[-2:]
    assert cost_at(prices, 9 * DAY) == 19


def test_no_more_versions_may_wait_than_are_kept() -> None:
    prices = list_of()
    for _ in range(VERSIONS_MAX):
        publish(prices, 50)
    with pytest.raises(TooLate):
        publish(prices, 50)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("ngwee_per_credit", {"ngwee_per_credit": 0}),
        ("vat_percent", {"vat_percent": -1}),
        ("vat_percent", {"vat_percent": 101}),
        ("packs", {"packs": [STARTER, STARTER]}),
        ("packs", {"packs": [Pack("Starter", Credits(120), Ngwee(5_000))]}),
        ("packs", {"packs": [Pack("dear", Credits(99), Ngwee(5_000))]}),
        ("packs", {"packs": [Pack("none", Credits(0), Ngwee(5))]}),
        ("effective_from", {"effective_from": after(-1)}),
        ("effective_until", {"effective_until": START}),
    ],
)
def test_prices_that_make_no_sense_are_refused(field: str, changed: dict[str, Any]) -> None:
    prices = list_of()
    fields = {"ngwee_per_credit": 50, "effective_from": START, **BY, **changed}
    with pytest.raises(InvalidRequest) as caught:
        prices.publish(at=START, **fields)
    assert (caught.value.field, prices.versions) == (field, [])


def test_a_list_comes_back_whole_from_its_snapshot() -> None:
    prices, mapper = list_of(7), event_mapper()
    publish(prices, 50, packs=[STARTER], effective_until=after(5))
    snapshot: Any = mapper.to_domain_event(snapshot_of(mapper, prices, START))
    assert snapshot.mutate(None).at_time(START) == prices.at_time(START)


# -- whose, and which ----------------------------------------------------------------------------


def test_an_accounts_own_prices_come_before_everybodys_while_they_hold() -> None:
    own, general = list_of(7), list_of()
    publish(general, 50)
    publish(own, 30, effective_from=after(10), effective_until=after(20))
    found = [prices_in_force(own, general, at=after(s)).version for s in (0, 10, 20)]
    assert found == ["prices-1", "prices-of-7-1", "prices-1"]
    with pytest.raises(NotFound):
        prices_in_force(None, list_of(), at=START)


def test_a_quoted_price_holds_for_a_day_and_then_the_price_of_the_day_counts() -> None:
    own, general = list_of(7), list_of()
    quoted = publish(general, 50)
    publish(own, 30, when=60)
    publish(general, 60, when=60)
    until = after(QUOTE_S)

    def cost(seconds: int) -> int:
        prices = prices_for(own, general, quoted=quoted, quoted_until=until, at=after(seconds))
        return prices.ngwee_per_credit

    assert [cost(seconds) for seconds in (0, 3_600, QUOTE_S, QUOTE_S + 1)] == [50, 50, 50, 30]
