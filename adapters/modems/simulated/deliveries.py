"""What the network brings to a simulated modem: stored or told, and brought again until it is."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.modems.simulated.commands import Commands
from adapters.modems.simulated.profiles import Profile

ACKNOWLEDGED_WITHIN_S: Final = 15.0
"""How long a modem waits for AT+CNMA before it stops telling (27.005 3.4.4)."""

_DIRECT: Final = 2


@dataclass(slots=True)
class _Delivery:
    pdu: bytes
    is_report: bool
    was_tried: bool = False


class Deliveries:
    """The network's side keeps a message until the modem stored or told it.

    In phase 2+ (``AT+CSMS=1``) what is told is acknowledged by the host, one at a time; without
    that the modem stops telling, and the network keeps it.
    """

    def __init__(self, profile: Profile, commands: Commands, say: Callable[[str], None]) -> None:
        self._profile = profile
        self._commands = commands
        self._say = say
        self._waiting: deque[_Delivery] = deque()
        self._told: _Delivery | None = None
        self._told_at_s = 0.0
        self._has_told_full = False

    @property
    def next_due_s(self) -> float | None:
        """When an acknowledgement is late; None when none is waited for."""
        return None if self._told is None else self._told_at_s + ACKNOWLEDGED_WITHIN_S

    def bring(self, pdu: bytes, *, is_report: bool, now_s: float) -> None:
        """Bring a message or a report (with service-centre octets), as +CNMI says."""
        self._waiting.append(_Delivery(pdu, is_report))
        self.go_on(now_s)

    def restart(self) -> None:
        """The modem starts anew: what was not acknowledged is still the network's."""
        self._keep_told()
        self._has_told_full = False

    def go_on(self, now_s: float) -> None:
        """Hand over what can be handed over."""
        self._settle(now_s)
        while self._waiting and self._hand_over(self._waiting[0], now_s):
            self._waiting.popleft()

    def _settle(self, now_s: float) -> None:
        """Take the acknowledgement, or stop telling when it is too late."""
        if self._told is None:
            return
        if not self._commands.awaits_acknowledgement:
            self._told = None
        elif now_s >= self._told_at_s + ACKNOWLEDGED_WITHIN_S:
            self._keep_told()
            self._commands.modes.notices[1] = self._commands.modes.notices[3] = 0

    def _keep_told(self) -> None:
        if self._told is not None:
            self._told.was_tried = True
            self._waiting.appendleft(self._told)
            self._told, self._commands.awaits_acknowledgement = None, False

    def _hand_over(self, delivery: _Delivery, now_s: float) -> bool:
        """Store or tell one; False when the network has to keep it for now."""
        notices = self._commands.modes.notices
        mode = notices[3] if delivery.is_report else notices[1]
        name = "+CDS" if delivery.is_report else "+CMT"
        if not mode and (delivery.is_report or delivery.was_tried):
            return not delivery.was_tried  # a report that nobody asked for is lost
        if mode == (1 if delivery.is_report else _DIRECT):
            return self._tell(name, delivery, now_s)
        memory = self._profile.report_memory if delivery.is_report else "SM"
        return self._store(delivery.pdu, memory, f"{name}I" if mode else None)

    def _tell(self, name: str, delivery: _Delivery, now_s: float) -> bool:
        if self._told is not None:
            return False
        octets = len(delivery.pdu) - 1 - delivery.pdu[0]
        alpha = "" if name == "+CDS" else ","
        self._say(f"{name}: {alpha}{octets}\r\n{delivery.pdu.hex().upper()}")
        if self._commands.wants_acknowledgements:
            self._told, self._told_at_s = delivery, now_s
            self._commands.awaits_acknowledgement = True
        return True

    def _store(self, pdu: bytes, memory: str, notice: str | None) -> bool:
        card = self._commands.sim
        index = card.store(pdu, memory) if card else None
        if index is None:
            if self._profile.full_word and card and not self._has_told_full:
                self._say(self._profile.full_word)
                self._has_told_full = True
            return False
        self._has_told_full = False
        if notice:
            self._say(f'{notice}: "{memory}",{index}')
        return True
