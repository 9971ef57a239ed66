"""Asks a modem's network by USSD and shows what it said."""

from adapters.clock import SystemClock
from adapters.modems import DRIVERS
from application.ports import ModemSettings, PinMemory
from domain.airtime import airtime_in
from domain.values import network_of_imsi
from worker.cli.output import print_json, print_table


def show_ussd(settings: ModemSettings, code: str, *, pins: PinMemory, as_json: bool) -> None:
    """Bring a modem up, ask, and print the answer.

    Raises:
        ModemUnavailable: it does not come up, or there is no answer.
    """
    from application.ports import ModemUnavailable

    driver = DRIVERS[settings.driver](settings, SystemClock(), pins=pins)
    try:
        identity = driver.open()
        reply = driver.ussd(code)
    finally:
        driver.close()
    if reply.text is None:
        raise ModemUnavailable(f"no answer to {code}: {reply.why_not}")
    network = network_of_imsi(identity.imsi)
    ngwee = airtime_in(reply.text, network) if network else None
    values: dict[str, object] = {
        "device": settings.device,
        "network": network.value if network else None,
        "code": code,
        "answer": reply.text,
        "airtime_ngwee": ngwee,
    }
    if as_json:
        print_json(values)
    else:
        print_table(["field", "value"], [[name, value] for name, value in values.items()])
