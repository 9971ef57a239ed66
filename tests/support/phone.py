"""A phone that a test lets in and runs beside a gateway, over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from adapters.clock import SystemClock
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.phone import EmulatedPhone
from adapters.modems.simulated.phone_wire import HttpWire
from application.books.actors import Actor
from application.fleet.phones import OfferEnrolment, draw_code
from application.system import System
from domain.values import Network
from worker.cli.phone_emulate import run_until

BASE: Final = "/api/mobile/v1"
SELDOM_S: Final = 3_600
"""Between two pulls: what comes sooner came by an event."""


def code_for_phone(system: System, network: Network = Network.MTN) -> str:
    """Draw a code for a phone with one SIM."""
    code, actor = draw_code(system.randomness), Actor("test")
    at, digests, slots = system.clock.now(), system.digests, {1: network}
    system.committer.execute(OfferEnrolment(code, slots=slots, digests=digests, actor=actor, at=at))
    return code


@contextmanager
def running_phone(
    base_url: str, code: str, **options: Any
) -> Iterator[tuple[EmulatedPhone, MemoryNetworkLog]]:
    """Let a phone in and run it; after the block nobody hears of it again."""
    url, air, clock = f"{base_url.rstrip('/')}{BASE}", MemoryNetworkLog(), SystemClock()
    phone = EmulatedPhone(HttpWire(url), clock=clock, log=air, poll_s=SELDOM_S, **options)
    phone.enrol(code)
    stop, woken = threading.Event(), threading.Event()
    running = {"url": url, "clock": clock, "woken": woken}
    thread = threading.Thread(target=run_until, args=(phone, stop), kwargs=running)
    thread.start()
    try:
        yield phone, air
    finally:
        stop.set()
        woken.set()
        thread.join(30)
