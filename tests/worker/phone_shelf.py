"""A shelf of emulated phones beside one modem, on a virtual clock, over the real gateway."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.handset import Handset
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.phone import EmulatedPhone
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from api.phones.reading import item_as_json, read_reports
from api.phones.settings import settings_of
from application.books.actors import Actor
from application.fleet.means import Means
from application.fleet.phones import EnrolPhone, OfferEnrolment, draw_code
from application.fleet.waits import SimWaits
from application.invariants import DeliveryChecker
from application.messages.phones import Phones
from domain.contents import ContentKind
from domain.errors import NgomaError
from domain.message_states import OPEN, State
from domain.phone import Slots
from domain.segments import segment
from domain.values import NETWORK_CODES, Lane, Network
from tests.support.invariants import LogWatch
from tests.worker.gateway import Gateway, gateway
from tests.worker.taking_turns import TakingTurns
from worker.sims import SimRunner
from worker.timed_work import due_work

STEP_S: Final = 10.0
"""The longest that nobody does anything."""
MODEMS_EVERY_S: Final = 2.0
DUE_EVERY_S: Final = 20.0
CREDITS: Final = 10_000
DAY_S: Final = 86_400


class Driven(Protocol):
    """What the shelf steps: a SIM in a modem, or a phone that is called."""

    def step(self, wait_s: float) -> object: ...

    def close(self) -> object: ...


class DirectWire:
    """Calls the gateway's phones without HTTP, by the JSON that goes over it."""

    def __init__(self, shelf: "Shelf") -> None:
        self._shelf = shelf

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        scheme, _, credential = headers["Authorization"].partition(" ")
        try:
            return self._answer(method, path.partition("?")[0], body, scheme, credential)
        except NgomaError:
            return 503, None

    def _answer(
        self, method: str, path: str, body: object, scheme: str, credential: str
    ) -> tuple[int, Any]:
        shelf = self._shelf
        if scheme == "Code":
            digests = shelf.gw.system.digests
            at = shelf.time.now()
            enrolled = shelf.gw.execute(EnrolPhone(credential, digests=digests, at=at))
            return 201, {"id": enrolled.device, "token": enrolled.token, "login": "x"}
        match method, path:
            case "GET", "/message":
                items = shelf.phones_of.hand_of(credential).pull()
                return 200, [json.loads(json.dumps(item_as_json(item))) for item in items]
            case "PATCH", "/message":
                reports = read_reports(json.dumps(body).encode())
                shelf.phones_of.hand_of(credential).hear(reports)
                return 204, None
            case "GET", "/settings":
                return 200, settings_of("key")
            case _:
                return 200, None


class Shelf:
    """The phones, the modem, and what was sent by them."""

    def __init__(self, gw: Gateway, time: TakingTurns, *, seed: int) -> None:
        self.gw = gw
        self.time = time
        self.chance = random.Random(seed)
        self.seed = seed
        self.air: MemoryNetworkLog = gw.air
        self.phones: list[Handset] = []
        self.sims: list[Driven] = []
        self.numbers: list[int] = []
        self.phones_of = self.restart()
        self.sender = gw.account(f"Sender at {time.monotonic_s()}", credits=CREDITS)
        self._due_at_s = self._modems_at_s = 0.0
        self._committed = gw.system.signals.committed
        self._work = due_work(gw.system)

    def restart(self) -> Phones:
        """Begin with what a new process knows: the log."""
        digests = self.gw.system.digests
        self.phones_of = Phones(means=self.means(), digests=digests, desk_of=self.gw.new_desk)
        return self.phones_of

    def means(self) -> Means:
        """Give what a process has in common."""
        system = self.gw.system
        return Means(
            store=system.store,
            reader=system.reader,
            queries=system.queries,
            committer=system.committer,
            randomness=system.committer.saver.randomness,
            clock=self.time,
            alarms=self.gw.alarms,
            waits=SimWaits(read_models_s=0.0),
            wait=self.gw.wait,
        )

    def add_phone(self, slots: Slots, *faults: str, **options: Any) -> EmulatedPhone:
        """Enrol a phone by a code, as an operator and its app do."""
        system = self.gw.system
        code = draw_code(system.committer.saver.randomness)
        self.gw.execute(
            OfferEnrolment(
                code,
                slots=slots,
                digests=system.digests,
                actor=Actor("test"),
                at=self.time.now(),
            )
        )
        phone = EmulatedPhone(
            DirectWire(self),
            clock=self.time,
            log=self.air,
            faults=faults,
            seed=self.seed * 8 + len(self.phones),
            **options,
        )
        phone.enrol(code)
        self.phones.append(phone)
        return phone

    def add_modem(self, network: Network = Network.MTN, *faults: str) -> SimRunner:
        """Plug an emulated modem in beside them, behind the driver of real ones."""
        name = f"modem{len(self.sims)}"
        emulator = Emulator(
            PROFILES["e173"],
            SimCard(imsi_for(name, network_code=NETWORK_CODES[network])),
            clock=self.time,
            log=self.air,
            faults=faults,
            seed=self.seed,
            report_after_s=2.0,
        )
        driver = AtModemDriver(
            lambda: MemoryPort(emulator, clock=self.time, wait_until=self.time.wait_until),
            clock=self.time,
            name=name,
        )
        desk = self.gw.new_desk(network)
        sim = self.gw.sim(driver, name, network=network, per_minute=4, desk=desk)
        self.sims.append(sim)
        return sim

    def take_over(self, phone: EmulatedPhone) -> None:
        """Have a phone that another shelf let in call this one, which has the same store."""
        phone.call_by(DirectWire(self))
        self.phones.append(phone)

    def send(self, *lanes: Lane, count: int = 0, network: Network = Network.MTN) -> None:
        """Queue messages of these lanes, else so many of mixed ones, each to another recipient."""
        mixed = (Lane.OTP, Lane.NORMAL, Lane.NORMAL, Lane.BULK)
        for lane in lanes or self.chance.choices(mixed, k=count):
            texts = ("hello",) if lanes else ("hello", "hello", "x" * 200, "ŋ" * 40)
            text = self.chance.choice(texts)
            first = len(self.numbers) + 1
            self.numbers += self.gw.send(self.sender, text, first=first, network=network, lane=lane)

    # -- time --------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        until_s = self.time.monotonic_s() + seconds
        due_at_s = dict.fromkeys(range(len(self.phones)), 0.0)
        while (now_s := self.time.monotonic_s()) < until_s:
            for place, phone in enumerate(self.phones):
                if due_at_s[place] <= now_s:
                    due_at_s[place] = phone.step()
            if now_s >= self._modems_at_s:
                self._modems_at_s = now_s + MODEMS_EVERY_S
                for sim in self.sims:
                    sim.step(0.0)
            if now_s >= self._due_at_s:
                self._due_at_s = now_s + DUE_EVERY_S
                self.do_due()
            if self._committed.is_set():
                self._committed.clear()
                self.gw.reached()
            soonest_s = min(due_at_s.values(), default=until_s)
            self.time.advance(min(STEP_S, max(0.5, soonest_s - now_s)))

    def do_due(self) -> None:
        """Do what time asks for, as the relay has it done."""
        for work in self._work:
            for ids in list(work.due(self.time.now(), 500)):
                try:
                    work.handle(ids, self.gw.execute)
                except NgomaError:
                    continue  # not now; it is asked for again

    def end(self) -> None:
        """Let every doubt run out, with nobody left who answers."""
        for _ in range(6):
            self.gw.reached()
            self.do_due()
            self.time.advance(DAY_S / 2)
        self.gw.reached()

    # -- what must hold ----------------------------------------------------------------------------

    def states(self) -> list[State]:
        return [self.gw.message(number).state for number in self.numbers]

    def used(self) -> set[str]:
        """Give the SIMs that sent anything."""
        return {segment.imsi for segment in self.air.segments}

    def violations(self) -> Sequence[str]:
        """Compare the log with what was on the air: N1 to N6, and the credits' own."""
        watch, delivery = LogWatch(self.gw.system.store), DeliveryChecker()
        watch.follow()
        for position, event in watch.events:
            delivery.feed(position, event)
        found = [str(each) for each in watch.checker.violations]
        found += map(
            str, delivery.check(self._air(), contents=self._contents(), imsis=self._imsis())
        )
        is_open = [n for n in self.numbers if self.gw.message(n).state in OPEN]
        return [*found, *(f"N6 message {number} is open" for number in is_open)]

    def _air(self) -> Sequence[Mapping[str, Any]]:
        return [one.as_json() for one in self.air.segments]

    def _contents(self) -> Mapping[int, tuple[str, Sequence[str]]]:
        rows = self.gw.system.store.contents(ContentKind.MESSAGE, self.numbers)
        return {
            number: (str(row.msisdn), segment(str(row.body)).parts) for number, row in rows.items()
        }

    def _imsis(self) -> Mapping[int, str]:
        rows = self.gw.system.queries.sims(self.time.now())
        return {row.number: str(row.imsi) for row in rows}


@contextmanager
def phone_shelf(folder: Path, *, seed: int = 0, time: TakingTurns | None = None) -> Iterator[Shelf]:
    """Give a shelf without phones over a gateway without threads; ``time`` of one before it."""
    time = time or TakingTurns()
    with gateway(folder, is_threaded=False, clock=time) as gw:
        yield Shelf(gw, time, seed=seed)
