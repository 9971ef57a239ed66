"""A gateway killed at any point of a segment loses nothing, doubles nothing, owes nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from adapters.clock import SystemClock
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import SIM800
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from domain.message import State
from domain.wallet import CreditWallet, wallet_id
from tests.support.counts import soak_count
from tests.support.invariants import violations_in
from tests.worker.gateway import Gateway, gateway
from tests.worker.killed import CREDITS, SENT, Lane, Point
from worker.timed_work import due_work

pytestmark = [pytest.mark.processes, pytest.mark.slow]

Killed = Mapping[Point, tuple[Path, MemoryNetworkLog]]
"""Store and network log of each lane."""

LIMIT_S: Final = 600
POINTS: Final = tuple(point for point in Point if point is not Point.NEVER)
WHOLE: Final[Mapping[Point, tuple[State, int]]] = {
    Point.CLAIMED: (State.SENT, 1),
    Point.STARTED: (State.IN_DOUBT, 0),
    Point.IN_MID_PDU: (State.IN_DOUBT, 0),
    Point.HANDED_OVER: (State.IN_DOUBT, 1),
    Point.ANSWERED: (State.IN_DOUBT, 1),
    Point.RECORDED: (State.SENT, 1),
    Point.REPORTED: (State.SENT, 1),
}
"""What becomes of a message of one part, and how often it is on the air."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    """Kill processes at every point, all points at the same time; give log and folder of each."""
    clock = SystemClock()
    lanes: list[Lane] = []
    logs: dict[Point, MemoryNetworkLog] = {}
    with ExitStack() as stack:
        for point in POINTS:
            folder = tmp_path_factory.mktemp("killed")
            logs[point] = log = MemoryNetworkLog()
            emulator = Emulator(
                SIM800,
                SimCard(imsi_for(point)),
                clock=clock,
                log=log,
                report_after_s=0.05 if point is Point.REPORTED else None,
            )
            stack.enter_context(EmulatorPty(emulator, folder / "modem", clock=clock))
            times = soak_count(20, quick=5)
            lanes.append(
                Lane(folder=str(folder), link=str(folder / "modem"), point=point, times=times)
            )
        subprocess.run(
            [sys.executable, "-m", "tests.worker.killed", *(lane.written for lane in lanes)],
            check=True,
            timeout=LIMIT_S,
        )
        yield {lane.point: (Path(lane.folder), logs[lane.point]) for lane in lanes}


@pytest.mark.timeout(LIMIT_S)
@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point_doubles_nothing_and_loses_nothing(
    killed: Killed, point: Point
) -> None:
    folder, log = killed[point]
    messages = [json.loads(line) for line in (folder / SENT).read_text().splitlines()]
    with gateway(folder, is_threaded=False) as gw:
        for told in messages:
            mine = [s.part for s in log.segments if int(s.recipient[-7:]) == told["place"]]
            assert len(mine) == len(set(mine))
            state = gw.message(told["number"]).state
            assert state in {State.SENT, State.DELIVERED, State.IN_DOUBT}
            if told["parts"] == 1:
                assert (state, len(mine)) == WHOLE[point]
        _let_doubts_run_out(gw)
        for told in messages:
            state = gw.message(told["number"]).state
            assert state in {State.SENT, State.DELIVERED, State.FAILED}
            spent = told["parts"] if state is not State.FAILED else 0
            wallet = gw.system.reader.find(CreditWallet, wallet_id(told["account"]))
            assert wallet is not None
            assert wallet.available == CREDITS - spent
        assert not violations_in(gw.system.store)


def _let_doubts_run_out(gw: Gateway) -> None:
    gw.clock.advance(25 * 3_600)
    gw.reached()
    for work in due_work(gw.system):
        for ids in list(work.due(gw.clock.now(), 500)):
            work.handle(ids, gw.execute)
    gw.reached()
