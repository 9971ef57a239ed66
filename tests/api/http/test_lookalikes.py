"""A missing field is named together with the one that was given in its place."""

from typing import Any

import pytest

from api.http.lookalikes import LOOKED_AT_MAX, lookalikes
from tests.api.conftest import Gateway

TO = "260977000000"


@pytest.mark.parametrize(
    "name", ["phone", "To", "TO", "number", "phone_number", "phoneNumber", "recipient", "mobile"]
)
def test_a_recipient_under_another_name_is_named_in_both_dialects(
    gateway: Gateway, name: str
) -> None:
    hint = f" There is no field {name}: did you mean to?"
    answer = gateway.http.post_json(
        "/api", {"api_key": gateway.key, name: TO, "message": "Hello", "priority": 1}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "MISSING_PARAMS")
    assert answer.json()["message"] == f"Missing or empty: to.{hint}"
    answer = gateway.post("/api/v1/sms/send", {name: TO, "message": "Hello"})
    assert answer.json() == {
        "message": f"The to field is required.{hint}",
        "errors": {"to": [f"The to field is required.{hint}"]},
    }


def test_each_missing_field_gets_its_own_hint(gateway: Gateway) -> None:
    bulk: dict[str, Any] = {"apikey": "x", "numbers": [TO], "text": "Hello"}
    assert gateway.http.post_json("/api/bulk", bulk).json()["message"] == (
        "Missing or empty: api_key, recipients, message. There is no field apikey: did you mean "
        "api_key? There is no field numbers: did you mean recipients? There is no field text: did "
        "you mean message?"
    )


def test_what_looks_like_nothing_of_ours_is_not_said_back(gateway: Gateway) -> None:
    odd = {"api_key": gateway.key, "priority": 1, "t\no": TO, "p" + "_" * 64 + "hone": TO}
    answer = gateway.http.post_json("/api", {**odd, "message": "Hello"})
    assert answer.json()["message"] == "Missing or empty: to."


@pytest.mark.parametrize(
    ("given", "missing", "meant"),
    [
        (["mesage"], ["message"], {"message": "mesage"}),
        (["to"], ["recipients"], {"recipients": "to"}),
        (
            ["e-mail", "Password"],
            ["email", "password"],
            {"email": "e-mail", "password": "Password"},
        ),
        (["phone"], ["to", "recipients"], {"to": "phone"}),
        (["sender_id", "lane", "api_key"], ["to", "message"], {}),
        ([*map(str, range(LOOKED_AT_MAX)), "phone"], ["to"], {}),
    ],
)
def test_a_field_is_meant_for_one_missing_field(
    given: list[str], missing: list[str], meant: dict[str, str]
) -> None:
    assert lookalikes(given, missing) == meant
