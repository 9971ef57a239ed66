"""``ngoma modem scan``: which ports of this host are modems, and which port of each to use."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.values import network_of_imsi
from worker.cli.output import print_json, print_table

if TYPE_CHECKING:
    from adapters.modems.at.scan import Found


def show_scan(devices: Sequence[str], *, as_json: bool) -> None:
    """Look at ``devices``, or at all ports of the host, and print what each is."""
    from adapters.clock import SystemClock
    from adapters.modems.at.scan import ports_of_host, scan

    found = scan(devices or ports_of_host(), clock=SystemClock())
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    print_table(
        ["port", "modem", "network", "what to do"],
        [[each.device, _model(each), _network(each), each.words] for each in found],
        empty="This host has no serial ports that could be modems (ttyUSB*, ttyACM*).",
    )


def _model(found: "Found") -> str | None:
    return f"{found.manufacturer} {found.model}".strip() or None


def _network(found: "Found") -> str | None:
    network = network_of_imsi(found.imsi) if found.imsi else None
    return network.value if network else None


def _as_json(found: "Found") -> dict[str, object]:
    return {
        "device": found.device,
        "answers": found.answers,
        "model": _model(found),
        "imei": found.imei or None,
        "imsi": found.imsi,
        "network": _network(found),
        "words": found.words,
    }
