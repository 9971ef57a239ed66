"""What modems say when they start, and what each word proves."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Proof(StrEnum):
    """What a word of a start proves when nobody asked for it."""

    STARTED = "the modem started anew"
    PERHAPS = "worth asking whether the modes are still set"
    READY = "from here on it takes SMS commands"


@dataclass(frozen=True, slots=True)
class BootWord:
    """One such word: the whole line, or its beginning when it ends with a colon or ``^``."""

    text: str
    proves: Proof
    begins: bool = False
    """Whether a start begins with it, so that one under way begins again."""


BOOT_WORDS: Final = (
    BootWord("RDY", Proof.STARTED, begins=True),  # SIMCom, Quectel
    BootWord("START", Proof.STARTED, begins=True),  # SIM5xxx, SIM7xxx
    BootWord("APP RDY", Proof.STARTED, begins=True),  # Quectel BG
    BootWord("MODEM:STARTUP", Proof.STARTED, begins=True),  # ublox, ZTE modules
    BootWord("^SYSSTART", Proof.STARTED, begins=True),  # Siemens, Cinterion
    BootWord("^SYSSTART AIRPLANE MODE", Proof.STARTED, begins=True),
    BootWord("*ATREADY:", Proof.STARTED, begins=True),  # A7670, Air724
    BootWord("*EMRDY:", Proof.STARTED, begins=True),  # Ericsson (mbm)
    BootWord("+CFUN:", Proof.STARTED),
    BootWord("+CPIN:", Proof.STARTED),
    BootWord("NORMAL POWER DOWN", Proof.STARTED),
    BootWord("POWERED DOWN", Proof.STARTED),
    BootWord("UNDER-VOLTAGE POWER DOWN", Proof.STARTED),
    BootWord("^SHUTDOWN", Proof.STARTED),
    BootWord("+PBREADY", Proof.PERHAPS),  # u-blox, at a start and after a change of SIM
    BootWord("+STIN:", Proof.PERHAPS),  # SIMCom: the SIM's menu, at a start and by itself
    BootWord("+WIND:", Proof.PERHAPS),  # Wavecom: a start, calls, and much else
    BootWord("^SYSLOADING", Proof.PERHAPS),
    # Said by Huawei after a start and again all day, then with the same number.
    BootWord("^BOOT:", Proof.PERHAPS),
    BootWord("Call Ready", Proof.PERHAPS),
    BootWord("PB DONE", Proof.PERHAPS),
    BootWord("SMS Ready", Proof.READY),
    BootWord("SMS DONE", Proof.READY),
    BootWord('+QIND: "SMS DONE"', Proof.READY),
)
"""All of them; the first that fits decides."""
