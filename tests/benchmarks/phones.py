"""A shelf of phones that listen and pull: what they cost, and how soon one has a message."""

import heapq
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

from adapters.clock import SystemClock
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.phone import EmulatedPhone
from adapters.modems.simulated.phone_events import PhoneEvents
from adapters.modems.simulated.phone_wire import HttpWire
from application.books.actors import Actor
from application.fleet.phones import EnrolPhone, OfferEnrolment, draw_code
from domain.values import Network
from tests.benchmarks.bench import SQLITE, Bench
from tests.benchmarks.gateways import Guest
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row
from tests.end_to_end.client import Client
from tests.end_to_end.waiting import wait_until

PHONES: Final = 200
SHARE_AIM: Final = 0.25
OFFER_AIM_S: Final = 1.0
MESSAGES: Final = 20
WITHIN_S: Final = 120.0
TURN_S: Final = 30
"""Between two pulls of a phone, as it is told: all have come once in so long."""


class Shelf:
    """Phones as threads' work: one steps them all, and each has one that listens."""

    def __init__(self, url: str, told: Sequence[tuple[str, str]]) -> None:
        self._clock = SystemClock()
        self.phones = [
            EmulatedPhone(HttpWire(url), clock=self._clock, log=MemoryNetworkLog()) for _ in told
        ]
        self._events = []
        for phone, (device, token) in zip(self.phones, told, strict=True):
            phone.device, phone.token = device, token
            self._events.append(PhoneEvents(f"{url}/events", token, phone.push))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def given(self) -> int:
        """How many messages the phones have."""
        return sum(len(phone.messages) for phone in self.phones)

    def start(self) -> None:
        """Start the phones, spread over one turn as they come in life."""
        self._thread.start()

    def end(self) -> None:
        """End the phones."""
        self._ended.set()
        self._thread.join()
        for events in self._events:
            events.end()

    def _run(self) -> None:
        now_s = self._clock.monotonic_s()
        spread_s = TURN_S / len(self.phones)
        due = [(now_s + place * spread_s, place) for place in range(len(self.phones))]
        started: set[int] = set()
        while not self._ended.wait(0.01):
            now_s = self._clock.monotonic_s()
            while due[0][0] <= now_s:
                _, place = heapq.heappop(due)
                if place not in started:
                    started.add(place)
                    self.phones[place].start()
                    self._events[place].start()
                heapq.heappush(due, (self.phones[place].step(), place))
            for place in started:
                if self.phones[place].is_pushed:
                    self.phones[place].step()


@contextmanager
def _shelf(url: str, guest: Guest) -> Iterator[Shelf]:
    shelf = Shelf(f"{url}/api/mobile/v1", [_enrol(guest, place) for place in range(PHONES)])
    shelf.start()
    try:
        yield shelf
    finally:
        shelf.end()


def _enrol(guest: Guest, place: int) -> tuple[str, str]:
    """Let a phone in; give what it is told."""
    system, networks = guest.system, list(Network)
    code, digests = draw_code(system.randomness), system.digests
    slots = {1: networks[place % len(networks)]}
    at = system.clock.now()
    guest.run(OfferEnrolment(code, slots=slots, digests=digests, actor=Actor("bench"), at=at))
    enrolled = guest.run(EnrolPhone(code, digests=digests, at=at))
    return enrolled.device, enrolled.token


def phones(bench: Bench) -> Iterator[Row]:
    """Many phones that have nothing to do, and then a message now and then."""
    with bench.place(SQLITE) as place, place.guest() as guest:
        account = guest.create_account("Sender")
        with place.measured_web("all") as (url, pid):
            before_s, began_s = cpu_s(pid), time.monotonic()
            time.sleep(bench.seconds)
            alone = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
            bench.say(f"letting {PHONES} phones in")
            with _shelf(url, guest) as shelf:
                time.sleep(TURN_S + bench.seconds)
                before_s, began_s = cpu_s(pid), time.monotonic()
                time.sleep(max(TURN_S, bench.seconds))
                share = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
                offered_s = [_offer_s(Client(url, account.key), shelf) for _ in range(MESSAGES)]
    yield Row(
        what=f"{PHONES} phones that listen and pull each {TURN_S} s, idle, SQLite",
        figure=Figure(value=share * 100, unit="% of a core"),
        baseline=Figure(value=alone * 100, unit="% without phones"),
        aim=f"< {SHARE_AIM:.0%}",
        is_met=share < SHARE_AIM,
    )
    yield Row(
        what=f"from the answer to a send until one of {PHONES} phones has the message",
        figure=Figure(value=max(offered_s), unit="s"),
        aim=f"≤ {OFFER_AIM_S:.0f} s",
        is_met=max(offered_s) <= OFFER_AIM_S,
        notes=f"the slowest of {MESSAGES}; median {median(offered_s):.2f} s",
    )


def _offer_s(client: Client, shelf: Shelf) -> float:
    before = shelf.given
    answer = client.feltech_send("0770000000", "Your code is 1234")
    if not answer.is_accepted:
        msg = f"a send was answered {answer}"
        raise RuntimeError(msg)
    began_s = time.monotonic()
    wait_until(lambda: shelf.given > before, within_s=WITHIN_S, what="a phone has it", poll_s=0.005)
    took_s = time.monotonic() - began_s
    client.hang_up()
    return took_s
