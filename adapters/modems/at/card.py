"""The SIM in a modem: unlocked with care, and known by its IMSI, which every card has."""

import re
from typing import Final

from adapters.modems.at.asking import Asking
from adapters.modems.at.dialogue import ResultKind
from adapters.modems.at.pin import SimPin
from adapters.modems.devices.card_numbers import ICCID_COMMANDS, iccid_in, own_number_in
from adapters.modems.devices.pin_counters import PIN_COUNTERS, UNTOUCHED_TRIES
from application.ports import ModemUnavailable

_IMSI: Final = re.compile(r"(?<!\d)\d{14,15}(?!\d)")
_WANTS_PIN: Final = "SIM PIN"
_REMEDIES: Final = (
    ("SIM PUK", "unlock it in a telephone with its PUK, which came with it"),
    ("PH-", "this device takes the SIM of another network or person alone"),
)
_BY_HAND: Final = "enter the right one in a telephone, where the SIM takes it, then in the settings"
INSERT: Final = "put one in, the right way round"
_NO_SIM: Final = frozenset({10, 13, 15})  # +CME ERROR: not inserted, failure, wrong
_USABLE: Final = frozenset({"READY", "", "SIM PIN2", "SIM PUK2"})
"""PIN2 guards other things than SMS (27.007 8.3); some devices say nothing when all is well."""


class Card:
    """One SIM while its modem comes up; every method may raise ``ModemUnavailable``."""

    def __init__(self, asking: Asking, pin: SimPin) -> None:
        self._asking = asking
        self._pin = pin

    def unlock(self, device: str) -> None:
        """Give a SIM its PIN, if it wants one; ``device`` names it until it tells its number.

        Raises:
            ModemUnavailable: it stays locked; for good, where trying again would do harm.
        """
        state = self._state()
        if state == _WANTS_PIN:
            self._give_pin(device)
            self._asking.patience_begins()
            link, timeouts = self._asking.link, self._asking.timeouts
            until_s = link.now_s() + timeouts.sim_ready_s
            while (state := self._state()) == _WANTS_PIN and link.now_s() < until_s:
                link.listen(min(until_s, link.now_s() + timeouts.poll_s))
        elif state == "READY" and self._pin.is_set:
            self._pin.was_right(self.iccid() or device)  # or somebody gave it by hand
        if state is None or state in _USABLE:
            return
        # What begins so is a lock to phone or network, or a PUK: trying again may do harm.
        is_lock = state.startswith("PH-") or state.endswith("PUK") or state == _WANTS_PIN
        raise ModemUnavailable(f"the SIM is locked: {with_remedy(state)}", permanent=is_lock)

    def _state(self) -> str | None:
        """Read +CPIN; None when the device does not say, so that the IMSI will tell."""
        reply = self._asking.when_ready("AT+CPIN?", is_query=True, may_be_bare=True)
        if reply.ok:
            return reply.lines[0].partition(":")[2].strip(' "').upper() if reply.lines else None
        if reply.result.kind is ResultKind.CME and reply.result.code in _NO_SIM:
            raise ModemUnavailable(f"no usable SIM ({reply.result}): {INSERT}")
        return None

    def _give_pin(self, device: str) -> None:
        tries = self._tries_left()
        if tries is not None and tries < UNTOUCHED_TRIES:
            raise ModemUnavailable(
                f"a wrong PIN was given before and {tries} tries are left: {_BY_HAND}",
                permanent=True,
            )
        card = self.iccid() or device
        pin = self._pin.take(card, is_untouched=tries is not None)
        reply = self._asking.link.command(
            f'AT+CPIN="{pin}"', timeout_s=self._asking.timeouts.pin_s, shown='AT+CPIN="****"'
        )
        if reply is None:
            raise ModemUnavailable("the SIM did not answer to its PIN: plug the modem in anew")
        if not reply.ok:
            remedy = "put the right one into the settings" if tries is None else _BY_HAND
            raise ModemUnavailable(
                f"the SIM refused the PIN ({reply.result}): it is not given to it again; {remedy}",
                permanent=True,
            )
        self._pin.was_right(card)

    def _tries_left(self) -> int | None:
        for counter in PIN_COUNTERS:
            reply = self._asking.command(counter.command, is_query=True)
            for line in reply.lines if reply and reply.ok else ():
                if (tries := counter.tries_in(line)) is not None:
                    return tries
        return None

    def imsi(self) -> str:
        """Read who it is."""
        reply = self._asking.when_ready("AT+CIMI")
        if (imsi := imsi_in(reply.lines)) is None:
            raise ModemUnavailable(
                f"the SIM gives no IMSI ({reply.result}): try it in another modem"
            )
        return imsi

    def iccid(self) -> str | None:
        """Read the number of the card; None when this device does not tell it today."""
        for command in ICCID_COMMANDS:
            if (iccid := self._asking.found(command, iccid_in)) is not None:
                return iccid
        return None

    def msisdn(self) -> str | None:
        """Read its own number; None when the card has none that can be dialled."""
        return self._asking.found("AT+CNUM", own_number_in)


def with_remedy(state: str) -> str:
    """Name a lock as the SIM does, with what opens it where that is known."""
    remedy = next((words for begin, words in _REMEDIES if state.startswith(begin)), None)
    return f"{state}; {remedy}" if remedy else state


def imsi_in(lines: tuple[str, ...]) -> str | None:
    """Find the IMSI in the answer to ``AT+CIMI``."""
    return next((found[0] for line in lines if (found := _IMSI.search(line))), None)
