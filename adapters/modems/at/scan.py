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
from adapters.modems.at.card import INSERT, imsi_in, with_remedy
from adapters.modems.at.link import ESC, AtLink, LinkGone
from adapters.modems.at.port import SerialPort, words_of
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import Clock

PORTS_MAX: Final = 256
NO_SIM: Final = f"it has no usable SIM: {INSERT}"
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
    is_locked: bool = False
    """Whether its SIM tells nothing before it has its PIN or PUK."""

    @property
    def modem(self) -> tuple[str, str | None, bool]:
        """What the ports of one modem have in common: many are sold with one IMEI."""
        return (self.imei or self.device, self.imsi, self.is_locked)


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
    best: list[Found] = []
    for each in sorted((one for one in found if one.answers), key=_rank):
        if not any(_is_of_the_same(each, one) for one in best):
            best.append(each)
    return [_judged(each, best) for each in found]


def _is_of_the_same(found: Found, other: Found) -> bool:
    """Whether two ports are of one modem: one that tells no SIM is a further port of its IMEI."""
    if found.imsi is None and not found.is_locked:
        return bool(found.imei) and found.imei == other.imei
    return found.modem == other.modem


def _judged(found: Found, best: Sequence[Found]) -> Found:
    chosen = next((one for one in best if _is_of_the_same(found, one)), None)
    if not found.answers or chosen is None or found in best:
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
        return Found(device, f"it cannot be opened: {words_of(error)}")
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
        return replace(found, is_locked=True, words="use this port; its SIM wants the PIN")
    if said.endswith("PUK") or said.startswith("PH-"):
        return replace(found, is_locked=True, words=f"its SIM is locked: {with_remedy(said)}")
    reply = asking.command("AT+CIMI")
    imsi = imsi_in(reply.lines) if reply and reply.ok else None
    return replace(found, imsi=imsi, words=found.words if imsi else NO_SIM)


def _imei_in(line: str) -> str | None:
    found = _IMEI.search(line)
    return found[0] if found else None


def _ignore(_: object) -> None:
    """Let pass what a modem says by itself."""
