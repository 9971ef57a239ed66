"""Brings a modem up: wakes it, unlocks the SIM, reads who it is, sets PDU mode and reports.

What only some devices know is asked and, when refused, done without. Needed are an answer to
``AT``, a ready SIM with an IMSI, PDU mode, and the network.
"""

import logging
import re
from typing import Final

from adapters.modems.at.dialogue import ResultKind, registration_status
from adapters.modems.at.link import ESC, AtLink, Reply
from adapters.modems.at.pin import SimPin
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import ModemUnavailable, SimIdentity

SYNC_ATTEMPTS: Final = 5
REGISTERED: Final = frozenset({1, 5, 6, 7, 9, 10})
"""+CREG stat: home, roaming, both again for SMS only, both again without CSFB (27.007 7.2)."""

DENIED: Final = 3
_UNTOUCHED_PIN_TRIES: Final = 3
_BUSY: Final = frozenset({(ResultKind.CME, 14), (ResultKind.CME, 515), (ResultKind.CMS, 314)})

_PIN_TRIES: Final = (
    ("AT^CPIN?", re.compile(r"\^CPIN: ?[^,]*,\d*,(?:\d+,)?(\d+)")),
    ("AT+SPIC", re.compile(r"\+SPIC: ?(\d+)")),
    ('AT+QPINC="SC"', re.compile(r'\+QPINC: ?"SC", ?(\d+)')),
)
_ICCID_COMMANDS: Final = ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID")
_ICCID: Final = re.compile(r"\b\d{18,20}[Ff]{0,4}\b")
_IMEI: Final = re.compile(r"\b\d{14,17}\b")
_IMSI: Final = re.compile(r"\b\d{14,15}\b")
_CNUM: Final = re.compile(r'\+CNUM: ?(?:"[^"]*")?, ?"(\+?\d{9,15})", ?(\d+)')

logger = logging.getLogger("ngoma.modems")


class BringUp:
    """One attempt to bring one modem up; every step raises ``ModemUnavailable`` or ``LinkGone``."""

    def __init__(self, link: AtLink, timeouts: AtTimeouts, pin: SimPin) -> None:
        self._link = link
        self._timeouts = timeouts
        self._pin = pin

    def wake(self) -> None:
        """Get an answer to ``AT``, out of a stale prompt if need be.

        ESC leaves a prompt and sends nothing. Ctrl-Z would leave it too and may send a piece of
        somebody's message, so it is never tried.
        """
        for _ in range(SYNC_ATTEMPTS):
            self._link.write(ESC)
            reply = self._link.command("AT", timeout_s=self._timeouts.sync_s)
            if reply is not None and reply.ok:
                # ESC and each earlier AT may have their own OK under way.
                self._link.listen(self._link.now_s() + self._timeouts.quiet_s)
                self._link.is_unsure = False
                return
        raise ModemUnavailable("the modem does not answer AT")

    def silence_echo(self) -> bool:
        """Turn echo off; False when it cannot be, so that an echo tells nothing."""
        self._try("ATV1")
        if not self._try("ATE0"):
            return False
        before = self._link.echoes
        self._try("AT+CMEE=1")
        return self._link.echoes == before

    def initialise(self) -> SimIdentity:
        """Unlock the SIM, read who it is, and set what submitting and listening need."""
        manufacturer, model = self._word("AT+CGMI"), self._word("AT+CGMM")
        firmware = self._word("AT+CGMR")
        imei = self._found("AT+CGSN", _IMEI)
        self._unlock()
        imsi = self._imsi()
        iccid = self._iccid()
        self._require_pdu_mode()
        self._ask_for_reports()
        self._wait_for_network()
        signal = self._command("AT+CSQ", is_query=True)
        logger.info(
            "%s %s is up, %s", manufacturer, model, " ".join(signal.lines) if signal else ""
        )
        return SimIdentity(
            iccid=iccid,
            imsi=imsi,
            imei=imei or "",
            model=f"{manufacturer} {model}".strip() or "unknown",
            firmware=firmware,
            msisdn=self._msisdn(),
        )

    # -- the SIM --------------------------------------------------------------------------------

    def _unlock(self) -> None:
        state = self._pin_state()
        if state == "SIM PIN":
            self._give_pin()
            until_s = self._link.now_s() + self._timeouts.sim_ready_s
            while (state := self._pin_state()) == "SIM PIN" and self._link.now_s() < until_s:
                self._link.listen(min(until_s, self._link.now_s() + self._timeouts.poll_s))
        if state not in {"READY", None}:
            raise ModemUnavailable(f"the SIM is locked: {state}", permanent=True)

    def _pin_state(self) -> str | None:
        """Read +CPIN; None when the device does not say, so that the IMSI will tell."""
        reply = self._when_ready("AT+CPIN?", is_query=True)
        if reply.ok:
            return reply.lines[0].partition(":")[2].strip()
        if reply.result.kind is ResultKind.CME and reply.result.code in {10, 13, 15}:
            raise ModemUnavailable(f"no usable SIM: {reply.result}")
        return None

    def _give_pin(self) -> None:
        tries = self._pin_tries_left()
        if tries is not None and tries < _UNTOUCHED_PIN_TRIES:
            raise ModemUnavailable(
                f"a wrong PIN was given before and {tries} tries are left: enter it by hand once",
                permanent=True,
            )
        pin = self._pin.take()
        reply = self._link.command(
            f'AT+CPIN="{pin}"', timeout_s=self._timeouts.pin_s, shown='AT+CPIN="****"'
        )
        if reply is None:
            raise ModemUnavailable("the SIM did not answer to its PIN")
        if not reply.ok:
            raise ModemUnavailable(f"the SIM refused the PIN: {reply.result}", permanent=True)

    def _pin_tries_left(self) -> int | None:
        for command, pattern in _PIN_TRIES:
            reply = self._command(command, is_query=True)
            if reply and reply.ok and (found := pattern.match(reply.lines[0])):
                return int(found[1])
        return None

    def _imsi(self) -> str:
        reply = self._when_ready("AT+CIMI")
        for line in reply.lines:
            if found := _IMSI.search(line):
                return found[0]
        raise ModemUnavailable(f"the SIM gives no IMSI: {reply.result}")

    def _iccid(self) -> str | None:
        for command in _ICCID_COMMANDS:
            if found := self._found(command, _ICCID):
                return _nibbles_in_order(found.rstrip("Ff"))
        return None

    def _msisdn(self) -> str | None:
        reply = self._command("AT+CNUM")
        for line in reply.lines if reply else ():
            if found := _CNUM.match(line):
                return _in_full(found[1], is_international=found[2] == "145")
        return None

    # -- modes ----------------------------------------------------------------------------------

    def _require_pdu_mode(self) -> None:
        if not self._when_ready("AT+CMGF=0").ok:
            raise ModemUnavailable("the modem has no PDU mode")

    def _ask_for_reports(self) -> None:
        # CSMS=1 would want each report acknowledged at once, before it can be saved.
        self._try("AT+CSMS=0")
        if not self._try('AT+CPMS="SM","SM","SM"'):
            self._try('AT+CPMS="ME","ME","ME"')
        # Reports come directly (ds=1): some devices lose those that they store.
        if not self._try("AT+CNMI=2,1,0,1,0"):
            self._try("AT+CNMI=1,1,0,1,0")
        self._try("AT+CREG=1")
        self._try("AT+CEREG=1")

    def _wait_for_network(self) -> None:
        until_s = self._link.now_s() + self._timeouts.registration_s
        while True:
            status = ask_registration(self._link, timeout_s=self._timeouts.command_s)
            if status is None or status in REGISTERED:
                return
            if status == DENIED:
                raise ModemUnavailable("the network refuses the SIM")
            if self._link.now_s() >= until_s:
                raise ModemUnavailable(f"the SIM is not registered: status {status}")
            self._link.listen(min(until_s, self._link.now_s() + self._timeouts.poll_s))

    # -- asking ---------------------------------------------------------------------------------

    def _command(self, command: str, *, is_query: bool = False) -> Reply | None:
        return self._link.command(command, timeout_s=self._timeouts.command_s, is_query=is_query)

    def _try(self, command: str) -> bool:
        """Ask for what a device may do without; silence counts as a refusal."""
        reply = self._command(command)
        return reply is not None and reply.ok

    def _when_ready(self, command: str, *, is_query: bool = False) -> Reply:
        """Ask until the SIM is no longer busy."""
        until_s = self._link.now_s() + self._timeouts.sim_ready_s
        while True:
            reply = self._command(command, is_query=is_query)
            if reply is None:
                raise ModemUnavailable(f"the modem does not answer {command}")
            is_busy = (reply.result.kind, reply.result.code) in _BUSY
            if not is_busy or self._link.now_s() >= until_s:
                return reply
            self._link.listen(min(until_s, self._link.now_s() + self._timeouts.poll_s))

    def _word(self, command: str) -> str:
        """Ask for a word such as the model; empty when the device does not say."""
        reply = self._command(command)
        if reply is None or not reply.ok or not reply.lines:
            return ""
        name = command.removeprefix("AT")
        return reply.lines[0].removeprefix(f"{name}:").strip(' "')

    def _found(self, command: str, pattern: re.Pattern[str]) -> str | None:
        reply = self._command(command)
        for line in reply.lines if reply and reply.ok else ():
            if found := pattern.search(line):
                return found[0]
        return None


def ask_registration(link: AtLink, *, timeout_s: float) -> int | None:
    """Ask 2G and 3G, then LTE, how the SIM is registered; None when neither is known."""
    last = None
    for command in ("AT+CREG?", "AT+CEREG?"):
        reply = link.command(command, timeout_s=timeout_s, is_query=True)
        if reply is None or not reply.ok:
            continue
        status = registration_status(reply.lines[0])
        if status in REGISTERED:
            return status
        last = status if last is None else last
    return last


def _nibbles_in_order(iccid: str) -> str:
    """Undo the digit pairs that some Huawei give swapped: every ICCID begins with 89 (E.118)."""
    if iccid.startswith("98") and len(iccid) % 2 == 0:
        return "".join(iccid[i + 1] + iccid[i] for i in range(0, len(iccid), 2))
    return iccid


def _in_full(number: str, *, is_international: bool) -> str | None:
    if is_international or number.startswith("+"):
        return "+" + number.lstrip("+")
    if number.startswith("0") and len(number) == 10:
        return "+260" + number[1:]
    return None
