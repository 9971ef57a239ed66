"""``ngoma modem probe``: brings a modem up and says who it is, and what works on it."""

from collections.abc import Mapping
from typing import Final

from adapters.clock import SystemClock
from adapters.modems import DRIVERS
from application.ports import ModemHealth, ModemSettings, PinMemory, SimIdentity
from domain.values import network_of_imsi
from worker.cli.output import print_json, print_table

WORKS: Final = "works"
"""Said of sending, reports and messages that come in; else why not."""


def show_probe(settings: ModemSettings, *, pins: PinMemory, as_json: bool) -> None:
    """Bring a modem up, ask how it is, and print what it said.

    Raises:
        ModemUnavailable: it does not come up.
    """
    driver = DRIVERS[settings.driver](settings, SystemClock(), pins=pins)
    try:
        identity, health = driver.open(), driver.health()
    finally:
        driver.close()
    values = _values(settings.device, identity, health)
    if as_json:
        print_json(values)
    else:
        print_table(["field", "value"], [[name, value] for name, value in values.items()])


def _values(device: str, identity: SimIdentity, health: ModemHealth | None) -> Mapping[str, object]:
    return {
        "device": device,
        "model": identity.model,
        "firmware": identity.firmware,
        "imei": identity.imei,
        "iccid": identity.iccid,
        "imsi": identity.imsi,
        "msisdn": identity.msisdn,
        "network": network.value if (network := network_of_imsi(identity.imsi)) else None,
        "answers": health is not None,
        "registered": health is not None and health.registered,
        "signal_dbm": health.signal_dbm if health else None,
        "sending": identity.abilities.sending or WORKS,
        "reports": identity.abilities.reports or WORKS,
        "inbound": identity.abilities.inbound or WORKS,
    }
