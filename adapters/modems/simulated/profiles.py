"""How the simulated modems differ: names, forms of answers, what each refuses and what it forgets.

Where a form is one that the driver reads, it stands in ``adapters.modems.devices``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from adapters.modems.devices import pin_counters
from adapters.modems.devices.pin_counters import PinCounter

_USUAL_NOTICES: Final = "(0-2),(0-3),(0,2),(0,1),(0,1)"


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
    pin_counter: PinCounter | None = None
    has_prefixes: bool = False
    """Whether CGMI and its like answer ``+CGMI: …`` and not the bare word."""

    refused: frozenset[str] = frozenset()
    """What it answers ERROR to: a name in all its forms, or one form (``+CREG=``, ``+CREG?``)."""
    only: frozenset[str] | None = None
    """All that it answers, where that is less than what it refuses."""
    error: str = "ERROR"
    """How it says that a command is refused while errors have no numbers."""

    prompt: bytes = b"\r\n> "
    echoes_pdu: bool = True
    cpin_answer: str = "+CPIN: {state}"
    ready: str = "READY"
    """What it says for READY."""
    leaves_out_ok: frozenset[str] = frozenset()
    """Commands whose own line is all that it answers."""
    creg_digits: int = 1
    """In how many digits it writes the numbers of ``+CREG``."""
    fixed_states: Mapping[str, int] = field(default_factory=dict)
    """Domains of the network that it never gets into, with their ``stat``."""
    notices: str = _USUAL_NOTICES
    """What it offers for ``+CNMI``."""
    acknowledged_notices: str | None = None
    """What it offers for ``+CNMI`` in phase 2+ (``AT+CSMS=1``), where that is more."""
    report_memory: str = "SM"
    """Where it stores a status report when ds is 2."""
    interjection: str | None = None
    """What it says between ``+CMGR:`` and the PDU."""

    starts_in_text_mode: bool = True
    starts_with_echo: bool = True
    starts_with_errors: int = 0
    """<n> of ``+CMEE`` after a start: 0 bare, 1 numbers, 2 words."""
    starts_with_radio_off: bool = False
    busy_s: float = 0.0
    """How long after a start it refuses SMS commands."""
    busy: str = "ERROR"
    """What it answers them meanwhile."""
    boot: tuple[str, ...] = ()
    """What it says after a start; ``{boot}`` is a number that is new each time."""
    ready_words: tuple[str, ...] = ()
    """What it says once it takes SMS commands."""
    handshake: str | None = None
    """What it says again and again while it runs."""
    chatter: tuple[str, ...] = ()
    """What else it says by itself that nobody knows."""
    full_word: str | None = None
    """What it says when the memory is full."""


_NO_LTE: Final = frozenset({"+CEREG", "+C5GREG"})
_NO_5G: Final = frozenset({"+C5GREG"})

E173: Final = Profile(
    name="e173",
    manufacturer="huawei",
    model="E173",
    firmware="11.126.85.00.209",
    imei="861195005340127",
    iccid_command="^ICCID?",
    iccid_answer="^ICCID: {swapped}",
    pin_counter=pin_counters.HUAWEI,
    refused=_NO_LTE,
    starts_in_text_mode=False,
    boot=("^BOOT:{boot},0,0,0,44", "^SIMST:1", "^SRVST:2"),
    handshake="^BOOT:{boot},0,0,0,44",
    full_word='^SMMEMFULL: "SM"',
)
E3372: Final = Profile(
    name="e3372",
    manufacturer="huawei",
    model="E3372",
    firmware="21.180.01.00.00",
    imei="866133020431178",
    iccid_command="^ICCID?",
    iccid_answer="^ICCID: {iccid}",
    pin_counter=pin_counters.HUAWEI,
    refused=_NO_5G,
    starts_in_text_mode=False,
    boot=("^SIMST:255,1", "^SRVST:0", "^SYSSTART"),
    chatter=('^HCSQ:"LTE",47,40,111,22', "^LWURC: 1"),
    full_word='^SMMEMFULL: "SM"',
)
SIM800: Final = Profile(
    name="sim800",
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM800L",
    firmware="Revision:1418B05SIM800L24",
    imei="865067020861217",
    iccid_command="+CCID",
    iccid_answer="{iccid}f",
    pin_counter=pin_counters.SIMCOM,
    refused=_NO_LTE,
    boot=("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"),
)
SIM900: Final = Profile(
    name="sim900",
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM900",
    firmware="Revision:1137B13SIM900M64_ST",
    imei="013227001234563",
    iccid_command="+CCID",
    iccid_answer="{iccid}",
    refused=_NO_LTE,
    boot=("RDY", "+CFUN: 1", "+CPIN: READY"),
    busy_s=8.0,
    ready_words=("Call Ready", "SMS Ready"),
    full_word='+SMSFULL: "SM"',
)
SIM7600: Final = Profile(
    name="sim7600",
    manufacturer="SIMCOM INCORPORATED",
    model="SIMCOM_SIM7600G-H",
    firmware="LE20B04SIM7600G22",
    imei="868822040012349",
    iccid_command="+ICCID",
    iccid_answer="+ICCID: {iccid}",
    pin_counter=pin_counters.SIMCOM,
    refused=_NO_5G | {"+CMEE="},
    starts_with_errors=2,
    boot=("START", "+CPIN: READY", "SMS DONE", "PB DONE", "+STIN: 25"),
)
SIM7670: Final = Profile(
    name="sim7670",
    manufacturer="SIMCOM INCORPORATED",
    model="SIM7670G-MNGV",
    firmware="2374B02SIM767XM5A",
    imei="862636057834562",
    iccid_command="+CICCID",
    iccid_answer="+ICCID: {iccid}",
    refused=_NO_5G,
    prompt=b"\r\n>\r\n",
    boot=("*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"),
)
EC25: Final = Profile(
    name="ec25",
    manufacturer="Quectel",
    model="EC25",
    firmware="EC25EFAR06A06M4G",
    imei="861107038021345",
    iccid_command="+QCCID",
    iccid_answer="+QCCID: {iccid}",
    pin_counter=pin_counters.QUECTEL,
    boot=("RDY", "+CFUN: 1", "+CPIN: READY", '+QIND: "SMS DONE"', '+QIND: "PB DONE"'),
)
BG96: Final = Profile(
    name="bg96",
    manufacturer="Quectel",
    model="BG96",
    firmware="BG96MAR02A07M1G",
    imei="866425031234564",
    iccid_command="+QCCID",
    iccid_answer="+QCCID: {iccid}",
    pin_counter=pin_counters.QUECTEL,
    refused=_NO_5G,
    fixed_states={"+CREG": 2, "+CGREG": 0},
    notices="(0,1,2),(0,1),(0,2),(0),(1)",
    boot=("APP RDY",),
)
MC75I: Final = Profile(
    name="mc75i",
    manufacturer="Cinterion",
    model="MC75i",
    firmware="REVISION 01.100",
    imei="352024021234565",
    iccid_command="+CCID",
    iccid_answer='+CCID: "{swapped}"',
    pin_counter=pin_counters.CINTERION,
    refused=_NO_LTE,
    notices="(0-3),(0,1),(0,2,3),(0,2),(1)",
    starts_with_echo=False,
    boot=("^SYSSTART",),
)
SARA: Final = Profile(
    name="sara",
    manufacturer="u-blox",
    model="SARA-U201",
    firmware="23.60",
    imei="357520071234567",
    iccid_command="+CCID",
    iccid_answer="+CCID: {iccid}",
    pin_counter=pin_counters.UBLOX,
    refused=_NO_LTE,
    starts_with_radio_off=True,
    busy_s=3.0,
    busy="+CMS ERROR: 314",
    boot=("+PBREADY",),
)
M1306: Final = Profile(
    name="m1306",
    manufacturer="WAVECOM MODEM",
    model="MULTIBAND  900E  1800",
    firmware="641b09gg.Q2403A",
    imei="332100301234568",
    iccid_command="+CCID",
    iccid_answer='+CCID: "{iccid}"',
    pin_counter=pin_counters.WAVECOM,
    refused=_NO_LTE,
    leaves_out_ok=frozenset({"+CPIN"}),
    boot=("+WIND: 1", "+WIND: 3", "+WIND: 4"),
    chatter=("+WIND: 13", "+WIND: 5,1"),
)
MOTOROLA: Final = Profile(
    name="g20",
    manufacturer="Motorola CE, Copyright 2000",
    model="G20",
    firmware="R4.34.4a",
    imei="449102001234569",
    iccid_command=None,
    iccid_answer="",
    refused=_NO_LTE,
    error="MODEM ERROR: 15",
    leaves_out_ok=frozenset({"+CPMS"}),
    creg_digits=3,
    boot=("MODEM:STARTUP",),
)
ICON: Final = Profile(
    name="icon225",
    manufacturer="Option N.V.",
    model="GlobeTrotter HSUPA Modem",
    firmware="2.5.22.0Hd",
    imei="357156011234560",
    iccid_command=None,
    iccid_answer="",
    refused=_NO_LTE,
    cpin_answer='+CPIN: "{state}"',
    ready="SIM PIN2",
    notices="(0-2),(0-1),(0-3),(0,2),(0-1)",
    report_memory="SR",
    starts_with_echo=False,
    chatter=("_OSIGQ: 3,0", "_OWCTI: 1"),
)
MF190: Final = Profile(
    name="mf190",
    manufacturer="ZTE INCORPORATED",
    model="MF190",
    firmware="BD_MF190V1.0.0B03",
    imei="867451011234561",
    iccid_command="+CCID",
    iccid_answer="+CCID: {iccid}",
    pin_counter=pin_counters.ZTE,
    refused=_NO_LTE,
    interjection="+ZUSIMR:2",
    chatter=('+ZPASR:"HSPA"', "+ZUSIMR:2", '+ZDONR: "MTN",645,2,"CS_PS"'),
)
ACKNOWLEDGING: Final = Profile(
    name="acknowledging",
    manufacturer="",
    model="",
    firmware="",
    imei="350204001234567",
    iccid_command="+CCID",
    iccid_answer='+CCID: "{iccid}"',
    refused=_NO_LTE,
    notices="(0,1),(0,1),(0,2,3),(0),(1)",
    acknowledged_notices="(0-3),(0-3),(0,2,3),(0,1),(1)",
)
"""No one device: mt 2 and ds 1 are there in phase 2+ alone, and each report is to be acknowledged
(27.005 3.2.1 and 3.4.1; so does the device of warthog618/modem#8)."""
MINIMAL: Final = Profile(
    name="minimal",
    manufacturer="",
    model="",
    firmware="",
    imei="",
    iccid_command=None,
    iccid_answer="",
    has_prefixes=True,
    only=frozenset({"", "Z", "E1", "+CIMI", "+CMGF=", "+CMGS=", "+CREG?", "+CPIN=", "+CMGD="}),
    starts_in_text_mode=False,
)

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            *(E173, E3372, SIM800, SIM900, SIM7600, SIM7670, EC25, BG96),
            *(MC75I, SARA, M1306, MOTOROLA, ICON, MF190, ACKNOWLEDGING, MINIMAL),
        )
    }
)
"""The devices that ``ngoma modem emulate --profile`` knows."""
