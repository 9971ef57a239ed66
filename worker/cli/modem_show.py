"""``ngoma modem show``: one SIM, its airtime, and what its network said of it."""

from typing import Final

from application.fleet.airtime import airtime_trouble
from application.ports.queries import AirtimeRow
from domain.money import Ngwee, format_kwacha
from worker.cli.gateway import Gateway
from worker.cli.modem_list import one_sim
from worker.cli.output import moment, print_json, print_table

NEVER: Final = "its network was never asked"


def show_sim(gateway: Gateway, number: int, *, as_json: bool) -> None:
    """Print a SIM.

    Raises:
        NotFound: no such SIM.
    """
    row, values = one_sim(gateway, number)
    settings = {modem.name: modem for modem in gateway.settings.modems}.get(row.modem or "")
    known = row.airtime
    trouble = settings and airtime_trouble(known, settings, now=gateway.now())
    values |= {
        "airtime_asked_at": moment(known.asked_at) if known else None,
        "airtime_told_at": moment(known.told_at) if known and known.told_at else None,
        "airtime_words": known.words if known else None,
        "airtime_trouble": trouble,
    }
    if as_json:
        print_json(values)
        return
    values["airtime_ngwee"] = _shown(known)
    print_table(["field", "value"], [[name, value] for name, value in values.items()])


def _shown(known: AirtimeRow | None) -> str | None:
    if known is None or known.ngwee is None:
        return NEVER if known is None else None
    return f"{known.ngwee} ({format_kwacha(Ngwee(known.ngwee))})"
