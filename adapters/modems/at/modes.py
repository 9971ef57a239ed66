"""The modes that submitting and listening need: set at bring-up, certain before each segment.

A modem that starts anew forgets them and may say nothing of it: in text mode it would send a PDU
as somebody's text. So what it reads back while it is as we set it is asked again.
"""

import logging
import re
from typing import Final

from adapters.modems.at.asking import Asking
from adapters.modems.at.card import imsi_in
from adapters.modems.at.dialogue import ResultKind
from adapters.modems.at.link import AtLink, LinkGone
from adapters.modems.devices.notices import STORED_REPORTS, Notices, ladder
from application.ports import Abilities, ModemUnavailable

_FULL_RADIO: Final = 1
_CFUN: Final = re.compile(r"\+CFUN: ?0*(\d{1,2})\b")
_CENTRE: Final = re.compile(r'\+CSCA: ?"([^"]*)"')
_MEMORIES: Final = ("SM", "ME", "MT")
_SLOW_MAKERS: Final = re.compile("SIM ?COM", re.IGNORECASE)
"""They answer SMS commands with a bare ERROR until they say ``SMS Ready``."""

_NO_CARD: Final = frozenset({10, 11, 12, 13, 15})
"""+CME ERROR: not inserted, PIN, PUK, failure, wrong."""

_MARKS: Final = (
    ("AT+CREG?", re.compile(r"\+CREG: ?0*1,")),
    ("AT+CEREG?", re.compile(r"\+CEREG: ?0*1,")),
    ("AT+CMEE?", re.compile(r"\+CMEE: ?0*1$")),
)
"""What was set at bring-up and stands at something else after a start."""

logger = logging.getLogger("ngoma.modems")


class Modes:
    """What one modem was set to, for the life of one link."""

    def __init__(self) -> None:
        self._mark: tuple[str, re.Pattern[str]] | None = None
        self._imsi: str | None = None
        self.memories: list[str] = []
        """Where the modem keeps what comes in."""
        self.acknowledged_notices: str | None = None
        """The command that has it tell, where AT+CNMA acknowledges what it tells directly."""

    # -- bring-up -------------------------------------------------------------------------------

    def turn_radio_on(self, asking: Asking) -> None:
        """Leave flight mode and the like (27.007 8.2); a device that does not say has it on."""
        reply = asking.command("AT+CFUN?", is_query=True)
        found = _CFUN.match(reply.lines[0]) if reply and reply.ok else None
        if found and int(found[1]) != _FULL_RADIO:
            logger.info("its radio was off (+CFUN: %s)", found[1])
            asking.link.command("AT+CFUN=1", timeout_s=asking.timeouts.pin_s)
            asking.patience_begins()

    def set_up(self, asking: Asking, *, manufacturer: str, model: str) -> Abilities:
        """Set PDU mode, which a modem must have, and the reports that it can give.

        Raises:
            ModemUnavailable: it has no PDU mode.
        """
        asking.starts_slowly = bool(_SLOW_MAKERS.search(f"{manufacturer} {model}"))
        if not asking.when_ready("AT+CMGF=0").ok:
            raise ModemUnavailable("the modem has no PDU mode, in which alone we send: use another")
        asking.does("AT+CMEE=1")  # once more: it may have been refused for a busy SIM
        asking.does('AT+CSCS="GSM"')
        self._choose_memory(asking)
        notices = self._choose_notices(asking)
        if notices and notices.ds == STORED_REPORTS:
            self.memories.append("SR")
        for command in ("AT+CREG=1", "AT+CEREG=1"):
            asking.does(command)
        return Abilities(
            sending=_why_no_sending(asking),
            reports=None if notices and notices.ds else _why_not(notices, "delivery reports"),
            inbound=None if notices and notices.mt else _why_not(notices, "messages"),
        )

    def _choose_memory(self, asking: Asking) -> None:
        for memory in _MEMORIES:
            names = ",".join([f'"{memory}"'] * 3)
            reply = asking.unless_busy(f"AT+CPMS={names}", is_query=True, may_be_bare=True)
            if reply is not None and reply.ok:
                self.memories = [memory]
                return

    def _choose_notices(self, asking: Asking) -> Notices | None:
        """Have it tell of what comes, best so that it is stored until we have saved it.

        Phase 2+ (27.005 3.2.1) has what is told directly acknowledged, and stops telling when
        that takes long, as it may while a segment is under way: only where nothing else will do.
        """
        asking.does("AT+CSMS=0")
        plain = self._ask_for_notices(asking)
        if plain and plain.is_enough:
            return plain
        if not asking.does("AT+CSMS=1"):
            return plain
        acknowledged = self._ask_for_notices(asking)
        if acknowledged and (plain is None or acknowledged.gain >= plain.gain):
            self.acknowledged_notices = acknowledged.command
            return acknowledged
        asking.does("AT+CSMS=0")
        return self._ask_for_notices(asking)

    def _ask_for_notices(self, asking: Asking) -> Notices | None:
        reply = asking.command("AT+CNMI=?", is_query=True, may_be_bare=True)
        offered = next(iter(reply.lines), None) if reply and reply.ok else None
        for notices in ladder(offered):
            answer = asking.unless_busy(notices.command)
            if answer is None:
                return None
            if answer.ok:
                logger.info("it took %s", notices.command)
                return notices
        return None

    def came_up(self, asking: Asking, *, imsi: str) -> None:
        """Learn what the modem reads back while it is as we set it."""
        self._imsi = imsi
        for command, pattern in _MARKS:
            reply = asking.command(command, is_query=True)
            if reply is not None and reply.ok and pattern.match(reply.lines[0]):
                self._mark = (command, pattern)
                return

    # -- later ----------------------------------------------------------------------------------

    def are_kept(self, link: AtLink, *, timeout_s: float) -> bool:
        """Ask whether modem and SIM are as they came up; False when the modem is silent.

        Raises:
            LinkGone: the modem started anew, or has another SIM.
        """
        if self._mark is not None:
            command, pattern = self._mark
            reply = link.command(command, timeout_s=timeout_s, is_query=True)
            if reply is None:
                return False
            if reply.ok and not pattern.match(reply.lines[0]):
                raise LinkGone("its modes are forgotten: the modem started anew", rebooted=True)
        reply = link.command("AT+CIMI", timeout_s=timeout_s)
        if reply is None:
            return False
        if reply.result.kind is ResultKind.CME and reply.result.code in _NO_CARD:
            raise LinkGone(f"the SIM is locked or gone: {reply.result}", rebooted=True)
        imsi = imsi_in(reply.lines)
        if imsi is not None and imsi != self._imsi:
            raise LinkGone("another SIM is in the modem", rebooted=True)
        return imsi is not None

    def are_certain(self, link: AtLink, *, timeout_s: float) -> bool:
        """Say the same, and make PDU mode certain; False when the modem gives no clear answer."""
        if not self.are_kept(link, timeout_s=timeout_s):
            return False
        reply = link.command("AT+CMGF=0", timeout_s=timeout_s)
        return reply is not None and reply.ok


_SO: Final = {
    "delivery reports": "messages stay sent, whether or not they arrive; another modem may tell",
    "messages": "they are read when it is opened anew; another modem may tell at once",
}
"""What that means, and what can be done."""


def _why_not(notices: Notices | None, what: str) -> str:
    if notices is None:
        return f"the modem refuses every +CNMI: {_SO[what]}"
    return f"the modem refuses every +CNMI that tells of {what}: {_SO[what]}"


def _why_no_sending(asking: Asking) -> str | None:
    """Say that the SIM has no service centre, where the modem tells so."""
    reply = asking.command("AT+CSCA?", is_query=True)
    found = _CENTRE.match(reply.lines[0]) if reply and reply.ok else None
    if found is None or found[1].strip("+0 "):
        return None
    return "the SIM has no service centre: set it with AT+CSCA"
