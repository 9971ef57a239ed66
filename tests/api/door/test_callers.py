"""The door serves whoever knocks: a caller needs no HTTP request."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from api.door import limits
from api.door.caller import Caller
from api.door.door import Door
from application.accounts import IssueKey
from application.books.actors import Actor
from domain.errors import InvalidKey, NotPermitted, RateLimited
from domain.rate_limits import Limits
from tests.api.conftest import Gateway
from tests.api.people import register

Asked = Callable[[Door], Coroutine[Any, Any, Any]]

HERE = "203.0.113.7"
WRONG = "A" * 32


def at_the_door(gateway: Gateway, asked: Asked, **limits: int) -> Any:
    """Give what ``asked(door)`` comes to, at a door of its own with these limits."""
    system = gateway.system
    door = Door(replace(system, terms=replace(system.terms, limits=Limits(**limits))))
    try:
        return asyncio.run(asked(door))
    finally:
        door.close()


def test_a_key_lets_in_whoever_brings_it(gateway: Gateway) -> None:
    caller = Caller(HERE, gateway.key)
    asked: list[Asked] = [
        lambda door: door.admit_writer(caller),
        lambda door: door.admit_reader(caller),
        lambda door: door.admit_manager(caller),
    ]
    assert {at_the_door(gateway, admit).account for admit in asked} == {gateway.account}
    assert caller.quotas == []


def test_nobody_comes_in_without_a_key(gateway: Gateway) -> None:
    with pytest.raises(InvalidKey):
        at_the_door(gateway, lambda door: door.admit_writer(Caller(HERE)))
    with pytest.raises(InvalidKey):
        at_the_door(gateway, lambda door: door.admit_writer(Caller(HERE, WRONG)))


def test_a_session_reads_and_does_not_send(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    caller = Caller(HERE, person.token)
    found = at_the_door(own_gateway, lambda door: door.admit_reader(caller))
    assert (found.account, found.key_id) == (person.account, None)
    session = at_the_door(own_gateway, lambda door: door.admit_session(caller))
    assert session.account == person.account
    with pytest.raises(InvalidKey):
        at_the_door(own_gateway, lambda door: door.admit_writer(caller))


def test_a_key_that_is_bound_to_addresses_works_from_there_alone(gateway: Gateway) -> None:
    system = gateway.system
    key, new_key = system.keyring.make("bound", sources=("203.0.113.0/24",))
    actor, at = Actor("test"), system.clock.now()
    system.committer.execute(IssueKey(gateway.account, new_key, revoke=None, actor=actor, at=at))
    at_the_door(gateway, lambda door: door.admit_writer(Caller(HERE, key)))
    with pytest.raises(NotPermitted):
        at_the_door(gateway, lambda door: door.admit_writer(Caller("198.51.100.1", key)))


def test_wrong_keys_are_counted_by_address_and_say_when_to_come_back(own_gateway: Gateway) -> None:
    callers = [Caller(HERE, f"{number:08}{WRONG[8:]}") for number in range(4)]

    async def knock(door: Door) -> list[type[Exception]]:
        met: list[type[Exception]] = []
        for caller in callers:
            try:
                await door.admit_writer(caller)
            except (InvalidKey, RateLimited) as refusal:
                met.append(type(refusal))
        return met

    met = at_the_door(own_gateway, knock, failed_ip=3, failed_key=100)
    assert met == [InvalidKey, InvalidKey, InvalidKey, RateLimited]
    policy, quota = callers[3].quotas[-1]
    assert (policy, quota.limit, quota.remaining) == ("failed_ip", 3, 0)


def test_a_limit_counts_a_caller_and_keeps_where_it_stands(own_gateway: Gateway) -> None:
    caller = Caller(HERE, own_gateway.key)

    async def ask(door: Door) -> None:
        for _ in range(2):
            await limits.count(own_gateway.system.limiter, caller, "single", "7", 2)

    at_the_door(own_gateway, ask)
    assert [(policy, quota.remaining) for policy, quota in caller.quotas] == [
        ("single", 1),
        ("single", 0),
    ]
    with pytest.raises(RateLimited):
        at_the_door(own_gateway, ask)
