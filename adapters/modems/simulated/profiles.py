"""How the simulated modems differ: names, quirks, and the commands that each refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of device; commands are named without ``AT`` and without their values."""

    name: str
    manufacturer: str
    model: str
    firmware: str
    imei: str
    iccid_command: str | None
    """How it is asked for its ICCID; None when it cannot be."""
    iccid_answer: str
    """The line it answers with, as ``{iccid}`` or ``{swapped}`` (each pair of digits turned)."""
    pin_tries_command: str | None = None
    pin_tries_answer: str = ""
    """The line that tells how many PINs may still be wrong, as ``{tries}``."""
    has_prefixes: bool = False
    """Whether CGMI and its like answer ``+CGMI: …`` and not the bare word."""
    refused: frozenset[str] = frozenset()
    """What it answers ERROR to."""
    starts_in_text_mode: bool = True
    boot: tuple[str, ...] = ()
    """What it says after a start; ``{boot}`` is a number that is new each time."""
    handshake: str | None = None
    """What it says again and again while it runs."""


E173: Final = Profile(
    name="e173",
    manufacturer="huawei",
    model="E173",
    firmware="11.126.85.00.209",
    imei="861195005340127",
    iccid_command="^ICCID?",
    iccid_answer="^ICCID: {swapped}",
    pin_tries_command="^CPIN?",
    pin_tries_answer="^CPIN: SIM PIN,{tries},10,{tries},10,3",
    refused=frozenset({"+CCID", "+ICCID", "+QCCID", "+CEREG", "+CEREG?"}),
    starts_in_text_mode=False,
    boot=("^BOOT:{boot},0,0,0,44", "^SIMST:1", "^SRVST:2"),
    handshake="^BOOT:{boot},0,0,0,44",
)
SIM800: Final = Profile(
    name="sim800",
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM800L",
    firmware="Revision:1418B05SIM800L24",
    imei="865067020861217",
    iccid_command="+CCID",
    iccid_answer="{iccid}f",
    pin_tries_command="+SPIC",
    pin_tries_answer="+SPIC: {tries},10,0,10",
    refused=frozenset({"+CEREG", "+CEREG?"}),
    boot=("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"),
)
EC25: Final = Profile(
    name="ec25",
    manufacturer="Quectel",
    model="EC25",
    firmware="EC25EFAR06A06M4G",
    imei="861107038021345",
    iccid_command="+QCCID",
    iccid_answer="+QCCID: {iccid}",
    pin_tries_command='+QPINC="SC"',
    pin_tries_answer='+QPINC: "SC",{tries},10',
    refused=frozenset({"+CCID", "+ICCID"}),
    boot=("RDY", "+CFUN: 1", "+CPIN: READY", '+QIND: "SMS DONE"', '+QIND: "PB DONE"'),
)
MINIMAL: Final = Profile(
    name="minimal",
    manufacturer="",
    model="",
    firmware="",
    imei="",
    iccid_command=None,
    iccid_answer="",
    has_prefixes=True,
    refused=frozenset(
        {"E0", "V1", "+CMEE", "+CGMI", "+CGMM", "+CGMR", "+CGSN", "+CPIN?", "+CMGF?", "+CNUM"}
        | {"+CREG", "+CEREG", "+CEREG?", "+CSQ", "+CNMI", "+CSMS", "+CPMS", "+CMGR"}
    ),
    starts_in_text_mode=False,
)

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {profile.name: profile for profile in (E173, SIM800, EC25, MINIMAL)}
)
"""The devices that ``ngoma modem emulate --profile`` knows."""
