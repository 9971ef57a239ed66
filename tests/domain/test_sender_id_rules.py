"""Which names may stand as the sender, and which one stands when none was chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest
from domain.sender_id_rules import check_sender_id, default_sender, folded


@pytest.mark.parametrize("name", ["MyBusiness", "FeltechSMS", "A", "24 7 Shop", "ELEVEN CHAR"])
def test_a_well_formed_name_is_given_back_as_it_is(name: str) -> None:
    assert check_sender_id(name) == name


@pytest.mark.parametrize(
    "name", ["", " ", "12345", "TwelveLetter", "Café", "A-B", "A\nB", "A\tB", "Shop!", "\uff21"]
)
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check_sender_id(name)
    assert refusal.value.field == "sender_id"


@pytest.mark.parametrize("name", ["My Shop ", " My Shop", "My   Shop", "\tMy Shop\r\n"])
def test_spaces_around_do_not_count_and_several_in_a_row_are_one(name: str) -> None:
    assert check_sender_id(name) == "My Shop"


def test_two_spellings_that_differ_in_case_are_one_name() -> None:
    assert folded("My Shop") == folded("MY SHOP")
    assert folded("My Shop") != folded("MyShop")


@pytest.mark.parametrize(
    ("account_name", "sender"),
    [
        ("Zambeef", "Zambeef"),
        ("Mwanza & Sons Ltd.", "Mwanza Sons"),
        ("Kalulu Pay (Pty)", "Kalulu Pay"),
        ("  Nkhuku! ", "Nkhuku"),
        ("Café", "Caf"),
        ("123", "Ngoma"),
        ("ŋ\u2013ŋ", "Ngoma"),
        ("", "Ngoma"),
    ],
)
def test_an_account_without_a_choice_sends_under_its_own_name(
    account_name: str, sender: str
) -> None:
    assert default_sender(account_name, "Ngoma") == sender


@given(st.text())
def test_the_default_sender_is_always_well_formed(account_name: str) -> None:
    assert check_sender_id(default_sender(account_name, "Ngoma"))
