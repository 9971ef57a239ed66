"""Runs one emulated GSM modem on a pty until it is interrupted."""

import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import serve_pty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from domain.values import Instant


class _SystemClock:
    """The machine's own time."""

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000)

    def monotonic_s(self) -> float:
        return time.monotonic()


def run_emulator(
    profile: str,
    link: Path,
    network_log: Path,
    faults: Sequence[str] = (),
    *,
    latency_ms: int = 0,
    imsi: str | None = None,
    pin: str | None = None,
    airtime_ngwee: int | None = None,
    has_sim: bool = True,
    report_after_s: float | None = None,
) -> None:
    """Serve a modem at ``link``, logging what it sends to ``network_log``, until interrupted.

    SIGINT and SIGTERM end it and take the link away, so it runs in the main thread. ``faults``
    as in ``GRAMMAR`` of ``adapters.modems.simulated.faults``; ``imsi`` is made up from the link's
    name when None; with ``pin`` the SIM is locked; ``airtime_ngwee`` is what it may spend.

    Raises:
        ValueError: there is no such profile, or a fault cannot be read.
        OSError: the link or the log cannot be made.
    """
    if profile not in PROFILES:
        raise ValueError(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
    stop = threading.Event()
    clock = _SystemClock()
    card = SimCard(imsi or imsi_for(link.name), pin=pin)
    card.airtime_ngwee = airtime_ngwee
    emulator = Emulator(
        PROFILES[profile],
        card,
        clock=clock,
        log=FileNetworkLog(network_log),
        faults=faults,
        latency_s=latency_ms / 1_000,
        report_after_s=report_after_s,
    )
    if not has_sim:
        emulator.change_sim(None)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve_pty(
        emulator,
        link,
        clock=clock,
        stop=stop,
        on_ready=lambda: print(f"a {profile} modem answers at {link}; Ctrl-C ends it", flush=True),
    )
