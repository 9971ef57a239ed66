"""All that a modem may say unasked (unsolicited result codes), and what it means to a driver."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters.modems.devices.boot_words import BOOT_WORDS, Proof


class UrcKind(StrEnum):
    """What an unsolicited result code means to a driver."""

    STATUS_REPORT = "status report"
    INBOUND = "inbound message"
    STORED = "stored message"
    MEMORY_FULL = "memory full"
    REGISTRATION = "registration"
    REBOOT = "reboot"
    PERHAPS_REBOOT = "perhaps a reboot"
    READY = "ready for SMS commands"
    USSD = "USSD text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class UrcForm:
    """How one unsolicited result code looks; a word without a colon is the whole line."""

    start: str
    kind: UrcKind = UrcKind.OTHER
    has_pdu: bool = False
    begins_boot: bool = False

    def fits(self, text: str) -> bool:
        """Whether a line is of this form."""
        return text.startswith(self.start) if self.start[-1] in ":^" else text == self.start


_BOOT_KINDS: Final = {
    Proof.STARTED: UrcKind.REBOOT,
    Proof.PERHAPS: UrcKind.PERHAPS_REBOOT,
    Proof.READY: UrcKind.READY,
}

URC_TABLE: Final = (
    UrcForm("+CDS:", UrcKind.STATUS_REPORT, has_pdu=True),
    UrcForm("+CMT:", UrcKind.INBOUND, has_pdu=True),
    UrcForm("+CBM:", has_pdu=True),
    UrcForm("+CMTI:", UrcKind.STORED),
    UrcForm("+CDSI:", UrcKind.STORED),
    UrcForm("^SMMEMFULL:", UrcKind.MEMORY_FULL),
    UrcForm("+SMSFULL:", UrcKind.MEMORY_FULL),
    UrcForm("+CREG:", UrcKind.REGISTRATION),
    UrcForm("+CEREG:", UrcKind.REGISTRATION),
    UrcForm("+CGREG:", UrcKind.REGISTRATION),
    UrcForm("+C5GREG:", UrcKind.REGISTRATION),
    *(UrcForm(word.text, _BOOT_KINDS[word.proves], begins_boot=word.begins) for word in BOOT_WORDS),
    UrcForm("UNDER-VOLTAGE WARNNING"),
    UrcForm("RING"),
    UrcForm("NO CARRIER"),
    UrcForm("NO ANSWER"),
    UrcForm("NO DIALTONE"),
    UrcForm("BUSY"),
    UrcForm("+CRING:"),
    UrcForm("+CLIP:"),
    UrcForm("+CCWA:"),
    UrcForm("+CUSD:", UrcKind.USSD),
    UrcForm("+CGEV:"),
    UrcForm("+CIEV:"),
    UrcForm("+CTZV:"),
    UrcForm("+QIND:"),
    UrcForm("*PSUTTZ:"),
    UrcForm("DST:"),
    UrcForm("^"),  # Huawei says much: ^RSSI, ^MODE, ^SRVST, ^SIMST, ^HCSQ, ^STIN …
)
"""The first form that fits decides; a line that none fits is information."""


def form_of(text: str) -> UrcForm | None:
    """Give the form that a line is of; None when the table has none."""
    return next((form for form in URC_TABLE if form.fits(text)), None)
