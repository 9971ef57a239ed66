"""Brings a modem up: wakes it, unlocks the SIM, reads who it is, sets PDU mode and reports.

What only some devices know is asked and, when refused, done without. Needed are an answer to
``AT``, a ready SIM with an IMSI, PDU mode, and the network.
"""

import logging
import re
from typing import Final

from adapters.modems.at.asking import Asking
from adapters.modems.at.card import Card
from adapters.modems.at.link import ESC, AtLink
from adapters.modems.at.modes import Modes
from adapters.modems.at.pin import SimPin
from adapters.modems.at.registration import Registration
from adapters.modems.at.timeouts import AtTimeouts
from application.ports import ModemUnavailable, SimIdentity

SYNC_ATTEMPTS: Final = 5
_IMEI: Final = re.compile(r"(?<!\d)\d{14,17}(?!\d)")

_SILENT: Final = (
    "the modem does not answer AT: it hangs, or this is another of its ports (`ngoma modem scan`)"
)
_REFUSED: Final = "the network refuses the SIM ({}): ask its operator whether it is in use"
_UNREGISTERED: Final = (
    "the SIM is not registered ({}): look at its antenna, and whether there is coverage"
)

logger = logging.getLogger("ngoma.modems")


class BringUp:
    """One attempt to bring one modem up; every step raises ``ModemUnavailable`` or ``LinkGone``."""

    def __init__(
        self,
        link: AtLink,
        timeouts: AtTimeouts,
        pin: SimPin,
        *,
        modes: Modes,
        registration: Registration,
    ) -> None:
        self._link = link
        self._timeouts = timeouts
        self._asking = Asking(link, timeouts)
        self._card = Card(self._asking, pin)
        self._modes = modes
        self._registration = registration

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
        raise ModemUnavailable(_SILENT)

    def silence_echo(self) -> bool:
        """Turn echo off; False when it cannot be, so that an echo tells nothing."""
        self._asking.does("ATV1")
        if not self._asking.does("ATE0"):
            return False
        before = self._link.echoes
        self._asking.command("AT+CMEE=1")
        return self._link.echoes == before

    def initialise(self, device: str) -> SimIdentity:
        """Unlock the SIM, read who it is, and set what submitting and listening need.

        ``device`` names the modem where it does not tell its own number.
        """
        asking, modes, card = self._asking, self._modes, self._card
        manufacturer, model = asking.word("AT+CGMI"), asking.word("AT+CGMM")
        firmware = asking.word("AT+CGMR")
        imei = asking.found("AT+CGSN", _imei_in)
        modes.turn_radio_on(asking)
        card.unlock(imei or device)
        modes.turn_radio_on(asking)
        imsi = card.imsi()
        iccid = card.iccid()
        abilities = modes.set_up(asking, manufacturer=manufacturer, model=model)
        self._wait_for_network()
        modes.came_up(asking, imsi=imsi)
        signal = asking.command("AT+CSQ", is_query=True)
        logger.info(
            "%s %s is up, %s", manufacturer, model, " ".join(signal.lines) if signal else ""
        )
        return SimIdentity(
            iccid=iccid,
            imsi=imsi,
            imei=imei or "",
            model=f"{manufacturer} {model}".strip() or "unknown",
            firmware=firmware,
            msisdn=card.msisdn(),
            abilities=abilities,
        )

    def _wait_for_network(self) -> None:
        until_s = self._link.now_s() + self._timeouts.registration_s
        registration = self._registration
        while True:
            registration.ask(self._link, timeout_s=self._timeouts.command_s)
            if registration.is_registered or not registration.is_known:
                return
            if registration.is_refused:
                raise ModemUnavailable(_REFUSED.format(registration))
            if self._link.now_s() >= until_s:
                raise ModemUnavailable(_UNREGISTERED.format(registration))
            self._link.listen(min(until_s, self._link.now_s() + self._timeouts.poll_s))


def _imei_in(line: str) -> str | None:
    found = _IMEI.search(line)
    return found[0] if found else None
