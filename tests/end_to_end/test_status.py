"""Planted troubles: `ngoma status` says within seconds what is wrong, and what to do.

What the store alone tells (a late seal, an old backup, a clock that is off, money that is nobody's)
is tried in ``tests/worker/cli/test_status.py``.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import pytest

from tests.end_to_end.fleet import Modem, Scaled
from tests.end_to_end.gateway import UNLIMITED, Demo, Process, ask_cli
from tests.end_to_end.waiting import wait_until
from tests.support.manager import Manager, listening
from tests.support.servers import ThrowawayPostgres, ThrowawayRedis

pytestmark = pytest.mark.processes

WITHIN_S = 5.0
START_S = 40.0
PIN = "1234"


class Told(NamedTuple):
    """How many seconds after a trouble the first look began that told it, and stood there."""

    begun_s: float
    shown_s: float


TOLD: Final[dict[str, Told]] = {}
"""Each trouble that was planted; the last test judges them."""


def status(settings: Mapping[str, str]) -> dict[str, Any]:
    """Look as an operator does; the exit code says whether an alarm stands."""
    done = ask_cli("status", settings=settings)
    assert done.returncode in {0, 1}, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    stands = any(each["level"] == "alarm" for each in seen["alarms"])
    assert done.returncode == (1 if stands else 0)
    return seen


def told(settings: Mapping[str, str], name: str, *words: str) -> Mapping[str, Any]:
    """Give the alarm of this name, or that begins like it, that says these words.

    The trouble is there when this is called; looks follow each other without a pause.
    """
    planted_s = time.monotonic()
    while True:
        begun_s = time.monotonic() - planted_s
        alarms = status(settings)["alarms"]
        for one in alarms:
            if one["name"].startswith(name) and all(word in one["words"] for word in words):
                assert one["do"]
                TOLD[f"{name}: {one['words']}"] = Told(begun_s, time.monotonic() - planted_s)
                return dict(one)
        assert begun_s < START_S, f"no {name} with {words} among {alarms}"


def is_over(settings: Mapping[str, str], *names: str, within_s: float = START_S) -> None:
    """Wait until no alarm has one of these names."""

    def names_now() -> set[str]:
        return {one["name"] for one in status(settings)["alarms"]}

    wait_until(lambda: not names_now() & set(names), within_s=within_s, what=f"{names} are over")


# -- one machine ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Serve with a SIM whose PIN is wrong, one without airtime, and a modem that is not there."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "modems").mkdir()
    locked = Modem("mtn", folder / "modems")
    locked.arguments += ["--pin", PIN]
    poor = Modem("airtel", folder / "modems")
    poor.arguments += ["--airtime-ngwee", "120"]
    pin = folder / "pin"
    pin.write_text("9999")
    pin.chmod(0o600)
    config = folder / "ngoma.toml"
    config.write_text(
        f'{locked.settings_entry}pin = "file:{pin}"\n'
        f'{poor.settings_entry}airtime_code = "*114#"\nairtime_low_ngwee = 500\n'
        f'[[modems]]\nname = "absent"\nnetwork = "zamtel"\ndevice = "{folder / "none"}"\n'
    )
    settings = {
        **UNLIMITED,
        "NGOMA_DATA_DIR": str(folder / "data"),
        "NGOMA_CONFIG": str(config),
    }
    server = Process("serve", "--port", "0", log=folder / "serve.log", settings=settings)
    with ExitStack() as stack:
        for modem in (locked, poor):
            stack.enter_context(modem)
            modem.wait_until_there()
        stack.callback(server.kill9)
        server.spawn()
        wait_until(
            lambda: list((folder / "data" / "operations").glob(f"all-{server.pid}.url")),
            within_s=START_S,
            what="it serves",
        )
        yield server


def was_tried(server: Process, modem: str) -> None:
    """Wait until the server has found that a modem does not come up, as its log says."""
    wait_until(
        lambda: f"modem {modem}: " in server.log.read_text(),
        within_s=START_S,
        what=f"{modem} was tried",
    )


def test_a_wrong_pin_is_told_with_what_to_do(served: Process) -> None:
    was_tried(served, "mtn")
    alarm = told(served.settings, "modem mtn", "needs a person", "PIN")
    assert "do what the words say" in alarm["do"]
    (sim,) = [row for row in status(served.settings)["sims"] if row["modem"] == "mtn"]
    assert (sim["state"], sim["sim"]) == ("offline", None)
    assert "PIN" in sim["reason"]


def test_a_modem_that_never_came_up_is_told(served: Process) -> None:
    was_tried(served, "absent")
    told(served.settings, "modem absent", "the port cannot be opened")


def test_low_airtime_is_told_with_what_is_left(served: Process) -> None:
    wait_until(
        lambda: any(row["airtime_ngwee"] == 120 for row in status(served.settings)["sims"]),
        within_s=START_S,
        what="the network was asked",
    )
    assert "load airtime" in told(served.settings, "airtime airtel", "K1.20")["do"]


def test_a_server_that_hangs_and_one_that_was_killed_are_told_apart(served: Process) -> None:
    name = f"process all {served.pid}"
    served.freeze()
    told(served.settings, name, "does not answer")
    served.thaw()
    is_over(served.settings, name)
    served.kill9()
    told(served.settings, name, "ended without a word")
    assert "nothing leaves" in told(served.settings, "gateway")["words"]
    wait_until(
        lambda: {row["state"] for row in status(served.settings)["sims"]} == {"offline"},
        within_s=START_S,
        what="the leases of its SIMs have lapsed",
    )


@pytest.fixture
def manager() -> Iterator[Manager]:
    """systemd, as far as a service knows of it; by a name, since a path may be too long."""
    with listening(f"\0ngoma-{uuid4().hex}") as each:
        yield each


def test_a_process_that_ends_in_order_tells_of_nothing_wrong(
    tmp_path: Path, manager: Manager
) -> None:
    server = Process(
        *("serve", "--port", "0"),
        log=tmp_path / "serve.log",
        settings={"NGOMA_DATA_DIR": str(tmp_path / "data"), "NOTIFY_SOCKET": manager.place},
    ).spawn()
    wait_until(lambda: "Listening." in server.log.read_text(), within_s=START_S, what="it listens")
    wait_until(lambda: "Ready." in server.log.read_text(), within_s=START_S, what="it is ready")
    assert manager.next_of("READY=1") == ["READY=1", "STATUS=Ready."]
    assert server.stop() == 0
    assert manager.next_of("STOPPING=1") == ["STOPPING=1"]
    assert said(server) in ([], ["Listening."])
    assert "alarm " not in server.log.read_text()


def test_a_demo_that_is_well_says_so_with_exit_code_0(demo: Demo) -> None:
    settings = {**demo.settings, "NGOMA_DATA_DIR": str(demo.folder)}
    seen = status(settings)
    assert seen["alarms"] == []
    assert [(row["role"], row["state"]) for row in seen["processes"]] == [("all", "ready")]
    assert seen["processes"][0]["url"] == demo.operations_url
    assert {row["state"] for row in seen["sims"]} == {"online"}


# -- by roles -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Roles"]:
    with (
        ThrowawayPostgres() as postgres,
        ThrowawayRedis() as redis,
        Scaled(
            tmp_path_factory.mktemp("roles"),
            database_url=postgres.url,
            redis_url=redis.url,
            apis=1,
            settings=UNLIMITED,
            networks=["mtn"],
        ) as scaled,
    ):
        yield Roles(scaled, postgres, redis)


class Roles:
    """A gateway by roles, and the servers that it needs."""

    def __init__(self, scaled: Scaled, postgres: ThrowawayPostgres, redis: ThrowawayRedis) -> None:
        self.scaled, self.postgres, self.redis = scaled, postgres, redis
        self.settings = scaled.settings


@pytest.mark.servers
def test_all_roles_are_listed_with_where_they_answer(roles: Roles) -> None:
    seen = wait_until(
        lambda: (found := status(roles.settings))["alarms"] == [] and found,
        within_s=START_S,
        what="all is well",
    )
    assert {row["role"] for row in seen["processes"]} == {"api", "worker", "project"}
    assert all(row["url"].startswith("http://127.0.0.1:") for row in seen["processes"])


@pytest.mark.servers
def test_each_role_says_where_it_listens_when_it_is_ready_and_what_comes_next(
    roles: Roles,
) -> None:
    scaled = roles.scaled
    urls = {row["pid"]: row["url"] for row in status(roles.settings)["processes"]}
    for process in (scaled.apis[0], scaled.worker, scaled.projector):
        lines = [json.loads(line) for line in process.log.read_text().splitlines()]
        start = [line for line in lines if line["logger"] == "ngoma.start"]
        assert urls[process.pid] in {line.get("operations") for line in start}
        (ready,) = [line for line in start if line["message"] == "Ready."]
        assert "`ngoma " in ready["next"] or "takes over" in ready["next"]


@pytest.mark.servers
def test_a_log_that_nobody_follows_is_told_with_its_lag(roles: Roles) -> None:
    roles.scaled.projector.freeze()
    try:
        roles.scaled.create_account(credits=5)
        alarm = told(roles.settings, "following", "nobody follows the log")
        assert "`ngoma project`" in alarm["do"]
        assert status(roles.settings)["lag_s"] >= 3
    finally:
        roles.scaled.projector.thaw()
    is_over(roles.settings, "following")


@pytest.mark.servers
def test_redis_that_is_gone_is_told_and_over_when_it_is_back(roles: Roles) -> None:
    roles.redis.kill9()
    told(roles.settings, "redis", "does not answer")
    roles.redis.start()
    is_over(roles.settings, "redis", "limits", "queue")


@pytest.mark.servers
def test_a_sim_in_quarantine_is_told_and_over_when_it_is_released(roles: Roles) -> None:
    (sim,) = [row["sim"] for row in status(roles.settings)["sims"]]
    roles.scaled.cli("modem", "quarantine", sim, "--reason", "the bill is disputed")
    assert told(roles.settings, f"sim {sim}", "the bill is disputed")["level"] == "note"
    roles.scaled.cli("modem", "release", sim, "--reason", "it is paid")
    is_over(roles.settings, f"sim {sim}")


@pytest.mark.servers
def test_a_modem_that_is_pulled_out_is_told_and_over_when_it_is_back(roles: Roles) -> None:
    modem = roles.scaled.modems["mtn"]
    modem.kill9()
    told(roles.settings, "modem mtn")
    modem.spawn()
    is_over(roles.settings, "modem mtn")


@pytest.mark.servers
def test_a_role_that_was_ended_is_told_until_it_runs_again(roles: Roles) -> None:
    for process, name, words in (
        (roles.scaled.apis[0], "process api", "no process takes messages"),
        (roles.scaled.projector, "process project", "no process follows the log"),
    ):
        assert process.stop() == 0
        assert told(roles.settings, name, words)["level"] == "alarm"
        process.spawn()
        is_over(roles.settings, name)


@pytest.mark.servers
def test_a_worker_that_is_gone_is_told_with_the_modems_that_nobody_drives(roles: Roles) -> None:
    worker = roles.scaled.worker
    pid = worker.pid
    worker.kill9()
    told(roles.settings, f"process worker {pid}", "ended without a word")
    alarm = told(roles.settings, "process worker", "no process drives the modems", "mtn")
    assert alarm["level"] == "alarm"
    worker.spawn()
    is_over(roles.settings, f"process worker {pid}", "process worker")


@pytest.mark.servers
def test_postgresql_that_is_gone_is_told_and_over_when_it_is_back(roles: Roles) -> None:
    api = roles.scaled.apis[0]

    def last() -> str:
        return "".join(said(api)[-1:])

    roles.postgres.kill9()
    told(roles.settings, "store")
    seen = status(roles.settings)
    assert (seen["store"]["ok"], seen["queue"], seen["sims"]) == (False, None, None)
    wait_until(lambda: last() == "Not ready any more.", within_s=START_S, what="the log says so")
    roles.postgres.start()
    is_over(roles.settings, "store", "projections")
    wait_until(lambda: last() == "Ready again.", within_s=START_S, what="the log says so, too")


def said(process: Process) -> list[str]:
    """Give what a process told of being ready, after the first time."""
    lines = [json.loads(line) for line in process.log.read_text().splitlines() if line[:1] == "{"]
    told = [line["message"] for line in lines if line["logger"] == "ngoma.start"]
    return told[told.index("Ready.") + 1 :]


@pytest.mark.servers
def test_no_planted_trouble_was_told_late(report_count: Callable[..., None]) -> None:
    """A look that begins within 5 s shows it, however long the look takes on a busy machine."""
    if not TOLD:  # chosen alone, by its name
        pytest.skip("it is about the other tests of this file")
    slowest = max(TOLD, key=lambda name: TOLD[name].shown_s)
    late = [name for name, told in TOLD.items() if told.begun_s > WITHIN_S]
    words = f"planted troubles, the slowest on the screen after {TOLD[slowest].shown_s:.1f} s"
    report_count(f"{words} ({slowest})", len(TOLD), len(late), ", ".join(late) or "none")
