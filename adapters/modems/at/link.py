"""One AT conversation over a byte port: commands with deadlines, and nothing said is lost."""

import logging
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.modems.at.dialogue import AtCodec, Echo, Line, Prompt, Result, ResultKind, Token, Urc
from adapters.modems.at.port import BytePort, words_of
from application.ports import Clock

ESC: Final = b"\x1b"
CTRL_Z: Final = b"\x1a"

_MAX_LINES: Final = 256  # no answer that this driver asks for is longer
_NAME: Final = re.compile(r"AT([+^][A-Z]+)")
_REST_S: Final = 1.0  # for the OK after the line that is the answer, and the other way round
_FLOOD_S: Final = 1.0  # past a deadline only this much of an unending stream is read
_SMS_COMMANDS: Final = ("AT+CMG", "AT+CNM", "AT+CPMS", "AT+CSMS")
"""What may itself be refused by +CMS ERROR; for anything else that is a late answer."""

logger = logging.getLogger("ngoma.modems")


class LinkGone(Exception):
    """The port is gone or the modem started anew; what was asked has no answer."""

    def __init__(self, reason: str, *, rebooted: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rebooted = rebooted
        """True when the modem itself said so: what it was doing is forgotten."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came between a command and its final result."""

    lines: tuple[str, ...]
    result: Result

    @property
    def ok(self) -> bool:
        """Whether the command was done."""
        return self.result.ok


class AtLink:
    """Owns the port of one modem. All calls come from one thread.

    ``on_urc`` is told each report as it is read, in order; ``on_stray`` each token that answers
    nothing that is being asked. Both may raise ``LinkGone``, and so may every method here.
    """

    def __init__(
        self,
        port: BytePort,
        *,
        clock: Clock,
        on_urc: Callable[[Urc], None],
        on_stray: Callable[[Token], None],
    ) -> None:
        self._port = port
        self._clock = clock
        self._on_urc = on_urc
        self._on_stray = on_stray
        self._codec = AtCodec()
        self._tokens: deque[Token] = deque()
        self._gone: LinkGone | None = None
        self.echoes = 0
        """Commands that came back since the link began."""
        self.is_silenced = False
        """Set once echo is off for certain: an echo then means that the modem started anew."""
        self.awaits_segment = False
        """True from Ctrl-Z until the answer: only then is a +CMGS the answer to something."""
        self.is_unsure = False
        """Set when a command had no answer, or a prompt was left: ask only after a resync."""

    def now_s(self) -> float:
        """Give the clock that all deadlines here are of."""
        return self._clock.monotonic_s()

    def next(self, until_s: float) -> Token | None:
        """Give the next token, reports among them (already told on); None at the deadline."""
        while not self._tokens:
            is_flooded = self.now_s() > until_s + _FLOOD_S
            data = b"" if is_flooded else self._read(until_s)
            if not data:
                return None
            self._tokens.extend(self._codec.feed(data))
        token = self._tokens.popleft()
        try:
            self._tell(token)
        except LinkGone as gone:
            self._gone = gone
            raise
        return token

    def _tell(self, token: Token) -> None:
        match token:
            case Urc():
                self._on_urc(token)
            case Echo():
                self.echoes += 1
                if self.is_silenced:
                    raise LinkGone("echo is on again: the modem started anew", rebooted=True)
            case Line(text) if text.startswith("+CMGS:") and not self.awaits_segment:
                self._on_stray(token)

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._refuse_when_gone()
        try:
            self._port.write(data)
        except OSError as error:
            self._gone = LinkGone(f"the port is gone: {words_of(error)}")
            raise self._gone from error

    def drain(self) -> list[Token]:
        """Take what has come unasked, without waiting, and tell it on."""
        return self.listen(self.now_s())

    def listen(self, until_s: float) -> list[Token]:
        """Take what comes unasked until the deadline, and tell it on."""
        heard: list[Token] = []
        while (token := self.next_unasked(until_s)) is not None:
            heard.append(token)
        return heard

    def next_unasked(self, until_s: float) -> Token | None:
        """Give the next token after telling it on; None at the deadline."""
        token = self.next(until_s)
        match token:
            case None | Urc() | Echo():
                pass
            case Line(text) if text.startswith("+CMGS:"):
                pass  # told on as it was read
            case _:
                # A prompt that nobody waits for would swallow the next command.
                self.is_unsure = self.is_unsure or isinstance(token, Prompt)
                self._on_stray(token)
        return token

    def gather(self, until_s: float) -> None:
        """Read until the deadline and keep the tokens for whoever asks next."""
        while self.now_s() < until_s and (data := self._read(until_s)):
            self._tokens.extend(self._codec.feed(data))

    def ask(self, command: str, *, shown: str | None = None) -> None:
        """Write a command line; ``shown`` stands for it in the log where it holds a secret."""
        self.drain()
        logger.debug("AT> %s", command if shown is None else shown)
        self._codec.asked(command, _answer_to(command))
        self.write(command.encode("ascii") + b"\r")

    def expect_echo(self, text: str) -> None:
        """Say that ``text`` is being written without a command line: a PDU."""
        self._codec.asked(text, "+CMGS:")

    def command(
        self,
        command: str,
        *,
        timeout_s: float,
        is_query: bool = False,
        may_be_bare: bool = False,
        shown: str | None = None,
    ) -> Reply | None:
        """Ask and wait for the final result; None when there was none in time.

        With ``is_query`` the lines begin with the one that bears the command's name (``+CREG:``).
        An OK before it belongs to something older and is passed over, unless the answer
        ``may_be_bare``. The line without an OK after it is an answer too: some leave it out.
        """
        self.ask(command, shown=shown)
        answer = _answer_to(command) if is_query else None
        until_s = self.now_s() + timeout_s
        lines: list[str] = []
        is_answered = False
        while (token := self.next(until_s)) is not None:
            match token:
                case Line(text) if answer is None or lines or text.startswith(answer):
                    if not text.startswith("+CMGS:") and len(lines) < _MAX_LINES:
                        lines.append(text)
                    is_answered = answer is not None
                case Result(kind=ResultKind.CMS) if not command.startswith(_SMS_COMMANDS):
                    self._on_stray(token)
                case Result() if not token.ok or answer is None or lines:
                    logger.debug("AT< %s", token)
                    return Reply(tuple(lines), token)
                case Result():
                    is_answered = may_be_bare
            if is_answered:
                until_s = min(until_s, self.now_s() + _REST_S)
        if is_answered:
            return Reply(tuple(lines), Result(ResultKind.OK))
        logger.debug("AT< no answer in %s s", timeout_s)
        self.is_unsure = True
        return None

    def _read(self, until_s: float) -> bytes:
        self._refuse_when_gone()
        try:
            return self._port.read(until_s)
        except OSError as error:
            self._gone = LinkGone(f"the port is gone: {words_of(error)}")
            raise self._gone from error

    def _refuse_when_gone(self) -> None:
        if self._gone is not None:  # a loss that one caller could not report is told to the next
            raise LinkGone(self._gone.reason, rebooted=self._gone.rebooted)


def _answer_to(command: str) -> str | None:
    """Give what an answer begins with: ``+CREG:`` for ``AT+CREG?``; None for ``ATE0``."""
    found = _NAME.match(command)
    return f"{found[1]}:" if found else None
