"""Looks at serial ports for modems: who answers, whose SIM is in it, which of its ports to use.

It asks and sets nothing that lasts, gives no PIN, and leaves a port that somebody holds alone.
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adapters.modems.at.asking import Asking
from adapters.modems.at.card import imsi_in
from adapters.modems.at.link import ESC, AtLink, LinkGone
from adapters.modems.at.port import SerialPort
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import Clock

PORTS_MAX: Final = 256
_AT_ONCE: Final = 16
_TRIES: Final = 3
_TIMEOUTS: Final = AtTimeouts(command_s=2.0, sim_ready_s=0.0)
_IMEI: Final = re.compile(r"(?<!\d)\d{14,17}(?!\d)")
_INTERFACE: Final = re.compile(r"-if(\d\d)")
_PREFERRED: Final = (  # which interface of a stick takes commands and tells of messages
    (re.compile("huawei|HUAWEI"), (2, 3, 1, 0)),
    (re.compile("Quectel"), (2, 3)),
    (re.compile("SIMCOM"), (2, 3)),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one port is; ``words`` say what to do with it."""

    device: str
    words: str
    answers: bool = False
    manufacturer: str = ""
    model: str = ""
    imei: str = ""
    imsi: str | None = None


def ports_of_host(dev: Path = Path("/dev")) -> Sequence[str]:
    """Name the ports that may be modems, by names that do not change where there are any."""
    lasting = sorted((dev / "serial" / "by-id").glob("*"))
    known = {port.resolve() for port in lasting}
    others = sorted(port for kind in ("ttyUSB*", "ttyACM*") for port in dev.glob(kind))
    ports = [*lasting, *(port for port in others if port.resolve() not in known)]
    return [str(port) for port in ports[:PORTS_MAX]]


def scan(devices: Iterable[str], *, clock: Clock) -> Sequence[Found]:
    """Look at each port, several at once; of a device with several, one is to be used."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda device: _look(device, clock), list(devices)[:PORTS_MAX]))
    best: dict[str, Found] = {}
    for each in sorted((one for one in found if one.answers), key=_rank):
        best.setdefault(each.imei or each.device, each)
    return [_judged(each, best) for each in found]


def _judged(found: Found, best: dict[str, Found]) -> Found:
    chosen = best.get(found.imei or found.device)
    if not found.answers or chosen is None or chosen is found:
        return found
    return replace(found, words=f"the same modem as {chosen.device}: use that port")


def _rank(found: Found) -> tuple[int, str]:
    interface = _INTERFACE.search(found.device)
    number = int(interface[1]) if interface else 0
    for maker, order in _PREFERRED:
        if maker.search(found.manufacturer):
            return (order.index(number) if number in order else len(order), found.device)
    return (number, found.device)


def _look(device: str, clock: Clock) -> Found:
    try:
        port = SerialPort(device, clock=clock)
    except OSError as error:
        return Found(device, f"it cannot be opened: {error.strerror or error}")
    try:
        return _ask(device, AtLink(port, clock=clock, on_urc=_ignore, on_stray=_ignore))
    except LinkGone as gone:
        return Found(device, gone.reason)
    finally:
        port.close()


def _ask(device: str, link: AtLink) -> Found:
    for _ in range(_TRIES):
        link.write(ESC)
        reply = link.command("AT", timeout_s=_TIMEOUTS.sync_s)
        if reply is not None and reply.ok:
            break
    else:
        return Found(device, "it does not answer AT: another port of the modem, or none")
    link.listen(link.now_s() + _TIMEOUTS.quiet_s)
    asking = Asking(link, _TIMEOUTS)
    found = Found(
        device,
        "use this port",
        answers=True,
        manufacturer=asking.word("AT+CGMI"),
        model=asking.word("AT+CGMM"),
        imei=asking.found("AT+CGSN", _imei_in) or "",
    )
    state = asking.command("AT+CPIN?", is_query=True, may_be_bare=True)
    said = state.lines[0].partition(":")[2].strip(' "') if state and state.lines else ""
    if said == "SIM PIN":
        return replace(found, words="use this port; its SIM wants the PIN")
    if said.endswith("PUK") or said.startswith("PH-"):
        return replace(found, words=f"its SIM is locked: {said}")
    reply = asking.command("AT+CIMI")
    imsi = imsi_in(reply.lines) if reply and reply.ok else None
    return replace(found, imsi=imsi, words=found.words if imsi else "it has no usable SIM")


def _imei_in(line: str) -> str | None:
    found = _IMEI.search(line)
    return found[0] if found else None


def _ignore(_: object) -> None:
    """Let pass what a modem says by itself."""
