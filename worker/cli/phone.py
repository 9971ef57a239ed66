"""``ngoma phone``: phones that send for the gateway, and one to try."""

import sys
from io import StringIO
from pathlib import Path
from typing import Final

import click

from domain.errors import InvalidRequest
from domain.phone import SLOTS_MAX, Slots, read_slots
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    Place,
    Whole,
    example,
    json_option,
    place_options,
    reason_option,
)
from worker.cli.output import clock_time, moment, print_json, print_table

SEED_MAX: Final = 2**31
POLL_MAX_S: Final = 3_600
SLOTS: Final = 2
PATH: Final = "/api/mobile/v1"


@click.group(cls=Group)
def phone() -> None:
    """Let phones send, see them, and emulate one."""


def _slots(_context: object, _parameter: object, written: tuple[str, ...]) -> Slots:
    try:
        return read_slots(written)
    except InvalidRequest as error:
        raise click.BadParameter(f"{error}.") from error


networks_option = click.option(
    "--network-of",
    "slots",
    metavar="SLOT=NETWORK",
    multiple=True,
    required=True,
    callback=_slots,
    help="The network of the SIM in a slot, from 1: 1=mtn; may stand several times.",
)


@phone.command(
    "enrol", epilog=example("ngoma phone enrol --network-of 1=mtn --network-of 2=airtel")
)
@networks_option
@json_option
@place_options
def enrol(place: Place, slots: Slots, *, as_json: bool) -> None:
    """Draw a code by which one phone is let in; it works once, for an hour.

    The app hides its SIMs' networks, so you say them; a slot that is not named sends nothing.
    """
    from application.fleet.phones import CODE_S, OfferEnrolment, draw_code

    with opened(place) as gateway:
        system = gateway.system
        code = draw_code(system.randomness)
        gateway.run(
            OfferEnrolment(
                code,
                slots=slots,
                digests=system.digests,
                actor=gateway.actor,
                at=gateway.now(),
            )
        )
        url = f"{system.terms.phones_url}{PATH}"
    if as_json:
        print_json({"code": code, "url": url, "ends_in_s": CODE_S})
        return
    click.echo(f"Code: {code}")
    click.echo(
        f"In the app: Settings, Cloud Server, API URL {url}; then Home, Cloud Server,\n"
        "Sign In, By Code. It works once, within the hour.",
        err=True,
    )
    for text, what in ((url, "the address"), (code, "the code")):
        _draw(text, what)


def _draw(text: str, what: str) -> None:
    """Draw a QR code for the phone's camera, where the terminal has the characters for it."""
    import segno

    drawing = StringIO()
    segno.make(text, error="m", micro=False).terminal(drawing, border=2, compact=True)
    if (sys.stderr.encoding or "").lower().startswith("utf"):
        click.echo(f"\n{what} for the phone's camera:\n{drawing.getvalue()}", err=True)


@phone.command("list", epilog=example("ngoma phone list"))
@json_option
@place_options
def list_phones(place: Place, *, as_json: bool) -> None:
    """List the phones, also those that are let in no more; their SIMs are in ngoma modem list."""
    with opened(place) as gateway:
        gateway.look("fleet")
        rows = gateway.reading("fleet").phones()
    if as_json:
        print_json(
            [
                {
                    "phone": row.number,
                    "name": f"phone-{row.number}",
                    "device_id": row.device,
                    "slots": list(row.slots),
                    "enrolled_at": moment(row.enrolled_at),
                    "revoked_at": moment(row.revoked_at),
                }
                for row in rows
            ]
        )
        return
    print_table(
        ["phone", "device", "slots", "enrolled (UTC)", "revoked (UTC)"],
        [
            [
                f"phone-{row.number}",
                row.device,
                " ".join(row.slots),
                clock_time(row.enrolled_at),
                clock_time(row.revoked_at),
            ]
            for row in rows
        ],
        empty="No phone has been enrolled yet.",
    )


@phone.command("map", epilog=example("ngoma phone map phone-8c1f22a0 --network-of 1=zamtel"))
@click.argument("device", metavar="DEVICE")
@networks_option
@json_option
@place_options
def map_phone(place: Place, device: str, slots: Slots, *, as_json: bool) -> None:
    """Say anew which networks the SIMs in a phone are of, by the device of the list."""
    from application.fleet.phones import MapPhone
    from domain.phone import written_slots

    with opened(place) as gateway:
        gateway.run(MapPhone(device, slots, actor=gateway.actor, at=gateway.now()))
    if as_json:
        print_json({"device_id": device, "slots": written_slots(slots)})
    else:
        click.echo(f"{device} sends by {', '.join(written_slots(slots))}.")


@phone.command("revoke", epilog=example("ngoma phone revoke phone-8c1f22a0 --reason 'it is lost'"))
@click.argument("device", metavar="DEVICE")
@reason_option
@json_option
@place_options
def revoke(place: Place, device: str, reason: str, *, as_json: bool) -> None:
    """Let a phone in no more, by the device of the list; what it was sending is in doubt."""
    from application.fleet.phones import RevokePhone

    with opened(place) as gateway:
        gateway.run(RevokePhone(device, actor=gateway.actor, reason=reason, at=gateway.now()))
    if as_json:
        print_json({"device_id": device, "revoked": True})
    else:
        click.echo(f"{device} is let in no more.")


@phone.command(
    "emulate",
    epilog=example(
        "ngoma phone emulate --url http://127.0.0.1:8080/api/mobile/v1 --code 7k2mq9xwbd"
        " --network-log /tmp/phone.jsonl"
    ),
)
@click.option("--url", help="As it is typed into the app, with /api/mobile/v1.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Be called instead, as in the app's local-server mode; port 0 picks a free one.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --listen: the password of user sms; made where there is none.",
)
@click.option("--name", help="With --listen: its name in [[local_phones]].")
@click.option("--code", help="Of ngoma phone enrol; not needed again with the same --state.")
@click.option(
    "--network-log",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File that gets one JSON line for each segment on the air.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the phone keeps what it was told when it was let in.",
)
@click.option(
    "--slots", type=Whole(1, SLOTS_MAX), default=SLOTS, show_default=True, help="SIMs in it."
)
@click.option(
    "--poll-s",
    type=Whole(1, POLL_MAX_S),
    help="How often it pulls; without it as the gateway says: every 30 s.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    help="What goes wrong, as NAME[=VALUE][:p=CHANCE]; may stand several times (docs/phones.md).",
)
@click.option("--seed", type=Whole(0, SEED_MAX), default=0, help="Of what is left to chance.")
@place_options
def emulate(
    *,
    place: Place,  # noqa: ARG001 - an emulator needs no store; every command takes the flags
    url: str | None,
    listen: str | None,
    password_file: Path | None,
    name: str | None,
    code: str | None,
    network_log: Path,
    state: Path | None,
    slots: int,
    poll_s: int | None,
    faults: tuple[str, ...],
    seed: int,
) -> None:
    """Run an emulated phone until it is interrupted."""
    from worker.cli.phone_emulate import run_phone, run_served_phone

    try:
        if listen is not None and password_file is not None and name is not None and url is None:
            run_served_phone(
                listen,
                name,
                password_file,
                network_log,
                slots=slots,
                faults=faults,
                seed=seed,
            )
            return
        if url is None or listen is not None:
            msg = "Give --url, or --listen with --password-file and --name."
            raise click.UsageError(msg)
        run_phone(
            url,
            code,
            network_log,
            state=state,
            slots=slots,
            poll_s=poll_s,
            faults=faults,
            seed=seed,
        )
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
