"""Runs one emulated phone until it is interrupted."""

import json
import secrets
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from adapters.clock import SystemClock
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.phone import EmulatedPhone
from adapters.modems.simulated.phone_events import PhoneEvents
from adapters.modems.simulated.phone_server import USER, phone_served
from adapters.modems.simulated.phone_wire import HttpWire
from adapters.modems.simulated.served_phone import ServedPhone
from adapters.security.secret import keep_private
from adapters.settings.checks import host_and_port
from application.ports import LocalPhoneSettings

PASSWORD_BYTES: Final = 4
"""The app's own has eight characters, too."""


def run_phone(
    url: str,
    code: str | None,
    network_log: Path,
    *,
    state: Path | None,
    slots: int,
    poll_s: int | None,
    faults: Sequence[str],
    seed: int,
) -> None:
    """Enrol, or go on as the phone of ``state``, then pull and send until interrupted.

    SIGINT and SIGTERM end it, so it runs in the main thread.

    Raises:
        ValueError: the URL or a fault cannot be read, or there is neither code nor state.
        ClickException: the gateway does not let it in, or the log cannot be made.
    """
    clock, woken = SystemClock(), threading.Event()
    stop = _stopped_by_signals(also=woken)
    try:
        phone = EmulatedPhone(
            HttpWire(url),
            clock=clock,
            log=FileNetworkLog(network_log),
            faults=faults,
            seed=seed,
            slots=slots,
            poll_s=poll_s,
        )
        let_in(phone, code, state)
    except OSError as error:
        msg = f"The phone is not let in: {error}."
        raise click.ClickException(msg) from error
    click.echo(f"{phone.device} pulls from {url}; Ctrl-C ends it")
    run_until(phone, stop, url=url, clock=clock, woken=woken)


def run_served_phone(
    listen: str,
    name: str,
    password_file: Path,
    network_log: Path,
    *,
    slots: int,
    faults: Sequence[str],
    seed: int,
) -> None:
    """Answer as a phone in local-server mode until interrupted, in the main thread.

    Raises:
        ValueError: the address or a fault cannot be read.
        ClickException: it cannot listen there, or a file cannot be made or read.
    """
    place = host_and_port(listen)
    if place is None:
        msg = f"{listen!r} is not HOST:PORT"
        raise ValueError(msg)
    stop, clock = _stopped_by_signals(), SystemClock()
    try:
        if not password_file.exists():
            keep_private(password_file, secrets.token_hex(PASSWORD_BYTES))
        password = password_file.read_text(encoding="utf-8").strip()
        phone = ServedPhone(
            LocalPhoneSettings(name, "", password, ()).device,
            clock=clock,
            log=FileNetworkLog(network_log),
            faults=faults,
            seed=seed,
            slots=slots,
        )
        with phone_served(phone, password=password, host=place[0], port=place[1]) as url:
            click.echo(f"{name} answers at {url}, user {USER}; Ctrl-C ends it")
            while not stop.wait(max(0.01, phone.step() - clock.monotonic_s())):
                pass
    except OSError as error:
        msg = f"The phone cannot be run: {error}."
        raise click.ClickException(msg) from error


def _stopped_by_signals(*, also: threading.Event | None = None) -> threading.Event:
    """Give what SIGINT and SIGTERM set; ``also`` is set with it."""
    stop = threading.Event()

    def end() -> None:
        stop.set()
        if also is not None:
            also.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end())
    return stop


def run_until(
    phone: EmulatedPhone,
    stop: threading.Event,
    *,
    url: str,
    clock: SystemClock,
    woken: threading.Event | None = None,
) -> None:
    """Step a phone until it is to stop, at once when the gateway tells it of a message.

    ``woken`` ends its rest; who sets ``stop`` sets it, too, if that is not to wait.
    """
    rest = woken or threading.Event()

    def pull() -> None:
        phone.push()
        rest.set()

    events = PhoneEvents(f"{url.rstrip('/')}/events", phone.token, pull)
    events.start()
    try:
        while not stop.is_set():
            rest.wait(max(0.01, phone.step() - clock.monotonic_s()))
            rest.clear()
    finally:
        events.end()


def let_in(phone: EmulatedPhone, code: str | None, state: Path | None) -> None:
    """Enrol a phone by a code, unless ``state`` has what it was told when it was let in.

    Raises:
        OSError: it is not let in.
        ValueError: there is neither code nor state.
    """
    if state is not None and state.exists():
        kept = json.loads(state.read_text(encoding="utf-8"))
        phone.device, phone.token = kept["device"], kept["token"]
        phone.start()
        return
    if code is None:
        msg = "give --code, or the --state of a phone that was let in"
        raise ValueError(msg)
    phone.enrol(code)
    if state is not None:
        keep_private(state, json.dumps({"device": phone.device, "token": phone.token}))
