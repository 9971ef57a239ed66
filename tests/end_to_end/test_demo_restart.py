"""The demo goes on where it was: the same key, the same credits, the same messages."""

import random
import signal
import stat
import time
from pathlib import Path

import pytest

from domain.ledger_seal import LedgerSeal
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import UNLIMITED, Demo, Process
from tests.end_to_end.truth import sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.worker.cli.commands import Cli

pytestmark = pytest.mark.processes

STARTS_KILLED = 5
KILLED_WITHIN_S = 1.2


@pytest.fixture
def stopped_demo(tmp_path: Path) -> Demo:
    settings = {**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "400", "NGOMA_LOG_LEVEL": "info"}
    return Demo(tmp_path / "demo", settings=settings)


@pytest.mark.parametrize("ends_by", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_on_where_it_was(stopped_demo: Demo, ends_by: signal.Signals) -> None:
    demo = stopped_demo.start()
    place, first = demo.place, demo.client
    numbers = [n for k in range(3) for n in first.send(f"097700000{k}", f"Nr {k}").numbers]
    assert first.balance() == 997
    # who is killed leads the sealing for some seconds more: a seal is not waited for afterwards
    wait_until(lambda: _seals(demo), what="the log is sealed")
    code = demo.stop(ends_by)

    again = demo.start().client
    assert again.api_key == first.api_key
    assert demo.place["account_id"] == place["account_id"]
    assert again.balance() == 997
    assert [entry["message"] for entry in again.log()["logs"]] == ["Nr 2", "Nr 1", "Nr 0"]
    # one at most was on its way
    settled = wait_until(lambda: _all_but_doubts_sent(again, numbers), what="the rest was sent")
    assert settled <= 1
    assert demo.stop() == 0
    assert code == (-signal.SIGKILL if ends_by is signal.SIGKILL else 0)
    verified = Cli(demo.folder).json("audit", "verify", code=3)
    assert (verified["faults"], verified["seals"] >= 1) == ([], True), "a newcomer has a seal"


def _seals(demo: Demo) -> int:
    with sqlite_store(demo.folder) as store:
        return len(store.states_after(0, limit=1, topics=[LedgerSeal.Sealed.TOPIC]))


def _all_but_doubts_sent(client: Client, numbers: list[int]) -> int | bool:
    """Give how many are in doubt once the others are sent; False before."""
    states = [client.status(number) for number in numbers]
    doubts = sum("InDoubt" in str(client.explain(number)) for number in numbers)
    is_settled = states.count("sent") + doubts == len(numbers)
    return doubts if is_settled and doubts else is_settled


def test_an_orderly_stop_leaves_nothing_in_doubt(stopped_demo: Demo) -> None:
    client = stopped_demo.start().client
    numbers = [n for k in range(3) for n in client.send(f"097700000{k}", f"Nr {k}").numbers]
    on_air = stopped_demo.folder / "modems" / "mtn.jsonl"
    wait_until(lambda: on_air.stat().st_size, what="the first one is on the air, unanswered")
    assert stopped_demo.stop(signal.SIGINT) == 0
    again = stopped_demo.start().client
    wait_until(
        lambda: all(again.status(number) == "sent" for number in numbers), what="all are sent"
    )
    assert len(on_air.read_text().splitlines()) == 3
    stopped_demo.stop()
    assert '"level": "info"' in stopped_demo.log.read_text(), "what was asked for counts"


def test_the_file_with_the_key_is_private_and_there_only_while_it_is_true(
    stopped_demo: Demo,
) -> None:
    demo, place = stopped_demo, stopped_demo.folder / "demo.json"
    demo.start()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE((demo.folder / "secrets").stat().st_mode) == 0o700
    kept = [f for f in demo.folder.rglob("*") if f.is_file() and not f.is_symlink()]
    assert {stat.S_IMODE(f.stat().st_mode) for f in kept} == {0o600}
    assert demo.client.get("/readyz").status == 200
    assert demo.place["base_url"].startswith("http://127.0.0.1:")
    assert not demo.place["base_url"].endswith(":0")
    demo.kill9()
    place.write_text("an old one")

    demo.spawn()
    wait_until(lambda: not place.exists(), what="the old file is taken away")
    wait_until(place.exists, what="the new file is there")
    seen = demo.place
    # it came by rename: what is seen is complete, and the server is ready
    assert Client(seen["base_url"], seen["api_key"]).get("/readyz").status == 200
    demo.stop()


def test_a_key_that_was_replaced_gives_way_to_one_that_works(stopped_demo: Demo) -> None:
    demo = stopped_demo.start()
    first, account = demo.client, demo.account
    demo.cli("key", "regenerate", first.api_key[:8])
    demo.stop()
    again = demo.start().client
    assert demo.account == account
    assert again.api_key != first.api_key
    assert again.send("0977000000", "It works").status == 200
    assert demo.stop() == 0


def test_a_demo_killed_while_it_starts_starts_again(stopped_demo: Demo) -> None:
    seed = random.SystemRandom().randrange(2**32)
    moments = random.Random(seed)
    for _ in range(STARTS_KILLED):
        stopped_demo.spawn()
        time.sleep(moments.uniform(0.3, KILLED_WITHIN_S))  # the moment of the kill is the test
        stopped_demo.kill9()
    client = stopped_demo.start().client
    assert client.balance() == 1_000, f"seed {seed}"
    assert client.send("0977000000", "It works").status == 200
    stopped_demo.stop()


def test_a_second_server_on_the_same_folder_is_refused_and_harms_nothing(
    stopped_demo: Demo, tmp_path: Path
) -> None:
    client = stopped_demo.start().client
    folder = str(stopped_demo.folder)
    second = Process(
        *("serve", "--demo", "--data-dir", folder, "--port", 0), log=tmp_path / "second.log"
    )
    second.spawn()
    wait_until(lambda: not second.is_running, what="the second server gave up")
    assert second.stop() == 1
    assert "Another ngoma serve runs on" in second.log.read_text()
    assert stopped_demo.place["api_key"] == client.api_key
    (number,) = client.send("0977000000", "still here").numbers
    wait_until(lambda: client.status(number) == "sent", what="the first still sends")
    assert stopped_demo.stop() == 0
