"""The page of retention: what is kept how long, what was erased, and erasing on request."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.contents import ContentKind
from domain.upload.aggregate import Upload, upload_id
from tests.api.dialects.test_uploads import uploaded
from tests.api.pages.browser import Browser, seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check

PATH = "/staff/retention"
NUMBER = "0977000001"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path / "data", retention_text_days=30, retention_number_days=0) as made:
        yield made


def send(office: Office, to: str = NUMBER) -> int:
    gateway = office.gateway
    answer = gateway.post("/api/v1/sms/send", {"to": to, "message": "Your parcel is here"})
    return int(answer.json()["message_id"].removeprefix("msg_"))


def cancel(office: Office, number: int) -> None:
    answer = office.gateway.post(f"/api/v1/messages/msg_{number}/cancel", {})
    assert answer.status_code == 200, answer.text


def is_kept(office: Office, number: int) -> bool:
    return office.gateway.system.store.content(ContentKind.MESSAGE, number) is not None


def is_listed(office: Office, upload: str) -> bool:
    found = office.gateway.system.reader.find(Upload, upload_id(int(upload.removeprefix("up_"))))
    assert found is not None
    return not found.erased


def test_the_rules_are_shown_with_what_they_erase_next(office: Office) -> None:
    page = office.at["admin"].get(PATH)
    check(page)
    none = "\N{EN DASH}"
    assert f"Texts of messages 30 {none} {none}" in seen(page)
    assert f"Recipients' numbers {none} {none} {none}" in seen(page), "no days: never"
    send(office)
    time = r"\d+ \w+ \d{4}, [\d:]+"
    assert re.search(f"Texts of messages 30 {time} {time} ", seen(office.at["eve"].get(PATH)))
    assert "retention" in office.looks()


def test_what_is_kept_of_a_number_is_told_first_and_then_erased(office: Office) -> None:
    first, second, other = send(office), send(office), send(office, "0977000009")
    for number in (first, other):
        cancel(office, number)
    named = uploaded(office.gateway, f"phone,name\n0977000005,Mutale\n{NUMBER},Chanda\n")
    unnamed = uploaded(office.gateway, "phone,name\n0977000006,Bwalya\n")
    admin: Browser = office.at["admin"]
    asked = admin.send(PATH, "ask_erase", number="+260 97 700 0001", reason="=request 12")
    assert asked.status_code == 200, seen(asked)
    check(asked)
    assert "2 messages lose their text and recipient, and 0 other entries" in seen(asked)
    assert "1 uploaded lists that name it" in seen(asked)
    assert is_kept(office, first)
    done = admin.send(PATH, "erase", number=NUMBER, reason="=request 12")
    told = seen(admin.follow(done))
    assert "Erased: 1 messages, 0 other entries, 1 lists. 1 are still to be sent" in told
    assert [is_kept(office, number) for number in (first, second, other)] == [False, True, True]
    assert [is_listed(office, one["upload_id"]) for one in (named, unnamed)] == [False, True]
    (row,) = office.rows("eve", PATH)
    actor = f"account:{office.people['admin'].account}"
    assert (row["what"], row["count"], row["actor"]) == ("all", "1", actor)
    assert row["reason"] == "'=request 12", "no formula in a file"
    assert office.rows("eve", f"{PATH}?what=text") == []
    assert office.rows("eve", f"{PATH}?what=all") == [row]
    assert NUMBER not in office.at["eve"].get(PATH).text


def test_what_cannot_be_erased_is_refused_in_place(office: Office) -> None:
    admin = office.at["admin"]
    for fields, words in (
        ({"number": NUMBER}, "reason"),
        ({"reason": "request 12"}, "number"),
        ({"number": "0211123456", "reason": "r"}, "not a Zambian mobile number"),
        ({"number": NUMBER, "reason": f"of {NUMBER}"}, "must not hold the number"),
    ):
        for do in ("ask_erase", "erase"):
            answer = admin.send(PATH, do, **fields)
            assert answer.status_code == 422, (fields, do)
            assert words in seen(answer)
    for odd in ("what=x", "before=x", "before=0"):
        assert admin.get(f"{PATH}?{odd}").status_code == 422, odd


def test_an_auditor_sees_what_was_erased_and_erases_nothing(office: Office) -> None:
    number = send(office)
    cancel(office, number)
    for do in ("ask_erase", "erase"):
        answer = office.at["eve"].send(PATH, do, number=NUMBER, reason="mine")
        assert answer.status_code == 403, do
    assert is_kept(office, number)
