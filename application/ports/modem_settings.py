"""What an operator says of one modem; what is left out has its default here."""

from dataclasses import dataclass
from typing import Final

from domain.values import Network

MODEM_CHECK: Final = "modem "
"""With a modem's name, what readiness calls it."""


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """One ``[[modems]]`` entry of the settings."""

    name: str
    """How it is called in lists and logs; each has its own."""
    device: str
    """Its serial port, best by an unchanging name such as /dev/serial/by-id/…."""
    network: Network
    """Whose SIM is in it: mtn, airtel or zamtel."""
    driver: str = "at"
    """at: a GSM modem on a serial port; simulated: none at all, for trials."""
    pin: object | None = None  # a Secret; typed loosely so that no adapter type leaks inwards
    """The SIM's PIN (file: or env:); without it the SIM must ask for none."""
    segments_per_minute: int = 8
    """Its pace; 0: no limit."""
    segments_per_day: int = 400
    """What it may send in a day in Lusaka, counted from the log; 0: no limit."""
    off_net: bool = False
    """Whether its SIM carries messages to other networks while none of their own is online."""
    airtime_code: str | None = None
    """What its network is asked by USSD for its airtime, such as "*114#"; without it never."""
    airtime_every_h: int = 24
    """Hours between two such questions; 0: only when the SIM is suspected to have none."""
    airtime_low_ngwee: int = 1_000
    """Less airtime than this is an alarm."""
    msisdn: str | None = None
    """The SIM's own number, for logs, where the SIM does not tell it."""
