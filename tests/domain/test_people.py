"""Names, e-mail addresses, passwords and codes, as they may be."""

import pytest

from domain.errors import InvalidRequest
from domain.password_rules import (
    check_code,
    check_password,
    read_recovery_code,
    written_recovery_code,
)
from domain.people import EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX, check_email, check_name

EMAIL = "ann@example.com"


@pytest.mark.parametrize("name", ["A", "x" * NAME_CHARACTERS_MAX, "Mwansa & Söhne", "शॉप"])
def test_a_name_is_what_people_are_called(name: str) -> None:
    assert check_name(f"  {name}\t") == name


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * (NAME_CHARACTERS_MAX + 1), "a\nb", "a\x1bb", "\ud800"]
)
def test_what_cannot_be_shown_is_no_name(name: str) -> None:
    with pytest.raises(InvalidRequest, match="1 to 100 printable characters"):
        check_name(name)


@pytest.mark.parametrize("email", [EMAIL, "a@b", "a.b+c@x-y.co.zm", f"{'a' * 64}@b.zm"])
def test_an_address_is_where_mail_can_go(email: str) -> None:
    assert check_email(f" {email} ") == email


@pytest.mark.parametrize(
    "email",
    [
        *("", "a", "@b", "a@", "a@b@c", "a b@c", "a@b..c", "a@-b", "ä@b.zm", "a@b.zm, c@d.zm"),
        *("a@b.zm\nBcc: c@d.zm", f"{'a' * 65}@b.zm", "a@b" + ".b" * EMAIL_CHARACTERS_MAX),
    ],
)
def test_what_no_mail_can_go_to_is_no_address(email: str) -> None:
    with pytest.raises(InvalidRequest):
        check_email(email)


def test_a_password_is_neither_short_nor_long_nor_the_address() -> None:
    for good in ("x" * 10, "x" * 128, "bemba \u00e9\u00e8 10"):
        assert check_password(good, email=EMAIL) == good
    for bad in ("x" * 9, "x" * 129, EMAIL.upper(), "tab\tin the middle"):
        with pytest.raises(InvalidRequest) as refused:
            check_password(bad, email=EMAIL, field="new_password")
        assert refused.value.field == "new_password"


def test_a_code_is_short() -> None:
    for typed in ("123 456", " 123456\n", "12 34 56", "123\u00a0456"):
        assert check_code(typed) == "123456"
    with pytest.raises(InvalidRequest):
        check_code("1" * 41)


def test_a_recovery_code_is_read_in_any_case_and_with_or_without_hyphens() -> None:
    code = "ABCDEFGH2345QRST"
    assert written_recovery_code(code) == "ABCD-EFGH-2345-QRST"
    for typed in (code, "ABCD-EFGH-2345-QRST", "abcd-efgh2345qrst"):
        assert read_recovery_code(typed) == code
    for typed in ("123456", code[1:], code + "A", "0" + code[1:], "\u00df" + code[2:], ""):
        assert read_recovery_code(typed) is None
