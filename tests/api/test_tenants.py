"""Every route, asked by everybody who should not get an answer: tenants cannot see each other.

A route that is not classed here makes the first test fail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import count
from typing import Any, Final

import httpx
import pytest

from api.app import with_reference
from api.notation import feltech_id, wilcybertek_id
from api.route import Route
from api.routes import ROUTES
from application.accounts import MoveCredits, RevokeKey, SetSuspension
from application.actors import Actor
from domain.message import Message, message_id
from domain.roles import DUTIES, Duty, Role
from domain.values import Credits
from tests.api.conftest import Gateway, StartGateway, new_account
from tests.support.staff import Member, hire, open_session

THEIR_NUMBER: Final = "260977654321"
THEIR_TEXT: Final = "zebra crossing at noon"
THEIR_NAME: Final = "ZEBRACO"


class Kind(Enum):
    """Who may ask."""

    OPEN = auto()
    """Anybody: it says nothing about accounts, or is how one gets in."""
    SENDS = auto()
    """A key; not while the account is suspended."""
    READS = auto()
    """A key: answers about its own account."""
    NAMES = auto()
    """A key, and the id of something that its account owns."""
    SESSION = auto()
    """A person who logged in."""
    STAFF = auto()
    """A member of staff in a session with a second factor."""


@dataclass(frozen=True)
class Class:
    """How a route is asked: what it names, and a body that it takes."""

    kind: Kind
    body: Mapping[str, Any] | None = None
    names: Callable[["Tenant"], list[str]] | None = None
    unknown: tuple[str, ...] = ()
    """Ids in the right form that nothing has."""
    key_in_body: bool = False
    duty: Duty | None = None
    """What a member of staff must be able to do."""


@dataclass(frozen=True)
class Tenant:
    """An account with something of everything."""

    gateway: Gateway
    messages: tuple[str, ...]

    def session(self) -> str:
        """Log its person in; give the token."""
        return open_session(self.gateway.system, self.gateway.account)


def messages_of(tenant: Tenant) -> list[str]:
    return list(tenant.messages)


def a_new_key_of(tenant: Tenant) -> list[str]:
    """Make a key that may be ended; give its id."""
    made = tenant.gateway.post("/api/v1/keys", {"name": "spare"})
    assert made.status_code == 201, made.text
    return [made.json()["api_key"][:8]]


def number_of(tenant: Tenant) -> list[str]:
    return [str(tenant.gateway.account)]


def a_new_entry(tenant: Tenant) -> list[str]:
    """Prepare more credits than one may move alone; give the entry's number."""
    moved = tenant.gateway.system.committer.execute(
        MoveCredits(
            tenant.gateway.account,
            Credits(5),
            is_grant=True,
            alone_max=1,
            actor=Actor("os:test@host"),
            reason="r",
            at=tenant.gateway.system.clock.now(),
        )
    )
    assert moved.entry is not None
    return [str(moved.entry)]


def a_new_sender_id(tenant: Tenant) -> list[str]:
    """Ask for a sender ID; give its number."""
    name = f"S{next(_names)}"
    asked = tenant.gateway.post("/api/sender-ids", {"name": name, "use_case": "receipts"})
    return [str(asked.json()["id"])]


_names = count(1)

SEND: Final = {"to": "260977000000", "message": "Hello"}
UNKNOWN_MESSAGES: Final = ("msg_999999", "MSG-1766000000-00ZZ", "MSG-1766000000-LFLR", "msg_0")
WHY: Final = {"reason": "because"}
STAFF: Final = "/api/v1/staff"
ONE_MESSAGE: Final = Class(Kind.NAMES, names=messages_of, unknown=UNKNOWN_MESSAGES)

CLASSES: Final[Mapping[tuple[str, str], Class]] = {
    ("POST", "/api"): Class(Kind.SENDS, body=SEND, key_in_body=True),
    ("POST", "/api/bulk"): Class(
        Kind.SENDS, body={"recipients": ["0977000000"], "message": "Hello"}, key_in_body=True
    ),
    ("GET", "/api/balance"): Class(Kind.READS, key_in_body=True),
    ("GET", "/api/logs"): Class(Kind.READS, key_in_body=True),
    ("POST", "/api/v1/sms/send"): Class(Kind.SENDS, body=SEND),
    ("POST", "/api/v1/sms/send-bulk"): Class(Kind.SENDS, body={**SEND, "to": ["0977000000"]}),
    ("GET", "/api/v1/sms/status/{message_id}"): ONE_MESSAGE,
    ("GET", "/api/sms/logs"): Class(Kind.READS),
    ("POST", "/api/sender-ids"): Class(Kind.READS, body={"name": "MINE", "use_case": "receipts"}),
    ("GET", "/api/sender-ids"): Class(Kind.READS),
    ("POST", "/api/v1/sms/preview"): Class(Kind.READS, body=SEND),
    ("GET", "/api/v1/balance"): Class(Kind.READS),
    ("GET", "/api/v1/messages/{message_id}"): ONE_MESSAGE,
    ("POST", "/api/v1/auth/register"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/login"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/reset"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/reset/confirm"): Class(Kind.OPEN, body={}),
    ("POST", "/api/v1/auth/logout"): Class(Kind.SESSION),
    ("POST", "/api/v1/auth/password"): Class(
        Kind.SESSION, body={"current_password": "x" * 12, "new_password": "y" * 12}
    ),
    ("POST", "/api/v1/auth/second-factor"): Class(Kind.SESSION),
    ("POST", "/api/v1/auth/second-factor/confirm"): Class(Kind.SESSION, body={"code": "000000"}),
    ("GET", "/api/v1/account"): Class(Kind.READS),
    ("PUT", "/api/v1/account"): Class(Kind.READS, body={"default_sender_id": None}),
    ("GET", "/api/v1/keys"): Class(Kind.READS),
    ("POST", "/api/v1/keys"): Class(Kind.READS, body={"name": "another"}),
    ("POST", "/api/v1/keys/{key_id}/regenerate"): Class(
        Kind.NAMES, names=a_new_key_of, unknown=("ZZZZZZZZ", "00000000", "x", "A" * 32)
    ),
    ("DELETE", "/api/v1/keys/{key_id}"): Class(
        Kind.NAMES, names=a_new_key_of, unknown=("ZZZZZZZZ", "00000000", "x", "A" * 32)
    ),
    ("GET", f"{STAFF}/accounts"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/accounts/{{number}}"): Class(Kind.STAFF, names=number_of, duty=Duty.LOOK),
    ("POST", f"{STAFF}/accounts/{{number}}/suspend"): Class(
        Kind.STAFF, body=WHY, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/reinstate"): Class(
        Kind.STAFF, body=WHY, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/limits"): Class(
        Kind.STAFF, body={**WHY, "single": 5}, names=number_of, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/credits"): Class(
        Kind.STAFF,
        body={**WHY, "credits": 1, "kind": "grant"},
        names=number_of,
        duty=Duty.MOVE_CREDITS,
    ),
    ("POST", f"{STAFF}/accounts/{{number}}/roles"): Class(
        Kind.STAFF,
        body={**WHY, "role": "auditor", "change": "grant"},
        names=number_of,
        duty=Duty.GRANT_ROLES,
    ),
    ("GET", f"{STAFF}/approvals"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("GET", f"{STAFF}/approvals/{{number}}"): Class(Kind.STAFF, names=a_new_entry, duty=Duty.LOOK),
    ("POST", f"{STAFF}/approvals/{{number}}/approve"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry, duty=Duty.APPROVE_CREDITS
    ),
    ("POST", f"{STAFF}/approvals/{{number}}/reject"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry, duty=Duty.APPROVE_CREDITS
    ),
    ("POST", f"{STAFF}/approvals/{{number}}/withdraw"): Class(
        Kind.STAFF, body=WHY, names=a_new_entry
    ),
    ("GET", f"{STAFF}/sender-ids"): Class(Kind.STAFF, duty=Duty.LOOK),
    ("POST", f"{STAFF}/sender-ids/{{number}}/approve"): Class(
        Kind.STAFF, body=WHY, names=a_new_sender_id, duty=Duty.RUN_ACCOUNTS
    ),
    ("POST", f"{STAFF}/sender-ids/{{number}}/reject"): Class(
        Kind.STAFF, body=WHY, names=a_new_sender_id, duty=Duty.RUN_ACCOUNTS
    ),
    ("GET", "/healthz"): Class(Kind.OPEN),
    ("GET", "/readyz"): Class(Kind.OPEN),
    ("GET", "/metrics"): Class(Kind.OPEN),
    ("GET", "/openapi.json"): Class(Kind.OPEN),
}

ALL: Final[Mapping[tuple[str, str], Route]] = {
    (route.method, route.path): route for route in with_reference(ROUTES)
}


def classed(*kinds: Kind) -> list[tuple[str, str]]:
    return [key for key, found in CLASSES.items() if found.kind in kinds]


WITH_KEY: Final = classed(Kind.SENDS, Kind.READS, Kind.NAMES)
NAMING: Final = classed(Kind.NAMES)
PEOPLE: Final = classed(Kind.SESSION, Kind.STAFF)


def test_every_route_is_classed() -> None:
    assert set(CLASSES) == set(ALL)


# -- asking ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give two accounts of one gateway: ours, and theirs with marked data."""
    from tests.api.conftest import gateways

    with gateways(tmp_path_factory.mktemp("tenants")) as start:
        gateway = start(sender_ids=("OURS",))
        yield ours_and_theirs(gateway)


def ours_and_theirs(gateway: Gateway) -> tuple[Tenant, Tenant]:
    account, key = new_account(gateway.system, credits=1_000)
    them = replace(gateway, account=account, key=key)
    them.post("/api/sender-ids", {"name": THEIR_NAME, "use_case": THEIR_TEXT})
    return tenant(gateway, "260977000001", "our text"), tenant(them, THEIR_NUMBER, THEIR_TEXT)


def tenant(gateway: Gateway, to: str, text: str) -> Tenant:
    sent = gateway.post("/api/v1/sms/send", {"to": to, "message": text})
    number = int(sent.json()["message_id"].removeprefix("msg_"))
    message = gateway.system.reader.find(Message, message_id(number))
    assert message is not None
    forms = (feltech_id(number), wilcybertek_id(number, message.opened_at))
    return Tenant(gateway, forms)


def ask(
    tenant: Tenant, key: tuple[str, str], *, secret: str | None, name: str | None = None
) -> httpx.Response:
    """Ask a route with a key (or none); ``name`` stands for its path's parameter."""
    route: Route = ALL[key]
    found = CLASSES[key]
    if name is None:
        name = found.names(tenant)[0] if found.names else ""
    path = route.path.split("{", maxsplit=1)[0]
    path += name + route.path.rpartition("}")[2] if "{" in route.path else ""
    body = dict(found.body) if found.body is not None else None
    headers: dict[str, str] = {}
    params: dict[str, str] = {}
    if secret is not None and not found.key_in_body:
        headers["Authorization"] = f"Bearer {secret}"
    elif secret is not None and body is not None:
        body["api_key"] = secret
    elif secret is not None:
        params["api_key"] = secret
    return tenant.gateway.http.request(
        route.method, path, json=body, headers=headers, params=params
    )


Tenants = tuple[Tenant, Tenant]


# -- without a key, or with one that has ended ----------------------------------------------------


@pytest.mark.parametrize("key", classed(Kind.OPEN), ids=" ".join)
def test_open_routes_ask_for_no_key(tenants: Tenants, key: tuple[str, str]) -> None:
    assert ask(tenants[0], key, secret=None).status_code not in {401, 403}


@pytest.mark.parametrize("key", WITH_KEY + PEOPLE, ids=" ".join)
def test_without_a_key_nothing_is_told(tenants: Tenants, key: tuple[str, str]) -> None:
    answer = ask(tenants[1], key, secret=None)
    expected = 400 if CLASSES[key].key_in_body else 401
    assert answer.status_code == expected
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY + PEOPLE, ids=" ".join)
def test_a_key_that_nobody_has_is_told_nothing(tenants: Tenants, key: tuple[str, str]) -> None:
    answer = ask(tenants[1], key, secret="A" * 32)
    assert answer.status_code == 401
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY, ids=" ".join)
def test_a_revoked_key_is_told_nothing(start_gateway: StartGateway, key: tuple[str, str]) -> None:
    gateway = start_gateway()
    ours = tenant(gateway, THEIR_NUMBER, THEIR_TEXT)
    assert ask(ours, key, secret=gateway.key).status_code < 400
    names = CLASSES[key].names
    name = names(ours)[0] if names else None
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        RevokeKey(gateway.account, gateway.key[:8], actor=Actor("test"), at=at)
    )
    gateway.system.keys.follow()
    answer = ask(ours, key, secret=gateway.key, name=name)
    assert answer.status_code == 401
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY, ids=" ".join)
def test_a_suspended_account_reads_and_does_not_send(
    start_gateway: StartGateway, key: tuple[str, str]
) -> None:
    gateway = start_gateway()
    ours = tenant(gateway, THEIR_NUMBER, THEIR_TEXT)
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        SetSuspension(gateway.account, suspended=True, actor=Actor("test"), reason="r", at=at)
    )
    gateway.system.keys.follow()
    answer = ask(ours, key, secret=gateway.key)
    if CLASSES[key].kind is Kind.SENDS:
        assert answer.status_code == 403
    else:
        assert answer.status_code < 400


# -- with a key of another tenant -----------------------------------------------------------------


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
def test_what_is_ours_is_found_by_each_form_of_its_id(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, _ = tenants
    names = CLASSES[key].names
    assert names is not None
    for name in names(ours):
        assert ask(ours, key, secret=ours.gateway.key, name=name).status_code in {200, 201}


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
def test_theirs_and_what_nobody_has_give_the_same_bytes(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, theirs = tenants
    found = CLASSES[key]
    assert found.names is not None
    asked = [*found.names(theirs), *found.unknown]
    answers = [ask(ours, key, secret=ours.gateway.key, name=name) for name in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({frozenset(told(answer).items()) for answer in answers}) == 1


@pytest.mark.parametrize("key", classed(Kind.READS, Kind.SENDS), ids=" ".join)
def test_no_answer_holds_anything_of_theirs(tenants: Tenants, key: tuple[str, str]) -> None:
    ours, _ = tenants
    answer = ask(ours, key, secret=ours.gateway.key)
    assert answer.status_code < 500
    assert_tells_nothing(answer)


def test_a_page_that_begins_at_theirs_is_one_that_begins_nowhere(tenants: Tenants) -> None:
    ours, theirs = tenants
    for before in (*theirs.messages, *UNKNOWN_MESSAGES):
        for path in ("/api/sms/logs", "/api/logs"):
            query = {"api_key": ours.gateway.key, "before": before}
            answer = ours.gateway.http.get(path, params=query, headers=ours.gateway.bearer)
            assert_tells_nothing(answer)
            assert "our text" not in answer.text or answer.status_code == 200


def test_a_search_finds_nothing_of_theirs(tenants: Tenants) -> None:
    ours, _ = tenants
    for words in (THEIR_NUMBER, THEIR_NUMBER[-6:], "zebra", "%", "_", THEIR_NAME):
        answer = ours.gateway.get("/api/sms/logs", search=words)
        assert answer.json()["data"]["data"] == []


# -- people who are not who they should be --------------------------------------------------------


@pytest.mark.parametrize("key", PEOPLE, ids=" ".join)
def test_what_is_for_people_takes_no_key_and_no_session_that_is_over(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, _ = tenants
    over = ours.session()
    logged_out = ours.gateway.http.post(
        "/api/v1/auth/logout", headers={"Authorization": f"Bearer {over}"}
    )
    assert logged_out.status_code == 200
    for secret in (ours.gateway.key, over, over[:-1], "ngs_"):
        answer = ask(ours, key, secret=secret)
        assert answer.status_code == 401
        assert_tells_nothing(answer)


@pytest.mark.parametrize("key", classed(Kind.SESSION), ids=" ".join)
def test_a_person_is_let_in_and_told_nothing_of_others(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, _ = tenants
    answer = ask(ours, key, secret=ours.session())
    assert answer.status_code in {200, 422}
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", classed(Kind.READS), ids=" ".join)
def test_a_persons_session_reads_like_a_key_and_only_their_own(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, _ = tenants
    if CLASSES[key].key_in_body:
        return  # a session's token has no place in a query
    answer = ask(ours, key, secret=ours.session())
    assert answer.status_code < 400 or answer.status_code == 409
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
def test_a_session_too_is_told_the_same_of_theirs_and_of_what_nobody_has(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, theirs = tenants
    found = CLASSES[key]
    assert found.names is not None
    session = ours.session()
    asked = [*found.names(theirs), *found.unknown]
    answers = [ask(ours, key, secret=session, name=name) for name in asked]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, answers[0].content)
    }


# -- staff ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def staff(tenants: Tenants) -> Mapping[str, Member]:
    """Give one member of staff for each role, one without a second factor, one suspended."""
    system = tenants[0].gateway.system
    admin = hire(system, "admin", Role.ADMIN)
    found = {
        role.value: hire(system, role.value, role, admin=admin.account)
        for role in Role
        if role is not Role.ADMIN
    }
    suspended = hire(system, "suspended", Role.ADMIN, admin=admin.account)
    at = system.clock.now()
    system.committer.execute(
        SetSuspension(suspended.account, suspended=True, actor=Actor("os:t@h"), reason="r", at=at)
    )
    bare = Member(admin.account, open_session(system, admin.account, has_second_factor=False))
    return {**found, "admin": admin, "suspended": suspended, "bare": bare}


@pytest.mark.parametrize("key", classed(Kind.STAFF), ids=" ".join)
def test_staff_routes_are_for_those_with_the_duty_alone(
    tenants: Tenants, staff: Mapping[str, Member], key: tuple[str, str]
) -> None:
    _, theirs = tenants
    found = CLASSES[key]
    names = found.names or (lambda _: [""])
    who = {role.value for role in Role if found.duty in DUTIES[role]}
    assert ask(theirs, key, secret=theirs.session()).status_code == 403
    for name, member in sorted(staff.items()):
        answer = ask(theirs, key, secret=member.token, name=names(theirs)[0])
        if name in who:
            assert answer.status_code in {200, 202}, (name, answer.text)
        else:
            assert answer.status_code == 403, (name, answer.text)
            assert_tells_nothing(answer)
            assert answer.json()["message"]


@pytest.mark.parametrize("key", classed(Kind.STAFF), ids=" ".join)
def test_what_staff_name_and_nobody_has_gives_the_same_bytes(
    tenants: Tenants, staff: Mapping[str, Member], key: tuple[str, str]
) -> None:
    if CLASSES[key].names is None:
        return
    unknown = ("999999", "0", "-1", "x", "9" * 40)
    asked = [ask(tenants[0], key, secret=staff["admin"].token, name=name) for name in unknown]
    assert {(answer.status_code, answer.content) for answer in asked} == {(404, asked[0].content)}


def assert_tells_nothing(answer: httpx.Response) -> None:
    for word in (THEIR_NUMBER, THEIR_NUMBER[3:], THEIR_TEXT, THEIR_NAME):
        assert word not in answer.text


def told(answer: httpx.Response) -> dict[str, str]:
    """Give the headers that say something about what was asked for."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name not in {"x-request-id", "date"} and "ratelimit" not in name
    }
