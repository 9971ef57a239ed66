"""``ngoma modem``: the SIMs of the fleet, and modems to try and to emulate."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from application.ports import ModemSettings, ModemUnavailable, PinMemory
from domain.airtime import USSD_CODE
from domain.values import Network
from worker.cli.gateway import Unmigrated, opened
from worker.cli.group import Group
from worker.cli.modem_list import show_fleet
from worker.cli.options import (
    NUMBER,
    Place,
    Whole,
    example,
    json_option,
    place_options,
    reason_option,
)
from worker.cli.output import print_json

LATENCY_MS_MAX: Final = 600_000
REPORT_AFTER_S: Final = 2
REPORT_AFTER_MAX_S: Final = 86_400
AIRTIME_MAX_NGWEE: Final = 100_000_000
PROFILE_NAMES: Final = (
    *("e173", "e3372", "sim800", "sim900", "sim7600", "sim7670", "ec25", "bg96"),
    *("mc75i", "sara", "m1306", "g20", "icon225", "mf190", "acknowledging", "minimal"),
)
PROFILE_HELP: Final = (
    "Which device. Two stand for none: the reports of acknowledging are to be acknowledged, and"
    " minimal refuses most commands."
)


@click.group(cls=Group)
def modem() -> None:
    """Look at the SIMs, try and emulate modems."""


# -- the fleet --------------------------------------------------------------------------------


@modem.command("list", epilog=example("ngoma modem list"))
@json_option
@place_options
def list_sims(place: Place, *, as_json: bool) -> None:
    """List the SIMs: where each one is, whether it may be used, and what it has sent.

    A modem of the settings whose SIM was never seen is listed too, with what keeps it down today;
    of one that is up it says what does not work on it.
    """
    with opened(place) as gateway:
        gateway.look("fleet")
        show_fleet(gateway, as_json=as_json)


@modem.command("show", epilog=example("ngoma modem show 2"))
@click.argument("sim", type=NUMBER)
@json_option
@place_options
def show(place: Place, sim: int, *, as_json: bool) -> None:
    """Show one SIM, by its number in the list, with its airtime and its network's own words.

    Its network is asked for the airtime where the settings of its modem have an airtime_code.
    """
    from worker.cli.modem_show import show_sim

    with opened(place) as gateway:
        gateway.look("fleet")
        show_sim(gateway, sim, as_json=as_json)


@modem.command(
    "segments",
    epilog=example("ngoma modem segments", "ngoma modem segments --from 2026-11-01 --json"),
)
@click.option("--from", "since", metavar="DAY", help="From this day in Lusaka on.")
@click.option("--to", "until", metavar="DAY", help="Up to this day in Lusaka.")
@json_option
@place_options
def segments(place: Place, since: str | None, until: str | None, *, as_json: bool) -> None:
    """Count the segments that each SIM began each day, and set them against what was sold.

    Each was submitted, is in doubt, failed (it did not leave), or is under way. Counted from the
    log alone; what cannot be is said, with its position, and is an error (N8).
    """
    from worker.cli.modem_segments import show_segments

    with opened(place) as gateway:
        adds_up = show_segments(gateway, since, until, as_json=as_json)
    if not adds_up:
        click.get_current_context().exit(1)


@modem.command("quarantine", epilog=example("ngoma modem quarantine 2 --reason 'bill is disputed'"))
@click.argument("sim", type=NUMBER)
@reason_option
@json_option
@place_options
def quarantine(place: Place, sim: int, reason: str, *, as_json: bool) -> None:
    """Keep a SIM, by its number in the list, from sending."""
    _set_quarantine(place, sim, reason, quarantined=True, as_json=as_json)


@modem.command("release", epilog=example("ngoma modem release 2 --reason 'bill is paid'"))
@click.argument("sim", type=NUMBER)
@reason_option
@json_option
@place_options
def release(place: Place, sim: int, reason: str, *, as_json: bool) -> None:
    """Let a SIM, by its number in the list, send again."""
    _set_quarantine(place, sim, reason, quarantined=False, as_json=as_json)


def _set_quarantine(
    place: Place, sim: int, reason: str, *, quarantined: bool, as_json: bool
) -> None:
    from application.fleet.duty import SetQuarantine

    with opened(place) as gateway:
        gateway.run(
            SetQuarantine(
                sim,
                quarantined=quarantined,
                actor=gateway.actor,
                reason=reason,
                at=gateway.now(),
            )
        )
    if as_json:
        print_json({"sim": sim, "quarantined": quarantined})
    else:
        click.echo(f"SIM {sim} {'is in quarantine' if quarantined else 'may send'}.")


# -- devices ----------------------------------------------------------------------------------


@modem.command(
    "probe",
    epilog=example(
        "ngoma modem probe /dev/ttyUSB0 --pin file:/etc/ngoma/pin",
        "ngoma modem probe mtn-1 --config /etc/ngoma.toml",
    ),
)
@click.argument("device")
@click.option(
    "--pin",
    metavar="file:PATH|env:NAME",
    help="Where the SIM's PIN is; it is given to the SIM at most once.",
)
@json_option
@place_options
def probe(place: Place, device: str, pin: str | None, *, as_json: bool) -> None:
    """Bring a modem up and say who it is; DEVICE is a port, or a modem of the settings by name.

    It says which of sending, delivery reports and messages that come in work on this modem, and
    why not. A modem that the gateway is using cannot be probed. A PIN is given only beside a store
    (--data-dir) that remembers it: a SIM that did not take it is not given it again.
    """
    from worker.cli.modem_probe import show_probe

    settings = _modem_settings(place, device, pin)
    try:
        with _remembering(place, settings) as pins:
            show_probe(settings, pins=pins, as_json=as_json)
    except ModemUnavailable as error:
        reason = error.reason[:1].upper() + error.reason[1:]
        raise click.ClickException(f"{settings.device}: {reason}.") from error


@contextmanager
def _remembering(place: Place, settings: ModemSettings) -> Iterator[PinMemory]:
    """Give the gateway's memory of PINs where one may be given; else none is needed."""
    from adapters.clock import SystemClock
    from application.fleet.pins import StoredPins
    from application.ports import VolatilePins

    if settings.pin is None:
        yield VolatilePins()
        return
    try:
        with opened(place) as gateway:
            yield StoredPins(
                gateway.system.reader,
                gateway.system.digests,
                clock=SystemClock(),
                execute=gateway.run,
            )
    except Unmigrated as error:
        msg = f"A PIN is given only beside a store that remembers it. {error}"
        raise Unmigrated(msg) from error


def _modem_settings(place: Place, device: str, pin: str | None) -> ModemSettings:
    from adapters.security.secret import read_secret

    configured = {modem.name: modem for modem in place.settings().modems}
    found = configured.get(device)
    if found is not None and pin is None:
        return found
    return ModemSettings(
        name=device,
        device=found.device if found else device,
        network=found.network if found else Network.MTN,  # a driver does not look at it
        driver=found.driver if found else "at",
        pin=read_secret(pin) if pin else None,
    )


@modem.command("ussd", epilog=example("ngoma modem ussd mtn-1 '*114#'"))
@click.argument("device")
@click.argument("code", metavar="CODE")
@json_option
@place_options
def ussd(place: Place, device: str, code: str, *, as_json: bool) -> None:
    """Ask the network by USSD, such as for a SIM's balance, and show what it says.

    DEVICE is a port, or a modem of the settings by name; CODE is *, digits and #. A modem that the
    gateway is using cannot be asked. Never buy anything so: only the first answer is read.
    """
    from worker.cli.modem_ussd import show_ussd

    if not re.fullmatch(USSD_CODE, code):
        raise click.BadParameter("a code is * or #, digits, and # at the end.", param_hint="CODE")
    settings = _modem_settings(place, device, None)
    try:
        with _remembering(place, settings) as pins:
            show_ussd(settings, code, pins=pins, as_json=as_json)
    except ModemUnavailable as error:
        raise click.ClickException(f"{settings.device}: {error.reason}.") from error


@modem.command("scan", epilog=example("ngoma modem scan", "ngoma modem scan /dev/ttyUSB2"))
@click.argument("devices", nargs=-1, metavar="[PORT]...")
@json_option
@place_options
def scan(
    *,
    place: Place,  # noqa: ARG001 - the ports are the host's; every command takes the flags
    devices: tuple[str, ...],
    as_json: bool,
) -> None:
    """Look for modems on this host's ports, and say which port of each to use.

    A stick has several ports, of which one takes commands and tells of messages. Ports that a
    program holds are left alone; no PIN is given.
    """
    from worker.cli.modem_scan import show_scan

    show_scan(devices, as_json=as_json)


@modem.command(
    "emulate",
    epilog=example(
        "ngoma modem emulate --profile e173 --link /tmp/mtn.tty --network-log /tmp/mtn.jsonl",
        "ngoma modem emulate --profile ec25 --link /tmp/a.tty --network-log /tmp/a.jsonl"
        " --fault cms=38:times=2",
    ),
)
@click.option("--profile", type=click.Choice(PROFILE_NAMES), required=True, help=PROFILE_HELP)
@click.option(
    "--link",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the modem's serial port appears.",
)
@click.option(
    "--network-log",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File that gets one JSON line for each segment on the air.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    help="What goes wrong, as NAME[=VALUE][:OPTION=VALUE]…; may stand several times.",
)
@click.option(
    "--latency-ms",
    type=Whole(0, LATENCY_MS_MAX),
    default=0,
    help="How long the network takes for a segment.",
)
@click.option(
    "--report-after-s",
    type=Whole(0, REPORT_AFTER_MAX_S),
    default=REPORT_AFTER_S,
    help="How long after a segment the network reports its delivery.",
)
@click.option("--no-reports", is_flag=True, help="The network reports no delivery.")
@click.option("--imsi", help="The SIM's IMSI; made from the link's name when left out.")
@click.option("--pin", help="A PIN that locks the emulated SIM.")
@click.option("--no-sim", is_flag=True, help="There is no SIM in it.")
@click.option(
    "--airtime-ngwee",
    type=Whole(0, AIRTIME_MAX_NGWEE),
    help="What the SIM may spend, 25 a segment, as USSD says; without it, no end of it.",
)
@place_options
def emulate(
    *,
    place: Place,  # noqa: ARG001 - an emulator needs no store; every command takes the flags
    profile: str,
    link: Path,
    network_log: Path,
    faults: tuple[str, ...],
    latency_ms: int,
    report_after_s: int,
    no_reports: bool,
    imsi: str | None,
    pin: str | None,
    no_sim: bool,
    airtime_ngwee: int | None,
) -> None:
    """Run an emulated modem until it is interrupted."""
    from adapters.modems.simulated.faults import parse_fault
    from worker.cli.modem_emulate import run_emulator

    try:
        for fault in faults:
            parse_fault(fault)  # a wrong one leaves no link and no log behind
        run_emulator(
            *(profile, link, network_log, faults),
            latency_ms=latency_ms,
            report_after_s=None if no_reports else report_after_s,
            imsi=imsi,
            pin=pin,
            airtime_ngwee=airtime_ngwee,
            has_sim=not no_sim,
        )
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
