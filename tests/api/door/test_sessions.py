"""Sessions: what their tokens open, what they do not, and what ends them."""

import asyncio
import threading
from dataclasses import replace
from typing import Any, cast

import pytest

from api.door.caller import Caller
from api.door.door import Door
from application.accounts import ChangeRole
from application.accounts.sessions import ABSOLUTE_S, IDLE_S, Session
from application.books.actors import Actor
from application.system import System
from domain.errors import InvalidKey, NotPermitted, Overloaded
from domain.roles import Role
from domain.values import SECOND, Instant
from tests.api.conftest import Gateway, StartGateway, limited
from tests.api.people import PASSWORD, Person, log_in, register
from tests.support.system import grant

TO = "260977000000"
READS = (
    "/api/v1/account",
    "/api/v1/keys",
    "/api/v1/balance",
    "/api/sms/logs",
    "/api/sender-ids",
    "/api/balance",
    "/api/logs",
)


def test_a_token_opens_what_the_account_may_look_at(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    grant(own_gateway.system, person.account, 5)
    sent = person.ask_by_key("POST", "/api/v1/sms/send", {"to": TO, "message": "Hello"})
    number = sent.json()["message_id"]
    for path in (*READS, f"/api/v1/sms/status/{number}", f"/api/v1/messages/{number}"):
        assert person.ask("GET", path).status_code == 200, path
    assert person.ask("POST", "/api/v1/sms/preview", {"message": "x"}).status_code == 200
    wanted = {"name": "Shop", "use_case": "x"}
    assert person.ask("POST", "/api/sender-ids", wanted).status_code == 201


def test_a_token_sends_nothing(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    grant(own_gateway.system, person.account, 5)
    for path in ("/api", "/api/bulk", "/api/v1/sms/send", "/api/v1/sms/send-bulk"):
        to = [TO] if "bulk" in path else TO
        body = {"to": to, "recipients": to, "message": "x"}
        assert person.ask("POST", path, body).status_code == 401, path
    assert person.ask("GET", "/api/v1/balance").json()["available"] == 5


def test_a_token_counts_only_as_bearer(own_gateway: Gateway) -> None:
    person, http = register(own_gateway), own_gateway.http
    for path in ("/api/v1/balance", "/api/balance"):
        assert http.get(path, params={"api_key": person.token}).status_code == 401
        assert http.get(path, headers={"X-API-Key": person.token}).status_code == 401


@pytest.mark.parametrize(
    "token", ["ngs_", "ngs_unknown", "ngs_é", "ngs_" + "x" * 9_000, "A1B2C3D4E5F6G7H8I9J0"]
)
def test_a_token_that_is_none_is_401(gateway: Gateway, token: str) -> None:
    headers = [(b"Authorization", f"Bearer {token}".encode("latin-1"))]
    for path in ("/api/v1/account", "/api/v1/keys"):
        assert gateway.http.get(path, headers=headers).status_code == 401
    assert gateway.http.post("/api/v1/auth/logout", headers=headers).status_code == 401


def test_a_key_is_no_session(gateway: Gateway) -> None:
    factor = [f"second-factor{verb}" for verb in ("", "/confirm", "/codes", "/remove")]
    for path in ("logout", "password", *factor):
        assert gateway.post(f"/api/v1/auth/{path}", {}).status_code == 401


def test_logging_out_ends_the_session_alone(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    other = replace(person, token=log_in(own_gateway, person.email).json()["token"])
    assert person.ask("POST", "/api/v1/auth/logout").status_code == 200
    for path in READS:
        assert person.ask("GET", path).status_code == 401
    assert person.ask("POST", "/api/v1/auth/logout").status_code == 401
    assert other.ask("GET", "/api/v1/account").status_code == 200


def test_a_login_rotates_the_token_that_comes_along(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    credentials = {"email": person.email, "password": PASSWORD}
    answer = person.ask("POST", "/api/v1/auth/login", credentials)
    assert answer.status_code == 200
    assert person.ask("GET", "/api/v1/account").status_code == 401
    renewed = replace(person, token=answer.json()["token"])
    assert renewed.ask("GET", "/api/v1/account").status_code == 200
    again = person.ask("POST", "/api/v1/auth/login", credentials)
    assert again.status_code == 200, "a token that is over hinders nobody"
    assert renewed.ask("GET", "/api/v1/account").status_code == 200


def test_a_wrong_login_says_nothing_of_the_account(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    wrong = log_in(own_gateway, person.email, "not this one")
    unknown = log_in(own_gateway, "nobody@example.test", "not this one")
    malformed = log_in(own_gateway, "no address", "not this one")
    assert wrong.status_code == unknown.status_code == malformed.status_code == 401
    assert wrong.content == unknown.content == malformed.content
    assert set(wrong.json()) == {"status", "message"}
    assert person.ask("GET", "/api/v1/account").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [{"email": ""}, {"password": None}, {"email": 7}, {"password": "a\0b"}, {"email": "\ud83d"}],
)
def test_a_login_without_its_fields_is_422(gateway: Gateway, fields: dict[str, Any]) -> None:
    body = {"email": "a@example.test", "password": PASSWORD, **fields}
    answer = gateway.http.post_json("/api/v1/auth/login", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, set(fields))


class LaterClock:
    """A clock that can be put forward."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.ahead_s = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)

    def now(self) -> Instant:
        return Instant(self._clock.now() + self.ahead_s * SECOND)


def test_a_session_ends_when_nobody_uses_it_and_after_twelve_hours(
    start_gateway: StartGateway,
) -> None:
    clocks: list[LaterClock] = []

    def with_clock(system: System) -> System:
        clocks.append(LaterClock(system.clock))
        return replace(system, logins=replace(system.logins, clock=cast("Any", clocks[0])))

    gateway = start_gateway(change=with_clock)
    idle, used = register(gateway), register(gateway, "used@example.test")
    for uses in range(1, ABSOLUTE_S // IDLE_S + 1):
        clocks[0].ahead_s = uses * (IDLE_S - 10)
        assert used.ask("GET", "/api/v1/account").status_code == 200
    assert idle.ask("GET", "/api/v1/account").status_code == 401
    clocks[0].ahead_s = ABSOLUTE_S + 5
    assert used.ask("GET", "/api/v1/account").status_code == 401


def test_the_address_limit_counts_sessions_too(start_gateway: StartGateway) -> None:
    person = register(start_gateway(limits=limited(ip=2)))
    statuses = [person.ask("GET", "/api/v1/account").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


# -- the door, for staff ------------------------------------------------------------------------


def caller_of(person: Person) -> Caller:
    return Caller("10.0.0.1", person.token)


def test_staff_need_a_role_and_a_second_factor(own_gateway: Gateway) -> None:
    person, system = register(own_gateway), own_gateway.system
    door = Door(system)

    async def admit(person: Person) -> tuple[Session, Actor]:
        return await door.admit_staff(caller_of(person))

    with pytest.raises(NotPermitted, match="role"):
        asyncio.run(admit(person))
    system.committer.execute(
        ChangeRole(
            person.account,
            Role.ADMIN,
            is_grant=True,
            actor=Actor("os:test"),
            reason="the first",
            at=system.clock.now(),
        )
    )
    with pytest.raises(InvalidKey):
        asyncio.run(admit(person))  # a new role ends every session
    answer = log_in(own_gateway, person.email).json()
    assert (answer["roles"], answer["needs_second_factor"]) == (["admin"], True)
    with pytest.raises(NotPermitted, match="second factor"):
        asyncio.run(admit(replace(person, token=answer["token"])))
    door.close()


def test_too_many_sessions_looked_for_at_once_are_overload(own_gateway: Gateway) -> None:
    person, system = register(own_gateway), own_gateway.system
    may_end = threading.Event()
    find = system.logins.find

    class Slow:
        def find(self, token: str, *, execute: Any) -> Session:
            may_end.wait(10)
            return find(token, execute=execute)

    door = Door(replace(system, logins=cast("Any", Slow())))

    async def come_at_once() -> list[Any]:
        entering = [asyncio.create_task(door.admit_session(caller_of(person))) for _ in range(300)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        may_end.set()
        return list(await asyncio.gather(*entering, return_exceptions=True))

    results = asyncio.run(come_at_once())
    assert sum(isinstance(result, Overloaded) for result in results) == 300 - 260
    assert sum(isinstance(result, Session) for result in results) == 260
    door.close()
