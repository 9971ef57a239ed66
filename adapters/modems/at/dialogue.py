"""AT dialogue as values: bytes in any chunking go in; prompts, results, reports, lines come out.

No I/O and no clock. Each line is looked up first among the unsolicited result codes (URCs), then
among the final results; what is left is information that the current command asked for. URCs come
between any two lines, so a modem that reports while it answers is read right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters.modems.devices.error_words import CME_WORDS, CMS_WORDS, number_of

MAX_LINE: Final = 4_096
"""A longer line is line noise and is dropped; the longest real one, a PDU, has some 360 places."""

_NOISE: Final = bytes((0x00, 0x11, 0x13, 0x1A, 0x1B, 0xFF))  # NUL, XON, XOFF, Ctrl-Z, ESC, 0xFF
_LINE_END: Final = re.compile(rb"[\r\n]")
_PROMPT: Final = b"> "
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){14,}")  # no DELIVER or STATUS-REPORT is shorter
_MAX_DIGITS: Final = 5  # of an error's number; what is longer is noise
_PDU_PATIENCE: Final = 4  # lines that may come between a report's first line and its PDU
_MAX_USSD_LINES: Final = 32


class UrcKind(StrEnum):
    """What an unsolicited result code means to a driver."""

    STATUS_REPORT = "status report"
    INBOUND = "inbound message"
    STORED = "stored message"
    REGISTRATION = "registration"
    REBOOT = "reboot"
    HANDSHAKE = "boot handshake"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class UrcForm:
    """How one unsolicited result code looks; a word without a colon is the whole line."""

    start: str
    kind: UrcKind = UrcKind.OTHER
    has_pdu: bool = False


URC_TABLE: Final = (
    UrcForm("+CDS:", UrcKind.STATUS_REPORT, has_pdu=True),
    UrcForm("+CMT:", UrcKind.INBOUND, has_pdu=True),
    UrcForm("+CBM:", has_pdu=True),
    UrcForm("+CMTI:", UrcKind.STORED),
    UrcForm("+CDSI:", UrcKind.STORED),
    UrcForm("+CREG:", UrcKind.REGISTRATION),
    UrcForm("+CEREG:", UrcKind.REGISTRATION),
    UrcForm("RDY", UrcKind.REBOOT),
    UrcForm("+CFUN:", UrcKind.REBOOT),
    UrcForm("+CPIN:", UrcKind.REBOOT),
    UrcForm("NORMAL POWER DOWN", UrcKind.REBOOT),
    UrcForm("POWERED DOWN", UrcKind.REBOOT),
    UrcForm("UNDER-VOLTAGE POWER DOWN", UrcKind.REBOOT),
    # Said by Huawei after a start and again all day: no proof of a reboot; see Listener.
    UrcForm("^BOOT:", UrcKind.HANDSHAKE),
    UrcForm("UNDER-VOLTAGE WARNNING"),
    UrcForm("Call Ready"),
    UrcForm("SMS Ready"),
    UrcForm("SMS DONE"),
    UrcForm("PB DONE"),
    UrcForm("RING"),
    UrcForm("NO CARRIER"),
    UrcForm("NO ANSWER"),
    UrcForm("NO DIALTONE"),
    UrcForm("BUSY"),
    UrcForm("+CRING:"),
    UrcForm("+CLIP:"),
    UrcForm("+CCWA:"),
    UrcForm("+CUSD:"),
    UrcForm("+CGREG:"),
    UrcForm("+CGEV:"),
    UrcForm("+CIEV:"),
    UrcForm("+CTZV:"),
    UrcForm("+QIND:"),
    UrcForm("*PSUTTZ:"),
    UrcForm("DST:"),
    UrcForm("^"),  # Huawei says much: ^RSSI, ^MODE, ^SRVST, ^SIMST, ^HCSQ, ^STIN …
)
"""All that a modem may say unasked; the first form that fits decides."""


@dataclass(frozen=True, slots=True)
class Line:
    """Information: part of the answer to a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """``> ``: the modem waits for a PDU."""


@dataclass(frozen=True, slots=True)
class Echo:
    """The command came back: echo is on, as it is after every start of a modem."""


@dataclass(frozen=True, slots=True)
class Urc:
    """The modem reports by itself; ``pdu`` is the second line of +CDS, +CMT and +CBM."""

    kind: UrcKind
    text: str
    pdu: bytes | None = None


class ResultKind(StrEnum):
    """Whose numbers a final result speaks in."""

    OK = "OK"
    ERROR = "ERROR"
    CMS = "+CMS ERROR"
    CME = "+CME ERROR"


@dataclass(frozen=True, slots=True)
class Result:
    """The end of an answer; ``code`` is None when the error says no number."""

    kind: ResultKind
    code: int | None = None
    is_in_words: bool = False
    """Whether the error says words, and none that stand for a number (``error_words``)."""

    @property
    def ok(self) -> bool:
        """Whether the command was done."""
        return self.kind is ResultKind.OK

    def __str__(self) -> str:
        return self.kind.value if self.code is None else f"{self.kind.value}: {self.code}"


Token = Line | Prompt | Echo | Urc | Result


class AtCodec:
    """Reads one modem's bytes; the same tokens come out however the bytes are cut."""

    def __init__(self) -> None:
        self._tail = b""
        self._is_overlong = False
        self._echo: str | None = None
        self._answer: str | None = None
        self._report: tuple[UrcForm, str] | None = None
        self._patience = 0
        self._ussd: list[str] = []

    def asked(self, command: str, answer: str | None = None) -> None:
        """Say what was written: its echo is told apart, and ``answer`` (``+CREG:``) expected."""
        self._echo = command
        self._answer = answer

    def feed(self, data: bytes) -> list[Token]:
        """Take the next bytes and give all that they complete."""
        *lines, tail = _LINE_END.split(self._tail + data.translate(None, _NOISE))
        if self._is_overlong:
            if not lines:
                return []
            lines[0] = b""
            self._is_overlong = False
        tokens: list[Token] = []
        for line in lines:
            rest = self._take_prompts(line, tokens)
            if len(rest) <= MAX_LINE:
                tokens.extend(self._read(rest.decode("latin-1").strip()))
        self._tail = self._take_prompts(tail, tokens)  # a prompt has no line end
        if len(self._tail) > MAX_LINE:
            self._tail = b""
            self._is_overlong = True
        return tokens

    def _take_prompts(self, line: bytes, tokens: list[Token]) -> bytes:
        # A line of a USSD menu may look like a prompt, and no PDU may be written for one.
        while line.startswith(_PROMPT) and not self._ussd:
            tokens.append(Prompt())
            line = line[len(_PROMPT) :]
        return line

    def _read(self, text: str) -> Iterator[Token]:
        if not text:
            return
        if text == self._echo:
            yield Echo()
            return
        if self._ussd and not text.startswith(("+", "^")):
            yield from self._continue_ussd(text)
            return
        self._ussd = []
        if self._report is not None and (token := self._continue_report(text)):
            yield token
            return
        form = self._urc_form(text)
        if form is None:
            yield self._answer_token(text)
        elif form.has_pdu:
            self._report, self._patience = (form, text), _PDU_PATIENCE
        elif form.start == "+CUSD:" and text.count('"') == 1:
            self._ussd = [text]
        else:
            yield Urc(form.kind, text)

    def _continue_report(self, text: str) -> Urc | None:
        """Complete a two-line report when ``text`` is its PDU; else wait a few lines for it."""
        if self._report is None:
            return None
        if _PDU.fullmatch(text):
            (form, head), self._report = self._report, None
            return Urc(form.kind, head, bytes.fromhex(text))
        self._patience -= 1
        if not self._patience:
            self._report = None
        return None

    def _continue_ussd(self, text: str) -> Iterator[Token]:
        """Gather a USSD text of several lines up to its closing quote."""
        self._ussd.append(text)
        if '"' in text or len(self._ussd) == _MAX_USSD_LINES:
            yield Urc(UrcKind.OTHER, "\n".join(self._ussd))
            self._ussd = []

    def _urc_form(self, text: str) -> UrcForm | None:
        if self._answer is not None and text.startswith(self._answer):
            is_report = self._answer in {"+CREG:", "+CEREG:"} and not _has_mode(text)
            if not is_report:
                return None
        for form in URC_TABLE:
            if form.start.endswith((":", "^")):
                if text.startswith(form.start):
                    return form
            elif text == form.start:
                return form
        return None

    def _answer_token(self, text: str) -> Line | Result:
        result = result_of(text)
        if result is None:
            return Line(text)
        self._answer = None  # what comes after a final result was not asked for
        return result


def registration_status(text: str) -> int | None:
    """Give ``stat`` of a +CREG or +CEREG line, answer (``n,stat,…``) or report (``stat,…``)."""
    fields = _fields(text)
    field = fields[1] if _has_mode(text) else fields[0]
    return int(field) if field.isdecimal() else None


def _has_mode(text: str) -> bool:
    """Tell the answer ``+CREG: n,stat[,"lac",…]`` from the report ``+CREG: stat[,"lac",…]``."""
    fields = _fields(text)
    return len(fields) > 1 and fields[1].isdecimal() and len(fields[1]) <= 2


def _fields(text: str) -> list[str]:
    return [field.strip() for field in text.partition(":")[2].split(",")]


_BARE: Final = frozenset({"ERROR", "MODEM ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"})
_WORDS: Final = {ResultKind.CMS: CMS_WORDS, ResultKind.CME: CME_WORDS}


def result_of(text: str) -> Result | None:
    """Read a final result; None when the line is not one.

    An error in words is its number. A number after a bare ``ERROR:`` is of nobody's table.
    """
    if text == "OK":
        return Result(ResultKind.OK)
    for kind, words in _WORDS.items():
        if text.startswith(kind.value):
            said = text[len(kind.value) :].lstrip(": ")
            if said.isdecimal() and len(said) <= _MAX_DIGITS:
                return Result(kind, int(said))
            code = number_of(said, words)
            return Result(kind, code, is_in_words=bool(said) and code is None)
    if text.partition(":")[0] in _BARE:
        return Result(ResultKind.ERROR)
    return None
