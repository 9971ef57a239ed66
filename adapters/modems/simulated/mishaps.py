"""What befalls a simulated modem after a segment, until it is well again."""

from collections.abc import Callable
from typing import Protocol

from adapters.modems.simulated.faults import Fault, FaultKind
from adapters.modems.simulated.sim_card import PLACES, SimCard, imsi_for

_NOTHING = bytes(1)


class Modem(Protocol):
    """What mishaps do to a modem."""

    @property
    def sim(self) -> SimCard | None:
        """The card that is in it."""

    def change_sim(self, sim: SimCard | None) -> None:
        """Take the card out, and put another one in its place."""

    def register(self, status: int, now_s: float) -> None:
        """Gain or lose the network."""

    def stand_at_prompt(self) -> None:
        """Wait for a PDU that nobody announced."""


class Mishaps:
    """At most one stands at a time; a new one takes the place of the last."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._mend: Callable[[float], None] = self._stay_well
        self.well_at_s: float | None = None
        """When the modem is well again; None while it is well."""
        self.reads_nothing = False
        """Whether the port is open and nobody reads at its other end."""
        self.heeds_esc = True

    def befall(self, fault: Fault, now_s: float) -> None:
        """Begin one."""
        self._mend = self._begin(fault, now_s)
        self.well_at_s = now_s + fault.back_s

    def pass_by(self, now_s: float) -> None:
        """End one whose time is over."""
        if self.well_at_s is not None and now_s >= self.well_at_s:
            self.well_at_s = None
            self._mend(now_s)

    def _begin(self, fault: Fault, now_s: float) -> Callable[[float], None]:
        modem, card = self._modem, self._modem.sim
        match fault.kind:
            case FaultKind.NETWORK:
                modem.register(fault.code or 0, now_s)
                return lambda then_s: modem.register(1, then_s)
            case FaultKind.SIM_OUT | FaultKind.SIM_SWAP:
                modem.change_sim(_another(card) if fault.kind is FaultKind.SIM_SWAP else None)
                return lambda _: modem.change_sim(card)
            case FaultKind.FULL if card is not None:
                card.stored.update({**dict.fromkeys(range(1, PLACES + 1), _NOTHING), **card.stored})
                return lambda _: card.stored.clear()
            case FaultKind.DEAF:
                self.reads_nothing = True
            case FaultKind.STALE_PROMPT:
                self.heeds_esc = False
                modem.stand_at_prompt()
        return self._stay_well

    def _stay_well(self, _: float) -> None:
        self.reads_nothing, self.heeds_esc = False, True


def _another(card: SimCard | None) -> SimCard:
    """Give another card of the same network."""
    known = card.imsi if card else imsi_for("nobody's")
    return SimCard(imsi_for(f"instead of {known}", network_code=known[3:5]))
