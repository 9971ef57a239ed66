"""A worker that is killed while it tells webhooks tells everything, under the same ids."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from application.books.alarms import Alarms
from application.books.commands import Command, Outcome
from application.ports import Posted
from application.system import System
from tests.support.counts import Count, soak_count
from tests.support.receiver import receiving
from tests.support.system import FastKeyHasher
from tests.support.told import LOOPBACK, telling
from tests.worker.killed import end_of
from worker.webhooks.sender import Sender

pytestmark = [pytest.mark.processes, pytest.mark.slow]

ACCOUNTS = 3
EVENTS = 40
TURN_S = 0.005
TURNS_MAX = 2_000


class Doom:
    """Ends the process when it has come by so many places."""

    def __init__(self, left: int) -> None:
        self._left = left

    def pass_by(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def tell(folder: Path, doom: Doom) -> None:
    """Tell webhooks as a worker does, until nothing is due; pass the doom around each step."""
    settings = Settings(data_dir=folder, webhooks_allow_private=LOOPBACK)
    system = bootstrap(settings, hasher=FastKeyHasher())
    sender = sender_of(system, lambda command, done: submit(system, doom, command, done))
    post = sender._poster.post

    async def doomed_post(*args: Any, **fields: Any) -> Posted:
        doom.pass_by()
        posted = await post(*args, **fields)
        doom.pass_by()
        return posted

    sender._poster.post = doomed_post  # type: ignore[method-assign]
    for _ in range(TURNS_MAX):
        sender.step()
        due = system.queries.due_webhooks(system.clock.now(), limit=1)
        if not due and not sender.is_busy:
            break
    sender.close()
    system.close()


def sender_of(system: System, submit: Any) -> Sender:
    return Sender(
        queries=system.queries,
        store=system.store,
        reader=system.reader,
        webhooks=system.webhooks,
        submit=submit,
        clock=system.clock,
        alarms=Alarms(),
        holder=f"process {os.getpid()}",
        progress=threading.Event(),
        turn_s=TURN_S,
        look_s=TURN_S,
    )


def submit(
    system: System,
    doom: Doom,
    command: Command[Any],
    done: Callable[[Outcome[Any]], None],
) -> None:
    doom.pass_by()
    system.committer.submit(command, done)
    system.committer.step(0)
    doom.pass_by()


def killed_at(random: Random, times: int) -> Sequence[int]:
    return [random.randint(1, 60) for _ in range(times)]


def test_every_event_arrives_under_one_id_with_one_body(record_property: Any) -> None:
    seed, times = 13, soak_count(full=50, quick=3)
    wrong: list[str] = []
    with telling() as told, receiving() as receiver:
        accounts = [told.account(receiver.url + f"/{n}")[0] for n in range(ACCOUNTS)]
        kills = killed_at(Random(seed), times)
        for place in kills:
            for account in accounts:
                told.happen(account, EVENTS // times + 5)
            ended = end_of(partial(tell, told.gateway.folder, Doom(place)))
            assert ended == signal.SIGKILL
            forget_leader(told.gateway.folder)
        assert end_of(lambda: tell(told.gateway.folder, Doom(-1))) == 0
        for number, account in enumerate(accounts):
            came = [one for one in receiver.came if one.path.endswith(f"/{number}")]
            first: dict[int, tuple[str, bytes]] = {}
            for one in came:
                said = (one.id, one.body)
                if first.setdefault(one.event["sequence"], said) != said:
                    wrong.append(f"{account}: {one.id}")
            newest = told.gateway.system.queries.feed_ends([account])[account]
            assert list(first) == list(range(1, newest + 1))
    count = Count("workers killed while they tell", times, len(wrong), seed)
    record_property(*count.as_property())
    assert wrong == []


def forget_leader(folder: Path) -> None:
    """End the term of the process that was killed: nobody waits five seconds here."""
    with closing(sqlite3.connect(folder / "store.db")) as connection, connection:
        connection.execute("UPDATE effect_positions SET holder = NULL, leads_until = NULL")
