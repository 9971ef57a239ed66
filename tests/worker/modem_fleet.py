"""Eight modems under one virtual clock: each with its driver, its SIM's thread, and its faults."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.books.cache import Cache
from application.fleet.desk import Desk
from application.fleet.waits import SimWaits
from application.messages.by_hand import CancelMessage
from application.ports import ModemHealth, SimIdentity, UssdReply, never
from domain.errors import NgomaError
from domain.message import Message, State
from domain.message_states import OPEN, SPENT
from domain.reports import ModemReport, SubmitOutcome
from domain.sim import Sim, sim_id
from domain.values import Lane, Network
from tests.adapters.modems.fault_list import DEALT
from tests.support.invariants import violations_in
from tests.worker.gateway import NETWORK_CODES, Gateway, gateway
from tests.worker.taking_turns import TakingTurns
from worker.sims import SimRunner
from worker.timed_work import due_work

T = TypeVar("T")

PLACES: Final = (*(Network.MTN,) * 4, *(Network.AIRTEL,) * 2, *(Network.ZAMTEL,) * 2)
PER_MINUTE: Final = 6
LATENCY_S: Final = 2.0
STEP_S: Final = 0.7
DUE_EVERY: Final = 7
CREDITS: Final = 100_000
CACHED: Final = 500
"""Aggregates that the committer remembers: full within hours, so that what grows is not it."""
DAY_S: Final = 86_400
AIRTIME_CODE: Final = "*114#"
DEADLINES_S: Final = {"open": 200.0, "submit": 260.0, "step": 30.0, "health": 30.0, "ussd": 70.0}
"""The most that one call of a driver takes."""


class Air(MemoryNetworkLog):
    """Counts segments, and looks whether the attempt of each was committed before."""

    def __init__(self, is_started: Callable[[SegmentOnAir], bool]) -> None:
        super().__init__()
        self.early: list[SegmentOnAir] = []
        self.parts: dict[int, Counter[int]] = {}
        """By the message's place: how often each part was on the air."""
        self.by_card: Counter[str] = Counter()
        self._is_started = is_started

    def append(self, segment: SegmentOnAir) -> None:
        self.by_card[segment.imsi] += 1
        self.parts.setdefault(int(segment.recipient[-7:]), Counter())[segment.part] += 1
        if not self._is_started(segment):
            self.early.append(segment)


class TimedDriver(AtModemDriver):
    """Notes how long each call took."""

    longest_s: dict[str, float]
    time: TakingTurns
    up_s: float | None = None
    """When it came up for the first time."""

    def _timed(self, name: str, call: Callable[[], T]) -> T:
        began_s = self.time.monotonic_s()
        try:
            return call()
        finally:
            taken_s = self.time.monotonic_s() - began_s
            self.longest_s[name] = max(self.longest_s[name], taken_s)

    def open(self) -> SimIdentity:
        identity = self._timed("open", super().open)
        self.up_s = self.time.monotonic_s() if self.up_s is None else self.up_s
        return identity

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        return self._timed("submit", lambda: AtModemDriver.submit(self, tpdu, start=start))

    def step(self, timeout_s: float) -> Sequence[ModemReport]:
        return self._timed("step", lambda: AtModemDriver.step(self, timeout_s))

    def health(self) -> ModemHealth | None:
        return self._timed("health", super().health)

    def ussd(self, code: str, *, gives_way: Callable[[], bool] = never) -> UssdReply:
        return self._timed("ussd", lambda: AtModemDriver.ussd(self, code, gives_way=gives_way))


class ModemFleet:
    """Modems as in ``PLACES``, as many as there are ``faults``: those of each, in their order."""

    def __init__(
        self, gw: Gateway, time: TakingTurns, faults: Sequence[Sequence[str]], *, seed: int
    ) -> None:
        self.gw = gw
        self.time = time
        self.places = PLACES[: len(faults)]
        self.chance = random.Random(seed)
        gw.system.committer.saver._cache = Cache(CACHED)
        self.air = Air(self._is_started)
        self.longest_s: dict[str, float] = defaultdict(float)
        self.numbers: list[int] = []
        self.senders: list[Principal] = []
        self.desks = {
            network: Desk(network, queries=gw.system.queries, store=gw.system.store, clock=time)
            for network in set(self.places)
        }
        self.emulators = [self._emulator(place, specs, seed) for place, specs in enumerate(faults)]
        self.drivers = [self._driver(place) for place in range(len(self.emulators))]
        self.sims = [self._sim(place) for place in range(len(self.emulators))]
        self.work = due_work(gw.system)
        self.ran_until_s = 0.0

    def _emulator(self, place: int, faults: Sequence[str], seed: int) -> Emulator:
        code = NETWORK_CODES[PLACES[place]]
        return Emulator(
            self.chance.choice(list(PROFILES.values())),
            SimCard(imsi_for(f"place {place}", network_code=code)),
            clock=self.time,
            log=self.air,
            faults=faults,
            seed=seed * 8 + place,
            latency_s=LATENCY_S,
            first_reference=self.chance.randrange(256),
            report_after_s=self.chance.choice((None, 1.0, 9.0)),
        )

    def _driver(self, place: int) -> TimedDriver:
        emulator = self.emulators[place]
        driver = TimedDriver(
            lambda: MemoryPort(emulator, clock=self.time, wait_until=self.time.wait_until),
            clock=self.time,
            name=f"modem{place}",
        )
        driver.longest_s, driver.time = self.longest_s, self.time
        return driver

    def _sim(self, place: int) -> SimRunner:
        network = PLACES[place]
        return self.gw.sim(
            self.drivers[place],
            f"modem{place}",
            network=network,
            per_minute=PER_MINUTE,
            airtime_code=AIRTIME_CODE,
            desk=self.desks[network],
            waits=SimWaits(),
        )

    # -- traffic ---------------------------------------------------------------------------------

    def send(self, *, for_each_modem: int) -> None:
        """Queue mixed traffic: accounts, lanes and lengths by chance."""
        if not self.senders:
            self.senders = [self.gw.account(f"Client{n}", credits=CREDITS) for n in range(3)]
        for network in sorted(set(self.places)):
            segments = for_each_modem * self.places.count(network)
            while segments > 0:
                parts = self.chance.choice((1, 1, 1, 2, 3))
                count = self.chance.choice((1, 1, 5, 15))
                self._send(network, parts, count)
                segments -= parts * count
        self.gw.reached()

    def _send(self, network: Network, parts: int, count: int) -> None:
        text = "x" * (150 * parts) if self.chance.random() < 0.7 else "\u014b" * (64 * parts)
        lane = self.chance.choice((Lane.OTP, Lane.NORMAL, Lane.BULK, Lane.BULK))
        first = len(self.numbers) + 1
        sender = self.chance.choice(self.senders)
        sent = self.gw.send(sender, text, count=count, first=first, network=network, lane=lane)
        self.numbers += sent

    # -- running ---------------------------------------------------------------------------------

    def run(self, seconds: float, *, step_s: float = STEP_S) -> None:
        """Let everything run for so long; each SIM does something every ``step_s``."""
        self.ran_until_s = until_s = self.time.monotonic_s() + seconds

        def of(sim: SimRunner) -> Callable[[], None]:
            def steps() -> None:
                while self.time.monotonic_s() < until_s:
                    sim.step(0.0)
                    self.time.sleep(step_s)

            return steps

        def background() -> None:
            while self.time.monotonic_s() < until_s:
                self.do_due()
                self._cancel_some()
                for _ in range(DUE_EVERY):
                    self.gw.reached()
                    self.time.sleep(step_s)

        self.time.run([background, *map(of, self.sims)])

    def do_due(self) -> None:
        """Do what time asks for, as the relay has it done."""
        now = self.time.now()
        for work in self.work:
            for ids in list(work.due(now, 500)):
                try:
                    work.handle(ids, self.gw.execute)
                except NgomaError:
                    continue  # not now; it is asked for again

    def _cancel_some(self) -> None:
        if self.numbers and self.chance.random() < 0.2:
            number = self.chance.choice(self.numbers)
            command = CancelMessage(number, account=None, actor=Actor("x"), at=self.time.now())
            try:
                self.gw.execute(command)
            except NgomaError:
                return

    def strike(self) -> None:
        """Have one modem meet one fault, by chance."""
        fault = self.chance.choice(DEALT)
        self.chance.choice(self.emulators)._plan.deal(f"{fault}:times=1")

    def heal(self) -> None:
        """Let no more faults strike."""
        for emulator in self.emulators:
            emulator._plan._faults = []

    def end(self) -> None:
        """Let every doubt run out."""
        for sim in self.sims:
            self.time.run([sim.close])
        for _ in range(5):
            self.gw.reached()
            self.do_due()
            self.time.advance(DAY_S / 2)
        self.gw.reached()

    # -- what must hold --------------------------------------------------------------------------

    def message(self, number: int) -> Message:
        return self.gw.message(number)

    def states(self) -> Counter[State]:
        return Counter(self.message(number).state for number in self.numbers)

    def _is_started(self, segment: SegmentOnAir) -> bool:
        message = self.message(self.numbers[int(segment.recipient[-7:]) - 1])
        sim = self.gw.system.reader.find(Sim, sim_id(segment.imsi))
        return (
            message.state is State.SENDING
            and sim is not None
            and message.sim == sim.number
            and message.next_index == segment.part - 1
        )

    def share_of_pace(self, place: int) -> float:
        """Give how much of what its pace allowed the card of a place has put on the air."""
        imsi = imsi_for(f"place {place}", network_code=NETWORK_CODES[PLACES[place]])
        up_s = self.drivers[place].up_s
        assert up_s is not None, self.sims[place].status
        minutes = (self.ran_until_s - up_s - LATENCY_S) / 60
        allowed = int(PER_MINUTE * (1 + minutes))  # a full bucket, and what flowed in
        return self.air.by_card[imsi] / allowed

    def violations(self) -> list[str]:
        """Name what does not hold, once all is over."""
        found = [f"N3 before its start: {segment}" for segment in self.air.early]
        spent = 0
        for place, number in enumerate(self.numbers, start=1):
            message = self.message(number)
            spent += message.credits if message.state in SPENT else 0
            found += self._of_message(number, message, self.air.parts.get(place, Counter()))
        if sum(map(self.gw.available, self.senders)) != CREDITS * len(self.senders) - spent:
            found.append("N5 credits do not add up")
        found += [
            f"{name} took {self.longest_s[name]:.0f} s, more than {limit_s:.0f} s"
            for name, limit_s in DEADLINES_S.items()
            if self.longest_s[name] > limit_s
        ]
        return [*found, *map(str, violations_in(self.gw.system.store))]

    def _of_message(self, number: int, message: Message, parts: Counter[int]) -> list[str]:
        accepted = set(range(1, message.accepted + 1))
        events = self.gw.events(number)
        resends = events.count("InDoubt") if message.lane == Lane.OTP else 0
        found = []
        if message.state in OPEN:
            found.append(f"N6 still open: {number} {message.state}")
        if max(parts.values(), default=0) > 1 + resends:
            found.append(f"N1 or N2 on the air too often: {number} {parts}")
        if not accepted <= parts.keys():
            found.append(f"accepted and not on the air: {number}")
        if len(parts.keys() - accepted) > 1 + resends:
            found.append(f"more than one segment in doubt: {number}")
        if "InDoubt" not in events and parts.keys() != accepted:
            found.append(f"N4 on the air though it did not leave: {number}")
        return found


@contextmanager
def modem_fleet(
    folder: Path, faults: Sequence[Sequence[str]], *, seed: int
) -> Iterator[ModemFleet]:
    time = TakingTurns()
    with gateway(folder, is_threaded=False, clock=time) as gw:
        yield ModemFleet(gw, time, faults, seed=seed)
