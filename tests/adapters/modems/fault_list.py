"""The 29 faults that modems have, by name, each as the emulator plays it (docs/modem-faults.md)."""

from typing import Final

from adapters.modems.simulated.faults import parse_fault

FAULTS: Final = {
    "F1 no prompt": "no-prompt:times=1",
    "F2 silence, sent": "no-answer:times=1",
    "F3 silence, not sent": "no-answer:sent=no:times=1",
    "F4 late answer": "late=125:times=1",
    "F5 no OK": "cmgs-without-ok:times=1",
    "F6 no reference": "ok-without-cmgs:times=1",
    "F7 bare error": "error:times=1",
    "F8 an error of a class": "cms=332:sent=yes:times=1",
    "F9 reports between lines": "urc-storm=0.5",
    "F10 one byte at a time": "crumbs",
    "F10 line noise": "noise=0.2",
    "F10 CR CR LF": "crcrlf",
    "F11 echo after a start": "reboot:at=prompt:times=1",
    "F12 a start in mid-segment": "reboot:at=pdu:times=1",
    "F12 a start after Ctrl-Z": "reboot:sent=yes:times=1",
    "F13 unplugged": "unplug:at=pdu:times=1",
    "F14 nobody reads": "deaf:back=20:times=1",
    "F15 SIM pulled": "sim-out:back=20:times=1",
    "F15 SIM swapped": "sim-swap:back=60:times=1",
    "F16 network lost": "network=2:back=15:times=1",
    "F16 network refuses": "network=3:back=15:times=1",
    "F17 report before its answer": "reports=early",
    "F17 report twice": "reports=twice",
    "F17 report of another segment": "reports=strange",
    "F17 report that is not the last word": "reports=trying",
    "F17 report of a failure": "reports=failed",
    "F17 report told of and not there": "reports=empty",
    "F18 memory full": "full:back=60:times=1",
    "F19 refuses what it should know": "cme=4:at=prompt:times=1",
    "F19 refuses to tell of reports": "refuses=+CNMI",
    "F19 refuses a fast way to send": "refuses=+CMMS",
    "F20 a USSD text in the way": "urc-storm",
    "F20 no answer by USSD": "ussd=silent",
    "F20 USSD that the network refuses": "ussd=refused",
    "F20 a USSD session left open": "ussd=session",
    "F20 a USSD text in hex": "ussd=hex",
    "F21 no airtime": "cms=38:times=3",
    "F27 no reports": "reports=lost",
    "F28 a part is refused": "cms=21:after=1:times=1",
    "F29 old answers": "garbage",
    "F29 a prompt that stays": "stale-prompt:back=12:times=1",
}

ARRANGED: Final = frozenset({"F22", "F23", "F24", "F25", "F26"})
"""Arrangements of modems, ports and processes, which no script of one modem can make."""

ALL_THROUGH: Final = (
    *("garbage", "urc-storm=0.2", "noise=0.1", "crumbs", "crcrlf"),
    *("reports=twice", "reports=early", "reports=trying", "reports=empty"),
    *("ussd=silent", "ussd=refused", "ussd=session", "ussd=hex"),
)
DEALT: Final = tuple(spec.split(":times")[0] for spec in FAULTS.values() if ":times" in spec)
"""Faults of single segments, to be dealt by chance: ``f"{spec}:p=0.3"``."""

KINDS: Final = frozenset(parse_fault(spec).kind for spec in FAULTS.values())
