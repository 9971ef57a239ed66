"""Whatever modems, store and process do: no segment is on the air twice or without its start."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from domain.errors import NgomaError
from domain.message import OPEN, SPENT, Message, State
from domain.reports import SubmitOutcome
from domain.values import SECOND, Lane
from tests.support.counts import soak_count
from tests.worker.gateway import Gateway, gateway
from worker.sims import SimRunner

FAULTS: Final = (
    "no-prompt:p=0.08",
    "cms=310:at=prompt:p=0.03",
    "cms=42:p=0.08",
    "cms=21:p=0.05",
    "cms=1:p=0.05",
    "error:p=0.05",
    "no-answer:sent=yes:p=0.06",
    "no-answer:sent=no:p=0.06",
    "late=0.02:p=0.06",
    "cms=41:delay=0.02:p=0.04",
    "unplug:back=0.01:p=0.04",
    "reboot:at=pdu:p=0.04",
    "reboot:at=prompt:p=0.03",
)
MESSAGES: Final = 24
STEPS: Final = 400


class Crash(BaseException):
    """The process is gone."""


class Air(MemoryNetworkLog):
    """Looks, at each segment, whether its attempt was committed before."""

    def __init__(self) -> None:
        super().__init__()
        self.early: list[SegmentOnAir] = []
        self.is_started: Callable[[SegmentOnAir], bool] = lambda _: True

    def append(self, segment: SegmentOnAir) -> None:
        super().append(segment)
        if not self.is_started(segment):
            self.early.append(segment)


class Chaos:
    """One run: everything by chance, from one seed."""

    def __init__(self, gw: Gateway, seed: int) -> None:
        self.gw = gw
        self.chance = random.Random(seed)
        self.air = Air()
        self.air.is_started = self._is_started
        gw.air = self.air
        self.sender = gw.account(credits=1_000)
        self.numbers: list[int] = []
        self.drivers = [self._driver(name, seed) for name in "abc"]
        self.sims = [self._process(driver) for driver in self.drivers]

    def _driver(self, name: str, seed: int) -> SimulatedModemDriver:
        chaos = self

        class Crashing(SimulatedModemDriver):
            def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
                chaos.crash(0.01)
                outcome = super().submit(tpdu, start=lambda: start() and not chaos.crash(0.01))
                chaos.crash(0.01)
                return outcome

        return self.gw.driver(name, *FAULTS, kind=Crashing, seed=seed * 3 + ord(name))

    def crash(self, probability: float) -> bool:
        if self.chance.random() < probability:
            raise Crash
        return False

    def run(self) -> None:
        for _ in range(STEPS):
            self._disturb()
            place = self.chance.randrange(3)
            try:
                self.sims[place].step(0.0)
            except Crash:
                self.sims[place] = self._restarted(place)
        self._calm_down()

    def _disturb(self) -> None:
        gw, chance = self.gw, self.chance
        is_well = not (gw.store.is_down or gw.store.loses_answers)
        if len(self.numbers) < MESSAGES and chance.random() < 0.2 and is_well:
            text = "x" * chance.choice((10, 10, 200, 400))
            lane = chance.choice((Lane.BULK, Lane.NORMAL))
            self.numbers += gw.send(self.sender, text, first=len(self.numbers) + 1, lane=lane)
        if chance.random() < 0.1:
            gw.clock.advance(chance.choice((0.1, 1, 31, 61)))
        if chance.random() < 0.01:
            gw.store.loses_answers = 1
        if chance.random() < 0.01:
            gw.store.is_down = True
        elif gw.store.is_down and chance.random() < 0.1:
            gw.store.is_down = False
        if self.numbers and chance.random() < 0.02 and is_well:
            self._cancel(chance.choice(self.numbers))

    def _cancel(self, number: int) -> None:
        command = CancelMessage(number, account=None, actor=Actor("x"), at=self.gw.clock.now())
        try:
            self.gw.system.committer.execute(command)
        except NgomaError:
            return

    def _restarted(self, place: int) -> SimRunner:
        driver = self.drivers[place]
        driver.close()
        return self._process(driver)

    def _process(self, driver: SimulatedModemDriver) -> SimRunner:
        """Make a SIM thread in a process of its own."""
        return self.gw.sim(driver, driver._name, desk=self.gw.new_desk())

    def _calm_down(self) -> None:
        """Let everything end that ends by itself; a doubt waits for its 24 hours."""
        gw = self.gw
        gw.store.is_down, gw.store.loses_answers = False, 0
        for driver in self.drivers:
            driver._plan._faults = []
        limit = gw.clock.now() + 6 * 3_600 * SECOND  # back-offs, and far from the validity's end
        while any(self.message(n).state in {State.QUEUED, State.SENDING} for n in self.numbers):
            gw.clock.advance(5)
            gw.reached()  # virtual hours pass in real seconds: the follower must keep up
            assert gw.clock.now() < limit, [
                (gw.events(n), self.message(n).bound_sim) for n in self.numbers
            ]
            for place, sim in enumerate(self.sims):
                try:
                    sim.step(0.0)
                except Crash:
                    self.sims[place] = self._restarted(place)

    # -- what must hold --------------------------------------------------------------------------

    def message(self, number: int) -> Message:
        return self.gw.message(number)

    def _is_started(self, segment: SegmentOnAir) -> bool:
        message = self.message(self.numbers[int(segment.recipient[-7:]) - 1])
        return (
            message.state is State.SENDING
            and self._imsi_of(message) == segment.imsi
            and message.next_index == segment.part - 1
        )

    def _imsi_of(self, message: Message) -> str:
        for lease in self.gw.system.store.leases():
            if lease.sim == message.sim:
                return next(d._imsi for d in self.drivers if d._name == lease.modem)
        return ""

    def violations(self) -> list[str]:
        """Name what does not hold."""
        on_air = Counter((s.recipient, s.part) for s in self.air.segments)
        found = [f"N1 twice on the air: {what}" for what, count in on_air.items() if count > 1]
        found += [f"N3 before its start: {segment}" for segment in self.air.early]
        for place, number in enumerate(self.numbers, start=1):
            parts = {s.part for s in self.air.segments if int(s.recipient[-7:]) == place}
            found += self._message_violations(number, parts)
        messages = [self.message(number) for number in self.numbers]
        held = sum(m.credits for m in messages if m.state in OPEN | SPENT)
        if self.gw.available(self.sender) != 1_000 - held:
            found.append("N5 credits do not add up")
        return found

    def _message_violations(self, number: int, parts: set[int]) -> list[str]:
        message = self.message(number)
        accepted = set(range(1, message.accepted + 1))
        found = []
        if not accepted <= parts:
            found.append(f"accepted but not on the air: {number}")
        if "InDoubt" not in self.gw.events(number) and parts != accepted:
            found.append(f"N4 on the air though it did not leave: {number}")
        if len(parts - accepted) > 1:
            found.append(f"more than one segment in doubt: {number}")
        return found


@pytest.mark.processes  # half a minute of crashes and restarts
@pytest.mark.timeout(3_600)
def test_no_schedule_of_faults_breaks_a_delivery_invariant(
    tmp_path: Path, report_count: Callable[..., None]
) -> None:
    runs = soak_count(300)
    first = random.randrange(1_000_000)
    for seed in range(first, first + runs):
        with gateway(tmp_path / str(seed)) as gw:
            chaos = Chaos(gw, seed)
            chaos.run()
            violations = chaos.violations()
            assert not violations, (seed, violations)
    report_count("SIM schedules with faults and crashes", runs, 0, first)
