"""Recipients: the forms that are read, the ones that are refused, and who carries them."""

import json
import re
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType, carrier

from domain.errors import InvalidRecipient
from domain.msisdn import (
    OTHER_PREFIXES,
    PREFIXES,
    Msisdn,
    Numbering,
    NumberingPlan,
    PlanDifference,
    masked,
    normalise,
    search_forms,
    wire,
)
from domain.values import Network

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "numbering_zm.json").read_text(encoding="utf-8")
)["prefixes"]
NUMBER = Msisdn("+260977123456")
PUBLISHED, NATIONAL = NumberingPlan.PUBLISHED, NumberingPlan.NATIONAL
MOBILE_PREFIXES = sorted(OTHER_PREFIXES.union(*PREFIXES.values()))

numbers = st.builds(
    lambda prefix, rest: Msisdn(f"+260{prefix}{rest:07}"),
    st.sampled_from(MOBILE_PREFIXES),
    st.integers(0, 9_999_999),
)


@pytest.mark.parametrize(
    "raw",
    [
        "260977123456",
        "+260977123456",
        "00260977123456",
        "0977123456",
        "0977 123 456",
        " +260 977 123456 ",
        "0977123456\n",
        "\t0977123456\r\n",
        "\u00a00977 123 456\u00a0",
        "0977.123.456",
        "(0977) 123-456",
        "(+260) 97.712.3456",
        "[260] 97-712-3456",
        "+260-97-712-3456",
        "00 260 977 123 456",
        260977123456,
    ],
)
def test_every_written_form_of_the_contract_is_read(raw: str | int) -> None:
    assert normalise(raw) == NUMBER


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("977123456", "country code"),
        (977123456, "country code"),
        ("2600977123456", "0 after the country code"),
        ("+260(0)977 123456", "0 after the country code"),
        ("002600977123456", "0 after the country code"),
        ("260260977123456", "too few or too many"),
        ("0211234567", "not a Zambian mobile"),
        ("+260211234567", "not a Zambian mobile"),
        ("0630123456", "not a Zambian mobile"),
        ("0800123456", "not a Zambian mobile"),
        ("0991234567", "not a Zambian mobile"),
        ("+27821234567", "not a Zambian number"),
        ("+447911123456", "not a Zambian number"),
        ("0027821234567", "not a Zambian number"),
        ("0977 CALLME", "only digits"),
        ("0977123456;ext=1", "only digits"),
        ("0977123456 x1", "only digits"),
        ("+260+977123456", "only digits"),
        ("0977123456+", "only digits"),
        ("-0977123456", "only digits"),
        ("0977123456\0", "cannot be seen"),
        ("0977\t123456", "cannot be seen"),
        ("\u202a0977123456\u202c", "cannot be seen"),
        ("0977123456\u200b", "cannot be seen"),
        ("2.60977123456E+11", "only digits"),
        ("- -", "only digits"),
        ("260977123456.0", "decimals"),
        ("26097712345.0", "decimals"),
        ("097712345.0", "decimals"),
        ("09771234.56", "decimals"),
        (" 097712345. 0) ", "decimals"),
        ("097712345", "too few or too many"),
        ("09771234567", "too few or too many"),
        ("\u0660\u0669\u0667\u0667\u0661\u0662\u0663\u0664\u0665\u0666", "outside ASCII"),
        ("\uff10\uff19\uff17\uff17\uff11\uff12\uff13\uff14\uff15\uff16", "outside ASCII"),
        ("0977\u00a0123\u00a0456", "cannot be seen"),
        ("09771²3456", "outside ASCII"),
        ("0977123456" * 10, "too long"),
        (" " * 10_000, "empty"),
        (-260977123456, "must be a phone number"),
        (0, "must be a phone number"),
        (True, "must be a phone number"),
    ],
)
def test_anything_else_is_refused_with_its_reason(raw: str | int, why: str) -> None:
    with pytest.raises(InvalidRecipient, match=why):
        normalise(raw)


def test_a_number_too_big_to_be_written_out_is_refused() -> None:
    with pytest.raises(InvalidRecipient, match="must be a phone number"):
        normalise(10**5_000)


@given(st.text(st.sampled_from("0123456789+() -.x\uff12\n"), max_size=50))
def test_any_text_gives_a_number_or_a_refusal_that_does_not_quote_it(raw: str) -> None:
    try:
        number = normalise(raw)
    except InvalidRecipient as refusal:
        said = str(refusal)
    else:
        assert normalise(number) == number
        assert len(number) == 13
        return
    assert set(re.findall("[0-9]{3,}", said)) <= {"260977123456"}


@given(numbers, st.sampled_from(["", "+", "00", "0"]), st.sampled_from(["", " ", ".", "-", "()"]))
def test_forms_that_differ_only_in_prefix_and_separators_are_one_number(
    number: Msisdn, prefix: str, separator: str
) -> None:
    digits = number[4:] if prefix == "0" else number[1:]
    written = prefix + separator.join([digits[:3], digits[3:6], digits[6:]])

    assert normalise(written) == number


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["prefix"])
def test_a_number_is_mobile_when_either_plan_knows_its_prefix(vector: dict[str, Any]) -> None:
    is_mobile = vector["type"] == "MOBILE" or vector["seed_carrier"] is not None
    raw = f"{vector['prefix']}1234567"

    if is_mobile:
        assert normalise(raw) == f"+260{raw[1:]}"
    else:
        with pytest.raises(InvalidRecipient):
            normalise(raw)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["prefix"])
def test_the_tables_are_those_of_the_document_and_of_the_library(vector: dict[str, Any]) -> None:
    prefix = vector["prefix"][1:]
    networks: dict[str, Network] = {network.value: network for network in Network}
    library, document = vector["libphonenumber_carrier"], vector["seed_carrier"]

    assert PREFIXES[NATIONAL].get(prefix) == networks.get((library or "").lower())
    assert PREFIXES[PUBLISHED].get(prefix) == networks.get((document or "").lower())


@pytest.mark.parametrize("prefix", [f"{number:02}" for number in range(100)])
def test_the_national_plan_agrees_with_the_installed_phonenumbers(prefix: str) -> None:
    number = phonenumbers.parse(f"+260{prefix}1234567")
    is_mobile = phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    name = carrier.name_for_number(number, "en").lower()
    national = PREFIXES[NATIONAL].get(prefix)

    assert is_mobile == (national is not None or prefix in OTHER_PREFIXES)
    assert name == national if national else name not in set(Network)


@pytest.mark.parametrize(
    ("plan", "prefix", "network", "version"),
    [
        (PUBLISHED, "097", Network.MTN, "published-1"),
        (PUBLISHED, "095", Network.AIRTEL, "published-1"),
        (PUBLISHED, "050", Network.ZAMTEL, "published-1"),
        (PUBLISHED, "057", Network.AIRTEL, "published-1+national-1"),
        (NATIONAL, "097", Network.AIRTEL, "national-1"),
        (NATIONAL, "095", Network.ZAMTEL, "national-1"),
        (NATIONAL, "057", Network.AIRTEL, "national-1"),
        (NATIONAL, "050", Network.ZAMTEL, "national-1+published-1"),
    ],
)
def test_the_plan_in_force_decides_and_the_other_one_fills_its_gaps(
    plan: NumberingPlan, prefix: str, network: Network, version: str
) -> None:
    route = Numbering(plan).route(normalise(f"{prefix}1234567"))

    assert (route.network, route.plan_version) == (network, version)


@pytest.mark.parametrize("prefix", ["058", "078", "079", "098"])
@pytest.mark.parametrize("plan", NumberingPlan)
def test_a_network_without_a_sim_is_refused_until_a_setting_says_who_carries_it(
    plan: NumberingPlan, prefix: str
) -> None:
    number = normalise(f"{prefix}1234567")

    with pytest.raises(InvalidRecipient, match="not one that this gateway serves"):
        Numbering(plan).route(number)
    route = Numbering(plan, other=Network.AIRTEL).route(number)
    assert (route.network, route.plan_version) == (Network.AIRTEL, f"{plan}-1+other")


@pytest.mark.parametrize("number", [NUMBER, Msisdn("+260981234567")])
def test_a_ported_number_goes_where_its_override_says(number: Msisdn) -> None:
    numbering = Numbering(overrides={number: Network.ZAMTEL})

    route = numbering.route(number)
    assert (route.network, route.plan_version) == (Network.ZAMTEL, "published-1+override")
    assert numbering.route(Msisdn("+260977123457")).network is Network.MTN


@given(numbers, st.sampled_from(NumberingPlan), st.sampled_from(Network))
def test_every_mobile_number_has_a_route_once_the_others_have_a_carrier(
    number: Msisdn, plan: NumberingPlan, other: Network
) -> None:
    assert Numbering(plan, other=other).route(number).network in Network


def test_two_settings_that_say_the_same_are_equal_and_can_be_keys() -> None:
    assert Numbering(NATIONAL) == Numbering(NATIONAL)
    assert len({Numbering(NATIONAL), Numbering(NATIONAL), Numbering(PUBLISHED)}) == 2


def test_the_prefixes_on_which_the_plans_differ_are_named_in_order() -> None:
    assert Numbering().differences() == [
        PlanDifference("050", Network.ZAMTEL, None),
        PlanDifference("056", Network.ZAMTEL, Network.MTN),
        PlanDifference("057", None, Network.AIRTEL),
        PlanDifference("075", Network.AIRTEL, Network.ZAMTEL),
        PlanDifference("095", Network.AIRTEL, Network.ZAMTEL),
        PlanDifference("097", Network.MTN, Network.AIRTEL),
    ]


def test_a_number_has_a_wire_form_and_a_masked_form() -> None:
    assert wire(NUMBER) == "260977123456"
    assert masked(NUMBER) == "+26097*****56"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0977 123", "977123"),
        ("260977", "260977"),
        ("+26097712", "26097712"),
        ("977123456", "977123456"),
        ("00260 977", "260977"),
        ("(0977) 123-456", "977123456"),
        ("3456", "3456"),
        ("0123", "0123"),
        ("00123", "00123"),
        ("+2", "2"),
        ("00", "0"),
    ],
)
def test_a_number_is_found_by_any_part_of_any_written_form(typed: str, digits: str) -> None:
    assert search_forms(typed) == digits


@given(numbers, st.sampled_from(["+260", "260", "00260", "0", ""]), st.data())
def test_what_begins_a_written_form_finds_the_number(
    number: Msisdn, prefix: str, data: st.DataObject
) -> None:
    written = prefix + number[4:]
    cut = data.draw(st.integers(1 + written.startswith("+"), len(written)))
    digits = search_forms(written[:cut])

    assert digits is not None
    assert digits in number


@given(numbers, st.integers(0, 11), st.integers(1, 12))
def test_any_run_of_digits_of_a_number_finds_it(number: Msisdn, start: int, length: int) -> None:
    digits = search_forms(number[1:][start : start + length])

    assert digits is not None
    assert digits in number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "-",
        "hello",
        "K250",
        "97%",
        "97_1",
        "+27",
        "+0977",
        "2609771234567",
        "\u0669\u0667",
        "9" * 99,
    ],
)
def test_a_text_that_is_no_part_of_a_number_is_not_looked_for_in_numbers(typed: str) -> None:
    assert search_forms(typed) is None
