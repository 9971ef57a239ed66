"""Every route, asked by everybody who should not get an answer: tenants cannot see each other.

A route that is not classed in ``asking.py`` makes the first test fail.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from application.accounts import RevokeKey, SetSuspension
from application.books.actors import Actor
from domain.roles import DUTIES, Role
from tests.api.asking import (
    ALL,
    CLASSES,
    NAMING,
    PEOPLE,
    THEIR_NAME,
    THEIR_NUMBER,
    THEIR_TEXT,
    THINGS,
    UNKNOWN_MESSAGES,
    WITH_KEY,
    ask,
    classed,
    ours_and_theirs,
    tenant,
)
from tests.api.classing import Kind, Tenant
from tests.api.conftest import gateways, new_account
from tests.api.money.asking import NEVER_ASKED, publish
from tests.support.staff import Member, hire, open_session


def test_every_route_is_classed() -> None:
    assert set(CLASSES) == set(ALL)


# -- asking ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give two accounts of one gateway: ours, and theirs with marked data."""
    with gateways(tmp_path_factory.mktemp("tenants")) as start:
        gateway = start(sender_ids=("OURS",), providers=(NEVER_ASKED,))
        publish(gateway.system)
        yield ours_and_theirs(gateway)


Tenants = tuple[Tenant, Tenant]


def another(tenants: Tenants) -> Tenant:
    """Make a tenant of a test's own, in the same gateway."""
    gateway = tenants[0].gateway
    account, key = new_account(gateway.system, credits=1_000)
    return tenant(replace(gateway, account=account, key=key), THEIR_NUMBER, THEIR_TEXT)


# -- without a key, or with one that has ended ----------------------------------------------------


@pytest.mark.parametrize("key", classed(Kind.OPEN), ids=" ".join)
def test_open_routes_ask_for_no_key(tenants: Tenants, key: tuple[str, str]) -> None:
    assert ask(tenants[0], key, secret=None).status_code not in {401, 403}


@pytest.mark.parametrize("key", WITH_KEY + PEOPLE + THINGS, ids=" ".join)
@pytest.mark.slow
def test_without_a_key_nothing_is_told(tenants: Tenants, key: tuple[str, str]) -> None:
    answer = ask(tenants[1], key, secret=None)
    expected = 400 if CLASSES[key].key_in_body else 401
    assert answer.status_code == expected
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY + PEOPLE + THINGS, ids=" ".join)
@pytest.mark.slow
def test_a_key_that_nobody_has_is_told_nothing(tenants: Tenants, key: tuple[str, str]) -> None:
    answer = ask(tenants[1], key, secret="A" * 32)
    assert answer.status_code == 401
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", THINGS, ids=" ".join)
def test_an_accounts_key_is_no_phones_token(tenants: Tenants, key: tuple[str, str]) -> None:
    answer = ask(tenants[0], key, secret=tenants[0].gateway.key)
    assert answer.status_code == 401
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY, ids=" ".join)
@pytest.mark.slow
def test_a_revoked_key_is_told_nothing(tenants: Tenants, key: tuple[str, str]) -> None:
    ours = another(tenants)
    gateway = ours.gateway
    assert ask(ours, key, secret=gateway.key).status_code < 400
    names = CLASSES[key].names
    name = names(ours)[0] if names else None
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        RevokeKey(gateway.account, gateway.key[:8], actor=Actor("test"), at=at)
    )
    gateway.system.keyring.follow()
    answer = ask(ours, key, secret=gateway.key, name=name)
    assert answer.status_code == 401
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", WITH_KEY, ids=" ".join)
@pytest.mark.slow
def test_a_suspended_account_reads_and_does_not_send(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours = another(tenants)
    gateway = ours.gateway
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        SetSuspension(gateway.account, suspended=True, actor=Actor("test"), reason="r", at=at)
    )
    gateway.system.keyring.follow()
    answer = ask(ours, key, secret=gateway.key)
    if CLASSES[key].kind is Kind.SENDS:
        assert answer.status_code == 403
    else:
        assert answer.status_code < 400


# -- with a key of another tenant -----------------------------------------------------------------


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
@pytest.mark.slow
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
    for path in ("/api/sms/logs", "/api/logs"):
        answers = []
        for before in (*theirs.messages, *UNKNOWN_MESSAGES):
            query = {"api_key": ours.gateway.key, "before": before}
            headers = ours.gateway.bearer
            answers.append(ours.gateway.http.get(path, params=query, headers=headers))
        assert {answer.status_code for answer in answers} == {answers[0].status_code}
        assert {answer.content for answer in answers} == {answers[0].content}
        assert_tells_nothing(answers[0])


def test_a_search_finds_nothing_of_theirs(tenants: Tenants) -> None:
    ours, _ = tenants
    for words in (THEIR_NUMBER, THEIR_NUMBER[-6:], "zebra", "%", "_", THEIR_NAME):
        answer = ours.gateway.get("/api/sms/logs", search=words)
        assert answer.json()["data"]["data"] == []


# -- people who are not who they should be --------------------------------------------------------


@pytest.mark.parametrize("key", PEOPLE, ids=" ".join)
@pytest.mark.slow
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


BY_HEADER = [key for key in classed(Kind.READS) if not CLASSES[key].key_in_body]
"""A session's token has no place in a query."""


@pytest.mark.parametrize("key", BY_HEADER, ids=" ".join)
def test_a_persons_session_reads_like_a_key_and_only_their_own(
    tenants: Tenants, key: tuple[str, str]
) -> None:
    ours, _ = tenants
    answer = ask(ours, key, secret=ours.session())
    assert answer.status_code < 400 or answer.status_code == 409
    assert_tells_nothing(answer)


@pytest.mark.parametrize("key", NAMING, ids=" ".join)
@pytest.mark.slow
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
@pytest.mark.slow
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


STAFF_NAMING = [key for key in classed(Kind.STAFF) if CLASSES[key].names is not None]


@pytest.mark.parametrize("key", STAFF_NAMING, ids=" ".join)
def test_what_staff_name_and_nobody_has_gives_the_same_bytes(
    tenants: Tenants, staff: Mapping[str, Member], key: tuple[str, str]
) -> None:
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
