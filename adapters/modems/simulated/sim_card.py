"""A simulated SIM: who it is, its PIN and the tries that are left, the messages it keeps."""

import hashlib
from typing import Final

PIN_TRIES: Final = 3
PLACES: Final = 20
"""Messages that a SIM has room for."""

ZAMBIA: Final = "645"
"""The mobile country code; 01 Airtel, 02 MTN, 03 Zamtel follow it in an IMSI."""


def imsi_for(name: str, *, network_code: str = "02") -> str:
    """Make up the IMSI that ``name`` always has."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    return f"{ZAMBIA}{network_code}{number % 10**10:010d}"


def iccid_for(imsi: str) -> str:
    """Make up the ICCID that belongs to an IMSI: 20 digits that begin with 89 (E.118)."""
    return f"89260{imsi:0>15}"[:20]


class SimCard:
    """The SIM in a simulated modem; its tries and messages outlive a reboot, its unlocking not."""

    def __init__(self, imsi: str, *, pin: str | None = None, msisdn: str | None = None) -> None:
        self.imsi = imsi
        self.iccid = iccid_for(imsi)
        self.msisdn = msisdn
        self.airtime_ngwee: int | None = None
        """What it may still spend; None: it never ends."""
        self.tries = PIN_TRIES
        self.pins_entered = 0
        self.stored: dict[int, bytes] = {}
        """Messages by their place in ``SM``, the memory of the SIM."""
        self.memories: dict[str, dict[int, bytes]] = {"SM": self.stored, "ME": {}, "SR": {}}
        self._pin = pin
        self._is_unlocked = pin is None

    @property
    def state(self) -> str:
        """What ``AT+CPIN?`` says."""
        if self._is_unlocked:
            return "READY"
        return "SIM PIN" if self.tries else "SIM PUK"

    def enter(self, pin: str) -> bool:
        """Try a PIN; False when it is wrong or none may be tried."""
        self.pins_entered += 1
        if self.state == "SIM PIN" and pin == self._pin:
            self._is_unlocked = True
            self.tries = PIN_TRIES
            return True
        self.tries = max(0, self.tries - 1)
        return False

    def power_up(self) -> None:
        """Begin anew: a PIN is asked for again."""
        self._is_unlocked = self._pin is None

    def store(self, pdu: bytes, memory: str = "SM") -> int | None:
        """Keep a message in the first free place and give its index; None when all are taken."""
        places = self.memories[memory]
        index = next((place for place in range(1, PLACES + 1) if place not in places), None)
        if index is not None:
            places[index] = pdu
        return index
