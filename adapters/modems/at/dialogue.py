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

from adapters.modems.at.urcs import UrcForm, UrcKind, form_of
from adapters.modems.devices.error_words import CME_WORDS, CMS_WORDS, number_of
from adapters.modems.devices.registration_forms import STATES, is_answer

MAX_LINE: Final = 4_096
"""A longer line is line noise and is dropped; the longest real one, a PDU, has some 360 places."""

_NOISE: Final = bytes((0x00, 0x11, 0x13, 0x1A, 0x1B, 0xFF))  # NUL, XON, XOFF, Ctrl-Z, ESC, 0xFF
_LINE_END: Final = re.compile(rb"[\r\n]")
_PROMPT: Final = b"> "
_BARE_PROMPT: Final = b">"  # enough where one is awaited: some modems end the line after it
_AWAITS_PROMPT: Final = "AT+CMGS="
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){14,}")  # no DELIVER or STATUS-REPORT is shorter
_MAX_DIGITS: Final = 5  # of an error's number; what is longer is noise
_PDU_PATIENCE: Final = 4  # lines that may come between a report's first line and its PDU
_MAX_USSD_LINES: Final = 32
_MAX_USSD: Final = 1_000  # places: 182 characters (23.038), as UCS-2 in hex 728
_USSD_END: Final = re.compile(r'"\s*(,\s*\d+\s*)?$')
_MORE_THAN_TEXT: Final = re.compile(r"\+CMGS: ?\d{1,3}(,|$)")


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
        self._awaits_prompt = False
        self._report: tuple[UrcForm, str] | None = None
        self._patience = 0
        self._ussd: list[str] = []

    def asked(self, command: str, answer: str | None = None) -> None:
        """Say what was written: its echo is told apart, and ``answer`` (``+CREG:``) expected."""
        self._echo = command
        self._answer = answer
        self._awaits_prompt = command.startswith(_AWAITS_PROMPT)

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
        if self._ussd:
            return line
        line = line.lstrip(b" ")
        while line.startswith(_BARE_PROMPT if self._awaits_prompt else _PROMPT):
            tokens.append(Prompt())
            self._awaits_prompt = False
            line = line[len(_BARE_PROMPT) :].lstrip(b" ")
        return line

    def _read(self, text: str) -> Iterator[Token]:
        if not text:
            return
        if text == self._echo:
            yield Echo()
            return
        if self._ussd:
            if not _MORE_THAN_TEXT.match(text):
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
        elif form.kind is UrcKind.USSD and _is_open(text):
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
        """Gather a USSD text up to the mark that ends a line; any line may stand in it."""
        self._ussd.append(text)
        is_too_long = len(self._ussd) == _MAX_USSD_LINES or sum(map(len, self._ussd)) > _MAX_USSD
        if _USSD_END.search(text) or is_too_long:
            yield Urc(UrcKind.USSD, "\n".join(self._ussd))
            self._ussd = []

    def _urc_form(self, text: str) -> UrcForm | None:
        if self._answer is not None and text.startswith(self._answer):
            is_report = self._answer in STATES and not is_answer(text)
            if not is_report:
                return None
        return form_of(text)

    def _answer_token(self, text: str) -> Line | Result:
        result = result_of(text)
        if result is None:
            return Line(text)
        self._answer = None  # what comes after a final result was not asked for
        self._awaits_prompt = False
        return result


def _is_open(text: str) -> bool:
    """Say whether the text of a ``+CUSD: m,"text…`` line goes on in the next."""
    _, mark, rest = text.partition('"')
    return bool(mark) and not _USSD_END.search(rest)


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
