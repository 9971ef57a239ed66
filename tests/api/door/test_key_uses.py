"""Last uses of keys: one write for many, an hour each, never more than a bounded number."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from api.door import key_uses
from api.door.key_uses import KeyUses
from application.accounts import NoteKeyUses
from domain.errors import Overloaded
from domain.values import SECOND, Instant
from tests.api.conftest import Gateway


class Clock:
    """The time that the test says."""

    def __init__(self) -> None:
        self.at = Instant(1_000_000 * SECOND)

    def now(self) -> Instant:
        return self.at


class Committer:
    """Keeps what it is given."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.commands: list[NoteKeyUses] = []
        self.refuses = refuses

    def submit(self, command: NoteKeyUses, done: object) -> None:
        if self.refuses:
            raise Overloaded
        self.commands.append(command)


def uses(gateway: Gateway, committer: Committer, clock: Clock) -> KeyUses:
    system = replace(gateway.system, committer=cast("Any", committer), clock=cast("Any", clock))
    return KeyUses(system)


def test_a_use_is_written_once_an_hour(gateway: Gateway) -> None:
    committer, clock = Committer(), Clock()

    async def use() -> None:
        noted = uses(gateway, committer, clock)
        for _ in range(50):
            noted.note("AAAAAAAA")
            noted.note("BBBBBBBB")
        await asyncio.sleep(0.01)
        noted.note("AAAAAAAA")
        noted.close()
        clock.at = Instant(clock.at + 3_600 * SECOND)
        noted.note("AAAAAAAA")
        noted.close()

    asyncio.run(use())
    first, second = (dict(command._uses) for command in committer.commands)
    assert set(first) == {"AAAAAAAA", "BBBBBBBB"}
    assert set(second) == {"AAAAAAAA"}
    assert second["AAAAAAAA"] - first["AAAAAAAA"] == 3_600 * SECOND
    assert first["AAAAAAAA"] % (3_600 * SECOND) == 0


def test_uses_of_the_same_minute_wait_for_one_another(gateway: Gateway) -> None:
    committer, clock = Committer(), Clock()

    async def use() -> None:
        noted = uses(gateway, committer, clock)
        for number in range(100):
            noted.note(f"{number:08}")
            await asyncio.sleep(0)
        noted.close()

    asyncio.run(use())
    assert sum(len(command._uses) for command in committer.commands) == 100
    assert len(committer.commands) == 2


def test_neither_memory_nor_a_write_grows_without_end(gateway: Gateway) -> None:
    committer, clock = Committer(), Clock()

    async def use() -> KeyUses:
        noted = uses(gateway, committer, clock)
        for number in range(key_uses.WAITING_MAX + 100):
            noted.note(f"{number:08}")
        noted.close()
        return noted

    noted = asyncio.run(use())
    assert [len(command._uses) for command in committer.commands] == [key_uses.WAITING_MAX]
    assert len(noted._known) <= key_uses.KNOWN_MAX


def test_a_store_that_is_away_costs_nobody_an_answer(gateway: Gateway) -> None:
    async def use() -> None:
        noted = uses(gateway, Committer(refuses=True), Clock())
        noted.note("AAAAAAAA")
        noted.close()

    asyncio.run(use())
