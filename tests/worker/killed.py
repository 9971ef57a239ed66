"""Processes with a SIM that end themselves by SIGKILL at one point of a segment.

``python -m tests.worker.killed LANE…`` with lanes as JSON: for each, one process after another
begins where the last was killed, until one may live and empties the queue. They are forked from
one that has everything imported, so that each costs a fraction of a second.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, NoReturn, Self

from adapters.clock import SystemClock
from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from domain.message import State
from domain.reports import ModemReport, StatusReportReceived, SubmitOutcome
from tests.conformance.modem_rigs import TIMEOUTS
from tests.worker.gateway import Gateway, gateway

CREDITS: Final = 10
UNDER_WAY: Final = frozenset({State.QUEUED, State.SENDING})
SENT: Final = "sent.jsonl"
"""In a lane's folder: account and number of each message that was accepted."""


class Point(StrEnum):
    """Where the process is killed."""

    CLAIMED = "claimed"
    """The SIM took the message up; the modem knows nothing yet."""
    STARTED = "started"
    """The start is stored; no byte of the segment is written."""
    IN_MID_PDU = "in mid-PDU"
    """Half of the segment is written."""
    HANDED_OVER = "handed over"
    """Ctrl-Z is written."""
    ANSWERED = "answered"
    """The modem said +CMGS; nothing of that is stored."""
    RECORDED = "recorded"
    """The answer is stored; of two parts that is the first one's."""
    REPORTED = "reported"
    """The delivery report came; nothing of that is stored."""
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One store and one modem, and how often its processes are killed."""

    folder: str
    link: str
    point: Point
    times: int

    @property
    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Self:
        lane = cls(**json.loads(line))
        return replace(lane, point=Point(lane.point))


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class DoomedPort(SerialPort):
    """Dies in the middle of a PDU, or after it."""

    doom: Point | None = None

    def write(self, data: bytes) -> None:
        if self.doom is Point.IN_MID_PDU:
            super().write(data[: len(data) // 2])
            die()
        super().write(data)
        if self.doom is Point.HANDED_OVER and b"\x1a" in data:
            die()


class DoomedDriver(AtModemDriver):
    """Dies at a point of the segment with this index, counted from 0; each has one message."""

    def __init__(self, link: str, *, point: Point, index: int) -> None:
        clock = SystemClock()
        self._left = index
        self._point = point
        self._ends_next = False

        def opened() -> DoomedPort:
            self._doomed_port = DoomedPort(link, clock=clock)
            return self._doomed_port

        super().__init__(opened, clock=clock, timeouts=TIMEOUTS)

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        self._end_if_recorded()
        is_it = self._left == 0
        self._left -= 1
        if is_it and self._point is Point.CLAIMED:
            die()

        def begin() -> bool:
            may_go = start()
            if is_it and self._point is Point.STARTED:
                die()
            self._doomed_port.doom = self._point if is_it else None
            return may_go

        outcome = super().submit(tpdu, start=begin)
        if is_it and self._point is Point.ANSWERED:
            die()
        self._ends_next = is_it and self._point is Point.RECORDED
        return outcome

    def step(self, timeout_s: float) -> Sequence[ModemReport]:
        self._end_if_recorded()
        reports = super().step(timeout_s)
        if self._point is Point.REPORTED and any(
            isinstance(report, StatusReportReceived) for report in reports
        ):
            die()
        return reports

    def _end_if_recorded(self) -> None:
        if self._ends_next:
            die()


def live(lane: Lane, time: int, point: Point) -> None:
    """Take a message on, of one part or of two, and send until the end."""
    folder = Path(lane.folder)
    with gateway(folder, is_threaded=False) as gw:
        index = 0
        if point is not Point.NEVER:
            parts = 1 + time % 2
            index = 0 if point in {Point.RECORDED, Point.REPORTED} else parts - 1
            _take_on(gw, folder, time, parts)
        driver = DoomedDriver(lane.link, point=point, index=index)
        sim = gw.sim(driver)
        numbers = [json.loads(line)["number"] for line in (folder / SENT).open()]

        def is_done() -> bool:
            gw.reached()
            return point is Point.NEVER and all(
                gw.message(number).state not in UNDER_WAY for number in numbers
            )

        gw.until(is_done, sim)
        sim.close()


def _take_on(gw: Gateway, folder: Path, time: int, parts: int) -> None:
    sender = gw.account(f"Client{time}", credits=CREDITS)
    (number,) = gw.send(sender, "x" * (150 * parts), first=time)
    with (folder / SENT).open("a") as sent:
        told = {"account": sender.account, "number": number, "place": time, "parts": parts}
        sent.write(json.dumps(told) + "\n")


def end_of(child: Callable[[], None]) -> int:
    """Run something in a process of its own; give the signal that ended it, 0 for none."""
    pid = os.fork()
    if pid == 0:
        child()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        msg = "a process ended with an error"
        raise AssertionError(msg)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def run_lane(lane: Lane) -> None:
    """Have processes killed, and a last one that is not."""
    for time in range(1, lane.times + 1):
        ended = end_of(partial(live, lane, time, lane.point))
        assert ended == signal.SIGKILL, (lane, time, ended)
    assert end_of(lambda: live(lane, 0, Point.NEVER)) == 0


def main() -> None:
    """Run all lanes at the same time; each is a process too."""
    pids = {}
    for line in sys.argv[1:]:
        pid = os.fork()
        if pid == 0:
            run_lane(Lane.read(line))
            os._exit(0)
        pids[pid] = line
    failed = [line for pid, line in pids.items() if os.waitpid(pid, 0)[1]]
    sys.exit("\n".join(failed) or None)


if __name__ == "__main__":
    main()
