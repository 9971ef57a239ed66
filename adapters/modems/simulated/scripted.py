"""Makes a simulated modem from one line of settings, for demos, load and tests."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from adapters.modems.simulated.driver import ErrorTable, SimulatedModemDriver
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.sim_card import imsi_for
from application.ports import Clock, ModemSettings
from domain.values import NETWORK_CODES

_KEYS: Final = frozenset(
    {"log", "fault", "seed", "latency_ms", "patience_ms", "imsi", "report_ms", "airtime_ngwee"}
)


def scripted_driver(
    settings: ModemSettings, clock: Clock, *, error_table: ErrorTable
) -> SimulatedModemDriver:
    """Read ``device`` as ``KEY=VALUE&…``; a word without ``=`` alone scripts nothing.

    Keys: ``log`` (a network log), ``fault`` (may come several times; see ``faults.py``),
    ``seed``, ``latency_ms``, ``patience_ms``, ``imsi``, ``report_ms`` (how long after a segment
    the network reports its delivery; else never), ``airtime_ngwee`` (what its SIM may spend).
    The IMSI comes from name and network.

    Raises:
        ValueError: an unknown key, or a value that cannot be read.
    """
    script = parse_qs(settings.device, strict_parsing="=" in settings.device)
    if unknown := script.keys() - _KEYS:
        raise ValueError(f"modem {settings.name}: unknown in device: {', '.join(sorted(unknown))}")
    first = {key: values[0] for key, values in script.items()}
    imsi = imsi_for(settings.name, network_code=NETWORK_CODES[settings.network])
    return SimulatedModemDriver(
        settings.name,
        clock=clock,
        error_table=error_table,
        log=FileNetworkLog(Path(first["log"])) if "log" in first else None,
        faults=script.get("fault", []),
        seed=int(first.get("seed", "0")),
        latency_s=int(first.get("latency_ms", "0")) / 1_000,
        patience_s=int(first.get("patience_ms", "0")) / 1_000,
        imsi=first.get("imsi", imsi),
        msisdn=settings.msisdn,
        airtime_ngwee=int(first["airtime_ngwee"]) if "airtime_ngwee" in first else None,
        report_after_s=int(first["report_ms"]) / 1_000 if "report_ms" in first else None,
    )
