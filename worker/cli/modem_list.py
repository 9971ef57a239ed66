"""``ngoma modem list``: the SIMs that were seen, and the modems that never came up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from adapters.clock import SystemClock
from application.fleet.liveness import SILENT, LeaseWatch
from application.ports import MODEM_CHECK
from application.ports.queries import SimRow
from domain.contents import ContentKind
from domain.errors import NotFound
from domain.values import Network
from worker.cli.gateway import Gateway
from worker.cli.output import clock_time, moment, print_json, print_table
from worker.cli.running import Running, running_on

COLUMNS: Final = (
    *("SIM", "network", "modem", "number", "state", "since (UTC)", "host"),
    *("messages", "segments", "today", "reason"),
)
CELLS: Final = (
    *("sim", "network", "modem", "msisdn", "state", "since", "host"),
    *("sent_messages", "sent_segments", "begun_today", "reason"),
)
NOT_RUNNING: Final = "no gateway that runs here drives it"
NOT_YET: Final = "it is coming up"


class _Today(NamedTuple):
    """What the processes that run here say of their modems, by name."""

    why_down: Mapping[str, str]
    lacks: Mapping[str, str]
    """What does not work on those that are up."""


def show_fleet(gateway: Gateway, *, as_json: bool) -> None:
    """Print each SIM, and each modem of which none was seen, with the reason of today."""
    sims = gateway.reading("fleet").sims(gateway.now())
    rows = fleet_as_json(gateway, sims, running_on(gateway.settings.data_dir))
    if as_json:
        print_json(rows)
        return
    since = {row.number: clock_time(row.since) for row in sims}
    print_table(
        COLUMNS,
        [[(row | {"since": since.get(row["sim"])})[name] for name in CELLS] for row in rows],
        empty="No SIM has been seen yet.",
    )


def fleet_as_json(
    gateway: Gateway, rows: Sequence[SimRow], running: Iterable[Running]
) -> list[dict[str, Any]]:
    """Give each SIM, and each modem of which none was seen, with the reason of today.

    ``running`` are the processes that run here.
    """
    today = _today(gateway, running)
    states = _states(gateway, rows, today.why_down)
    seen = {row.modem for row in rows}
    return [
        sim_as_json(row, states[row.number], _reason_today(gateway, row, states, today))
        for row in rows
    ] + [
        _unseen_as_json(name, words, gateway)
        for name, words in today.why_down.items()
        if name not in seen
    ]


def one_sim(gateway: Gateway, number: int) -> tuple[SimRow, dict[str, Any]]:
    """Give a SIM, and what the list says of it.

    Raises:
        NotFound: no such SIM.
    """
    rows = gateway.reading("fleet").sims(gateway.now())
    today = _today(gateway, running_on(gateway.settings.data_dir))
    states = _states(gateway, rows, today.why_down)
    for row in rows:
        if row.number == number:
            reason = _reason_today(gateway, row, states, today)
            return row, sim_as_json(row, states[number], reason)
    msg = "No such SIM."
    raise NotFound(msg)


def _states(
    gateway: Gateway, rows: Sequence[SimRow], modems: Mapping[str, str]
) -> Mapping[int, str]:
    """Say how each SIM is: by its lease, or by the word of the process here that drives it.

    Clocks that differ make a lease look old to who sees it for the first time.
    """
    leases = LeaseWatch(gateway.reads.store, SystemClock()).answering()
    answering = {lease.sim for lease in leases}
    newest = {row.modem: row.number for row in sorted(rows, key=lambda row: row.since)}

    def state(row: SimRow) -> str:
        if row.quarantined:
            return "quarantined"
        is_well = newest[row.modem] == row.number and modems.get(row.modem or "") == NOT_YET
        is_up = row.number in answering or is_well
        return "online" if row.came_online and is_up else "offline"

    return {row.number: state(row) for row in rows}


def _today(gateway: Gateway, running: Iterable[Running]) -> _Today:
    """Say how each modem of the settings is, and those that run here."""
    lacks: dict[str, str] = {}
    found = dict.fromkeys((modem.name for modem in gateway.settings.modems), NOT_RUNNING)
    for each in running:
        for check, words in (each.checks or {}).items():
            if check.startswith(MODEM_CHECK):
                found[check.removeprefix(MODEM_CHECK)] = NOT_YET if words == "ok" else words
        lacks |= {name.removeprefix(MODEM_CHECK): words for name, words in each.notes.items()}
    return _Today(found, lacks)


def _reason_today(
    gateway: Gateway, row: SimRow, states: Mapping[int, str], today: _Today
) -> str | None:
    """Give the reason of a process that runs; else the one that stands in the log."""
    name, state = row.modem or "", states[row.number]
    words = today.why_down.get(name, NOT_RUNNING)
    if state == "offline" and words not in {NOT_RUNNING, NOT_YET}:
        return words
    if state == "offline" and row.came_online:
        return SILENT
    return (state == "online" and today.lacks.get(name)) or _reason(gateway, row.reason)


def _network_of(name: str, gateway: Gateway) -> Network | None:
    modems = gateway.settings.modems
    return next((modem.network for modem in modems if modem.name == name), None)


def _unseen_as_json(name: str, words: str, gateway: Gateway) -> dict[str, Any]:
    nothing = dict.fromkeys(("sim", "msisdn", "iccid", "imsi", "imei", "since", "host", "fence"))
    network = _network_of(name, gateway)
    return {
        **nothing,
        "network": network.value if network else None,
        "modem": name,
        "state": "offline",
        "online": False,
        "quarantined": False,
        "reason": words,
        "sent_messages": 0,
        "sent_segments": 0,
        "begun_today": 0,
        "airtime_ngwee": None,
    }


def _reason(gateway: Gateway, reason: str | None) -> str | None:
    """Give a reason in words: what a person typed stands beside the log, named NUMBER/SEAL."""
    number, slash, _ = (reason or "").partition("/")
    if not (slash and number.isdecimal()):
        return reason
    row = gateway.reads.store.content(ContentKind.REASON, int(number))
    return row.body if row else "(erased)"


def sim_as_json(row: SimRow, state: str, reason: str | None) -> dict[str, Any]:
    """Give what the list says of a SIM, by name."""
    return {
        "sim": row.number,
        "network": row.network.value,
        "modem": row.modem,
        "msisdn": row.msisdn,
        "iccid": row.iccid,
        "imsi": row.imsi,
        "imei": row.imei,
        "state": state,
        "online": state == "online",
        "quarantined": row.quarantined,
        "reason": reason,
        "since": moment(row.since),
        "host": row.host,
        "fence": row.fence,
        "sent_messages": row.sent_messages,
        "sent_segments": row.sent_segments,
        "begun_today": row.begun_today,
        "airtime_ngwee": row.airtime.ngwee if row.airtime else None,
    }
