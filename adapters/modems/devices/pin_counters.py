"""How devices tell how many PINs may still be wrong."""

import re
from dataclasses import dataclass
from typing import Final

UNTOUCHED_TRIES: Final = 3
"""What every SIM begins with, and has again once its PIN was right."""


@dataclass(frozen=True, slots=True)
class PinCounter:
    """One way to ask; ``answer`` is the line with ``{tries}``, as a device of this kind says it."""

    command: str
    answer: str
    pattern: re.Pattern[str]

    def tries_in(self, line: str) -> int | None:
        """Give the tries that a line tells; None when it is not of this form."""
        found = self.pattern.match(line)
        return int(found[1]) if found else None


CPINR: Final = PinCounter(  # 27.007 8.65
    'AT+CPINR="SIM PIN"',
    "+CPINR: SIM PIN,{tries},3",
    re.compile(r'\+CPINR: ?"?SIM PIN"?, ?(\d{1,2})'),
)
HUAWEI: Final = PinCounter(
    "AT^CPIN?",
    "^CPIN: SIM PIN,{tries},10,{tries},10,3",
    re.compile(r"\^CPIN: ?[^,]*,\d*,(?:\d+,)?(\d{1,2})"),
)
SIMCOM: Final = PinCounter("AT+SPIC", "+SPIC: {tries},10,0,10", re.compile(r"\+SPIC: ?(\d{1,2})"))
QUECTEL: Final = PinCounter(
    'AT+QPINC="SC"', '+QPINC: "SC",{tries},10', re.compile(r'\+QPINC: ?"SC", ?(\d{1,2})')
)
WAVECOM: Final = PinCounter(  # and Sierra
    "AT+CPINC?", "+CPINC: {tries},3,10,10", re.compile(r"\+CPINC: ?(\d{1,2})")
)
UBLOX: Final = PinCounter(
    "AT+UPINCNT", "+UPINCNT: {tries},3,10,10", re.compile(r"\+UPINCNT: ?(\d{1,2})")
)
CINTERION: Final = PinCounter("AT^SPIC", "^SPIC: {tries}", re.compile(r"\^SPIC: ?(\d{1,2})"))
ZTE: Final = PinCounter(
    "AT+ZPINPUK=?", "+ZPINPUK: {tries},10", re.compile(r"\+ZPINPUK: ?(\d{1,2})")
)

PIN_COUNTERS: Final = (CPINR, HUAWEI, SIMCOM, QUECTEL, WAVECOM, UBLOX, CINTERION, ZTE)
"""In the order in which they are tried; asking uses up no try."""
