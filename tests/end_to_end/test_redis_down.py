"""Redis is never the truth: without it, and after it forgot everything, messages go on."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.load import Load, Recipients, Said, Sms
from tests.end_to_end.truth import Truth, on_air, repeated
from tests.end_to_end.waiting import wait_until
from tests.support.databases import TemplateDatabases
from tests.support.servers import ThrowawayRedis

pytestmark = [pytest.mark.processes, pytest.mark.servers]

LIMITED = dict.fromkeys(UNLIMITED, "100000")
"""High, so that every request asks the limiter, and it asks Redis."""


class Stage:
    """A scaled gateway under a steady load."""

    def __init__(self, scaled: Scaled, server: ThrowawayRedis) -> None:
        self.scaled = scaled
        self.redis = server
        self.clients = scaled.clients(scaled.create_account(credits=100_000))
        recipients, numbers = Recipients(), itertools.count(1)
        self._next = lambda: Sms(recipients.take(), f"Nr {next(numbers)}")
        self.said = Said()

    def load(self) -> Load:
        """Send about twenty messages a second: fewer than leave, on any machine."""
        return Load(self.clients, self._next, threads=2, said=self.said, goes_on=True, pause_s=0.1)

    def flows(self, load: Load) -> None:
        """Wait until messages that are accepted from now on have left."""
        before = load.accepted
        wait_until(lambda: load.accepted > before + 10, what="sends are accepted")
        newest = load.said.accepted[-1][1][-1]
        client: Client = self.clients[0]
        wait_until(
            lambda: client.status(newest) == "sent", within_s=30, what="what was accepted has left"
        )


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, databases: TemplateDatabases
) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("redis")
    database_url = databases.fresh_database()
    with (
        ThrowawayRedis() as server,
        Scaled(folder, database_url=database_url, redis_url=server.url, settings=LIMITED) as scaled,
    ):
        yield Stage(scaled, server)
    databases.drop(database_url)


def test_sends_are_accepted_and_messages_leave_whatever_happens_to_redis(stage: Stage) -> None:
    with stage.load() as load:
        stage.flows(load)
        stage.redis.kill9()
        stage.flows(load)
        stage.redis.start()  # empty: it keeps nothing on disk
        stage.flows(load)
        with redis.Redis.from_url(stage.redis.url) as client:
            client.flushall()
        stage.flows(load)
        stage.redis.pause()  # it neither answers nor hangs up
        stage.flows(load)
        stage.redis.resume()
        stage.flows(load)
    said = load.stop()
    stage.scaled.must_run()
    assert said.unanswered == []
    assert said.refused == []
    assert all(len(numbers) == 1 for _, numbers in said.accepted)

    expected = len(said.accepted)
    client = stage.clients[0]
    wait_until(
        lambda: client.full_balance()["spent"] == expected, within_s=60, what="all have left"
    )
    air = on_air(stage.scaled.folder / "modems")
    with stage.scaled.store() as store:
        truth = Truth().read(store)
    assert truth.violations(air) == []
    assert repeated(air) == []
    assert truth.lost(said) == []
    assert truth.doubled() == []
