"""The demo's emulated phones: each enrols as a real one does, and keeps its token."""

import threading
from itertools import cycle, islice
from typing import Final

from adapters.clock import SystemClock
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.phone import EmulatedPhone
from adapters.modems.simulated.phone_wire import HttpWire
from adapters.settings import Settings
from application.books.actors import Actor
from application.fleet.phones import OfferEnrolment, draw_code
from application.system import System
from domain.phone import Slots
from domain.values import Network
from worker.cli.phone_emulate import let_in, run_until

PATH: Final = "/api/mobile/v1"


def start_phones(
    system: System,
    settings: Settings,
    count: int,
    *,
    url: str,
    actor: Actor,
    stop: threading.Event,
) -> None:
    """Start so many phones, a thread each, with SIMs of two networks in turn."""
    folder = settings.data_dir / "phones"
    folder.mkdir(parents=True, exist_ok=True)
    networks = cycle(Network)
    for place in range(1, count + 1):
        slots = dict(enumerate(islice(networks, 2), start=1))
        clock = SystemClock()
        phone = EmulatedPhone(
            HttpWire(f"{url}{PATH}"),
            clock=clock,
            log=FileNetworkLog(folder / f"{place}.jsonl"),
            seed=place,
        )
        state = folder / f"{place}.json"
        let_in(phone, None if state.exists() else _code(system, slots, actor), state)
        threading.Thread(
            target=run_until,
            args=(phone, stop),
            kwargs={"url": f"{url}{PATH}", "clock": clock},
            name=f"phone-{place}",
            daemon=True,
        ).start()


def _code(system: System, slots: Slots, actor: Actor) -> str:
    code = draw_code(system.randomness)
    at, digests = system.clock.now(), system.digests
    command = OfferEnrolment(code, slots=slots, digests=digests, actor=actor, at=at)
    system.committer.execute(command)
    return code
