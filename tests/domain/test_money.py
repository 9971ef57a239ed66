"""Amounts of kwacha are whole ngwee, read strictly and written as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest
from domain.money import Ngwee, format_kwacha, parse_kwacha


@pytest.mark.parametrize(
    ("text", "ngwee"),
    [
        ("250.00", 25_000),
        ("250.5", 25_050),
        ("250", 25_000),
        ("K250", 25_000),
        ("K0.01", 1),
        ("0.1", 10),
        ("1,250.5", 125_050),
        ("K1,234,567.89", 123_456_789),
        ("999,999,999,999.99", 99_999_999_999_999),
        ("0", 0),
        ("007", 700),
    ],
)
def test_an_amount_is_read_exactly(text: str, ngwee: int) -> None:
    assert parse_kwacha(text) == ngwee


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "K",
        "-5",
        "+5",
        "5.",
        ".5",
        "1.234",
        "1.2.3",
        "1e3",
        "NaN",
        "inf",
        "0x10",
        "1_000",
        "1,25",
        "12,50.00",
        "1,2500",
        ",250",
        "1250,000",
        "250.00\n",
        " 250",
        "K 250",
        "k250",
        "ZMW250",
        "\u0662\u0665\u0660",
        "\uff12\uff15\uff10",  # full-width digits
        "1" * 13,
        "9" * 5_000,
        "1,000,000,000,000",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_kwacha(text, field="price")
    assert refusal.value.field == "price"


@pytest.mark.parametrize(
    ("ngwee", "text"),
    [(0, "K0.00"), (5, "K0.05"), (125_000, "K1,250.00"), (-125_005, "-K1,250.05")],
)
def test_an_amount_is_written_with_two_decimals_and_commas(ngwee: int, text: str) -> None:
    assert format_kwacha(Ngwee(ngwee)) == text


@given(st.integers(0, 10**14 - 1).map(Ngwee))
def test_what_is_written_reads_back_as_the_same_amount(amount: Ngwee) -> None:
    assert parse_kwacha(format_kwacha(amount)) == amount


@given(st.text("K0123456789.,- ", max_size=20))
def test_any_text_gives_whole_ngwee_or_a_refusal(text: str) -> None:
    try:
        amount = parse_kwacha(text)
    except InvalidRequest:
        return
    assert type(amount) is int
    assert amount >= 0
