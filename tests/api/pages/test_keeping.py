"""The page of retention: what is kept how long, what was erased, and erasing on request."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from application.books.commands import Command
from application.books.committer import Committer
from application.retention.erasure import EraseMessages
from application.retention.recipients import count_of
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.upload.aggregate import Upload, upload_id
from tests.api.dialects.test_uploads import uploaded
from tests.api.pages.browser import Browser, seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check
from tests.end_to_end.waiting import wait_until

PATH = "/staff/retention"
LIVE = f"{PATH}/live"
NUMBER = "0977000001"
WAIT_S = 30.0


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


def ended(browser: Browser) -> str:
    """Wait for the end of an erasure as the script of the page does; give what is told then."""

    def told() -> str | None:
        piece = browser.get(LIVE)
        check(piece)
        return seen(piece) if "data-over" in piece.text else None

    return wait_until(told, what="it is over") or ""


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
    begun = admin.send(PATH, "erase", number=NUMBER, reason="=request 12")
    assert "data-live" in admin.follow(begun).text
    told = ended(admin)
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


def test_while_a_number_is_erased_a_bar_tells_how_far_it_is_and_nobody_begins_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        cancel(office, send(office))
    admin, committer = office.at["admin"], office.gateway.system.committer
    may_count, may_erase, at_rest = threading.Event(), threading.Event(), count_of

    def count(*asked: Any) -> Any:
        assert may_count.wait(WAIT_S)
        return at_rest(*asked)

    def execute(command: Command[Any]) -> Any:
        if isinstance(command, EraseMessages):
            assert may_erase.wait(WAIT_S)
        return Committer.execute(committer, command)

    monkeypatch.setattr("api.pages.staff.keeping.count_of", count)
    monkeypatch.setattr(committer, "execute", execute)
    assert PATH in admin.send(PATH, "erase", number=NUMBER, reason="r").headers["location"]
    assert "is counted" in seen(admin.get(LIVE))
    assert "value=" not in admin.get(LIVE).text
    again = admin.send(PATH, "erase", number=NUMBER, reason="r")
    assert (again.status_code, "under way" in seen(again)) == (409, True)
    may_count.set()
    wait_until(lambda: "0 of 3 entries" in seen(admin.get(LIVE)), what="it is counted")
    assert '<progress max="3" value="0"' in admin.get(LIVE).text
    may_erase.set()
    assert "Erased: 3 messages" in ended(admin)
    assert "data-live" not in office.at["eve"].get(PATH).text, "each look of hers is on record"


def test_an_erasure_that_breaks_off_says_so_and_can_be_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel(office, number := send(office))
    admin, system = office.at["admin"], office.gateway.system
    for error, words in ((StoreDown(), str(StoreDown())), (ZeroDivisionError(), "ZeroDivision")):
        with monkeypatch.context() as broken:
            broken.setattr(system.committer, "execute", raising(error))
            admin.send(PATH, "erase", number=NUMBER, reason="r")
            told = ended(admin)
        assert "It broke off: " in told
        assert words in told
        assert is_kept(office, number)
    admin.send(PATH, "erase", number=NUMBER, reason="r")
    assert "Erased: 1 messages" in ended(admin)
    assert not is_kept(office, number)


def raising(error: Exception) -> Callable[[object], None]:
    def execute(_: object) -> None:
        raise error

    return execute


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
