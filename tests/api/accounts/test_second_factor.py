"""Second factors over HTTP: a session is not enough to change one, a lost phone is no end."""

import time
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pyotp
import pytest

from api.door.slowing import FREE_FAILURES, Slowing
from domain.roles import Role
from tests.api.conftest import Gateway, StartGateway
from tests.api.people import PASSWORD, Person, log_in, register
from tests.support.staff import Member, hire

BASE = "/api/v1/auth/second-factor"
WRONG = "The password or the code of the second factor is wrong."


@dataclass
class Phone:
    """An authenticator app: its present code, then the next, which are good for half a minute."""

    totp: pyotp.TOTP
    step: int

    @classmethod
    def of(cls, secret: str) -> "Phone":
        return cls(pyotp.TOTP(secret), int(time.time()) // 30 - 1)

    def code(self) -> str:
        self.step += 1
        return self.totp.generate_otp(self.step)


@dataclass(frozen=True)
class Enrolled:
    """Somebody with a second factor, in a session that was opened with it."""

    person: Person
    phone: Phone
    recovery: list[str]

    def ask(self, verb: str, **body: Any) -> httpx.Response:
        return self.person.ask("POST", f"{BASE}/{verb}" if verb else BASE, body)

    def log_in(self, code: str | None) -> httpx.Response:
        return log_in(self.person.gateway, self.person.email, code=code)


def begin(person: Person, **body: Any) -> httpx.Response:
    return person.ask("POST", BASE, {"password": PASSWORD, **body})


def enrol(gateway: Gateway, email: str = "mwila@example.test") -> Enrolled:
    """Register somebody who enrols; the two codes that the phone has for now are used."""
    person = register(gateway, email)
    phone = Phone.of(begin(person).json()["secret"])
    confirmed = person.ask("POST", f"{BASE}/confirm", {"code": phone.code()})
    assert confirmed.status_code == 200, confirmed.text
    recovery = confirmed.json()["recovery_codes"]
    opened = log_in(gateway, email, code=phone.code())
    assert (opened.status_code, opened.json()["recovery_codes_left"]) == (200, 10)
    return Enrolled(replace(person, token=opened.json()["token"]), phone, recovery)


def refused(answer: httpx.Response, field: str = "password", message: str = WRONG) -> None:
    assert answer.status_code == 422, answer.text
    assert (answer.json()["message"], set(answer.json()["errors"])) == (message, {field})


def test_a_second_factor_is_asked_for_once_it_is_confirmed(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    begun = begin(person).json()
    assert begun["uri"].startswith("otpauth://totp/")
    waiting = log_in(own_gateway, person.email)
    assert (waiting.status_code, waiting.json()["recovery_codes_left"]) == (200, None)
    wrong = person.ask("POST", f"{BASE}/confirm", {"code": "12345x"})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"code"})
    phone = Phone.of(begun["secret"])
    first, second = phone.code(), phone.code()
    confirmed = person.ask("POST", f"{BASE}/confirm", {"code": f"{first[:3]} {first[3:]} "})
    assert confirmed.status_code == 200
    assert person.ask("GET", "/api/v1/account").status_code == 401, "its sessions have ended"
    without = log_in(own_gateway, person.email)
    with_used = log_in(own_gateway, person.email, code=first)
    assert (without.status_code, with_used.status_code) == (401, 401)
    assert without.content == with_used.content
    assert (
        log_in(own_gateway, person.email, code=f"{second[:3]}\u00a0{second[3:]}").status_code == 200
    )


@pytest.mark.slow
def test_a_session_alone_neither_enrols_nor_changes_nor_removes(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    assert set(person.ask("POST", BASE).json()["errors"]) == {"password"}
    for password in ("another password", "x"):
        refused(begin(person, password=password))
    enrolled = enrol(own_gateway, "other@example.test")
    for verb in ("", "codes", "remove"):
        refused(enrolled.ask(verb, password=PASSWORD))
    refused(enrolled.ask("remove", password="another password", code=enrolled.recovery[0]))
    assert enrolled.log_in(enrolled.recovery[0]).status_code == 200, "the code is not used up"


def test_wrong_passwords_in_a_session_count_with_those_of_logins(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def note(self: Slowing, wait_s: float) -> None:
        waits.append(wait_s)

    monkeypatch.setattr(Slowing, "_wait", note)
    gateway = start_gateway()
    person = register(gateway)
    for _ in range(FREE_FAILURES - 1):
        refused(begin(person, password="another password"))
    changed = {"current_password": "another password", "new_password": "a new password"}
    answer = person.ask("POST", "/api/v1/auth/password", changed)
    refused(answer, "current_password", "The current_password is wrong.")
    assert waits == [0.0] * FREE_FAILURES
    assert log_in(gateway, person.email).status_code == 200
    assert waits[-1] > 0
    assert begin(person).status_code == 200


@pytest.mark.slow
def test_a_recovery_code_logs_in_once_and_the_rest_is_counted(own_gateway: Gateway) -> None:
    enrolled = enrol(own_gateway)
    first, second = enrolled.recovery[:2]
    opened = enrolled.log_in(first)
    assert (opened.status_code, opened.json()["recovery_codes_left"]) == (200, 9)
    assert enrolled.log_in(first).status_code == 401
    assert enrolled.log_in(second.lower()).json()["recovery_codes_left"] == 8


def test_new_recovery_codes_make_those_before_void(own_gateway: Gateway) -> None:
    enrolled = enrol(own_gateway)
    answer = enrolled.ask("codes", password=PASSWORD, code=enrolled.recovery[0])
    assert answer.status_code == 200
    renewed = answer.json()["recovery_codes"]
    assert enrolled.log_in(enrolled.recovery[1]).status_code == 401
    assert enrolled.log_in(renewed[0]).status_code == 200
    bare = register(own_gateway, "bare@example.test")
    assert bare.ask("POST", f"{BASE}/codes", {"password": PASSWORD}).status_code == 404


def test_who_lost_the_phone_enrols_another_by_recovery_codes(own_gateway: Gateway) -> None:
    enrolled = enrol(own_gateway)
    token = enrolled.log_in(enrolled.recovery[0]).json()["token"]
    person = replace(enrolled.person, token=token)
    phone = Phone.of(begin(person, code=enrolled.recovery[1]).json()["secret"])
    assert person.ask("POST", f"{BASE}/confirm", {"code": phone.code()}).status_code == 200
    assert enrolled.log_in(enrolled.recovery[2]).status_code == 401
    assert enrolled.log_in(phone.code()).json()["recovery_codes_left"] == 10


def test_a_second_factor_can_be_given_up(own_gateway: Gateway) -> None:
    enrolled = enrol(own_gateway)
    answer = enrolled.ask("remove", password=PASSWORD, code=enrolled.recovery[0])
    assert answer.status_code == 200
    assert enrolled.person.ask("GET", "/api/v1/account").status_code == 401
    assert enrolled.log_in(None).status_code == 200
    again = replace(enrolled.person, token=enrolled.log_in(None).json()["token"])
    assert again.ask("POST", f"{BASE}/remove", {"password": PASSWORD}).status_code == 404


@pytest.mark.parametrize(
    "body", [{"password": None}, {"password": 7}, {"password": PASSWORD, "code": "1" * 41}]
)
def test_what_is_no_proof_is_422(own_gateway: Gateway, body: dict[str, Any]) -> None:
    person = register(own_gateway)
    for verb in ("", "/codes", "/remove"):
        assert person.ask("POST", BASE + verb, body).status_code == 422


def test_staff_reset_by_two_and_every_session_of_the_account_ends(own_gateway: Gateway) -> None:
    enrolled, system = enrol(own_gateway), own_gateway.system
    ann = hire(system, "ann", Role.ADMIN)
    bob = hire(system, "bob", Role.ADMIN, admin=ann.account)

    def post(path: str, who: Member, **body: Any) -> httpx.Response:
        return own_gateway.http.post_json(f"/api/v1/staff/{path}", body, who.bearer)

    path = f"accounts/{enrolled.person.account}/second-factor/reset"
    assert set(post(path, ann).json()["errors"]) == {"reason"}
    asked = post(path, ann, reason="phone lost")
    assert asked.status_code == 202, asked.text
    entry = asked.json()["entry"]
    shown = own_gateway.http.get(f"/api/v1/staff/approvals/{entry}", headers=bob.bearer).json()
    assert (shown["data"]["kind"], shown["data"]["role"]) == ("reset_second_factor", None)
    assert post(f"approvals/{entry}/approve", ann).status_code == 403
    assert enrolled.person.ask("GET", "/api/v1/account").status_code == 200
    assert post(f"approvals/{entry}/approve", bob).status_code == 200
    assert enrolled.person.ask("GET", "/api/v1/account").status_code == 401
    assert enrolled.log_in(None).status_code == 200
    assert post(path, ann, reason="again").status_code == 404
