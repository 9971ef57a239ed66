"""What keeps the store from being used is named within seconds, everywhere, and takes nothing in.

Whoever asks `/readyz`, reads the log, the metrics or `ngoma doctor` learns whether the store is
damaged, full or locked, and what to do; a client is told at once that nothing was accepted.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite.inspection import first_damage
from tests.end_to_end import damage
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import UNLIMITED, Demo, ask_cli
from tests.end_to_end.truth import Truth, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases
from tests.support.invariants import violations_in
from tests.support.templates import copy_data

pytestmark = pytest.mark.processes

SETTINGS = {**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"}
WITHIN_S = 5.0


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Give a stopped demo that has sent something."""
    demo = Demo(tmp_path_factory.mktemp("stopped") / "demo", settings=SETTINGS)
    with demo:
        demo.send(5)
    return demo


@pytest.fixture
def demo(stopped: Demo, tmp_path: Path) -> Iterator[Demo]:
    copy_data(stopped.folder, tmp_path / "demo")
    demo = Demo(tmp_path / "demo", settings=SETTINGS)
    yield demo
    demo.kill9()


def tables_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in rows]


def doctor(demo: Demo) -> list[dict[str, str]]:
    done = ask_cli("doctor", "--data-dir", str(demo.folder), settings=demo.settings)
    found: list[dict[str, str]] = json.loads(done.stdout)
    assert done.returncode == (1 if any(row["verdict"] == "wrong" for row in found) else 0)
    return [row for row in found if row["verdict"] == "wrong"]


def metrics(demo: Demo) -> str:
    return Client(demo.operations_url, "").get("/metrics").body.decode()


def must_be_named(demo: Demo, *words: str) -> None:
    """Operators learn the cause wherever they look, and what to do; the public: not ready."""

    def is_named() -> bool:
        found = demo.checks["store"]
        return all(word in found for word in words)

    wait_until(is_named, within_s=WITHIN_S, what=f"/readyz says {words}")
    assert demo.client.get("/readyz").status == 503
    wait_until(lambda: alarm_lines(demo), within_s=WITHIN_S, what="the log says it")
    (line,) = alarm_lines(demo)
    assert all(word in line for word in words), line
    assert 'ngoma_alarms{alarm="store"} 1.0' in metrics(demo)
    found = [row["words"] for row in doctor(demo) if row["check"] in {"store", "processes"}]
    assert any(all(word in said for word in words) for said in found), found
    alarm = alarm_in_status(demo)
    assert all(word in alarm["words"] for word in words), alarm
    assert "`ngoma restore`" in alarm["do"]
    assert "Traceback" not in demo.log.read_text()


def alarm_in_status(demo: Demo) -> dict[str, str]:
    """Give what `ngoma status` says of the store; a look takes no longer than one may wait."""
    done = ask_cli("status", "--data-dir", str(demo.folder), settings=demo.settings)
    assert done.returncode == 1, done.stderr
    (found,) = (one for one in json.loads(done.stdout)["alarms"] if one["name"] == "store")
    return dict(found)


def alarm_lines(demo: Demo) -> list[str]:
    return [line for line in demo.log.read_text().splitlines() if "alarm store: " in line]


def must_be_over(demo: Demo) -> None:
    wait_until(
        lambda: demo.client.get("/readyz").status == 200, within_s=WITHIN_S, what="it is over"
    )
    assert 'ngoma_alarms{alarm="store"}' not in metrics(demo)


def must_be_whole(demo: Demo, accepted: list[int]) -> None:
    """What was accepted is there and left, and the books agree."""
    client = demo.client
    wait_until(
        lambda: all(client.status(number) == "sent" for number in accepted),
        what="all that was accepted has left",
    )
    assert demo.stop() == 0
    with sqlite_store(demo.folder) as store:
        assert violations_in(store) == []
        assert set(accepted) <= set(Truth().read(store).histories)
    assert "Traceback" not in demo.log.read_text()


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    soak_cases("stored_events", "credentials", "contents", "saves", "numbers", quick=2),
)
def test_a_page_of_zeros_in_a_store_is_named_with_its_table_and_nothing_more_is_accepted(
    demo: Demo, table: str
) -> None:
    demo.start()
    client = demo.client
    damage.empty_its_log(demo.folder / "store.db")
    damage.zero_a_page_of(table, demo.folder / "store.db")
    client.get(f"/api/logs?api_key={client.api_key}")  # who reads meets it beside the read models
    must_be_named(demo, "store.db is damaged", f"table {table}", "`ngoma restore`")
    for _ in range(3):
        answer = client.feltech_send("0977000000", "Nr lost")
        assert (answer.status, answer.is_accepted) == (503, False), str(answer)
    demo.stop()
    assert "Traceback" not in demo.log.read_text()
    assert "set aside" not in demo.log.read_text()  # it is not the read models' damage


@pytest.mark.parametrize("table", soak_cases("contents", "stored_events", quick=1))
def test_a_store_that_was_damaged_before_the_start_is_not_served(demo: Demo, table: str) -> None:
    damage.zero_a_page_of(table, demo.folder / "store.db")
    demo.spawn()
    wait_until(lambda: not demo.is_running, what="it ends")
    said = demo.log.read_text()
    (line,) = [line for line in said.splitlines() if line.startswith("Error: ")]
    assert "store.db is damaged" in line
    assert table in line
    assert "Traceback" not in said


def test_each_table_of_the_store_and_of_the_read_models_is_looked_at(
    stopped: Demo, tmp_path: Path
) -> None:
    found = {}
    for name in ("store.db", "read.db"):
        for table in tables_of(stopped.folder / name):
            copy = tmp_path / name
            shutil.copy(stopped.folder / name, copy)
            damage.zero_a_page_of(table, copy)
            found[name, table] = first_damage(copy, limit_s=5.0).damage or ""
    missed = [where for where, said in found.items() if f"table {where[1]}: " not in said]
    assert len(found) > 20
    assert missed == []


@pytest.mark.parametrize("table", soak_cases("message_log", "balances", "fleet_sims", quick=1))
def test_a_page_of_zeros_in_a_read_model_is_found_before_anybody_asks_it(
    demo: Demo, table: str
) -> None:
    demo.start()
    damage.empty_its_log(demo.folder / "read.db")
    damage.zero_a_page_of(table, demo.folder / "read.db")

    def said() -> list[str]:
        lines = demo.log.read_text().splitlines()
        return [line for line in lines if f"read.db cannot be used (table {table}: " in line]

    wait_until(said, within_s=WITHIN_S, what="the log says which table is damaged")
    # the check may be of the second before it was seen: the log says when that is over
    wait_until(lambda: "built anew, from the beginning" in demo.log.read_text(), what="it is begun")
    wait_until(lambda: demo.checks["projections"] == "ok", what="it was made anew")
    must_be_whole(demo, demo.send(3))


# -- no room --------------------------------------------------------------------------------------


def test_a_store_without_room_refuses_at_once_loses_nothing_and_goes_on_by_itself(
    demo: Demo,
) -> None:
    demo.start()
    client = demo.client
    accepted = demo.send(3)
    wal = demo.folder / "store.db-wal"
    while wal.stat().st_size < 2 * demo.log.stat().st_size:  # the bound is for the log too
        accepted += demo.send(10)
    limit = wal.stat().st_size + 8_192
    damage.bound_its_files(demo.pid, limit)
    refused = 0
    for k in range(300):
        asked_s = time.monotonic()
        answer = client.feltech_send("0977000000", f"Nr {k}")
        if answer.status == 503:
            assert not answer.is_accepted
            assert time.monotonic() - asked_s < 2.0
            refused += 1
        else:
            accepted += answer.numbers
        if refused == 3:
            break
    assert refused == 3, "the bound was never met"
    must_be_named(demo, "store.db cannot be written", "full")
    damage.bound_its_files(demo.pid, None)
    must_be_over(demo)
    must_be_whole(demo, accepted + demo.send(3))


# -- a lock ---------------------------------------------------------------------------------------


def test_a_lock_that_another_process_holds_is_named_with_the_process(demo: Demo) -> None:
    demo.start()
    accepted = demo.send(2)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys\n"
            "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "c.execute('BEGIN IMMEDIATE')\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()\n",
            str(demo.folder / "store.db"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        must_be_named(demo, f"another process ({holder.pid}, ", "holds the lock of store.db")
        answer = demo.client.feltech_send("0977000000", "Nr lost")
        assert (answer.status, answer.is_accepted) == (503, False)
    finally:
        holder.communicate()
    must_be_over(demo)
    must_be_whole(demo, accepted + demo.send(2))
