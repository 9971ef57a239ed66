"""A modem that never answers holds up nobody but its own network."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.fleet import Served
from tests.end_to_end.gateway import UNLIMITED
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

WAITING = 50
OTHERS = 20


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("silent")
    faults = {"mtn": ["no-answer:sent=no"]}
    with Served(folder, settings=UNLIMITED, faults=faults) as running:
        yield running
        running.server.kill9()  # it would wait for the silent modem's answer


def test_others_go_on_while_one_modem_is_silent(served: Served) -> None:
    account = served.create_account(credits=1_000)
    client = served.client(account)
    stuck = client.bulk([f"09770000{k:02}" for k in range(WAITING)], "Stuck").numbers
    wait_until(
        lambda: any("AttemptStarted" in str(client.explain(n)) for n in stuck[:1]),
        what="the silent modem has its first message",
    )
    slowest_s = 0.0
    for k in range(OTHERS):
        to = f"0777{k:06}" if k % 2 else f"0555{k:06}"
        (number,) = client.send(to, f"Other {k}").numbers
        accepted = time.monotonic()
        wait_until(
            lambda n=number: client.status(n) == "sent",  # type: ignore[misc]
            what=f"{to} is sent",
        )
        slowest_s = max(slowest_s, time.monotonic() - accepted)
    assert slowest_s < 5
    assert {client.status(number) for number in stuck} == {"pending"}
    balance = client.full_balance()
    assert (balance["reserved"], balance["spent"], balance["refunded"]) == (WAITING, OTHERS, 0)


def test_a_device_that_hangs_whole_is_no_different(served: Served) -> None:
    account = served.create_account(credits=10)
    client = served.client(account)
    served.modems["zamtel"].freeze()
    try:
        (stuck,) = client.send("0555999999", "Stuck").numbers
        (number,) = client.send("0777999999", "Other").numbers
        wait_until(lambda: client.status(number) == "sent", what="the other network's is sent")
        assert client.status(stuck) == "pending"
    finally:
        served.modems["zamtel"].thaw()
    wait_until(lambda: client.status(stuck) == "sent", within_s=30, what="it goes on")
    on_air = served.modems["zamtel"].network_log.read_text()
    assert on_air.count("Stuck") == 1


@pytest.mark.soak  # it takes the 20 s that a stop may take
def test_an_orderly_stop_does_not_wait_for_an_answer_that_never_comes(tmp_path: Path) -> None:
    with Served(tmp_path, faults={"mtn": ["no-answer"]}) as served:
        client = served.client(served.create_account(credits=1))
        (number,) = client.send("0977999999", "Stuck").numbers
        wait_until(lambda: "AttemptStarted" in str(client.explain(number)), what="the modem has it")
        client.hang_up()
        assert served.server.stop() == 0
