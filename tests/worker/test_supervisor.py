"""A process starts what its role runs, goes on whatever a step meets, and stops in order."""

import logging
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from application.books.actors import Actor
from application.messages.by_hand import ReleaseMessages
from application.messages.restored import HoldMessages
from application.ports import ModemUnavailable, SimIdentity
from domain.errors import StoreDown
from domain.message import State
from domain.values import Network
from tests.support.servers import ThrowawayRedis
from tests.worker.gateway import FAST
from tests.worker.processes import LIMIT_S, Running, all_online, own_threads, running, until
from worker import relay
from worker.clock_watch import ALARM as CLOCK_ALARM
from worker.parts import PARTS, following, sims
from worker.parts.loop import Loop
from worker.parts.part import ProcessRole
from worker.sims import crew

pytestmark = pytest.mark.processes

NEVER_S = 4 * LIMIT_S
LOOKS = (
    (following, "POLL_S"),
    (following, "RARE_POLL_S"),
    (relay, "TICK_S"),
    (sims, "STEP_S"),
    (crew, "LOOK_S"),
)
"""How often each part of a process looks by itself for what it was not told of."""
DRAMATIQ = ("jobs-", "queue-")
"""What the names of Dramatiq's own threads begin with."""


# -- a whole process ----------------------------------------------------------------------------


def test_everything_in_one_process_sends_what_is_queued(tmp_path: Path) -> None:
    with running(tmp_path, sims=3) as gw:
        numbers = gw.send(gw.account(), count=30)
        gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers))
        assert sorted(gw.recipients()) == list(range(1, 31))
        assert gw.system.readiness().is_ready
        assert gw.supervisor.failures == {}


def test_an_idle_sim_waits_for_nothing_but_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[..., None]
) -> None:
    """Whoever looks by himself does so after the test has given up: each step is told of."""
    for module, name in LOOKS:
        monkeypatch.setattr(module, name, NEVER_S)
    with running(tmp_path, waits=replace(FAST, idle_s=NEVER_S)) as gw:
        all_online(gw)
        _look_never(gw)
        sender, waits_s = gw.account(), []
        gw.reached = lambda: None  # type: ignore[method-assign]
        for place in range(30):
            gw.air.came.clear()
            gw.send(sender, first=place + 1)
            accepted_s = time.monotonic()
            assert gw.air.came.wait(LIMIT_S), gw.modems()
            waits_s.append(gw.air.came_at_s - accepted_s)
            until(lambda: gw.modems()[0].state == "online")
        record_property("accepted_to_air_p50_ms", round(statistics.median(waits_s) * 1_000, 1))


def _look_never(gw: Running) -> None:
    desk = gw.supervisor.process.desks.of(Network.MTN)
    desk._look_s = desk._own_look_s = NEVER_S


def test_a_message_is_sent_although_every_hint_is_lost(tmp_path: Path) -> None:
    with running(tmp_path) as gw:
        all_online(gw)
        gw.system.queue.announce = lambda *_: False  # type: ignore[method-assign]
        gw.send(gw.account())
        gw.sent(1)


@pytest.mark.parametrize("breakage", ["kill9", "pause", "flush"])
def test_redis_may_die_hang_or_forget_and_messages_are_sent(
    tmp_path: Path, own_redis: ThrowawayRedis, breakage: str
) -> None:
    with running(tmp_path, redis_url=own_redis.url) as gw:
        all_online(gw)
        sender = gw.account()
        gw.send(sender, first=1)
        gw.sent(1)
        if breakage == "flush":
            gw.system.queue.broker.client.flushall()  # type: ignore[attr-defined]  # on Redis
        else:
            getattr(own_redis, breakage)()
        gw.send(sender, first=2)
        gw.sent(2)
        (late,) = gw.send(sender, first=3)
        gw.sent(3)
        gw.until(lambda: gw.message(late).state is State.SENT)
        if breakage == "pause":
            own_redis.resume()
        elif breakage == "kill9":
            own_redis.start()
        gw.send(sender, first=4)
        gw.sent(4)
        assert gw.recipients() == [1, 2, 3, 4]
        assert gw.supervisor.failures == {}


def test_stopping_finishes_the_segment_under_way_and_records_it(tmp_path: Path) -> None:
    with running(tmp_path, latency_s=0.3) as gw:
        all_online(gw)
        first, second = gw.send(gw.account(), count=2)
        gw.until(lambda: "AttemptStarted" in gw.events(first))
        assert gw.supervisor.stop(20)
        assert gw.events(first) == ["AttemptStarted", "Sent"]
        assert gw.events(second) == []
        (lease,) = gw.system.store.leases()
        assert lease.expires_at <= gw.clock.now()
        assert own_threads() == set()
        assert gw.system.readiness().checks["modem m0"] == "ok"  # nobody is alarmed by a stop


def test_what_was_accepted_before_the_stop_is_committed(tmp_path: Path) -> None:
    with running(tmp_path) as gw:
        sender = gw.account()
        outcomes = []
        for _ in range(50):
            threading.Thread(target=lambda: outcomes.append(gw.send(sender)), daemon=True).start()
        gw.until(lambda: len(outcomes) == 50)
    assert len({numbers.start for numbers in outcomes}) == 50


def test_a_clock_alarm_shows_in_readiness(tmp_path: Path) -> None:
    with running(tmp_path) as gw:
        gw.clock.jump(3_600)
        gw.until(lambda: gw.system.readiness().status != "ready")
        found = gw.system.readiness()
        assert "set forward by 60 minutes" in found.checks["clock"]
        assert "`ngoma clock vouch`" in found.checks["clock"]
        assert found.status == "degraded"  # it accepts and sends
        assert f'ngoma_alarms{{alarm="{CLOCK_ALARM}"}} 1.0' in gw.metrics()


def test_messages_that_a_restore_holds_are_an_alarm_until_somebody_decided(tmp_path: Path) -> None:
    with running(tmp_path, sims=0) as gw:
        (number,) = gw.send(gw.account())
        gw.execute(HoldMessages([number], generation=2, at=gw.clock.now()))
        gw.until(lambda: 'ngoma_alarms{alarm="held"} 1.0' in gw.metrics())
        assert 'ngoma_open_messages{network="mtn",state="held"} 1.0' in gw.metrics()
        found = gw.system.readiness()
        assert found.checks["held"].startswith("1 are held since a restore: `ngoma message list")
        assert found.status == "degraded"  # it accepts and sends
        actor, now = Actor("ops"), gw.clock.now()
        gw.execute(ReleaseMessages([number], actor=actor, reason="not on the bill", at=now))
        gw.until(lambda: 'alarm="held"' not in gw.metrics())
        assert 'ngoma_open_messages{network="mtn",state="held"} 0.0' in gw.metrics()


class NeverUp(SimulatedModemDriver):
    """Is not there."""

    def open(self) -> SimIdentity:
        raise ModemUnavailable("not there")


def test_one_modem_that_never_comes_up_keeps_nobody_from_sending(tmp_path: Path) -> None:
    with running(tmp_path, sims=2, first_kind=NeverUp) as gw:
        numbers = gw.send(gw.account(), count=5)
        gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers))
        assert gw.modems()[0].reason == "not there"
        until(lambda: 'ngoma_modem_words{kind="Accepted"} 5.0' in gw.metrics())
        assert 'ngoma_modem_online{modem="m0"} 0.0' in gw.metrics()
        assert 'ngoma_modem_online{modem="m1"} 1.0' in gw.metrics()
        assert 'ngoma_thread_faults{thread="committer"} 0.0' in gw.metrics()


# -- scaled ---------------------------------------------------------------------------------


@pytest.fixture
def urls(tmp_path: Path, database_url: str, fresh_redis_url: str) -> dict[str, Any]:
    """Give what several processes share."""
    secret = tmp_path / "secret"
    secret.write_text("s" * 43)
    secret.chmod(0o600)
    return {
        "database_url": database_url,
        "redis_url": fresh_redis_url,
        "server_secret": f"file:{secret}",
        "writer_key": f"file:{secret}",
    }


def test_scaled_roles_share_the_work_over_postgresql_and_redis(
    tmp_path: Path, urls: dict[str, Any]
) -> None:
    with (
        running(tmp_path / "project", role=ProcessRole.PROJECT, **urls),
        running(tmp_path / "w1", role=ProcessRole.WORKER, sims=2, name="a", **urls) as one,
        running(tmp_path / "w2", role=ProcessRole.WORKER, sims=2, name="b", **urls) as two,
        running(tmp_path / "api", role=ProcessRole.API, **urls) as api,
    ):
        all_online(one)
        all_online(two)
        until(lambda: len(api.system.queue.workers()) == 2)
        sender = api.account()
        numbers = api.send(sender, count=40)
        api.until(lambda: all(api.message(n).state is State.SENT for n in numbers))
        assert sorted(one.recipients() + two.recipients()) == list(range(1, 41))
        assert one.recipients()
        assert two.recipients()
        late = api.send(sender, count=3)[0]
        api.until(lambda: api.message(late).state is State.SENT)


def test_in_three_roles_an_idle_sim_waits_for_nothing_but_word_of_others(
    tmp_path: Path, urls: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in LOOKS:
        monkeypatch.setattr(module, name, NEVER_S)
    waits = replace(FAST, idle_s=NEVER_S)
    with (
        running(tmp_path / "project", role=ProcessRole.PROJECT, **urls) as project,
        running(tmp_path / "w", role=ProcessRole.WORKER, waits=waits, **urls) as worker,
        running(tmp_path / "api", role=ProcessRole.API, **urls) as api,
    ):
        until(lambda: bool(project.system.queue.workers()))
        all_online(worker)
        _look_never(worker)
        sender = api.account()
        for first in range(1, 4):
            api.send(sender, first=first)
            worker.sent(first)
            until(lambda: worker.modems()[0].state == "online")


# -- roles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "threads"),
    [
        (ProcessRole.API, {"clock", "keyring", "ported numbers"}),
        (ProcessRole.WORKER, {"clock", "hints", "presence", "sims", "uploads", "webhooks"}),
        (
            ProcessRole.PROJECT,
            {"clock", "follower", "notices", "relay", "housekeeping", "shortening", "upkeep"},
        ),
        (
            ProcessRole.ALL,
            {
                "follower",
                "notices",
                "keyring",
                "ported numbers",
                "hints",
                "presence",
                "relay",
                "housekeeping",
                "upkeep",
            }
            | {"clock", "shortening"}
            | {"sims", "inspection", "uploads", "webhooks"},
        ),
    ],
)
def test_each_role_runs_itsown_threads(
    tmp_path: Path, role: ProcessRole, threads: set[str]
) -> None:
    with running(tmp_path, role=role):
        found = {name for name in own_threads() if not name.startswith(DRAMATIQ)}
        assert found == threads | {"committer", "health"}


def test_all_runs_every_part_and_every_role_commits_and_says_how_it_is() -> None:
    assert all(ProcessRole.ALL in part.roles for part in PARTS)
    assert [part.name for part in PARTS if part.roles == frozenset(ProcessRole)] == [
        *("committer", "clock", "health"),
    ]


def test_time_goes_on_in_a_project_process_without_workers(tmp_path: Path) -> None:
    with running(tmp_path, role=ProcessRole.PROJECT) as gw:
        (number,) = gw.send(gw.account())
        gw.clock.advance(24 * 3600 + 1)
        gw.until(lambda: gw.message(number).state is State.EXPIRED)


# -- loops --------------------------------------------------------------------------------------


def test_a_loop_survives_what_its_step_raises_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stepped = threading.Event()
    calls = iter([ValueError(), ValueError(), StoreDown("away"), None])

    def step() -> None:
        error = next(calls, None)
        if error is None:
            stepped.set()
            threading.Event().wait(0.01)
        else:
            raise error

    loop = Loop("odd", step)
    with caplog.at_level(logging.WARNING):
        loop.start()
        assert stepped.wait(5)
    until(lambda: loop.fault is None)
    loop.stop()
    assert loop.join(5)
    assert loop.faults == 2  # a store that is away is no fault of ours
    assert caplog.text.count("odd met ValueError") == 1
    assert "odd waits: away" in caplog.text


def test_a_loop_ends_only_when_it_is_drained() -> None:
    left = [1, 2, 3]
    loop = Loop("drains", lambda: left and left.pop(), is_drained=lambda: not left)
    loop.stop()
    loop.start()
    assert loop.join(5)
    assert left == []


def test_a_loop_that_cannot_drain_is_left_at_its_deadline() -> None:
    loop = Loop("stuck", lambda: threading.Event().wait(0.01), is_drained=lambda: False)
    loop.start()
    loop.stop()
    assert not loop.join(0.1)
    assert loop.join(5)  # it was abandoned
