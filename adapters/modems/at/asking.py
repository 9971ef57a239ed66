"""Questions of bring-up: what must be answered, what may be refused, and what is waited for."""

import re
from collections.abc import Callable
from typing import Final

from adapters.modems.at.dialogue import ResultKind
from adapters.modems.at.link import AtLink, Reply
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import ModemUnavailable

_BUSY: Final = frozenset(
    (kind, code)
    for kind, codes in ((ResultKind.CME, (14, 515)), (ResultKind.CMS, (314, 515)))
    for code in codes
)
_NEEDS_SMS: Final = ("AT+CMGF=", "AT+CPMS=", "AT+CNMI=")
_UNASKED: Final = re.compile(r"[+*^#%_$&!]?[A-Z][A-Z0-9_ ]{2,}: ?")
"""How a line begins that a maker's table would name, and that was perhaps not asked for."""


class Asking:
    """Asks one modem; every method may raise ``LinkGone``."""

    def __init__(self, link: AtLink, timeouts: AtTimeouts) -> None:
        self.link = link
        self.timeouts = timeouts
        self.starts_slowly = False
        """Whether a bare ERROR may mean that the modem is not ready for SMS commands yet."""
        self._ready_by_s: float | None = None

    def command(
        self, command: str, *, is_query: bool = False, may_be_bare: bool = False
    ) -> Reply | None:
        """Ask; None when there is no answer."""
        return self.link.command(
            command,
            timeout_s=self.timeouts.command_s,
            is_query=is_query,
            may_be_bare=may_be_bare,
        )

    def does(self, command: str) -> bool:
        """Ask for what a device may do without, once it is no longer busy; silence is a no."""
        reply = self.unless_busy(command)
        return reply is not None and reply.ok

    def when_ready(
        self, command: str, *, is_query: bool = False, may_be_bare: bool = False
    ) -> Reply:
        """Ask for what must be answered, once the SIM is no longer busy.

        Raises:
            ModemUnavailable: there is no answer.
        """
        reply = self.unless_busy(command, is_query=is_query, may_be_bare=may_be_bare)
        if reply is None:
            raise ModemUnavailable(f"the modem does not answer {command}: plug it in anew")
        return reply

    def unless_busy(
        self, command: str, *, is_query: bool = False, may_be_bare: bool = False
    ) -> Reply | None:
        """Ask once the SIM is no longer busy; None when there is no answer.

        All questions of a bring-up together wait ``sim_ready_s``.
        """
        while True:
            reply = self.command(command, is_query=is_query, may_be_bare=may_be_bare)
            if reply is None or reply.ok or not self._is_busy(command, reply):
                return reply
            now_s = self.link.now_s()
            if self._ready_by_s is None:
                self._ready_by_s = now_s + self.timeouts.sim_ready_s
            if now_s >= self._ready_by_s:
                self.starts_slowly = False
                return reply
            self.link.listen(min(self._ready_by_s, now_s + self.timeouts.poll_s))

    def _is_busy(self, command: str, reply: Reply) -> bool:
        result = reply.result
        if (result.kind, result.code) in _BUSY:
            return True
        is_vague = result.kind is ResultKind.ERROR and command.startswith(_NEEDS_SMS)
        return self.starts_slowly and is_vague

    def patience_begins(self) -> None:
        """Give a SIM that was just unlocked, or a radio just turned on, the whole wait again."""
        self._ready_by_s = None

    def word(self, command: str) -> str:
        """Ask for a word such as the model; empty when the device does not say."""
        reply = self.command(command)
        if reply is None or not reply.ok:
            return ""
        name = f"{command.removeprefix('AT')}:"
        named = [line for line in reply.lines if line.startswith(name)]
        plain = [line for line in reply.lines if not _UNASKED.match(line)]
        line = next(iter([*named, *plain, *reply.lines]), "")
        return line.removeprefix(name).strip(' "')

    def found(self, command: str, read: Callable[[str], str | None]) -> str | None:
        """Give what ``read`` finds in the answer's lines; None when it finds nothing."""
        reply = self.unless_busy(command)
        for line in reply.lines if reply and reply.ok else ():
            if (found := read(line)) is not None:
                return found
        return None
