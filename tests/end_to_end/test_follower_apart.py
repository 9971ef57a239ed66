"""The follower's process dies, hangs or is left alone: nothing is lost, nobody follows twice."""

import itertools
import os
import random
import signal
from collections.abc import Callable
from typing import Final

import pytest

from tests.end_to_end.apart import (
    ANOTHER,
    LATE_S,
    child_of,
    cradle_of,
    drained,
    faults_of,
    followed,
    kill_child,
    said,
)
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import Demo
from tests.end_to_end.load import Load, Recipients, Sms
from tests.end_to_end.read_models import unequal_read_models
from tests.end_to_end.truth import Truth, on_air, repeated, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases, soak_count
from tests.support.processes import children, is_alive

pytestmark = [pytest.mark.processes, pytest.mark.timeout(soak_count(5_400, quick=240))]

FOLLOWER: Final = "follower"
KILLS: Final = soak_count(200, quick=3)
CREDITS: Final = 1_000_000


def test_a_follower_that_is_killed_under_load_again_and_again_loses_and_doubles_nothing(
    own_demo: Demo, report_count: Callable[..., None]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    client = own_demo.start().client
    own_demo.cli("wallet", "grant", own_demo.account, CREDITS, "--reason", "for the siege")
    recipients, numbers, moment = Recipients(), itertools.count(1), random.Random(seed)

    def next_sms() -> Sms:
        return Sms(recipients.take(1), f"Nr {next(numbers)}")

    with Load([client], next_sms, threads=2, pause_s=0.2) as load:
        load.wait_for_an_answer()
        for _ in range(KILLS):
            kill_child(own_demo, FOLLOWER, after_s=moment.uniform(0.0, 0.3))
    followed(client)
    wait_until(
        lambda: own_demo.checks["threads"] == "ok", within_s=LATE_S, what="all is well again"
    )
    drained(client)
    assert faults_of(own_demo, FOLLOWER) == KILLS
    assert own_demo.stop() == 0
    faults = unequal_read_models(own_demo.folder, own_demo.folder.with_name("anew"))
    with sqlite_store(own_demo.folder) as store:
        truth, air = Truth().read(store), on_air(own_demo.folder / "modems")
    faults += [*truth.violations(air), *truth.lost(load.said), *truth.doubled()]
    faults += [*truth.unaired(air), *repeated(air)]
    assert "Traceback" not in own_demo.log.read_text()
    report_count("kill -9 of the follower's process", KILLS, len(faults), seed)


# -- how it is told -------------------------------------------------------------------------------


def test_a_follower_that_died_is_told_of_everywhere_and_so_is_that_it_is_over(
    own_demo: Demo,
) -> None:
    client = own_demo.start().client
    asked = Client(own_demo.operations_url, "")
    assert faults_of(own_demo, FOLLOWER) == 0
    os.kill(child_of(own_demo, FOLLOWER), signal.SIGKILL)
    followed(client)
    wait_until(lambda: said(own_demo, "follower waits"), within_s=LATE_S, what="the log says it")
    assert len(said(own_demo, "follower waits: its process", ANOTHER)) == 1
    wait_until(lambda: faults_of(own_demo, FOLLOWER) == 1, within_s=LATE_S, what="it is counted")
    wait_until(lambda: said(own_demo, "follower goes on"), within_s=LATE_S, what="that it is over")
    wait_until(lambda: client.get("/readyz").status == 200, within_s=LATE_S, what="all is well")

    # while none can be begun, it stands in the checks: the cradle is frozen, and forks nothing
    os.kill(cradle_of(own_demo), signal.SIGSTOP)
    os.kill(child_of(own_demo, FOLLOWER), signal.SIGKILL)
    wait_until(
        lambda: own_demo.checks["threads"] == "follower: ProcessEnded",
        within_s=LATE_S,
        what="readiness says it",
    )
    wait_until(lambda: 'alarm="threads"' in asked.get("/metrics").body.decode(), what="an alarm")
    assert client.get("/readyz").status == 503
    (alarm,) = [one for one in own_demo.cli("status", code=1)["alarms"] if one["name"] == "threads"]
    assert "follower: ProcessEnded" in alarm["words"]

    # and one that is gone for good leaves the work to a thread
    os.kill(cradle_of(own_demo), signal.SIGKILL)
    followed(client)
    by_a_thread = "followed by a thread from now on"
    wait_until(lambda: said(own_demo, by_a_thread), within_s=LATE_S, what="the log says it")
    wait_until(lambda: client.get("/readyz").status == 200, within_s=LATE_S, what="all is well")
    assert "start ngoma serve again" in asked.get("/readyz").json["notes"]["follower"]
    assert own_demo.stop() == 0
    assert "Traceback" not in own_demo.log.read_text()


# -- who ends whom --------------------------------------------------------------------------------


@pytest.mark.parametrize("is_frozen", soak_cases(True, False, quick=1))
def test_no_child_outlives_who_had_it_made(own_demo: Demo, is_frozen: bool) -> None:
    own_demo.start()
    made = [cradle_of(own_demo), child_of(own_demo, FOLLOWER), child_of(own_demo, "committer")]
    if is_frozen:
        os.kill(made[1], signal.SIGSTOP)
        os.kill(made[2], signal.SIGSTOP)
    own_demo.kill9()
    wait_until(lambda: not any(map(is_alive, made)), what="they are gone, too")


@pytest.mark.parametrize("number", soak_cases(signal.SIGINT, signal.SIGTERM, quick=1))
def test_a_signal_to_all_of_them_ends_them_in_order(own_demo: Demo, number: signal.Signals) -> None:
    followed(own_demo.start().client)
    made = [cradle_of(own_demo), child_of(own_demo, FOLLOWER), child_of(own_demo, "committer")]
    os.killpg(own_demo.pid, number)  # it leads a session of its own
    assert own_demo.stop(0) == 0  # which only waits
    assert not any(map(is_alive, made))
    assert "Traceback" not in own_demo.log.read_text()
    assert said(own_demo, "another one is begun") == []


@pytest.mark.parametrize("way", soak_cases("threads", "auto", quick=1))
def test_threads_do_it_all_where_that_is_set_or_there_is_one_core(own_demo: Demo, way: str) -> None:
    own_demo.settings["NGOMA_FOLLOWER"] = own_demo.settings["NGOMA_COMMITTER"] = way
    if way == "auto":
        own_demo.prefix = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))
    followed(own_demo.start().client)
    assert children(own_demo.pid) == []


@pytest.mark.servers
def test_read_models_on_postgresql_are_followed_apart_too(
    own_demo: Demo, database_url: str
) -> None:
    own_demo.settings["NGOMA_DATABASE_URL"] = database_url
    client = own_demo.start().client
    followed(client)
    os.kill(child_of(own_demo, FOLLOWER), signal.SIGKILL)
    followed(client)
    assert own_demo.stop() == 0
    assert len(said(own_demo, ANOTHER)) == 1
