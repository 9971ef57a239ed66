"""API keys over HTTP: made, listed, bound, replaced and ended by their account."""

from typing import Any

import pytest

from domain.account import Account, account_id
from tests.api.conftest import Gateway, StartGateway
from tests.api.people import Person, register
from tests.end_to_end.waiting import wait_until
from tests.support.system import grant

TO = "260977000000"
SEND = {"to": TO, "message": "Hello"}
HOUR_MARK = ":00:00.000000Z"


@pytest.fixture
def person(own_gateway: Gateway) -> Person:
    person = register(own_gateway)
    grant(own_gateway.system, person.account, 10)
    return person


def listed(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.ask("GET", "/api/v1/keys").json()["data"]
    return found


def bearer(key: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", **headers}


def test_a_key_that_was_just_made_shows_and_works(start_gateway: StartGateway) -> None:
    gateway = start_gateway(follows=False)  # not even while no read model is fed
    person = register(gateway)
    key = person.new_key(name=" till 2 ")
    shown = listed(person)
    assert [row["name"] for row in shown] == ["first", "till 2"]
    assert shown[1]["id"] == key[:8]
    assert (shown[1]["scopes"], shown[1]["sources"]) == ([], [])
    answer = gateway.http.get("/api/v1/account", headers=bearer(key))
    assert answer.json()["data"]["id"] == person.account


def test_nothing_secret_is_listed(person: Person) -> None:
    text = person.ask("GET", "/api/v1/keys").text
    assert person.api_key[8:] not in text
    assert "fast:" not in text


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "\ud83d"}, "name"),
        ({"name": 7}, "name"),
        ({"scopes": ["send", "fly"]}, "scopes"),
        ({"scopes": [["send"]]}, "scopes"),
        ({"scopes": {"send": 1}}, "scopes"),
        ({"scopes": 7}, "scopes"),
        ({"sources": ["192.0.2.1/24"]}, "sources"),
        ({"sources": ["example.com"]}, "sources"),
        ({"sources": ["fe80::1%eth0 x"]}, "sources"),
        ({"sources": [7]}, "sources"),
        ({"sources": ["\ud83d"]}, "sources"),
        ({"sources": [f"192.0.2.{n}" for n in range(21)]}, "sources"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    gateway: Gateway, fields: dict[str, Any], name: str
) -> None:
    body = {"name": "till", **fields} if fields else {}
    answer = gateway.post("/api/v1/keys", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {name})


def test_scopes_bound_what_a_key_does(person: Person) -> None:
    http = person.gateway.http
    sends, reads = person.new_key(scopes=["send"]), person.new_key(scopes="read")
    both = person.new_key(scopes=["read", "send", "read"])
    assert listed(person)[3]["scopes"] == ["send", "read"]
    for key, may_send, may_read in ((sends, 1, 0), (reads, 0, 1), (both, 1, 1)):
        for path in ("/api", "/api/v1/sms/send"):
            answer = http.post(path, json=SEND, headers=bearer(key))
            assert answer.status_code == (200 if may_send else 403)
        for path in ("/api/balance", "/api/logs", "/api/v1/account", "/api/sender-ids"):
            answer = http.get(path, headers=bearer(key))
            assert answer.status_code == (200 if may_read else 403), path
        body = {"message": "x"}
        answer = http.post("/api/v1/sms/preview", json=body, headers=bearer(key))
        assert answer.status_code == (200 if may_read else 403)


def test_a_key_with_scopes_manages_nothing(person: Person) -> None:
    http, key = person.gateway.http, person.new_key(scopes=["send", "read"])
    tried = [
        http.get("/api/v1/keys", headers=bearer(key)),
        http.post("/api/v1/keys", json={"name": "x"}, headers=bearer(key)),
        http.post(f"/api/v1/keys/{key[:8]}/regenerate", headers=bearer(key)),
        http.delete(f"/api/v1/keys/{key[:8]}", headers=bearer(key)),
        http.put("/api/v1/account", json={"default_sender_id": None}, headers=bearer(key)),
        http.post("/api/sender-ids", json={"name": "S", "use_case": "x"}, headers=bearer(key)),
    ]
    assert [answer.status_code for answer in tried] == [403] * 6
    assert len(listed(person)) == 2
    assert person.ask_by_key("GET", "/api/v1/keys").status_code == 200


def test_sources_bound_where_a_key_comes_from(start_gateway: StartGateway) -> None:
    gateway = start_gateway(trusted_proxies=("127.0.0.1",))
    person = register(gateway)
    key = person.new_key(sources=["192.0.2.0/24", "2001:DB8::7", "2001:db8:0::7"])
    assert listed(person)[1]["sources"] == ["192.0.2.0/24", "2001:db8::7"]
    places = {"192.0.2.9": 200, "::ffff:192.0.2.9": 200, "2001:db8::7": 200}
    elsewhere = {"192.0.3.9": 403, "2001:db8::8": 403, "192.0.2.9, 198.51.100.1": 403}
    for address, status in {**places, **elsewhere}.items():
        headers = bearer(key, **{"X-Forwarded-For": address})
        answer = gateway.http.get("/api/v1/balance", headers=headers)
        assert answer.status_code == status, address
    assert gateway.http.get("/api/v1/balance", headers=bearer(key)).status_code == 403
    sent = gateway.http.post("/api", json={**SEND, "api_key": key})
    assert (sent.status_code, sent.json()["code"]) == (403, "NOT_PERMITTED")


def test_a_source_in_ipv6_form_is_the_ipv4_that_it_means(start_gateway: StartGateway) -> None:
    gateway = start_gateway(trusted_proxies=("::ffff:127.0.0.1",))
    person = register(gateway)
    key = person.new_key(sources=["::ffff:203.0.113.5", "203.0.113.5", "::ffff:198.51.100.0/120"])
    assert listed(person)[1]["sources"] == ["203.0.113.5", "198.51.100.0/24"]
    for address, status in (("203.0.113.5", 200), ("198.51.100.9", 200), ("203.0.113.6", 403)):
        headers = bearer(key, **{"X-Forwarded-For": address})
        answer = gateway.http.get("/api/v1/balance", headers=headers)
        assert answer.status_code == status, address


def test_an_address_that_nobody_vouches_for_does_not_count(person: Person) -> None:
    key = person.new_key(sources=["192.0.2.9"])
    headers = bearer(key, **{"X-Forwarded-For": "192.0.2.9"})
    assert person.gateway.http.get("/api/v1/balance", headers=headers).status_code == 403


def test_a_bound_key_makes_no_key_with_more_than_it_has(start_gateway: StartGateway) -> None:
    gateway = start_gateway(trusted_proxies=("127.0.0.1",))
    person = register(gateway)
    bound = person.new_key(name="bound", sources=["192.0.2.0/24", "2001:db8::/48"])
    here = bearer(bound, **{"X-Forwarded-For": "192.0.2.9"})

    def try_with(sources: list[str]) -> int:
        wanted = {"name": "more", "sources": sources}
        return gateway.http.post_json("/api/v1/keys", wanted, here).status_code

    wider: list[list[str]] = [[], ["192.0.2.0/23"], ["2001:db8:1::1"], ["::/0"]]
    wider.append(["192.0.2.9", "198.51.100.1"])
    assert [try_with(sources) for sources in wider] == [403] * len(wider)
    for sources in (["192.0.2.0/24"], ["192.0.2.9", "2001:db8:0:7::/64"]):
        assert try_with(sources) == 201
    for key, status in ((person.api_key, 403), (bound, 201)):  # a new secret is a new key
        path = f"/api/v1/keys/{key[:8]}/regenerate"
        assert gateway.http.post_json(path, {}, here).status_code == status
    assert person.new_key(name="anywhere")


def test_a_key_is_replaced_at_once_and_stays_as_bound_as_it_was(person: Person) -> None:
    http = person.gateway.http
    old = person.new_key(name="till", scopes=["send"], sources=["127.0.0.1"])
    assert http.post("/api", json={**SEND, "api_key": old}).status_code == 200
    answer = person.ask("POST", f"/api/v1/keys/{old[:8]}/regenerate")
    assert answer.status_code == 201
    new, row = answer.json()["api_key"], answer.json()["key"]
    assert (row["name"], row["scopes"], row["sources"]) == ("till", ["send"], ["127.0.0.1"])
    assert http.post("/api", json={**SEND, "api_key": old}).status_code == 401
    assert http.post("/api", json={**SEND, "api_key": new}).status_code == 200
    assert http.get("/api/balance", params={"api_key": new}).status_code == 403
    assert {shown["id"] for shown in listed(person)} == {person.api_key[:8], new[:8]}


def test_a_key_that_ended_does_nothing_more(person: Person) -> None:
    key = person.new_key()
    assert person.ask("DELETE", f"/api/v1/keys/{key[:8]}").status_code == 200
    assert person.gateway.http.post("/api", json={**SEND, "api_key": key}).status_code == 401
    for method, path in (("DELETE", key[:8]), ("POST", f"{key[:8]}/regenerate")):
        assert person.ask(method, f"/api/v1/keys/{path}").status_code == 404
    assert [row["id"] for row in listed(person)] == [person.api_key[:8]]


def test_a_key_may_replace_itself(person: Person) -> None:
    answer = person.ask_by_key("POST", f"/api/v1/keys/{person.api_key[:8]}/regenerate")
    assert answer.status_code == 201
    assert person.ask_by_key("POST", "/api/v1/keys", {"name": "late"}).status_code == 401
    assert len(listed(person)) == 1


@pytest.mark.parametrize("key_id", ["AAAAAAAA", "x%00y", "aaaaaaaa", "%F0%9F", "A" * 300])
@pytest.mark.slow
def test_a_key_of_another_account_is_as_one_that_never_was(person: Person, key_id: str) -> None:
    other = person.gateway.key[:8]
    for method, end in (("DELETE", ""), ("POST", "/regenerate")):
        unknown = person.ask(method, f"/api/v1/keys/{key_id}{end}")
        foreign = person.ask(method, f"/api/v1/keys/{other}{end}")
        assert (unknown.status_code, foreign.status_code) == (404, 404)
        assert unknown.content == foreign.content
    assert person.gateway.balance() == 1_000


@pytest.mark.slow
def test_an_account_has_fifty_keys_at_most(person: Person) -> None:
    for _ in range(49):
        person.new_key()
    answer = person.ask("POST", "/api/v1/keys", {"name": "one too many"})
    assert answer.status_code == 409
    assert len(listed(person)) == 50
    assert person.ask("POST", f"/api/v1/keys/{person.api_key[:8]}/regenerate").status_code == 201


def test_the_last_use_is_known_to_the_hour_and_is_no_event(person: Person) -> None:
    system = person.gateway.system
    assert listed(person)[0]["last_used_at"] is None
    head = system.store.head()
    assert person.ask_by_key("GET", "/api/v1/balance").status_code == 200
    used = wait_until(lambda: listed(person)[0]["last_used_at"], what="the use is written down")
    made = listed(person)[0]["created_at"]
    assert used == made or used.endswith(HOUR_MARK)  # never before it was made
    assert system.store.head() == head


def test_who_made_a_key_is_in_the_log(person: Person) -> None:
    person.new_key(scopes=["read"])
    events = person.gateway.system.reader.events(account_id(person.account))
    issued = [event for event in events if isinstance(event, Account.ApiKeyIssued)]
    assert [event.actor for event in issued] == [f"account:{person.account}"] * 2
    assert issued[1].scopes == ["read"]


def test_wrong_methods_are_405_with_what_there_is(person: Person) -> None:
    for method, path, allow in (
        ("DELETE", "/api/v1/keys", "GET, HEAD, POST"),
        ("PUT", "/api/v1/keys/AAAAAAAA", "DELETE"),
        ("GET", "/api/v1/keys/AAAAAAAA/regenerate", "POST"),
        ("POST", "/api/v1/account", "GET, HEAD, PUT"),
        ("PATCH", "/api/v1/account", "GET, HEAD, PUT"),
        ("PUT", "/api/v1/auth/login", "POST"),
    ):
        answer = person.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)
